"""Counts of serials asked for by pages, many at a time, without holding the event loop."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from api.scans.storage import ScanStorage, ScansUnavailable
from api.scans.tally import Serial

if TYPE_CHECKING:
    import asyncio

PATIENCE = 0.2
"""Seconds that a page waits for a count; then it is shown without."""
REST = 2.0
"""Seconds in which nobody asks after the storage did not answer."""
MOST_AT_ONCE = 500
MOST_WAITING = 2_000
_log = logging.getLogger("ocop.scans")
_Asked = tuple[Serial, "asyncio.Future[tuple[int, int]]"]


class Asking:
    """One thread that gathers what pages ask meanwhile and looks it up in one query."""

    def __init__(self, storage: ScanStorage) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._resting_until = 0.0
        self._closing = False

    async def count(self, serial: Serial) -> tuple[int, int] | None:
        """(scans, first day), (0, 0) for never scanned; None when there is no answer in time."""
        if self._closing or time.monotonic() < self._resting_until:
            return None
        import asyncio  # whoever asks has it; a command that never asks need not read it

        loop = asyncio.get_running_loop()
        future: asyncio.Future[tuple[int, int]] = loop.create_future()
        if self._asked.qsize() >= MOST_WAITING:
            return None
        self._asked.put((serial, future))
        if self._thread is None:
            self._start()
        try:
            async with asyncio.timeout(PATIENCE):
                return await future
        except TimeoutError:
            # A hanging server is not waited for by every page anew.
            self._resting_until = time.monotonic() + REST
            return None
        except ScansUnavailable:
            return None

    def close(self) -> None:
        """End the thread; whoever still waits gets no count."""
        self._closing = True
        self._asked.put(None)
        if self._thread is not None:
            self._thread.join(1)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="scan-counts", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (first := self._asked.get()) is not None:
            asked = [first]
            with contextlib.suppress(Empty):
                while len(asked) < MOST_AT_ONCE and (more := self._asked.get_nowait()):
                    asked.append(more)
            self._answer(asked)
            if self._closing:
                return

    def _answer(self, asked: list[_Asked]) -> None:
        found: dict[Serial, tuple[int, int]] | ScansUnavailable
        try:
            found = self._storage.counts(list({serial for serial, _ in asked}))
        except ScansUnavailable as wrong:
            found = wrong
            self._resting_until = time.monotonic() + REST
        except Exception:
            # Whatever it is, pages go on and the thread stays.
            _log.exception("scan counts could not be read")
            found = ScansUnavailable("fault")
            self._resting_until = time.monotonic() + REST
        loops = {future.get_loop() for _, future in asked}
        for loop in loops:
            mine = [one for one in asked if one[1].get_loop() is loop]
            # The loop may have ended while the query ran.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_deliver, mine, found)


def _deliver(asked: list[_Asked], found: dict[Serial, tuple[int, int]] | ScansUnavailable) -> None:
    for serial, future in asked:
        if future.done():
            continue
        if isinstance(found, ScansUnavailable):
            future.set_exception(found)
        else:
            future.set_result(found.get(serial, (0, 0)))
