"""The sequencer: seals what has been appended, a moment after it was.

One process leads for a store; another stands in and takes over when the leader's lock or
connection is gone. Leadership only saves work: sealing holds the store's own lock besides, so two
leaders by mistake seal one after the other and never the same entries.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

from api.background.cosigning import Cosigner
from api.background.indexing import Indexer
from api.background.telling import Teller
from api.background.threads import running
from api.bootstrap import Services
from api.watching import metrics

ROLE = "sequencer"
PACE = 0.2
"""Seconds between two sealings: at most five checkpoints a second, however much arrives."""
STAND_IN = 1.0
"""Seconds between two tries of a stand-in to become the leader."""
PAUSE = 0.5
"""Seconds to wait after a failed round."""


class Sequencer:
    """Seals one store's entries until it is told to stop."""

    def __init__(self, services: Services, ticks: Callable[[], float] = time.monotonic) -> None:
        """`ticks` is a clock in seconds that nobody sets."""
        self._store = services.store
        self._log = services.station.log  # the one that has the key
        self._ticks = ticks
        self._tell = Teller(ROLE)
        self._cosigner = Cosigner(services)
        self._indexer = Indexer(services, lambda: self.leading)
        self.leading = False

    def run(self, stop: Event) -> None:
        """Lead or stand in until `stop` is set. A database that is gone is waited for.

        Witnesses are asked, and the index is kept, in threads beside it: however slow they are,
        sealing goes on.
        """
        with running(self._cosigner.run, self._indexer.run):
            self._lead(stop)

    def _lead(self, stop: Event) -> None:
        while not stop.is_set():
            try:
                self._round(stop)
                self._tell.well()
            except Exception as wrong:
                # Whatever it is, a hub that no longer seals is worse than one that tries again.
                self.leading = False
                self._tell.trouble(wrong)
                stop.wait(PAUSE)

    def _round(self, stop: Event) -> None:
        self.leading = self._store.lead(ROLE)
        self._tell.leads(self.leading)
        if not self.leading:
            stop.wait(STAND_IN)
            return
        if not self._store.after(self._store.sealed_position(), 1):
            self._store.wait(PACE)
            return
        began, before = self._ticks(), self._log.size
        size = self._log.seal()
        metrics.sealed(size - before, self._ticks() - began)
        stop.wait(max(0.0, PACE - (self._ticks() - began)))
