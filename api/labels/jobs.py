"""Printing in the background, for pages: one thread a job, watched through a plain value."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ledger.verify.wording import Refusal
from printers.errors import AttentionError, PrintingError, SpoolError
from printers.spooling.outcome import JobOutcome, Progress

_LOG = logging.getLogger(__name__)
THREADS = "print-"
"""How the names of their threads begin."""
_SHOWN = ("queued", "sending", "sent", "confirmed", "in_doubt", "void", "cancelled")


@dataclass(slots=True)
class Job:
    """A printing job as the pages see it.

    name      this process's name of it; spool_id: the spool's, "" until serials are chosen
    done      ended, well or not; stopping: somebody asked to end it
    """

    item: str
    lot: str
    count: int
    name: str = ""
    printer: str = ""
    template: str = ""
    done: bool = False
    stopping: bool = False
    spool_id: str = ""
    outcome: JobOutcome | None = None
    problem: Refusal | PrintingError | None = None
    waiting_for: AttentionError | None = None
    _states: dict[str, str] = field(default_factory=dict)

    @property
    def progress(self) -> dict[str, int]:
        """How many of its labels are in each state: queued, sending, sent, confirmed, ..."""
        if self.outcome is not None:
            counts = self.outcome.counts
            return {str(state): count for state, count in counts.items()}
        found = Counter(dict(self._states).values())
        left = {"queued": 0 if self.done else max(self.count - len(self._states), 0)}
        return {name: found[name] + left.get(name, 0) for name in _SHOWN}

    def fault(self, lang: str) -> str | None:
        """What went wrong, as a sentence; None while all is well."""
        if self.problem is not None:
            return self.problem.say(lang)
        error = None if self.outcome is None else self.outcome.error
        return None if error is None else error.say(lang)

    def trouble(self, lang: str) -> str | None:
        """What a person must do now for the job to go on, as a sentence; None when nothing."""
        trouble = self.waiting_for
        return None if trouble is None or self.done else trouble.say(lang)

    def hear_start(self, spool_id: str, serials: list[str]) -> None:
        """Serials are chosen and queued."""
        self.spool_id, self.count = spool_id, len(serials)

    def hear(self, progress: Progress) -> None:
        """A label reached a state."""
        self._states[progress.serial] = progress.state

    def hear_trouble(self, trouble: AttentionError | None) -> None:
        """The printer waits for a person, or goes on."""
        self.waiting_for = trouble


class Jobs:
    """The jobs that this process started, newest last."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def start(self, job: Job, work: Callable[[Job], JobOutcome]) -> str:
        """Do `work` in a thread of its own; the job's name."""
        with self._lock:
            job.name = f"{len(self._jobs) + 1}"
            self._jobs[job.name] = job

        def run() -> None:
            try:
                job.outcome = work(job)
            except (Refusal, PrintingError) as problem:
                job.problem = problem
            except Exception as fault:
                # Without a word the page would show a job that is over and well.
                _LOG.exception("printing ended unforeseen")
                job.problem = SpoolError("spool.unforeseen", what=_short(fault))
            finally:
                job.done = True

        thread = threading.Thread(target=run, name=f"{THREADS}{job.name}", daemon=True)
        with self._lock:
            self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()
        return job.name

    def wait(self, seconds: float) -> None:
        """Give running jobs this long together to end; one that waits for paper does not."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0))

    def add(self, job: Job) -> str:
        """A job that is not run here, such as one that has ended; its name."""
        with self._lock:
            job.name = job.name or f"{len(self._jobs) + 1}"
            self._jobs[job.name] = job
        return job.name

    def get(self, name: str) -> Job | None:
        """A job by name."""
        return self._jobs.get(name)

    def all(self) -> list[Job]:
        """Newest first."""
        return list(reversed(self._jobs.values()))


def _short(fault: Exception) -> str:
    return " ".join(str(fault).split())[:160] or type(fault).__name__
