"""Whether this process should get requests: everything that a statement needs, looked at now.

Nothing is written to find out. Each question has two seconds; answers are kept for one second, so
that a crowd of askers costs no more than one.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from api.background.heartbeat import Heartbeat
from api.keeping.cut_moves import refuse_left
from api.keeping.errors import RolledBack
from api.routes.services import Services
from api.stores import reads_only
from api.watching import metrics
from api.watching.bounded import Bounded, TookTooLong
from api.watching.errors import NotReady
from api.watching.lag import LagWatch
from api.watching.rights import Room, disk_room, may
from ledger.signing import load_key, read_secret
from ledger.store import guard
from ledger.verify.wording import Refusal

if TYPE_CHECKING:
    from api.watching.server_state import ServerProbe

LIMIT = 2.0
KEPT = 1.0
MOST_LAG = 10.0
"""Seconds by which sealing and projection may lag."""
_REFUSED_FOR = 30.0
_LEAST_FREE_MB = 32
_MB = 1024 * 1024

Faults = list[Refusal]


class Readiness:
    """Asks and remembers, for one process."""

    def __init__(
        self,
        services: Services,
        clock: Callable[[], float] = time.monotonic,
        room: Room = disk_room,
    ) -> None:
        """`clock` gives seconds that never go back, `room` (all, free) bytes of a path's disk."""
        self._room = room
        self._services = services
        self._clock = clock
        self._bounded = Bounded[Faults](LIMIT)
        self._lock = threading.Lock()
        self._known: tuple[float, Faults] | None = None
        self._reader = reads_only(services.folder, services.settings)
        self._probe: ServerProbe | None = None
        if services.settings.database is not None:
            from api.watching.server_state import ServerProbe  # PostgreSQL's library is large

            passwords = services.folder / "keys" / "pgpass"
            self._probe = ServerProbe(services.settings.database, passwords)
        self.sealing = LagWatch(clock)
        self.projecting = LagWatch(clock)

    def faults(self) -> Faults:
        """What stands against being ready; empty when nothing does. Never raises."""
        with self._lock:
            if self._known is not None and self._clock() - self._known[0] < KEPT:
                return self._known[1]
            questions: dict[str, Callable[[], Faults]] = {
                "store": self._store,
                "disk": self._disk,
                "sealing": self._sealing,
                "projection": self._projection,
                "keys": self._keys,
                "memory": self._memory,
            }
            found: Faults = []
            for name, answer in self._bounded.ask(questions).items():
                if isinstance(answer, TookTooLong):
                    found.append(NotReady("no-answer", check=name, seconds=str(LIMIT)))
                elif isinstance(answer, Exception):
                    found.append(_away(answer))
                else:
                    found += answer
            self._known = self._clock(), _once(found)
            return self._known[1]

    def close(self) -> None:
        """Hang up."""
        if self._probe is not None:
            self._probe.close()

    def look(self) -> None:
        """Note how far sealing and projection are; called each second by whoever can."""
        self._sealing()
        self._projection()

    def _store(self) -> Faults:
        found: Faults = []
        failed = metrics.last_failure()
        if failed is not None and failed[0] < _REFUSED_FOR:
            found.append(NotReady("store-refused", seconds=round(failed[0]), why=failed[1]))
        if self._reader:
            self._services.store.newest()
            return found
        if self._probe is None:
            refuse_left(self._services.folder)
            version = guard.schema_version(self._services.folder / "ledger.db")
            found += _schema(version, guard.SCHEMA_VERSION)
            self._services.store.newest()
            return found
        # Asked first: to the store, a server that takes no writes is none at all.
        state = self._probe.state()
        if state.in_recovery or state.read_only:
            code = "store-standby" if state.in_recovery else "store-read-only"
            return [*found, NotReady(code, where=state.where)]
        if other := _schema(state.schema, _expected()):
            return found + other
        self._services.store.newest()
        return found

    def _disk(self) -> Faults:
        """Of this machine: whether the folder and a ledger in it can be written."""
        found: Faults = []
        folder = self._services.folder
        elsewhere = self._reader or self._probe is not None
        paths = [folder] if elsewhere else [folder, folder / "ledger.db"]
        found += [NotReady("store-read-only", where=one) for one in paths if not may(one, os.W_OK)]
        if found:
            return found
        free = self._room(folder)[1] // _MB
        if free < _LEAST_FREE_MB:
            found.append(NotReady("disk-full", free=free, path=folder))
        return found

    def _sealing(self) -> Faults:
        store = self._services.store
        done = store.sealed_position()
        waited = self.sealing.look(store.newest(), done)
        return [NotReady("seal-lags", seconds=round(waited))] if waited > MOST_LAG else []

    def _projection(self) -> Faults:
        services = self._services
        done = services.views.size
        size = services.reading.size()
        waited = self.projecting.look(size, done)
        found: Faults = []
        beat = Heartbeat.read(services.folder)
        if beat is not None and beat.trouble is not None:
            found.append(NotReady("projection-stuck", why=beat.trouble.en))
        if waited > MOST_LAG:
            found.append(NotReady("views-lag", entries=size - done, seconds=round(waited)))
        else:
            age = services.data_age()
            if age is not None and age > MOST_LAG:
                found.append(NotReady("views-old", seconds=round(age)))
        return found

    def _keys(self) -> Faults:
        keys = self._services.folder / "keys"
        try:
            if not self._reader:
                load_key(keys / "log.pem")
            read_secret(keys / "label.key")
        except Refusal as wrong:
            return [wrong]
        except OSError as wrong:
            return [NotReady("keys-unreadable", why=str(wrong))]
        return []

    def _memory(self) -> Faults:
        try:
            self._services.memory.check(self._services.store)
        except RolledBack as wrong:
            return [wrong]
        return []


def _expected() -> int:
    from ledger.store.postgres.schema import SCHEMA_VERSION

    return SCHEMA_VERSION


def _schema(found: int, expected: int) -> Faults:
    return [] if found == expected else [NotReady("schema-differs", found=found, expected=expected)]


def _away(wrong: Exception) -> Refusal:
    if isinstance(wrong, Refusal):
        return wrong  # says already what to do
    known = isinstance(wrong, sqlite3.Error | OSError)
    return NotReady("store-away", why=str(wrong) if known else type(wrong).__name__)


def _once(found: Faults) -> Faults:
    """Each sentence once: three questions to one dead database give three times the same."""
    return list({one.say("en"): one for one in found}.values())
