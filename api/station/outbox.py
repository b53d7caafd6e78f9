"""The outbox: the tail of the station's own journal that the hub does not have yet.

It is no table: a statement is in it from the moment it is recorded until the hub has said that it
is on its disk. So nothing can be lost between ledger and outbox, whatever is killed when.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NoReturn

from api.station.answers import Head, Misread, Pushed, bytes_of, head_of, indexes_of, pushed
from api.station.errors import Frozen, StationError
from api.station.hub_client import HubAway, HubClient, HubRefused
from api.station.state import StationState
from api.station_wire.entry_bodies import MOST_ENTRIES
from ledger.application import TraceLedger
from ledger.verify.entry import parse_entry
from ledger.verify.merkle import leaf_hash
from ledger.verify.statement import read_statement
from ledger.verify.wording import Refusal

MOST_BATCH = 512 * 1024
"""Bytes of one push before packing: on a slow line about ten seconds, so little is repeated."""
_PASSING = frozenset({"input-unknown", "entry-for-hub"})
"""Refusals that pass: the hub lacks, for now, what another station sends; or it is another station."""
_TOO_SLOW = 408  # the line does not carry so large a batch in the time that the hub gives it
_REWINDS = 3  # in one round: a hub that goes on asking for other numbers is not in order


@dataclass(slots=True)
class Outbox:
    """What one station has to send."""

    ledger: TraceLedger
    state: StationState
    client: HubClient
    keyid: bytes
    _most: int = field(default=MOST_ENTRIES, init=False)

    def recorded(self) -> int:
        """Number of the last own statement."""
        self.ledger.catch_up()
        head = self.ledger.history.journals.get(self.keyid)
        return 0 if head is None else head.seq

    def waiting(self) -> int:
        """How many statements the hub has not acknowledged."""
        return max(self.recorded() - self.state.acknowledged(), 0)

    def send(self, sent: Callable[[int], None], wanted: Callable[[], bool]) -> int:
        """Send everything that waits, as long as it is `wanted`; returns how many.

        `sent` is told after each batch how many are still to go.

        Raises:
            Frozen: the hub has another journal of this key, or will never take this one.
            StationError: it is away, or does not keep to the format.
        """
        done, rewinds = 0, _REWINDS
        last = self.recorded()
        while wanted() and (first := self.state.acknowledged() + 1) <= last:
            batch = self._batch(first, last)
            try:
                answer = self._read(self.client.push(batch))
            except HubAway as away:
                if away.status == _TOO_SLOW:
                    self._most = max(len(batch) // 2, 1)
                raise
            except HubRefused as refused:
                rewinds -= 1
                self._refused(refused, first, batch)
                if rewinds < 0:
                    raise
                continue
            self._took(first, batch, answer)
            done += len(batch)
            sent(last - first - len(batch) + 1)
        return done

    def check_head(self, head: Head | None) -> None:
        """Compare the journal's head at the hub with this folder's.

        What a hub that was put back has lost is sent again.

        Raises:
            Frozen: `behind`, the hub has more; `fork`, the hub has another statement there.
            StationError: it says so and does not show the statement that this key has signed.
        """
        there = 0 if head is None else head.seq
        if there < self.state.acknowledged():
            self.state.forget_from(there + 1)
        if head is None:
            return
        here = self.recorded()
        if head.seq > here:
            self._refuse_unshown(head.seq, head.id, head.entry)
            raise Frozen("behind", hub=head.seq, here=here)
        raw = self.ledger.store.entry_at(self.keyid.hex(), head.seq)
        if raw is None or leaf_hash(raw) != head.id:
            self._refuse_unshown(head.seq, head.id, head.entry)
            raise Frozen("fork", seq=head.seq)

    def _refuse_unshown(self, seq: int, entry_id: bytes, raw: bytes) -> None:
        """Stopping is for good, so a hub's bare word is not enough for it."""
        try:
            entry = parse_entry(raw)
            own = entry.id == entry_id and entry.keyid == self.keyid
            if own and read_statement(entry.payload).seq == seq:
                self.client.public.verify(entry.signature, entry.signed)
                return
        except Refusal:
            pass
        why = f"no statement {seq} of this key"
        raise StationError("hub-unproved", address=self.client.address, why=why)

    def _batch(self, first: int, last: int) -> list[bytes]:
        batch: list[bytes] = []
        size = 0
        for seq in range(first, min(first + self._most, last + 1)):
            raw = self.ledger.store.entry_at(self.keyid.hex(), seq)
            if raw is None or (batch and size + len(raw) > MOST_BATCH):
                break
            batch.append(raw)
            size += len(raw)
        return batch

    def _read(self, value: dict[str, object]) -> Pushed:
        try:
            return pushed(value)
        except Misread as wrong:
            raise StationError("hub-answer", address=self.client.address, why=str(wrong)) from wrong

    def _took(self, first: int, batch: list[bytes], answer: Pushed) -> None:
        if len(answer.indexes) != len(batch):
            raise StationError("hub-answer", address=self.client.address, why="indexes")
        self.check_head(answer.head)
        if answer.head.seq < first + len(batch) - 1:
            raise StationError("hub-answer", address=self.client.address, why="head")
        self._acknowledge(first, batch, answer.indexes)

    def _acknowledge(self, first: int, batch: list[bytes], indexes: list[int]) -> None:
        ids = [leaf_hash(raw) for raw in batch]
        self.state.acknowledge(first, list(zip(ids, indexes, strict=False)))

    def _refused(self, refused: HubRefused, first: int, batch: list[bytes]) -> None:
        """What to do about a push that was not taken whole; raises unless it may go on."""
        problem = refused.problem
        if refused.status == 413 and len(batch) > 1:
            self._most = max(len(batch) // 2, 1)
            return
        if refused.reason == "key-ended":
            raise Frozen("ended") from refused
        try:
            before = indexes_of(problem.get("indexes", []))[: len(batch)]
        except Misread:
            before = []
        if before:
            self._acknowledge(first, batch, before)
        if refused.reason == "fork":
            self._forked(refused, first + len(before), batch[len(before) :])
        if refused.reason == "seq-gap":
            self._rewind(refused)
        elif (
            "position" in problem
            and refused.status in {400, 403, 422}
            and refused.reason not in _PASSING
        ):
            detail = str(problem.get("detail", refused.reason))[:200]
            raise Frozen("refused", seq=first + len(before), detail=detail) from refused
        else:
            raise refused

    def _forked(self, refused: HubRefused, seq: int, offered: list[bytes]) -> NoReturn:
        try:
            stored = bytes_of(refused.problem.get("stored", ""))
        except Misread:
            stored = b""
        self._refuse_unshown(seq, leaf_hash(stored), stored)
        if stored in offered[:1]:
            raise refused
        raise Frozen("fork", seq=seq) from refused

    def _rewind(self, refused: HubRefused) -> None:
        """The hub wants another number next: it lost some, or answers were lost on the way."""
        expected = refused.problem.get("expected")
        if type(expected) is not int or expected < 1:
            raise refused
        if expected > self.recorded() + 1:
            with suppress(Misread):
                self.check_head(head_of(self.client.status().get("head")))
            raise refused
        if expected > self.state.acknowledged() + 1:
            # It has statements here that this station's memory lacks; ask for them from the start.
            self.state.forget_from(1)
        else:
            self.state.forget_from(expected)
