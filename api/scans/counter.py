"""Scans noted in memory at the cost of a few microseconds, written in batches by one thread."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from api.scans.asking import Asking
from api.scans.places import KEY_BYTES, place_bit
from api.scans.storage import LotCount, ScanStorage, ScansUnavailable
from api.scans.tally import Batch, Serial, Standing

EXACT = 20
"""Up to here a page tells the number of scans; beyond it says "more than"."""
BATCH_ROWS = 5_000
MOST_BATCHES = 20
"""Full batches that may wait for a database that is away; then the oldest is given up."""
FLUSH_SECONDS = 5.0
REMEMBERED = 8_192
"""Serials whose stored count is kept in memory, each for FLUSH_SECONDS."""
_READINGS = 3
_REST = 1.0
_LAST_SECONDS = 6.0
_VIETNAM = dt.timedelta(hours=7)
_log = logging.getLogger("ocop.scans")


class Seen(NamedTuple):
    """How often a serial was scanned, and on which day first (proleptic ordinal; 0 for never)."""

    scans: int
    first_day: int


@dataclass(frozen=True, slots=True)
class ScanStats:
    """Scans noted, written and given up by this process, and rows waiting to be written."""

    noted: int
    written: int
    dropped: int
    waiting: int


class ScanCounter:
    """The counts as one process sees them. Safe to use from several threads.

    What was noted in the last seconds is lost when the process is killed. While the storage is away
    at most MOST_BATCHES batches wait; then the oldest is given up and told in the log.
    """

    def __init__(self, storage: ScanStorage, now: Callable[[], dt.datetime]) -> None:
        self._storage = storage
        self._now = now
        self._process = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._open = Batch(0, 0)
        self._waiting: deque[Batch] = deque()
        self._in_hand: Batch | None = None
        self._key: tuple[int, bytes] | None = None
        self._remembered: OrderedDict[Serial, tuple[Seen, float]] = OrderedDict()
        self._written_batches = 0
        self._noted = self._written = self._dropped = 0
        self._flushing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._away = False
        self._asking = Asking(storage)

    def note(
        self,
        gtin14: str,
        lot: str,
        tag: str,
        counter: int,
        address: str,
        standing: Standing = "in-force",
        *,
        stopped: bool = False,
    ) -> None:
        """Count one opening of a known lot's page; an empty tag is the page of the lot alone.

        `address` is the sender's as text: one bit is made of it at once, and it is not kept.
        """
        day = (self._now() + _VIETNAM).toordinal()
        key = self._key
        place = place_bit(key[1], address) if key is not None and key[0] == day else 0
        with self._lock:
            batch = self._open
            if batch.day != day or batch.size >= BATCH_ROWS:
                batch = self._next(day)
                self._wake.set()
            batch.add((gtin14, tag, counter), lot, place, standing, stopped=stopped)
        if self._thread is None:
            self._start()

    def known(self, serial: Serial) -> Seen | None:
        """Scans of a serial so far, with what is not yet written; None when it must be asked for."""
        with self._lock:
            found = self._remembered.get(serial)
            if found is not None and (
                found[0].scans > EXACT or time.monotonic() - found[1] < FLUSH_SECONDS
            ):
                return self._with_waiting(serial, found[0])
        if not self._storage.quick:
            return None
        for _ in range(_READINGS):
            before = self._written_batches
            try:
                stored = self._storage.counts([serial]).get(serial, (0, 0))
            except ScansUnavailable:
                return None
            seen = self._together(serial, stored, before)
            if seen is not None:
                return seen
        return None

    async def ask(self, serial: Serial) -> Seen | None:
        """The same from a storage behind a network; None when it does not answer quickly."""
        for _ in range(_READINGS):
            before = self._written_batches
            stored = await self._asking.count(serial)
            seen = None if stored is None else self._together(serial, stored, before)
            if seen is not None or stored is None:
                return seen
        return None

    def lot(self, gtin14: str, lot: str) -> LotCount | None:
        """What is stored of a lot. May wait for a network; raises ScansUnavailable."""
        return self._storage.lot((gtin14, lot))

    def flush(self) -> int:
        """Write everything noted so far; scans written. Raises ScansUnavailable, losing nothing."""
        with self._flushing:
            day = (self._now() + _VIETNAM).toordinal()
            if self._key is None or self._key[0] != day:
                key = self._storage.day_key(day, secrets.token_bytes(KEY_BYTES))
                self._key = None if key is None else (day, key)
            written = 0
            with self._lock:
                if self._open.size:
                    self._next(day)
                last = self._open.number
            while (batch := self._take(last)) is not None:
                self._storage.add(self._process, batch)
                self._settle(batch)
                written += batch.scans
            return written

    def current_key(self) -> bytes | None:
        """The key under which networks become bits just now; None until there is one."""
        return None if self._key is None else self._key[1]

    def stats(self) -> ScanStats:
        """Counters for whoever watches the machine."""
        with self._lock:
            waiting = self._open.size + sum(batch.size for batch in self._waiting)
            return ScanStats(self._noted_now(), self._written, self._dropped, waiting)

    def close(self) -> None:
        """Write what is left, end the threads, close the storage; within some 8 seconds."""
        self._closing.set()
        self._wake.set()
        self._asking.close()
        if self._thread is not None:
            self._thread.join(_LAST_SECONDS)
        elif self._open.size:
            with contextlib.suppress(ScansUnavailable):
                self.flush()
        self._storage.close()

    # --- memory ----------------------------------------------------------------------------------

    def _next(self, day: int) -> Batch:
        """Put the open batch in line and begin another. The lock is held."""
        if self._open.size:
            self._waiting.append(self._open)
            self._noted += self._open.scans
        if len(self._waiting) > MOST_BATCHES:
            # The one that is being written is settled already, or will be tried again as it is.
            at = 1 if self._waiting[0] is self._in_hand else 0
            self._dropped += self._waiting[at].scans
            del self._waiting[at]
        self._open = Batch(self._open.number + 1, day)
        return self._open

    def _take(self, before: int) -> Batch | None:
        with self._lock:
            due = self._waiting[0] if self._waiting else None
            self._in_hand = due if due is not None and due.number < before else None
            return self._in_hand

    def _settle(self, batch: Batch) -> None:
        with self._lock:
            self._waiting.popleft()
            self._in_hand = None
            self._written += batch.scans
            self._written_batches += 1
            for serial in batch.keys():  # noqa: SIM118  # a batch is no mapping
                self._remembered.pop(serial, None)

    def _noted_now(self) -> int:
        return self._noted + self._open.scans

    def _with_waiting(self, serial: Serial, stored: Seen) -> Seen:
        """Stored and waiting scans. The lock is held."""
        more = self._open.of(serial)
        if self._waiting:
            more += sum(batch.of(serial) for batch in self._waiting)
        if not more:
            return stored
        return Seen(stored.scans + more, stored.first_day or self._open.day)

    def _together(self, serial: Serial, stored: tuple[int, int], before: int) -> Seen | None:
        """Stored and waiting; None when a batch was written since `before`: read again."""
        with self._lock:
            if self._written_batches != before:
                return None
            seen = Seen(*stored)
            self._remembered[serial] = seen, time.monotonic()
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
            return self._with_waiting(serial, seen)

    # --- the thread ------------------------------------------------------------------------------

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="scans", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        last = False
        while not last:
            last = self._closing.is_set()
            try:
                self.flush()
            except ScansUnavailable as wrong:
                self._tell(wrong)
            except Exception:
                # A fault here must not end counting for the life of the process.
                _log.exception("scan counts could not be written")
            else:
                self._tell(None)
            if not last:
                self._wake.wait(FLUSH_SECONDS)
                self._wake.clear()
                if self._away:
                    # Full batches wake the thread; an absent database is not asked more for it.
                    self._closing.wait(_REST)

    def _tell(self, wrong: ScansUnavailable | None) -> None:
        if wrong is not None and not self._away:
            _log.warning("scan counts wait in memory: %s", wrong)
        elif wrong is None and self._away:
            _log.warning("scan counts are written again; given up meanwhile: %d", self._dropped)
        self._away = wrong is not None
