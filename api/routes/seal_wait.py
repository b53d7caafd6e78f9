"""Waiting for the seal: however many requests wait, one thread looks and one thread seals.

A seal may be held up for as long as its lock is, half a minute; requests wait far shorter, and
none of them leaves a thread behind.
"""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from weakref import WeakKeyDictionary, ref

from api.routes.services import SealingLog

GRACE = 0.4
"""Seconds for the sequencer, before this process seals by itself."""
_POLL = 0.04
_LAST_STEPS = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    """One request: the log index it waits for, where it waits, since when (steady seconds)."""

    index: int
    loop: asyncio.AbstractEventLoop
    sealed: asyncio.Future[None]
    since: float


class SealWait:
    """Whoever waits for a seal of one log, in one process."""

    def __init__(self, log: SealingLog) -> None:
        self._log = ref(log)  # who waits holds it
        self._lock = threading.Lock()
        self._waiting: set[_Waiter] = set()
        self._looking = False
        self._sealer: threading.Thread | None = None

    async def until(self, index: int, seconds: float) -> None:
        """Return when the entry at `index` is sealed, or after `seconds`."""
        loop = asyncio.get_running_loop()
        mine = _Waiter(index, loop, loop.create_future(), time.monotonic())
        with self._lock:
            self._waiting.add(mine)
            if not self._looking:
                threading.Thread(target=self._look, name="seal-look", daemon=True).start()
                self._looking = True  # not when the system has no thread left to give
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await mine.sealed
        finally:
            with self._lock:
                self._waiting.discard(mine)

    def _look(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:  # and so the log may be closed
                    self._looking = False
                    return
            size = self._size()
            with self._lock:
                done = {one for one in self._waiting if one.index < size}
                self._waiting -= done
                since = min((one.since for one in self._waiting), default=None)
            if done:
                # What it sealed is seen a moment before it has ended, and it must not go on in a
                # store that is closed behind whoever waited.
                self.finish()
            for one in done:
                with suppress(RuntimeError):  # its server has ended
                    one.loop.call_soon_threadsafe(_tell, one.sealed)
            if since is not None and time.monotonic() - since >= GRACE:
                with suppress(RuntimeError):  # no thread to be had now
                    self._seal()
            time.sleep(_POLL)

    def finish(self) -> None:
        """Return when this process's own sealing has ended, or after two seconds."""
        sealer = self._sealer
        if sealer is not None:
            sealer.join(_LAST_STEPS)

    def _size(self) -> int:
        """0 when the database is away: those who wait are answered in time all the same."""
        log = self._log()
        with suppress(Exception):
            return 0 if log is None else log.size
        return 0

    def _seal(self) -> None:
        if self._sealer is None or not self._sealer.is_alive():
            self._sealer = threading.Thread(target=self._seal_once, name="seal-wait", daemon=True)
            self._sealer.start()

    def _seal_once(self) -> None:
        log = self._log()
        if log is None:
            return
        with suppress(Exception), log.store.sequencing():  # the sequencer logs what is wrong
            # The lock may have come late: when nobody waits any more, it is not this one's work.
            if self._waiting:
                log.seal()


_OF_LOGS: WeakKeyDictionary[SealingLog, SealWait] = WeakKeyDictionary()
_MAKING = threading.Lock()


def waiting_for(log: SealingLog) -> SealWait:
    """The one of a log, in this process."""
    with _MAKING:
        found = _OF_LOGS.get(log)
        if found is None:
            found = _OF_LOGS[log] = SealWait(log)
        return found


def _tell(sealed: asyncio.Future[None]) -> None:
    if not sealed.done():
        sealed.set_result(None)
