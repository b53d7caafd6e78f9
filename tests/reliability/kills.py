"""A campaign of kill -9: what a client of a hub sees while its processes die one after another."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from api.settings import Settings
from api.stores import open_store
from ledger.projections.views import Views
from tests.reliability.model import leaf, root
from tests.reliability.places import Place
from tests.reliability.troupe import Troupe, troupe
from tests.store import small_ledger

_SEALED_WITHIN = 10.0


@dataclass(slots=True)
class Seen:
    """The client's own account."""

    acknowledged: dict[int, str] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    between: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Campaign:
    """Submits entries one by one; at each round one victim is killed and replaced."""

    def __init__(
        self,
        folder: Path,
        entries: list[bytes],
        victims: Sequence[str],
        seed: int,
        crash: Callable[[], None] | None = None,
    ) -> None:
        """`crash` kills the database and starts it again, for the victim `database`."""
        self.seen = Seen()
        self._folder = folder
        self._entries = entries
        self._victims = victims
        self._chance = random.Random(seed)
        self._crash = crash

    def run(self, kills: int) -> None:
        """Kill `kills` times, each victim in turn, every second time of each one in the gap."""
        with troupe(self._folder, self._entries) as actors:
            for role in ("worker", "sequencer", "projector"):
                actors.start(role)
            for number in range(kills):
                spare = len(self._entries) - len(self.seen.acknowledged) - (kills - number)
                for _ in range(min(self._chance.randint(0, 2), spare)):
                    self._submit(actors)
                victim = self._victims[number % len(self._victims)]
                self._round(actors, victim, between=self.seen.kills[victim] % 2 == 0)
            while len(self.seen.acknowledged) < len(self._entries):
                self._submit(actors)
            self._wait_for_seal_and_views()

    def _submit(self, actors: Troupe) -> None:
        number = len(self.seen.acknowledged)
        if number < len(self._entries):
            actors.actors["worker"].tell(f"submit {number}")
            self._acknowledged(actors, number)

    def _round(self, actors: Troupe, victim: str, *, between: bool) -> None:
        number, worker = len(self.seen.acknowledged), actors.actors["worker"]
        assert number < len(self._entries), "the campaign ran out of entries"
        if between:
            worker.tell(f"hold {number}")
            while (words := worker.hear())[0] != "committed":
                self._note(words)
        else:
            worker.tell(f"submit {number}")
            # Anywhere in the append, the sealing or the projection (each some milliseconds).
            time.sleep(self._chance.random() * 0.008)
        self.seen.kills[victim] += 1
        self.seen.between[victim] += between
        if victim == "database":
            assert self._crash is not None
            self._crash()
        else:
            for words in actors.kill(victim):
                self._note(words)
            actors.start(victim)
        if victim != "worker":
            if between:
                worker.tell("go on")
            self._acknowledged(actors, number)
        elif number not in self.seen.acknowledged:
            # A client that got no answer sends the same again.
            actors.actors["worker"].tell(f"submit {number}")
            known = self._acknowledged(actors, number)
            assert known or not between, "what was committed is not there after the kill"

    def _acknowledged(self, actors: Troupe, number: int) -> bool:
        """Wait for the acknowledgement of an entry; True when it had been recorded before."""
        while number not in self.seen.acknowledged:
            words = actors.actors["worker"].hear()
            assert words, "the worker died by itself"
            self._note(words)
        return words[-1] == "1"

    def _note(self, words: list[str]) -> None:
        if words[0] == "ack":
            number = int(words[1])
            assert number == len(self.seen.acknowledged)
            self.seen.acknowledged[number] = words[2]
            self.seen.repeated += words[3] == "1"
        elif words[0] == "refused":
            self.seen.refused[words[2]] += 1
        elif words[0] == "fault":
            raise AssertionError(
                f"entry {words[1]} does not follow what was acknowledged: {words[2]}"
            )

    def _wait_for_seal_and_views(self) -> None:
        """The replaced sequencer and projector do their work by themselves."""
        store = open_store(self._folder, Settings.load(self._folder / "settings.json"))
        views = Views(self._folder / "views.db")
        try:
            deadline = time.monotonic() + _SEALED_WITHIN
            while store.after(store.sealed_position(), 1) or views.size < store.size():
                assert time.monotonic() < deadline, "nobody seals or projects any more"
                time.sleep(0.01)
        finally:
            views.close()
            store.close()


def kill(
    place: Place,
    kills: int,
    victims: Sequence[str],
    seed: int,
    crash: Callable[[], None] | None = None,
) -> None:
    """Run a campaign on a new ledger of `place` and check that nothing at all came of it."""
    folder = place.fresh()
    with small_ledger.opened(folder) as services:
        before = services.store.size()
        entries = [one.raw for one in small_ledger.signed_harvests(services, kills * 2 + 5)]
    campaign = Campaign(folder, entries, victims, seed, crash)
    campaign.run(kills)
    seen = campaign.seen
    figures = (
        f"{place.name}: {sum(seen.kills.values())} kills {dict(seen.kills)}, between commit and "
        f"acknowledgement {sum(seen.between.values())} {dict(seen.between)}; "
        f"{len(seen.acknowledged)} acknowledged, {seen.repeated} answered as known, "
        f"refusals while the database was away {dict(seen.refused)}"
    )
    print(figures)
    assert sum(seen.kills.values()) == kills, figures
    assert sum(seen.between.values()) * 2 >= kills, figures
    assert seen.repeated >= seen.between["worker"], figures
    # 0 lost: what was acknowledged is what was sent, and it is there; 0 duplicated: just once.
    ids = [leaf(raw).hex() for raw in entries]
    assert [seen.acknowledged[number] for number in range(len(ids))] == ids, figures
    # 0 gaps, 0 forks: a dense log, and one tree through all checkpoints ever issued.
    assert small_ledger.check_ledger(folder, bundles=20) == before + len(ids), figures
    with small_ledger.opened(folder) as after:
        stored = [raw for _, raw in after.store.sealed(0, 1_000_000)]
        assert stored[before:] == entries, figures
        head = after.log.head()
    # The same tree as one that never was killed.
    assert head is not None
    assert head.root == root([leaf(raw) for raw in stored]), figures
