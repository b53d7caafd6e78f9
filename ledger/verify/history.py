"""The one fold over a ledger: admit entries in log order, refuse what may not stand.

The door of writing, the whole-ledger audit and the bundle check all use
`History.admit`, so what is recorded is exactly what an inspector accepts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from ledger.verify.entry import Entry
from ledger.verify.keys import KEY_TYPES, KeyBook, KeyRecord
from ledger.verify.registry import REGISTRY_TYPES, Registry
from ledger.verify.statement import Statement, read_statement
from ledger.verify.wording import Refusal


class SequenceRefused(Refusal):
    """The entry is not at its place in its journal or in the graph."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "seq-gap": (
            "Statement {seq} of journal {keyid} follows statement {last}; number {expected} was "
            "expected, so send the missing ones first.",
            "Phiếu số {seq} của nhật ký {keyid} đứng sau phiếu số {last}; cần phiếu số {expected}, "
            "hãy gửi các phiếu còn thiếu trước.",
        ),
        "prev-differs": (
            "Statement {seq} of journal {keyid} names {found} as the one before, but that is "
            "{expected}; the journal was forked or rewritten.",
            "Phiếu số {seq} của nhật ký {keyid} nêu phiếu trước là {found}, nhưng phiếu trước là "
            "{expected}; nhật ký đã bị tách nhánh hoặc viết lại.",
        ),
        "input-unknown": (
            "The statement builds on {found}, which is not in the ledger before it; record that "
            "first.",
            "Phiếu dựa trên {found} nhưng phiếu đó chưa có trong sổ; hãy ghi phiếu đó trước.",
        ),
        "input-twice": (
            "The statement names {found} twice in its links.",
            "Phiếu nêu {found} hai lần trong các liên kết.",
        ),
        "correction-foreign": (
            "{party} corrects {found}, a {type} statement of {owner}; only its own party may correct "
            "a statement, and only by one of the same type.",
            "{party} đính chính {found} là phiếu {type} của {owner}; chỉ chính cơ sở đó được đính "
            "chính, và bằng phiếu cùng loại.",
        ),
        "origin-differs": (
            "The ledger was opened as {found}, but {expected} was expected.",
            "Sổ được mở với tên {found}, trong khi cần {expected}.",
        ),
    }


@dataclass(slots=True)  # not frozen: one is made for every audited entry, and freezing costs
class Located:
    """A statement at its place: log index, entry id (hex), signer."""

    index: int
    id: str
    statement: Statement
    signer: KeyRecord


@dataclass(slots=True)
class JournalHead:
    """Last admitted position of one key."""

    seq: int
    id: str


class History:
    """State of the fold. `party_of` answers (type, party) of an entry id, or None if unknown."""

    def __init__(
        self,
        party_of: Callable[[str], tuple[str, str] | None],
        expected_roots: frozenset[str] | None = None,
        *,
        partial: bool = False,
        own: frozenset[bytes] | None = None,
    ) -> None:
        """`own` makes it the fold over a station's replica of a hub's ledger: entries of other keys
        than these (key ids) were checked at their place in the hub's log when they were adopted.
        Of them a part came, in another order, so neither gaps nor ends of keys are looked at.
        """
        self.keys = KeyBook(expected_roots)
        self.registry = Registry()
        self.journals: dict[bytes, JournalHead] = {}
        self._party_of = party_of
        self._partial = partial
        self._own = own

    def admit(self, index: int, entry: Entry, *, signed: bool = False) -> Located:
        """Check one entry against everything before it, then fold it in.

        `index` is its log index. With `partial` (a bundle) journals may have gaps,
        but neighbours that are both present must agree. `signed` says that its signature is
        known to be good under the key of its key id.

        Raises:
            Refusal: some subclass that names the first rule broken; nothing was folded.
        """
        return self.admit_read(index, entry, read_statement(entry.payload), signed=signed)

    def admit_read(
        self, index: int, entry: Entry, statement: Statement, *, signed: bool
    ) -> Located:
        """`admit` of an entry whose payload was read already."""
        if self._own is not None and entry.keyid not in self._own:
            signer = self._adopted(entry, statement)
            if not signed:
                signer.public.verify(entry.signature, entry.signed)
        else:
            signer = self.keys.signer(entry.keyid, index, statement)
            if not signed:
                signer.public.verify(entry.signature, entry.signed)
            self.check_journal(entry, statement)
            if statement.inputs:
                self.check_links(statement)
            self.check_authority(signer, statement)
        located = Located(index, entry.id.hex(), statement, signer)
        self.fold(located, entry)
        return located

    def _adopted(self, entry: Entry, statement: Statement) -> KeyRecord:
        """The signer of an entry that was adopted: known and allowed, whenever its key ended."""
        record = self.keys.records.get(entry.keyid)
        index = 0 if record is None else record.enrolled
        signer = self.keys.signer(entry.keyid, index, statement)
        if statement.type in KEY_TYPES:
            self.keys.check(signer, statement)
        return signer

    def check_links(self, statement: Statement) -> None:
        """Everything a statement builds on is in the ledger before it, once."""
        for named in statement.inputs:
            if self._party_of(named) is None:
                raise SequenceRefused("input-unknown", found=named)
        if len(set(statement.inputs)) != len(statement.inputs):
            twice = next(one for one in statement.inputs if statement.inputs.count(one) > 1)
            raise SequenceRefused("input-twice", found=twice)

    def check_authority(self, signer: KeyRecord, statement: Statement) -> None:
        """The signer may say this of these keys, goods and earlier statements."""
        if statement.type == "corrected":
            self._check_correction(statement)
        if statement.type in KEY_TYPES:
            self.keys.check(signer, statement)
        self.registry.check(statement)

    def fold(self, located: Located, entry: Entry) -> None:
        """Take in an examined entry."""
        statement = located.statement
        head = self.journals.get(entry.keyid)
        if head is None:
            self.journals[entry.keyid] = JournalHead(statement.seq, located.id)
        else:
            head.seq, head.id = statement.seq, located.id
        effective = self.keys.apply(located.index, located.id, located.signer, statement)
        if effective and statement.type in REGISTRY_TYPES:
            self.registry.apply(statement)

    def check_journal(self, entry: Entry, statement: Statement) -> None:
        """The entry stands right after the last one of its key (protocol.md, "Journal")."""
        head = self.journals.get(entry.keyid)
        last = 0 if head is None else head.seq
        if statement.seq != last + 1:
            if not self._partial or statement.seq <= last:
                raise SequenceRefused(
                    "seq-gap",
                    seq=statement.seq,
                    keyid=entry.keyid.hex(),
                    last=last,
                    expected=last + 1,
                )
            return
        expected = None if head is None else head.id
        if statement.prev != expected:
            raise SequenceRefused(
                "prev-differs",
                seq=statement.seq,
                keyid=entry.keyid.hex(),
                found=statement.prev,
                expected=expected,
            )

    def _check_correction(self, statement: Statement) -> None:
        corrected = statement.body["corrects"]
        known = self._party_of(corrected)
        if known is None:
            raise SequenceRefused("input-unknown", found=corrected)
        kind, owner = known
        if owner != statement.party or kind != statement.body["of"]:
            raise SequenceRefused(
                "correction-foreign",
                party=statement.party,
                found=corrected,
                type=kind,
                owner=owner,
            )
