"""`BatchingWriter`: many clients' submissions in few durable appends.

Two threads in a row: one reads entries and checks signatures, one appends. While a batch is on its
way to the disk the next ones gather, so a busy ledger makes large batches and an idle one answers
at once. Nothing is acknowledged before it is durable.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import ClassVar

from ledger.admission import Submission
from ledger.application import MOST_AT_ONCE, Outcome, Submitted, TraceLedger
from ledger.errors import UNREACHABLE, LedgerError
from ledger.verify.wording import Refusal

MOST_WAITING = 4000  # entries: about a second's work, and at most 64 MiB of them
# The database may be starting anew or another taking over: ten seconds, then the clients are told.
_PAUSES_MS = (100, 200, 300, 400, *(1000,) * 9)
_WORTHWHILE = 32  # entries
_LOST = UNREACHABLE | {"outcome-unknown", "lock-lost"}


class WriterRefused(LedgerError):
    """The writer takes no more submissions, for now or for good."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "too-busy": (
            "{waiting} statements wait to be recorded already, so this was not taken; send it again "
            "in a few seconds.",
            "Đang có {waiting} phiếu chờ ghi nên chưa nhận phiếu này; hãy gửi lại sau vài giây.",
        ),
        "writer-closed": (
            "The program is being ended, so this was not taken; send it again when it runs.",
            "Chương trình đang dừng nên chưa nhận phiếu này; hãy gửi lại khi chương trình chạy lại.",
        ),
    }


@dataclass(frozen=True, slots=True)
class WriterStats:
    """Since the start: entries newly appended, durable appends, submissions refused.

    `waiting` is the number of entries taken and not yet answered.
    """

    appended: int
    batches: int
    refused: int
    waiting: int


@dataclass(slots=True, eq=False)
class _Job:
    """One submission on its way. `weight` is its number of entries, at least 1."""

    raw: Sequence[bytes]
    answer: Future[list[Submitted]]
    weight: int
    read: Submission | None = None
    fault: BaseException | None = None


class BatchingWriter:
    """Appends submissions of many threads in batches of up to 400 entries."""

    def __init__(
        self,
        ledger: TraceLedger,
        most_waiting: int = MOST_WAITING,
        *,
        clock: Callable[[], float] = lambda: 0,
        noted: Callable[[int, float], None] = lambda _entries, _seconds: None,
    ) -> None:
        """Starts two threads; `close` ends them. `most_waiting` bounds the entries in memory.

        `noted` is told of each durable append: new entries, and seconds by `clock`.
        """
        self._ledger = ledger
        self._most_waiting = most_waiting
        self._clock = clock
        self._noted = noted
        self._lock = threading.Lock()
        self._waiting = self._appended = self._batches = self._refused = 0
        self._preparing = False
        self._closing = threading.Event()
        self._offered: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._prepared: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=work, name=f"writer-{name}", daemon=True)
            for name, work in (("prepare", self._prepare), ("append", self._append))
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, raw_entries: Sequence[bytes]) -> Future[list[Submitted]]:
        """Take 1 to 400 entries of one client; the answer is as from `TraceLedger.submit`.

        A future that is cancelled before its batch begins is not recorded.

        Raises:
            WriterRefused: `too-busy` or `writer-closed`; nothing was taken.
            ValueError: more than 400 entries.
        """
        if len(raw_entries) > MOST_AT_ONCE:
            raise ValueError(f"{len(raw_entries)} entries, at most {MOST_AT_ONCE} at once")
        job = _Job(raw_entries, Future(), max(len(raw_entries), 1))
        with self._lock:
            if self._closing.is_set():
                raise WriterRefused("writer-closed")
            if self._waiting + job.weight > self._most_waiting:
                self._refused += 1
                raise WriterRefused("too-busy", waiting=self._waiting)
            self._waiting += job.weight
            self._offered.put(job)
        return job.answer

    def stats(self) -> WriterStats:
        """Counters, all of one moment."""
        with self._lock:
            return WriterStats(self._appended, self._batches, self._refused, self._waiting)

    def close(self) -> None:
        """Finish what was taken, refuse what comes later. A lost database is not waited for."""
        with self._lock:
            if not self._closing.is_set():
                self._closing.set()
                self._offered.put(None)
        for thread in self._threads:
            thread.join()

    def _prepare(self) -> None:
        while (job := self._offered.get()) is not None:
            self._preparing = True
            try:
                job.read = self._ledger.prepare(job.raw)
            except BaseException as wrong:  # whatever it is, its client is told
                job.fault = wrong
            self._preparing = False
            self._prepared.put(job)
        self._prepared.put(None)

    def _append(self) -> None:
        held: _Job | None = None
        ended = False
        while held is not None or not ended:
            batch, weight = list[_Job](), 0
            job = held or self._prepared.get()
            held = None
            while job is not None:
                if batch and weight + job.weight > MOST_AT_ONCE:
                    held = job
                    break
                batch.append(job)
                weight += job.weight
                # An append costs as much as preparing dozens of entries: those on their way pay
                # for waiting for them. Beyond that, the two threads work at the same time.
                soon = weight < _WORTHWHILE and (self._preparing or not self._offered.empty())
                try:
                    job = self._prepared.get(block=soon)
                except queue.Empty:
                    break
            else:
                ended = True
            self._record(batch)

    def _record(self, batch: list[_Job]) -> None:
        began = self._clock()
        jobs = [job for job in batch if job.answer.set_running_or_notify_cancel()]
        read = [job for job in jobs if job.read is not None]
        outcomes: list[Outcome | BaseException]
        try:
            appended = self._insisting([job.read for job in read if job.read is not None])
        except BaseException as wrong:  # whatever it is, the clients are told
            outcomes, fresh = [wrong] * len(read), 0
        else:
            outcomes, fresh = list(appended), sum(map(_fresh, appended))
        refused = len(jobs) - sum(isinstance(outcome, list) for outcome in outcomes)
        with self._lock:
            self._waiting -= sum(job.weight for job in batch)
            self._appended += fresh
            self._batches += fresh > 0
            self._refused += refused
        if fresh:
            self._noted(fresh, self._clock() - began)
        for job, outcome in zip(read, outcomes, strict=True):
            _answer(job, outcome)
        for job in jobs:
            if job.fault is not None:
                _answer(job, job.fault)

    def _insisting(self, submissions: list[Submission]) -> list[Outcome]:
        """Append; once more, and again, while the database is lost: repeating is harmless."""
        if not submissions:
            return []
        for pause in _PAUSES_MS:
            try:
                return self._ledger.append(submissions)
            except LedgerError as wrong:
                if wrong.code not in _LOST or self._closing.wait(pause / 1000):
                    raise
        return self._ledger.append(submissions)


def _answer(job: _Job, outcome: Outcome | BaseException) -> None:
    if isinstance(outcome, BaseException):
        job.answer.set_exception(outcome)
    else:
        job.answer.set_result(outcome)


def _fresh(outcome: Outcome) -> int:
    done: list[Submitted] = (
        getattr(outcome, "done", []) if isinstance(outcome, Refusal) else outcome
    )
    return sum(not one.known for one in done)
