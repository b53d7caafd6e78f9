"""`TraceLedger`: the one door of writing.

Entries come in signed; the verifier's own checks decide; what passes is saved in
one atomic, durable append. If the process dies before the save, nothing was
recorded; if it dies after, repeating the submission is harmless.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from eventsourcing.application import Application
from eventsourcing.persistence import (
    ApplicationRecorder,
    InfrastructureFactory,
    IntegrityError,
    PersistenceError,
    StoredEvent,
    Transcoder,
)
from eventsourcing.utils import Environment, EnvType

from ledger.admission import Prepared, Submission, prepare
from ledger.errors import ForkFound, LedgerError
from ledger.memory import LedgerMemory
from ledger.recorded import EntryEvent, ExactBytes
from ledger.replica import AdoptedEntry, ReplicaRefused
from ledger.store.seam import LedgerStore
from ledger.verify.history import History
from ledger.verify.merkle import leaf_hash
from ledger.verify.wording import Refusal

MOST_AT_ONCE = 400  # entries in one append; a much longer one has been seen to hang a database
_PAGE = 500
_LOOKS = 3  # at a store that goes backwards while it is read


@dataclass(frozen=True, slots=True)
class Submitted:
    """Answer to one submitted entry: id (hex), log index it gets, True when it was there before."""

    id: str
    index: int
    known: bool


Outcome = list[Submitted] | Refusal
"""Of one submission: an answer an entry, or the refusal with `position` and `done`, see `submit`."""


class TraceLedger(Application[str]):
    """Appends verified entries. Streams are journals: originator = key id, version = seq.

    May be used by several threads; appends happen one after the other.
    """

    name = "ocop"

    def __init__(
        self,
        store: LedgerStore,
        roots: frozenset[str] | None = None,
        *,
        check: Callable[[LedgerStore], None] | None = None,
    ) -> None:
        """`roots` are the root keys (hex) that genesis must name; None accepts the file's own.

        `check` raises a LedgerError when the store's sealed log is not the one seen before; it is
        asked whenever the store is read anew.
        """
        self.store = store
        super().__init__()
        self._roots = roots
        self._check = check
        self._memory = LedgerMemory(store, roots)
        self._memory_lock = threading.RLock()
        self._doubtful = False

    # The library would read the process environment here; the store is already made.
    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> InfrastructureFactory:
        return InfrastructureFactory.construct(env)

    def construct_transcoder(self) -> Transcoder:
        return ExactBytes()

    def construct_recorder(self) -> ApplicationRecorder:
        return self.store.recorder

    @property
    def history(self) -> History:
        """Keys, registry and journal heads, as of the last `catch_up` or submission."""
        return self._memory.history

    @property
    def size(self) -> int:
        """Number of entries, sealed or not, as of the last `catch_up` or submission."""
        return self._memory.size

    def party_of(self, entry_id: str) -> tuple[str, str] | None:
        """(type, party) of a recorded entry, or None."""
        with self._memory_lock:
            return self._memory.party_of(entry_id)

    def catch_up(self) -> None:
        """Follow what other processes have appended since; see `LedgerMemory.follow`."""
        with self._memory_lock:
            # Once memory may have gone ahead of the disk, it is made anew from what is there.
            doubtful, self._doubtful = self._doubtful, True
            if doubtful or not self._memory.follow():
                self._memory = self._read_anew()
            self._doubtful = False

    def _read_anew(self) -> LedgerMemory:
        """Another server may have taken over, without what was recorded last."""
        for _ in range(_LOOKS):
            if self._check is not None:
                self._check(self.store)
            memory = LedgerMemory(self.store, self._roots)
            if memory.follow():
                return memory
        raise LedgerError("store-unwritable", why="it went backwards while it was read")

    def submit(self, raw_entries: Sequence[bytes]) -> list[Submitted]:
        """Verify and append entries in order; durable when this returns.

        Entries before an offending one stay recorded.

        Raises:
            ForkFound: another entry stands at the same journal position; carries both.
            LedgerError: the store cannot be written; nothing was recorded but what `done` names.
            Refusal: whatever the verifier refuses. `position` on the error is the place of
                the offending entry, `done` the answers for those before it.
        """
        done: list[Submitted] = []
        for first in range(0, len(raw_entries), MOST_AT_ONCE):
            try:
                (outcome,) = self.submit_all([raw_entries[first : first + MOST_AT_ONCE]])
            except Refusal as refused:
                refused.done = done  # type: ignore[attr-defined]  # told to the API, see docstring
                raise
            if isinstance(outcome, Refusal):
                # Told to the API, see docstring.
                outcome.position += first  # type: ignore[attr-defined]
                outcome.done = done + outcome.done  # type: ignore[attr-defined]
                raise outcome
            done += outcome
        return done

    def submit_all(self, batches: Sequence[Sequence[bytes]]) -> list[Outcome]:
        """Several submissions, of at most 400 entries together, in one durable append.

        Each has an outcome of its own, as from `submit`.

        Raises:
            LedgerError: the store cannot be written; nothing of this call was recorded. Or, for
                `outcome-unknown`, nobody knows: repeating it is harmless.
            ValueError: more than 400 entries.
        """
        return self.append([self.prepare(batch) for batch in batches])

    def prepare(self, raw_entries: Sequence[bytes]) -> Submission:
        """What can be done for a submission before `append`: most of the work, without a lock."""
        return prepare(raw_entries, self.history.keys.records)

    def append(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """Decide on prepared submissions and save what passes, as `submit_all`."""
        offered = sum(len(one.entries) for one in submissions)
        if offered > MOST_AT_ONCE:
            raise ValueError(f"{offered} entries, at most {MOST_AT_ONCE} at once")
        fresh: list[EntryEvent] = []
        with self.store.writing(), self._memory_lock:
            self.catch_up()
            self._doubtful = True
            outcomes = [self._decide(one, fresh) for one in submissions]
            self._save(fresh)
            if not fresh and any(map(_repeats, outcomes)):
                # Whoever recorded it may have been told that it is not safe yet.
                self.store.settle()
            self._doubtful = False
        return outcomes

    def _decide(self, submission: Submission, fresh: list[EntryEvent]) -> Outcome:
        done: list[Submitted] = []
        failure = submission.refusal
        try:
            for one in submission.entries:
                done.append(self._consider(one, fresh))  # noqa: PERF401  # kept when one is refused
        except Refusal as refused:
            failure = refused
        if failure is None:
            return done
        # Told to the API, see `submit`.
        failure.position = len(done)  # type: ignore[attr-defined]
        failure.done = done  # type: ignore[attr-defined]
        return failure

    def _consider(self, one: Prepared, fresh: list[EntryEvent]) -> Submitted:
        memory, entry, statement = self._memory, one.entry, one.statement
        replica = self.store.replica
        if replica is not None and entry.keyid not in replica.own:
            raise ReplicaRefused("entry-for-hub", keyid=entry.keyid.hex())
        head = memory.history.journals.get(entry.keyid)
        if head is not None and statement.seq <= head.seq:
            # Only here can it be stored already: no journal has entries above its head.
            index = self._index_of(entry.id)
            if index is not None:
                return Submitted(entry.id.hex(), index, known=True)
            self._refuse_fork(one, fresh)
        index = memory.admit(entry, statement, signed=one.signed)
        fresh.append(EntryEvent.of(entry, statement.seq))
        return Submitted(entry.id.hex(), index, known=False)

    def adopt(self, entries: Sequence[AdoptedEntry]) -> int:
        """Save entries that came from the hub, in one durable append; returns how many are new.

        The caller has checked them at their place in the hub's log; those that are here already
        are left out, so that adopting again is harmless. At most 400.

        Raises:
            ForkFound: another entry stands at the same journal position.
            ReplicaRefused: this is no replica, or an entry of its own journals is not here.
            LedgerError: the store cannot be written; nothing of this call was saved.
        """
        if len(entries) > MOST_AT_ONCE:
            raise ValueError(f"{len(entries)} entries, at most {MOST_AT_ONCE} at once")
        with self.store.writing(), self._memory_lock:
            fresh = [one for one in entries if self.store.entry(one.entry.id) is None]
            for one in fresh:
                self._refuse_misplaced(one)
            if fresh:
                # Memory follows them from the store, as it follows another process.
                self._doubtful = True
                self._insert([EntryEvent.of(one.entry, one.statement.seq) for one in fresh])
                self._doubtful = False
            self.catch_up()
        return len(fresh)

    def _refuse_misplaced(self, one: AdoptedEntry) -> None:
        replica, entry = self.store.replica, one.entry
        if replica is None:
            raise ReplicaRefused("no-replica")
        journal, seq = entry.keyid.hex(), one.statement.seq
        stored = self.store.entry_at(journal, seq)
        if stored is not None:
            raise ForkFound(journal, seq, stored, entry.raw)
        if entry.keyid in replica.own:
            raise ReplicaRefused("own-entry-missing", seq=seq)

    def _index_of(self, entry_id: bytes) -> int | None:
        """Log index of a recorded entry: its leaf's, or the one that the next sealing will give it."""
        seen = self._memory.seen(entry_id.hex())
        if seen is not None:
            return seen[2]
        if self.store.entry(entry_id) is None:
            return None
        index = self.store.index_of(entry_id)
        if index is not None:
            return index
        position = self.store.sealed_position()
        index = self.store.counted(position)
        while rows := self.store.after(position, _PAGE):
            for position, raw in rows:  # noqa: B007  # the last one is where the next page begins
                if leaf_hash(raw) == entry_id:
                    return index
                index += 1
        # Sealed by another process since we asked for its leaf.
        return self.store.index_of(entry_id)

    def _refuse_fork(self, one: Prepared, fresh: list[EntryEvent]) -> None:
        entry, seq = one.entry, one.statement.seq
        journal = entry.keyid.hex()
        record = self.history.keys.records.get(entry.keyid)
        if record is None:
            return  # an unknown key is refused for that, whatever position it names
        one.verify(record.public)
        stored = self.store.entry_at(journal, seq)
        if stored is None:
            stored = next(
                (
                    other.state
                    for other in fresh
                    if (other.originator_id, other.originator_version) == (journal, seq)
                ),
                None,
            )
        if stored is not None:
            raise ForkFound(journal, seq, stored, entry.raw)

    def _save(self, fresh: list[EntryEvent]) -> None:
        if fresh:
            self._memory.reached(self._insert(fresh), fresh[-1].entry_id.hex())

    def _insert(self, fresh: list[EntryEvent]) -> int:
        try:
            positions = self.recorder.insert_events(cast("list[StoredEvent]", fresh))
        except (PersistenceError, IntegrityError, OSError) as wrong:
            raise LedgerError("store-unwritable", why=str(wrong)) from wrong
        assert positions is not None  # both stores tell
        return positions[-1]


def _repeats(outcome: Outcome) -> bool:
    """Whether an entry of it is acknowledged though this append does not save it."""
    done: list[Submitted] = (
        getattr(outcome, "done", []) if isinstance(outcome, Refusal) else outcome
    )
    return any(one.known for one in done)
