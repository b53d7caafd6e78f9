"""How a run of a job went, label by label and as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from printers.errors import PrintingError
from printers.spooling.schema import State

Ending = Literal["done", "stopped", "fault", "in_doubt"]


@dataclass(frozen=True, slots=True)
class Progress:
    """A label's serial and the state it has just reached."""

    serial: str
    state: State


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a run of a job ended.

    ending        done: every queued label was sent; stopped: asked to, or the queue was cancelled;
                  fault: see error; in_doubt: nothing was sent, since labels in doubt wait for a
                  check-scan
    counts        labels of the job by state, after the run
    needs_check_scan  True when labels are in doubt: scan the last good one, then resolve
    file          the file of label sheets that was written, "" for printers with paper of their own
    """

    ending: Ending
    counts: dict[State, int]
    needs_check_scan: bool
    error: PrintingError | None = None
    file: str = ""
