"""`TraceLedger`: the one door of writing.

Entries come in signed; the verifier's own checks decide; what passes is saved in
one atomic, durable append. If the process dies before the save, nothing was
recorded; if it dies after, repeating the submission is harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eventsourcing.application import Application
from eventsourcing.persistence import (
    ApplicationRecorder,
    InfrastructureFactory,
    IntegrityError,
    PersistenceError,
    Transcoder,
)
from eventsourcing.utils import Environment, EnvType

from ledger.errors import ForkFound, LedgerError
from ledger.store.seam import LedgerStore
from ledger.verify.entry import Entry, parse_entry
from ledger.verify.history import History, Located
from ledger.verify.statement import read_statement
from ledger.verify.wording import Refusal

_PAGE = 500


@dataclass(frozen=True)
class Recorded:
    """The only event of the store: one entry, at its place in one journal.

    `TOPIC` is written into every row; moving this class must not change it.
    """

    TOPIC = "ocop.recorded.v1"

    originator_id: str
    originator_version: int
    entry: bytes


class _ExactBytes(Transcoder):
    """Makes the stored state be the entry itself, never a re-serialisation of it."""

    def encode(self, obj: Any) -> bytes:
        return bytes(obj["entry"])

    def decode(self, data: bytes) -> Any:
        return {"entry": bytes(data)}


@dataclass(frozen=True, slots=True)
class Submitted:
    """Answer to one submitted entry: id (hex), log index it gets, True when it was there before."""

    id: str
    index: int
    known: bool


class TraceLedger(Application[str]):
    """Appends verified entries. Streams are journals: originator = key id, version = seq."""

    name = "ocop"

    def __init__(self, store: LedgerStore, roots: frozenset[str] | None = None) -> None:
        """`roots` are the root keys (hex) that genesis must name; None accepts the file's own."""
        self.store = store
        super().__init__()
        self._roots = roots
        self._reset()

    # The library would read the process environment here; the store is already made.
    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> InfrastructureFactory:
        return InfrastructureFactory.construct(env)

    def construct_transcoder(self) -> Transcoder:
        return _ExactBytes()

    def construct_recorder(self) -> ApplicationRecorder:
        return self.store.recorder

    def _reset(self) -> None:
        self.history = History(self.party_of, self._roots)
        self.size = 0
        self._position = 0
        self._pending: dict[str, tuple[str, str]] = {}

    def party_of(self, entry_id: str) -> tuple[str, str] | None:
        """(type, party) of a recorded entry, or None."""
        pending = self._pending.get(entry_id)
        if pending is not None:
            return pending
        raw = self.store.entry(bytes.fromhex(entry_id))
        if raw is None:
            return None
        statement = read_statement(parse_entry(raw).payload)
        return statement.type, statement.party

    def catch_up(self) -> None:
        """Fold what other processes have appended since. Signatures were checked at their door."""
        while rows := self.store.after(self._position, _PAGE):
            for position, raw in rows:
                entry = parse_entry(raw)
                statement = read_statement(entry.payload)
                signer = self.history.keys.signer(entry.keyid, self.size, statement)
                self.history.fold(Located(self.size, entry.id.hex(), statement, signer), entry)
                self.size += 1
                self._position = position

    def submit(self, raw_entries: Sequence[bytes]) -> list[Submitted]:
        """Verify and append entries in order; durable when this returns.

        Entries before an offending one stay recorded.

        Raises:
            ForkFound: another entry stands at the same journal position; carries both.
            LedgerError: the store cannot be written; nothing of this call was recorded.
            Refusal: whatever the verifier refuses. `position` on the error is the place of
                the offending entry, `done` the answers for those before it.
        """
        done: list[Submitted] = []
        fresh: list[tuple[Entry, Located]] = []
        failure: Refusal | None = None
        with self.store.writing():
            self.catch_up()
            try:
                for at, raw in enumerate(raw_entries):
                    try:
                        done.append(self._consider(raw, fresh))
                    except Refusal as refused:
                        failure = refused
                        failure.position = at  # type: ignore[attr-defined]  # told to the API, see docstring
                        break
                self._save(fresh)
            except BaseException:
                # Memory went ahead of the disk: read it back from what is really there.
                self._reset()
                raise
        if failure is not None:
            failure.done = done  # type: ignore[attr-defined]  # told to the API, see docstring
            raise failure
        return done

    def _consider(self, raw: bytes, fresh: list[tuple[Entry, Located]]) -> Submitted:
        entry = parse_entry(raw)
        entry_id = entry.id.hex()
        if entry_id in self._pending:
            at = next(one.index for _, one in fresh if one.id == entry_id)
            return Submitted(entry_id, at, known=True)
        if self.store.entry(entry.id) is not None:
            return Submitted(entry_id, self._index_of(entry.id), known=True)
        self._refuse_fork(entry, fresh)
        located = self.history.examine(self.size, entry)
        self.history.fold(located, entry)
        self._pending[entry_id] = located.statement.type, located.statement.party
        fresh.append((entry, located))
        self.size += 1
        return Submitted(entry_id, located.index, known=False)

    def _index_of(self, entry_id: bytes) -> int:
        """Log index of a stored entry: its leaf's, or the one that the next sealing will give it."""
        index = self.store.index_of(entry_id)
        if index is not None:
            return index
        index, position = self.store.size(), self.store.sealed_position()
        while rows := self.store.after(position, _PAGE):
            for _, raw in rows:
                if parse_entry(raw).id == entry_id:
                    return index
                index += 1
            position = rows[-1][0]
        raise KeyError(entry_id.hex())  # the caller has just found it in the store

    def _refuse_fork(self, entry: Entry, fresh: list[tuple[Entry, Located]]) -> None:
        record = self.history.keys.records.get(entry.keyid)
        if record is None:
            return  # an unknown key is refused for that, whatever position it names
        record.public.verify(entry.signature, entry.signed)
        seq = read_statement(entry.payload).seq
        stored = self.store.entry_at(entry.keyid.hex(), seq)
        if stored is None:
            stored = next(
                (
                    other.raw
                    for other, located in fresh
                    if other.keyid == entry.keyid and located.statement.seq == seq
                ),
                None,
            )
        if stored is not None:
            raise ForkFound(entry.keyid.hex(), seq, stored, entry.raw)

    def _save(self, fresh: list[tuple[Entry, Located]]) -> None:
        if not fresh:
            return
        try:
            recordings = self.save(
                *(
                    Recorded(entry.keyid.hex(), located.statement.seq, entry.raw)
                    for entry, located in fresh
                )
            )
        except (PersistenceError, IntegrityError, OSError) as wrong:
            raise LedgerError("store-unwritable", why=str(wrong)) from wrong
        self._pending.clear()
        self._position = int(recordings[-1].notification.id)
