"""Sending now, because somebody asked: one round with the hub, in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from api.bootstrap import Services
from api.station.errors import StationError
from api.station.loop import synchroniser_of
from api.station.syncing import Progress, Round
from ledger.verify.wording import Refusal

_LOG = logging.getLogger(__name__)
LONGEST = 120.0
"""Seconds after which a round that somebody asked for begins no further request."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last round that was asked for ended: what it did, or why it did not."""

    done: Round | None
    refusal: Refusal | None


class SendingNow:
    """At most one round at a time; whoever asks meanwhile waits for the same one."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        """`ticks` is a clock in seconds that nobody sets."""
        self._ticks = ticks
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._left: int | None = None
        self.last: Outcome | None = None

    @property
    def running(self) -> bool:
        """Whether a round that was asked for is under way."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    @property
    def left(self) -> int | None:
        """Statements still to send in the running round; None before the first answer."""
        return self._left

    def start(self, services: Services, patience: float) -> None:
        """Begin a round unless one runs, and wait for its end, `patience` seconds at most."""
        with self._lock:
            if not self.running:
                self.last, self._left = None, None
                self._thread = threading.Thread(
                    target=self._run, args=(services,), name="send-now", daemon=True
                )
                self._thread.start()
            thread = self._thread
        if thread is not None:
            thread.join(patience)

    def _run(self, services: Services) -> None:
        ends = self._ticks() + LONGEST
        try:
            synchroniser = synchroniser_of(services)
            try:
                done = synchroniser.once(Progress(self._sent), lambda: self._ticks() < ends)
            finally:
                synchroniser.close()
            self.last = Outcome(done, None)
        except Refusal as refusal:
            self.last = Outcome(None, refusal)
        except Exception as fault:
            _LOG.exception("sending now ended unforeseen")
            why = type(fault).__name__
            address = services.link.joined.address if services.link else ""
            self.last = Outcome(None, StationError("hub-away", address=address, why=why))

    def _sent(self, left: int) -> None:
        self._left = left
