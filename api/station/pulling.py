"""What a station takes from its hub, and how it is checked before anything is kept.

An answer is taken whole or not at all: the checkpoint by the log's key (and by the witnesses, when
that is asked), its consistency with the newest one verified, the inclusion of every entry and of
the own statements, every signature and key at its place in the hub's log. Then: places, entries,
cursor, in this order, each durably. A kill in between repeats an answer, which changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from api.station.answers import Misread, Pulled, pulled
from api.station.errors import Frozen, StationError
from api.station.hub_client import HubClient, HubRefused
from api.station.outbox import Outbox
from api.station.state import StationState, Verified
from ledger.application import TraceLedger
from ledger.errors import ForkFound
from ledger.replica import AdoptedEntry, HubChecks, ReplicaRefused, checks_of
from ledger.verify.checkpoint import Checkpoint, cosignatures, open_checkpoint
from ledger.verify.merkle import leaf_hash, verify_consistency
from ledger.verify.multiproof import paths_of, verify_many
from ledger.verify.note import parse_note
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal

MOST_PROVED = 2000
MOST_TAKEN = 400


@dataclass(slots=True)
class Inbox:
    """What one station takes. `witnessed` asks for the quorum of the trust file."""

    ledger: TraceLedger
    state: StationState
    client: HubClient
    outbox: Outbox
    trust: Trust
    witnessed: bool = False
    _checks: HubChecks | None = field(default=None, init=False)
    _checked_to: tuple[int, int] = field(default=(0, 0), init=False)

    def take(self, taken: Callable[[int], None], wanted: Callable[[], bool]) -> int:
        """Ask and adopt until there is no more, as long as it is `wanted`; how many were new.

        `taken` is told after each answer how many came so far.

        Raises:
            Frozen: the hub's head of this station's journal shows another copy of the key.
            StationError: the hub is away, or what it sent does not hold; nothing of it was kept.
        """
        done, more = 0, True
        while more and wanted():
            before, answer = self.state.cursor(), self._ask()
            done += self._adopt(answer)
            taken(done)
            # Whatever became acknowledged long ago and was sealed since is proved, too.
            # A hub that is busy says that there is more and goes no further: the next round asks.
            further = answer.more and answer.place != before
            more = further or self._still_unproved(answer.size)
        return done

    def _still_unproved(self, size: int) -> bool:
        left = self.state.unproved(1)
        return bool(left) and min(left) < size

    def _ask(self) -> Pulled:
        newest, frozen = self.state.newest(), self.state.frozen()
        after, start = self.state.cursor()
        asked: dict[str, Any] = {
            "after": after,
            "from": start,
            "size": 0 if newest is None else newest.size,
            "limit": MOST_TAKEN,
            "prove": sorted(self.state.unproved(MOST_PROVED)),
        }
        if self.witnessed:
            # The newest one is often a moment older than its cosignatures.
            asked["cosigned"] = True
        if frozen is not None:
            asked["frozen"] = frozen.code
        try:
            return pulled(self.client.pull(asked))
        except Misread as wrong:
            raise StationError("hub-answer", address=self.client.address, why=str(wrong)) from wrong
        except HubRefused as refused:
            if refused.reason == "key-ended":
                raise Frozen("ended") from refused
            if refused.reason == "size-ahead" and newest is not None:
                found = refused.problem.get("size", "?")
                raise StationError(
                    "hub-went-back", address=self.client.address, found=found, known=newest.size
                ) from refused
            raise

    def _adopt(self, answer: Pulled) -> int:
        try:
            newest, head = self._verified(answer)
            own = {
                index: entry
                for index, entry in self.state.unproved(MOST_PROVED).items()
                if index < head.size
            }
            leaves = {index: leaf_hash(raw) for index, raw in answer.entries} | own
            verify_many(leaves, head.size, answer.nodes, head.root)
            proofs = paths_of(own, leaves, head.size, answer.nodes)
            entries = self._checked(answer)
            if self.state.frozen() is None:
                self.outbox.check_head(answer.head)
        except Frozen:
            raise
        except StationError:
            self._checks = None
            raise
        except Refusal as refused:
            self._checks = None
            # If it was wrong about where own statements are, sending them again corrects it.
            self.state.forget_unproved()
            raise StationError(
                "hub-unproved", address=self.client.address, why=str(refused)
            ) from refused
        return self._keep(answer, newest, entries, proofs)

    def _verified(self, answer: Pulled) -> tuple[Verified, Checkpoint]:
        head = open_checkpoint(answer.checkpoint, self.trust.log_key)
        if head.size != answer.size:
            raise StationError("hub-answer", address=self.client.address, why="size")
        known = self.state.newest()
        if known is not None:
            if head.size < known.size:
                raise StationError(
                    "hub-went-back",
                    address=self.client.address,
                    found=head.size,
                    known=known.size,
                )
            verify_consistency(known.size, head.size, answer.consistency, known.root, head.root)
        if self.witnessed:
            signed = cosignatures(parse_note(answer.checkpoint), self.trust.witnesses)
            if len(signed) < self.trust.quorum:
                raise StationError(
                    "quorum-missing",
                    address=self.client.address,
                    found=len(signed),
                    needed=self.trust.quorum,
                )
        self._refuse_place(answer)
        return Verified(head.size, head.root, answer.checkpoint), head

    def _refuse_place(self, answer: Pulled) -> None:
        """A place beyond the log, once noted, would skip for good what an honest hub has later.

        One that goes back would be asked for without end.
        """
        asked, (until, following) = self.state.cursor(), answer.place
        beyond = until > max(answer.size, asked[0]) or following > max(answer.size, asked[1])
        if beyond or answer.place < asked:
            raise StationError("hub-answer", address=self.client.address, why="until")
        if len(answer.entries) > MOST_TAKEN:
            raise StationError("hub-answer", address=self.client.address, why="entries")

    def _checked(self, answer: Pulled) -> list[AdoptedEntry]:
        place = self.state.cursor()
        if self._checks is None or self._checked_to != place:
            self._checks = self._checks_so_far()
        found = [self._checks.check(index, raw) for index, raw in answer.entries]
        for one in found:
            known = self.state.hub_index(one.entry.id)
            if known not in {None, one.hub_index} and self.ledger.store.entry(one.entry.id):
                # When keys were good is told by places: a second one of the same entry is a lie.
                raise StationError(
                    "hub-unproved", address=self.client.address, why="an entry at two places"
                )
        return found

    def _checks_so_far(self) -> HubChecks:
        store, rows = self.ledger.store, dict[int, bytes]()
        for _, _, raw in store.steering(store.newest()):
            index = self.state.hub_index(leaf_hash(raw))
            if index is not None:
                rows[index] = raw
        return checks_of(rows, self.trust.roots)

    def _keep(
        self,
        answer: Pulled,
        newest: Verified,
        entries: list[AdoptedEntry],
        proofs: dict[int, list[bytes]],
    ) -> int:
        new = 0
        try:
            self.state.note_places((one.entry.id, one.hub_index) for one in entries)
            for first in range(0, len(entries), MOST_TAKEN):
                new += self.ledger.adopt(entries[first : first + MOST_TAKEN])
            self.state.pulled(answer.place, newest, proofs)
        except BaseException as wrong:
            # What was folded was not kept: fold again from what is here.
            self._checks = None
            if isinstance(wrong, ForkFound):
                raise StationError(
                    "hub-unproved", address=self.client.address, why=str(wrong)
                ) from wrong
            if isinstance(wrong, ReplicaRefused) and wrong.code == "own-entry-missing":
                here = self.outbox.recorded()
                raise Frozen("behind", hub=wrong.params["seq"], here=here) from wrong
            raise
        self._checked_to = answer.place
        return new
