"""Statements as the station's pages show them: one by its id, its corrections, those of today."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from api.pages.dates import today
from api.routes.services import Services
from api.station.standing import HERE, SEALED, SENT
from api.station_pages.once import SentForms
from ledger.verify.entry import parse_entry
from ledger.verify.statement import Statement, read_statement

ENTRY_ID: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
MOST_TODAY: Final = 30
_LOOKED_AT: Final = 80
_AT: Final = "SELECT idx FROM entry WHERE type = ? AND time = ? AND party = ? ORDER BY idx"
_CORRECTIONS: Final = (
    "SELECT idx FROM entry WHERE type = 'corrected' AND party = ? AND day = ? "
    "ORDER BY idx LIMIT 200"
)


@dataclass(frozen=True, slots=True)
class Record:
    """One statement: entry id (hex), who signed it, and how far it has come (here, sent, sealed)."""

    id: str
    keyid: str
    statement: Statement
    state: str

    @property
    def type(self) -> str:
        """What it says happened; of a correction, what it corrects."""
        said = self.statement
        return str(said.body["of"]) if said.type == "corrected" else said.type

    @property
    def body(self) -> dict[str, Any]:
        """What it says; of a correction, the right values."""
        said = self.statement
        inner: dict[str, Any] = said.body["body"] if said.type == "corrected" else said.body
        return inner

    @property
    def corrects(self) -> str:
        """The entry that a correction corrects, "" for any other statement."""
        said = self.statement
        return str(said.body["corrects"]) if said.type == "corrected" else ""


def record_of(services: Services, entry_id: str) -> Record | None:
    """The statement of an entry id, None when it is not here."""
    if not ENTRY_ID.fullmatch(entry_id):
        return None
    raw = services.store.entry(bytes.fromhex(entry_id))
    return None if raw is None else _record(services, raw)


def _record(services: Services, raw: bytes) -> Record:
    entry = parse_entry(raw)
    said, keyid = read_statement(entry.payload), entry.keyid.hex()
    link = services.link
    if link is not None and keyid == link.joined.keyid:
        sent = link.state.sent(said.seq)
        state = HERE if sent is None else SEALED if sent[2] else SENT
    else:
        state = HERE if services.store.index_of(entry.id) is None else SEALED
    return Record(entry.id.hex(), keyid, said, state)


def corrections_of(services: Services, record: Record) -> list[Record]:
    """The corrections of a record, oldest first."""
    said = record.statement
    rows = services.views.stories.rows(_CORRECTIONS, (said.party, said.time[:10]))
    indexes = [row[0] for row in rows]
    found = (_record(services, raw) for _, raw in services.store.sealed_at(indexes))
    return [one for one in found if one.corrects == record.id]


def said_at(services: Services, kind: str, party: str, time: str) -> list[Record]:
    """A party's statements of one type at one time (RFC 3339 as signed), in ledger order."""
    indexes = [row[0] for row in services.views.stories.rows(_AT, (kind, time, party))]
    return [_record(services, raw) for _, raw in services.store.sealed_at(indexes)]


def standing_body(record: Record, corrections: list[Record]) -> dict[str, Any]:
    """What counts of a record today."""
    return corrections[-1].body if corrections else record.body


def journal(services: Services, party: str) -> Iterator[Record]:
    """What this machine's station key has said for a party, the newest first."""
    signer = services.station.signers.get((party, "station"))
    if signer is None:
        return
    head = services.ledger.history.journals.get(signer.keyid)
    for seq in range(0 if head is None else head.seq, 0, -1):
        raw = services.store.entry_at(signer.keyid.hex(), seq)
        if raw is None:
            return
        yield _record(services, raw)


def records_of_today(services: Services, party: str, forms: SentForms) -> list[Record]:
    """What was recorded today, or is said to have happened today; the newest first."""
    day = today(services.now())
    sent = forms.of_day(day)
    found: list[Record] = []
    for looked, one in enumerate(journal(services, party)):
        if looked >= _LOOKED_AT or len(found) >= MOST_TODAY:
            break
        if one.id in sent or one.statement.time[:10] == day:
            found.append(one)
    return found
