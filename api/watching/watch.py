"""One process as those who watch see it: counts shared, lags followed, readiness, one scrape."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from api.routes.seal_wait import waiting_for
from api.routes.services import Services
from api.watching import metrics
from api.watching.bounded import Bounded
from api.watching.exposition import Values, everything
from api.watching.lag import unsealed
from api.watching.readiness import LIMIT, Readiness
from api.watching.running import Presence, Running, RunningFile
from api.watching.standbys import Standbys
from api.watching.stations import station_gauges
from api.watching.witnessed import witness_gauges
from ledger.verify.wording import Refusal


def program_version() -> str:
    """The version of the installed program; "unknown" when it runs from no installation."""
    try:
        return version("ocop-ledger")
    except PackageNotFoundError:
        return "unknown"


@contextmanager
def present(folder: Path, role: str) -> Iterator[Presence]:
    """Say in the folder that this process runs, and share what it counts, until the block ends.

    `role` is "web", "sequencer" or "projector".
    """
    began = time.time()
    me = Running(role, os.getpid(), program_version(), began, began)
    presence = Presence(
        RunningFile(folder, time.time),
        me,
        time.time,
        lambda: (metrics.COUNTS.snapshot(), metrics.gauges()),
    )
    presence.start()
    try:
        yield presence
    finally:
        presence.stop()


class Watch:
    """What /readyz and /metrics ask. Works without `lifespan`, only then alone and by looks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._asking = Bounded[Values](LIMIT)
        self._presence: Presence | None = None
        self.readiness = Readiness(services)
        self._standbys: Standbys | None = None
        settings = services.settings
        if settings.database is not None and settings.read_from:
            passwords = services.folder / "keys" / "pgpass"
            self._standbys = Standbys(settings.database, settings.read_from, passwords)
        services.station.count_appends(time.perf_counter, metrics.appended)
        metrics.watch("print_jobs", services.labelling.printing)
        metrics.watch("database_connections", self._connections)
        metrics.watch("scans_pending", lambda: {"": services.scans.stats().waiting})

    @asynccontextmanager
    async def lifespan(self, app: object) -> AsyncIterator[None]:
        """From the start of the server to its end."""
        del app
        stop = threading.Event()
        looking = threading.Thread(target=self._look, args=(stop,), name="lags", daemon=True)
        with present(self._services.folder, "web") as presence:
            self._presence = presence
            looking.start()
            try:
                yield
            finally:
                stop.set()
                looking.join(1)  # what it looks at is closed next
                self._presence = None
                waiting_for(self._services.station.log).finish()
                self.readiness.close()
                if self._standbys is not None:
                    self._standbys.close()

    def _connections(self) -> Values:
        """Of this process; none for a store that is a file."""
        found: dict[str, float] = {}
        services = self._services
        # Where nothing else is read from, both are one store.
        for store in {id(one): one for one in (services.store, services.reading)}.values():
            pool = getattr(store, "pool", None)
            if pool is not None:
                state = pool()
                found["in_use"] = found.get("in_use", 0) + state.in_use
                found["most"] = found.get("most", 0) + state.most
        return found

    def _look(self, stop: threading.Event) -> None:
        while not stop.wait(1.0):
            with contextlib.suppress(Refusal, sqlite3.Error, OSError):
                self.readiness.look()
            # Whoever lost the database over a statement may have ended since; this one has time.
            with contextlib.suppress(Refusal, sqlite3.Error, OSError):
                self._services.station.settle_held()

    def scrape(self) -> bytes:
        """Metrics of every process of the folder and of the ledger itself."""
        questions = self._questions()
        gauges: dict[str, Values] = {"scrape_complete": {"": 1}}
        for name, answer in self._asking.ask(questions).items():
            if isinstance(answer, Exception):
                gauges["scrape_complete"] = {"": 0}
            else:
                gauges[name] = answer
        presence = self._presence
        file = RunningFile(self._services.folder, time.time)
        me = None if presence is None else presence.me
        return everything(file, me, gauges, program_version())

    def _questions(self) -> dict[str, Callable[[], Values]]:
        services, readiness = self._services, self.readiness

        def waiting() -> Values:
            done = services.store.sealed_position()
            return {"": readiness.sealing.look(services.store.newest(), done)}

        standbys = self._standbys
        lags: dict[str, Callable[[], Values]] = {}
        if standbys is not None:
            lags = {
                "standby_up": lambda: standbys.gauge("up"),
                "standby_lag_seconds": lambda: standbys.gauge("seconds"),
                "standby_lag_bytes": lambda: standbys.gauge("bytes"),
            }
        # Asked of the store that takes statements: a standby that is read knows older answers.
        return {
            **lags,
            **witness_gauges(services.cosigned),
            **station_gauges(services),
            "log_sealed_entries": lambda: {"": services.store.size()},
            "views_entries": lambda: {"": services.views.size},
            "unsealed_entries": lambda: {"": unsealed(services.store)},
            "unsealed_oldest_seconds": waiting,
            "unprojected_entries": lambda: {
                "": max(services.store.size() - services.views.size, 0)
            },
            "views_age_seconds": lambda: {"": services.data_age() or 0},
            "spool_labels": lambda: _spool(services.folder / "spool.db"),
        }


def _spool(path: Path) -> Values:
    """Labels by state; nothing when nothing was ever printed here."""
    if not path.exists():
        return {}
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=1)
    try:
        return dict(connection.execute("SELECT state, count(*) FROM label GROUP BY state"))
    finally:
        connection.close()
