"""How a station stands with its hub, as figures and as one plain sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.station.errors import Frozen
from api.station.hub_link import HubLink
from ledger.application import TraceLedger
from ledger.verify.entry import parse_entry
from ledger.verify.graph import lots_named
from ledger.verify.statement import read_statement

HERE, SENT, SEALED = "here", "sent", "sealed"
"""State of one statement: on this machine, at the hub, proved to be in the hub's sealed log."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Standing:
    """Statements of this station: all, of these not sent, of these proved to be sealed.

    `contact` is when the hub last answered (POSIX seconds), `size` that of the newest checkpoint
    verified, `frozen` why nothing may be recorded. None where there is none.
    """

    recorded: int
    unsent: int
    sealed: int
    contact: int | None
    size: int | None
    frozen: Frozen | None

    def say(self, lang: str, now: int) -> str:
        """One sentence for the bar of a page or for a terminal; `now` in POSIX seconds."""
        if self.frozen is not None:
            return self.frozen.say(lang)
        told = _waiting(self.unsent, lang)
        unproved = self.recorded - self.unsent - self.sealed
        if unproved > 0:
            # What a hub acknowledges and never seals shows here, however long it says "in a moment".
            told += f", {_unproved(unproved, lang)}"
        return f"{told}, {_contact(self.contact, now, lang)}"


@dataclass(frozen=True, slots=True)
class OwnStatement:
    """One own statement and how far it has come: `here`, `sent` or `sealed`.

    `lots` and `amount` (decimal and unit, or "") are what is needed to record it anew elsewhere.
    """

    seq: int
    id: str
    type: str
    time: str
    state: str
    lots: tuple[str, ...]
    amount: str


def standing(link: HubLink, ledger: TraceLedger) -> Standing:
    """How the station stands, as of what `ledger` has followed."""
    head = ledger.history.journals.get(link.keyid)
    recorded, newest = 0 if head is None else head.seq, link.state.newest()
    return Standing(
        recorded,
        max(recorded - link.state.acknowledged(), 0),
        link.state.proved(),
        link.state.contact(),
        None if newest is None else newest.size,
        link.state.frozen(),
    )


def newest_statements(link: HubLink, ledger: TraceLedger, most: int) -> Iterator[OwnStatement]:
    """Own statements, the newest first."""
    head = ledger.history.journals.get(link.keyid)
    for seq in range(0 if head is None else head.seq, 0, -1)[:most]:
        raw = ledger.store.entry_at(link.joined.keyid, seq)
        if raw is None:
            return
        entry, sent = parse_entry(raw), link.state.sent(seq)
        said = read_statement(entry.payload)
        state = HERE if sent is None else SEALED if sent[2] else SENT
        lots = tuple(code for _, code in lots_named(said.type, said.body))
        amount = _amount(said.body)
        yield OwnStatement(seq, entry.id.hex(), said.type, said.time, state, lots, amount)


def _amount(body: dict[str, Any]) -> str:
    quantity = body.get("quantity")
    if quantity is not None:
        return f"{quantity['value']} {quantity['unit']}"
    packs = body.get("packs")
    return "" if packs is None else f"× {packs}"


def _waiting(count: int, lang: str) -> str:
    if lang == "en":
        if not count:
            return "Everything was sent"
        return f"{count} statement{'s' if count > 1 else ''} not yet sent"
    return f"{count} phiếu chưa gửi" if count else "Đã gửi hết phiếu"


def _unproved(count: int, lang: str) -> str:
    if lang == "en":
        return f"{count} sent but not yet shown to be sealed"
    return f"{count} phiếu đã gửi nhưng chưa được chứng minh là đã niêm phong"


def _contact(contact: int | None, now: int, lang: str) -> str:
    if contact is None:
        return "the hub has never answered" if lang == "en" else "chưa liên lạc được với máy chủ"
    ago = elapsed(max(now - contact, 0), lang)
    return f"last contact {ago} ago" if lang == "en" else f"liên lạc lần cuối {ago} trước"


def elapsed(seconds: int, lang: str) -> str:
    """A span in its largest unit: "3 giờ", "3 hours"."""
    for unit, english, vietnamese in (
        (_DAY, "day", "ngày"),
        (_HOUR, "hour", "giờ"),
        (_MINUTE, "minute", "phút"),
        (1, "second", "giây"),
    ):
        if seconds >= unit or unit == 1:
            count = seconds // unit
            plural = "" if count == 1 else "s"
            return f"{count} {english}{plural}" if lang == "en" else f"{count} {vietnamese}"
    raise AssertionError(seconds)
