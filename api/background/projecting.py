"""The projection: brings the read models of this machine up to date, a moment after the sealing.

One process leads for a views file (a lock beside it), because it is the file that is written: with
a hub's ledger in PostgreSQL every machine has its own views and its own leader.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from threading import Event

from api.background.heartbeat import Heartbeat, Trouble, confirmed_at
from api.background.telling import Teller
from api.bootstrap import Services
from api.watching import metrics
from ledger.projections.errors import ProjectionRefused
from ledger.store.locks import Leaderships

ROLE = "projector"
PACE = 0.2
STAND_IN = 1.0
PAUSE = 0.5
_BEAT = 1.0


class ProjectionLoop:
    """Projects one log into one views file until it is told to stop."""

    def __init__(self, services: Services, ticks: Callable[[], float] = time.monotonic) -> None:
        """`ticks` is a clock in seconds that nobody sets."""
        self._folder = services.folder
        self._store = services.reading
        self._projector = services.projector
        self._tables = services.tables
        self._log = services.log
        self._memory = services.memory
        self._now = services.now
        self._ticks = ticks
        self._tell = Teller(ROLE)
        self._confirmed = confirmed_at(services.folder)
        self._size = 0
        self._due: tuple[dt.datetime, int] | None = None
        self._noted = 0
        self._beaten = 0.0
        self._counted = 0.0, 0
        self.leading = False

    def run(self, stop: Event) -> None:
        """Lead or stand in until `stop` is set.

        Nothing ends it: a database that is gone is waited for, and a statement that cannot be
        projected is tried again and named in the heartbeat, since leaving it out would be a lie.
        """
        leaderships = Leaderships(self._folder / "views.db")
        try:
            while not stop.is_set():
                self.leading = leaderships.lead(ROLE)
                self._tell.leads(self.leading)
                if self.leading:
                    self._lead(stop)
                else:
                    stop.wait(STAND_IN)
        finally:
            self.leading = False
            leaderships.close()

    def _lead(self, stop: Event) -> None:
        try:
            self._round()
            self._tell.well()
            self._store.wait(PACE)
        except Exception as wrong:
            # Whatever it is, pages that no longer follow are worse than another try.
            self._stumble(wrong)
            stop.wait(PAUSE)

    def _round(self) -> None:
        if self._due is None:
            self._due = self._moment(), self._store.newest()
        self._counted = self._ticks(), self._tables.size
        size = self._projector.catch_up(self._reached)
        began, newest = self._due
        # Views that know more than the log were made from one that was put back since.
        if self._store.sealed_position() >= newest and size == self._store.size():
            self._confirmed, self._due = self._later(began), None
            self._remember(size)
        self._reached(size)

    def _remember(self, size: int) -> None:
        """Every machine remembers what was sealed, not only the one that seals."""
        note = None if size == self._noted else self._log.checkpoint()
        if note is not None:
            self._memory.note(note)
            self._noted = size

    def _later(self, began: dt.datetime) -> dt.datetime:
        """A standby that has lost its primary knows less than it knew: that is not forgotten."""
        known = self._confirmed
        # What was confirmed after now was so by a clock that has been set back since.
        return began if known is None or known > self._now() else max(known, began)

    def _reached(self, size: int) -> None:
        self._size = size
        since, before = self._counted
        if size > before:
            self._counted = self._ticks(), size
            metrics.projected(size - before, self._counted[0] - since)
        self._beat(None)

    def _moment(self) -> dt.datetime:
        """As of when the store shows what is recorded: now, or earlier on a standby that lags."""
        replica_age = getattr(self._store, "replica_age", None)
        lag = None if replica_age is None else replica_age()
        return self._now() - dt.timedelta(seconds=lag or 0)

    def _stumble(self, wrong: Exception) -> None:
        self._tell.trouble(wrong)
        trouble = None
        if isinstance(wrong, ProjectionRefused):
            trouble = Trouble(wrong.say("en"), wrong.say("vi"))
        try:
            self._beat(trouble)
        except OSError as full:
            self._tell.trouble(full)

    def _beat(self, trouble: Trouble | None) -> None:
        ticks = self._ticks()
        if 0 <= ticks - self._beaten < _BEAT:
            return
        Heartbeat(self._confirmed, self._now(), self._size, trouble).write(self._folder)
        self._beaten = ticks
