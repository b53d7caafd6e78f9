"""The station's loop: in step with the hub whenever it can be reached, in a thread of `ocop serve`."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event

from api.background.telling import Teller
from api.bootstrap import Services
from api.station.asking import signer_of
from api.station.errors import Frozen
from api.station.hub_client import HubAway
from api.station.pace import Pace
from api.station.syncing import Synchroniser
from ledger.verify.wording import Refusal

ROLE = "station"
_LOOK = 1.0
"""Seconds between two looks whether something was recorded meanwhile."""


def synchroniser_of(services: Services) -> Synchroniser:
    """What keeps an open, joined folder in step with its hub. Close it.

    Raises:
        StationError: `not-joined`.
        LedgerError: `no-signer`, the station's key is not here.
    """
    link, signer = signer_of(services)
    return link.synchroniser(services.ledger, signer, services.now)


class StationLoop:
    """Sends and takes until it is told to stop. Nothing it meets ends it."""

    def __init__(
        self,
        services: Services,
        pace: Pace | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`ticks` is a clock in seconds that nobody sets."""
        self._services = services
        self._pace = Pace(random.random) if pace is None else pace
        self._ticks = ticks
        self._tell = Teller(ROLE)

    def run(self, stop: Event) -> None:
        """Keep the folder in step with its hub until `stop` is set."""
        synchroniser = synchroniser_of(self._services)
        try:
            while not stop.is_set():
                wait, well = self._round(synchroniser, stop)
                self._wait(synchroniser, stop, wait, well=well)
        finally:
            synchroniser.close()

    def _round(self, synchroniser: Synchroniser, stop: Event) -> tuple[float, bool]:
        try:
            synchroniser.once(wanted=lambda: not stop.is_set())
            if synchroniser.state.frozen() is not None:
                return self._pace.frozen(), False
            self._tell.well()
            return self._pace.well(), True
        except Frozen as frozen:
            self._tell.trouble(frozen)
            return self._pace.frozen(), False
        except HubAway as away:
            self._tell.trouble(away)
            self._note(synchroniser, away)
            return self._pace.failed(away.after), False
        except Exception as wrong:
            # Whatever it is, a station that no longer sends is worse than one that tries again.
            self._tell.trouble(wrong)
            self._note(synchroniser, wrong)
            return self._pace.failed(), False

    @staticmethod
    def _note(synchroniser: Synchroniser, wrong: Exception) -> None:
        """Keep the reason for the page of what waits; a disk that is full must not end the loop."""
        if isinstance(wrong, Refusal):
            with suppress(sqlite3.Error):
                synchroniser.state.note_trouble(wrong)

    def _wait(self, synchroniser: Synchroniser, stop: Event, wait: float, *, well: bool) -> None:
        """Wait, but when all is well no longer than until something was recorded."""
        until = self._ticks() + wait
        newest = self._services.store.newest()
        while (left := until - self._ticks()) > 0 and not stop.wait(min(left, _LOOK)):
            if well and self._services.store.newest() != newest:
                newest = self._services.store.newest()
                if synchroniser.outbox.waiting():
                    return
