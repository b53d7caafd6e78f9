"""A campaign of kill -9: what a client of a hub sees while its processes die one after another.

A kill counts as *between commit and acknowledgement* when a statement

1. was read from the database before the kill, by a connection of the campaign's own,
2. was read from it again after the kill, and
3. its acknowledgement had not reached the client when the victim was dead.

What the acknowledgement is depends on what the victim contributes to it:

* `worker` and `database`: the answer that the statement is recorded. On PostgreSQL the answer of
  the database itself is lost on the wire (`gate.py`), so that not even the worker had it; on
  SQLite, where both are one process, the worker keeps its answer to itself.
* `sequencer`: the answer to a client that waits for the seal (`?wait=seal`).
* `projector`: the page that shows the lot.

For the last two it is read besides, before anybody takes over, whether the dead one had committed
its own part: a checkpoint over the statement, or the tables' row of the lot with the tree size.
Every second time the kill waits for it, so that both sides of that commit are hit.

Every second kill of each victim is aimed there. The others fall anywhere, and none of them counts.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from psycopg.conninfo import make_conninfo

from api.settings import Settings
from api.stores import open_store
from ledger.errors import LedgerError
from ledger.projections.views import Views
from tests.postgres.cluster import Cluster
from tests.reliability.gate import Gate, gate
from tests.reliability.model import leaf, root
from tests.reliability.places import Place
from tests.reliability.troupe import Troupe, troupe
from tests.store import small_ledger

_WITHIN = 30.0
# What the client waits for, and the seconds after the commit in which an aimed kill falls: about
# as long as the victim needs for its part.
_UNTIL = {"worker": "recorded", "database": "recorded", "sequencer": "sealed", "projector": "shown"}
_SPREAD = {"worker": 0.002, "database": 0.002, "sequencer": 0.012, "projector": 0.020}
_PARTS = {"sequencer": "its seal", "projector": "its row"}
_SIGNATURE = 64  # bytes at the end of an entry


@dataclass(slots=True)
class Seen:
    """The client's own account. `part_done`: aimed kills after which the dead one's part was there."""

    acknowledged: dict[int, str] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    between: Counter[str] = field(default_factory=Counter)
    part_done: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def told(self) -> str:
        """The counts, for people."""
        return ", ".join(
            f"{role} {self.between[role]} of {count}{self._part(role)}"
            for role, count in self.kills.items()
        )

    def _part(self, role: str) -> str:
        if role not in _PARTS:
            return ""
        done = self.part_done[role]
        return f" ({self.between[role] - done} before {_PARTS[role]}, {done} after it)"


class Campaign:
    """Submits entries one by one; at each round one victim is killed and replaced."""

    def __init__(
        self,
        folder: Path,
        entries: list[bytes],
        victims: Sequence[str],
        seed: int,
        cluster: Cluster | None = None,
    ) -> None:
        """`cluster` is the server of a ledger on PostgreSQL; it dies for the victim `database`."""
        self.seen = Seen()
        self._folder = folder
        self._entries = entries
        self._ids = [leaf(raw) for raw in entries]
        self._victims = victims
        self._chance = random.Random(seed)
        self._cluster = cluster
        self._gate: Gate | None = None
        self._settings = Settings.load(folder / "settings.json")

    def run(self, kills: int) -> None:
        """Kill `kills` times, each victim in turn, every second time of each one in the gap."""
        with ExitStack() as ends:
            self._store = open_store(self._folder, self._settings)
            ends.callback(self._store.close)
            self._views = Views(self._folder / "views.db")
            ends.callback(self._views.close)
            if self._cluster is not None:
                self._gate = ends.enter_context(gate(self._cluster.port))
                self._go_through(self._gate.port)
                ends.callback(self._settings.save, self._folder / "settings.json")
            actors = ends.enter_context(troupe(self._folder, self._entries))
            for role in ("worker", "sequencer", "projector"):
                actors.start(role)
            for number in range(kills):
                spare = len(self._entries) - len(self.seen.acknowledged) - (kills - number)
                for _ in range(min(self._chance.randint(0, 2), spare)):
                    self._submit(actors)
                victim = self._victims[number % len(self._victims)]
                self._round(actors, victim, aimed=self.seen.kills[victim] % 2 == 0)
            while len(self.seen.acknowledged) < len(self._entries):
                self._submit(actors)
            # The replaced sequencer and projector do their work by themselves.
            patiently(
                lambda: (
                    not self._store.after(self._store.sealed_position(), 1)
                    and self._views.size == self._store.size()
                )
            )

    def _go_through(self, port: int) -> None:
        """Send the hub's processes through the gate; the campaign itself reads past it."""
        assert self._settings.database is not None
        database = make_conninfo(self._settings.database, port=port)
        replace(self._settings, database=database).save(self._folder / "settings.json")

    def _submit(self, actors: Troupe) -> None:
        number = len(self.seen.acknowledged)
        if number < len(self._entries):
            actors.actors["worker"].tell(f"{number} recorded free")
            self._acknowledged(actors, number)

    def _round(self, actors: Troupe, victim: str, *, aimed: bool) -> None:
        number, worker = len(self.seen.acknowledged), actors.actors["worker"]
        assert number < len(self._entries), "the campaign ran out of entries"
        on_the_wire = self._gate is not None and victim in ("worker", "database")
        if aimed and self._gate is not None and on_the_wire:
            self._gate.hold(self._entries[number][-_SIGNATURE:])
        held = aimed and not on_the_wire
        worker.tell(f"{number} {_UNTIL[victim]} {'held' if held else 'free'}")
        if aimed:
            patiently(lambda: self._there(number))
            if victim in _PARTS and self.seen.between[victim] % 2:
                patiently(lambda: self._part_there(victim, number))
            time.sleep(self._chance.random() * _SPREAD[victim])
        else:
            # Anywhere in the append, the sealing or the projection (each some milliseconds).
            time.sleep(self._chance.random() * 0.008)
        self._strike(actors, victim)
        if aimed:
            self._count(victim, number)
        if victim != "database":
            actors.start(victim)
        if victim != "worker":
            if held:
                worker.tell("go on")
            self._acknowledged(actors, number)
        elif number not in self.seen.acknowledged:
            # A client that got no answer sends the same again.
            actors.actors["worker"].tell(f"{number} recorded free")
            known = self._acknowledged(actors, number)
            assert known or not aimed, "what was committed is not there after the kill"

    def _strike(self, actors: Troupe, victim: str) -> None:
        """Kill; all that the client has heard when the victim is dead is noted."""
        self.seen.kills[victim] += 1
        if victim == "database":
            assert self._cluster is not None and self._gate is not None
            self._cluster.kill()
            said = actors.actors["worker"].heard()
        else:
            said = actors.kill(victim)
            if victim != "worker":
                said = actors.actors["worker"].heard()
        for words in said:
            self._note(words)
        if self._gate is not None:
            self._gate.cut()
        if victim == "database" and self._cluster is not None:
            self._cluster.start()

    def _count(self, victim: str, number: int) -> None:
        """The dead one is not replaced yet: what is there now is what it left."""
        unheard = number not in self.seen.acknowledged
        patiently(lambda: self._there(number))
        if not unheard:
            return
        self.seen.between[victim] += 1
        self.seen.part_done[victim] += self._part_there(victim, number)

    def _part_there(self, victim: str, number: int) -> bool:
        """True when the victim has committed what it does for the entry."""
        index = self._store.index_of(self._ids[number])
        return index is not None and (victim != "projector" or self._views.size > index)

    def _there(self, number: int) -> bool:
        """True when the entry can be read from the database."""
        try:
            return self._store.entry(self._ids[number]) == self._entries[number]
        except LedgerError:  # it was killed a moment ago: the next call connects anew
            return False

    def _acknowledged(self, actors: Troupe, number: int) -> bool:
        """Wait for the acknowledgement of an entry; True when it had been recorded before."""
        words: list[str] = []
        while number not in self.seen.acknowledged:
            words = actors.actors["worker"].hear()
            assert words, "the worker died by itself"
            self._note(words)
        return words[-1:] == ["1"]

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


def patiently(so: Callable[[], bool]) -> None:
    """Ask until it is so; far from all day."""
    deadline = time.monotonic() + _WITHIN
    while not so():
        assert time.monotonic() < deadline, "what was recorded is lost, or nobody seals or projects"
        time.sleep(0.0005)


def kill(
    place: Place, kills: int, victims: Sequence[str], seed: int, cluster: Cluster | None = None
) -> None:
    """Run a campaign on a new ledger of `place` and check that nothing at all came of it."""
    folder = place.fresh()
    with small_ledger.opened(folder) as services:
        before = services.store.size()
        entries = [one.raw for one in small_ledger.signed_harvests(services, kills * 2 + 5)]
    campaign = Campaign(folder, entries, victims, seed, cluster)
    campaign.run(kills)
    seen = campaign.seen
    figures = (
        f"{place.name}: {sum(seen.kills.values())} kills, of these between commit and "
        f"acknowledgement {sum(seen.between.values())}: {seen.told()}; "
        f"{len(seen.acknowledged)} acknowledged, {seen.repeated} answered as known, "
        f"refusals while the database was away {dict(seen.refused)}"
    )
    print(figures)
    assert sum(seen.kills.values()) == kills, figures
    assert all(seen.between[role] * 2 >= count for role, count in seen.kills.items()), figures
    assert all(seen.part_done[role] * 3 >= seen.between[role] for role in _PARTS), figures
    # Whoever got no answer to what was recorded was told so when it asked again.
    assert seen.repeated >= seen.between["worker"] + seen.between["database"], figures
    # 0 lost: what was acknowledged is what was sent, and it is there; 0 duplicated: just once.
    ids = [leaf(raw).hex() for raw in entries]
    assert [seen.acknowledged[number] for number in range(len(ids))] == ids, figures
    # 0 gaps, 0 forks: a dense log, and one tree through all checkpoints ever issued.
    assert small_ledger.check_ledger(folder, bundles=20) == before + len(ids), figures
    with small_ledger.opened(folder) as after:
        stored = [raw for _, raw in after.store.sealed(0, 1_000_000)]
        assert [raw for _, raw in small_ledger.said(after, before)] == entries, figures
        head = after.log.head()
    # The same tree as one that never was killed.
    assert head is not None
    assert head.root == root([leaf(raw) for raw in stored]), figures
