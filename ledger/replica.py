"""A station's replica of a hub's ledger: what came from the hub, and its own statements.

Entries of others are adopted once they were checked at their place in the hub's log. They come in
parts, and not in the order of that log; so their place, not the local one, tells when a key was
good. The station's own journals are whole here and are checked as in any ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from ledger.errors import LedgerError
from ledger.store.steering import STEERING_TYPES
from ledger.verify.entry import Entry, parse_entry
from ledger.verify.history import History, Located
from ledger.verify.statement import Statement, read_statement


class ReplicaRefused(LedgerError):
    """Something that a replica does not take."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "entry-for-hub": (
            "This is a station of a hub, which takes statements of its own key only; key {keyid} is "
            "another's. Send the statement to the hub.",
            "Đây là trạm của một máy chủ, chỉ nhận phiếu của khóa trạm này; khóa {keyid} là của nơi "
            "khác. Hãy gửi phiếu đó tới máy chủ.",
        ),
        "own-entry-missing": (
            "The hub has statement {seq} of this station's own key, which is not here: this folder "
            "was put back from an older copy, or the key is used by another one.",
            "Máy chủ có phiếu số {seq} của chính khóa trạm này mà ở đây không có: thư mục này được "
            "khôi phục từ bản cũ, hoặc có thư mục khác đang dùng khóa này.",
        ),
        "steering-late": (
            "The hub sent the statement at log index {index}, which decides who may sign or what is "
            "registered, after later ones of its kind; it left it out before.",
            "Máy chủ gửi phiếu ở vị trí {index} (quyết định ai được ký hoặc danh mục) sau các phiếu "
            "cùng loại ghi muộn hơn; trước đó máy chủ đã bỏ sót phiếu này.",
        ),
        "no-replica": (
            "This ledger has an opening of its own and follows no hub; a station of a hub needs a new "
            "folder.",
            "Sổ này được mở riêng và không theo máy chủ nào; trạm của máy chủ cần một thư mục mới.",
        ),
    }


@dataclass(frozen=True, slots=True)
class AdoptedEntry:
    """An entry that was checked at its log index at the hub."""

    hub_index: int
    entry: Entry
    statement: Statement


class HubChecks:
    """Checks entries as an inspector would, at their places in the hub's log.

    It folds the statements that steer, all of which a station gets, in the order of that log; of
    the others it checks signature and key. Whether the log holds an entry is for proofs to show.
    """

    def __init__(self, roots: frozenset[str]) -> None:
        """`roots` are the root keys (hex) of the trust file."""
        self._history = History(lambda _id: None, roots, partial=True)
        self._folded: dict[int, bytes] = {}
        self._last = -1

    def check(self, hub_index: int, raw: bytes) -> AdoptedEntry:
        """Check one entry; one that steers is folded in.

        Raises:
            Refusal: not an entry, wrongly signed, or its key may not say it at that index.
        """
        entry = parse_entry(raw)
        statement = read_statement(entry.payload)
        if self._folded.get(hub_index) == entry.id:
            return AdoptedEntry(hub_index, entry, statement)  # the hub repeats itself
        history = self._history
        signer = history.keys.signer(entry.keyid, hub_index, statement)
        signer.public.verify(entry.signature, entry.signed)
        if statement.type in STEERING_TYPES:
            if hub_index <= self._last:
                raise ReplicaRefused("steering-late", index=hub_index)
            history.check_authority(signer, statement)
            history.fold(Located(hub_index, entry.id.hex(), statement, signer), entry)
            signer.signed.clear()
            self._folded[hub_index], self._last = entry.id, hub_index
        return AdoptedEntry(hub_index, entry, statement)


def checks_of(rows: Mapping[int, bytes], roots: frozenset[str]) -> HubChecks:
    """The checks as of what was adopted: `rows` are entries that steer by log index at the hub."""
    checks = HubChecks(roots)
    for hub_index in sorted(rows):
        checks.check(hub_index, rows[hub_index])
    return checks


Anchor = tuple[int, str]
NewestAnchor = Callable[[], Anchor | None]
"""Size and root (hex) of the newest checkpoint that a station has verified."""
