"""How old the read models may be: a small file beside them, and what pages make of it.

The leader of the projection writes it about once a second; every process of the machine reads it.
A file and not a table, so that it is still written and read when a database is not.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FILE = "views.heartbeat"
IN_STEP = 5.0
"""Seconds by which read models may lag and still count as in step."""
WORTH_SAYING = 10.0
"""Seconds from which a page says how old it may be."""
_KEPT = 1.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the projection cannot get past, as one sentence in each language."""

    en: str
    vi: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`confirmed`: when the read models were last known to hold all that was recorded.

    `written` is when the projection last lived, `size` the log size it had reached. Both times
    are aware.
    """

    confirmed: dt.datetime | None
    written: dt.datetime
    size: int
    trouble: Trouble | None = None

    def write(self, folder: Path) -> None:
        """Put it in its file, whole or not at all. Raises OSError."""
        draft = folder / f"{FILE}.{os.getpid()}.new"
        confirmed = None if self.confirmed is None else self.confirmed.isoformat()
        trouble = None if self.trouble is None else [self.trouble.en, self.trouble.vi]
        text = json.dumps([confirmed, self.written.isoformat(), self.size, trouble])
        draft.write_text(text, encoding="utf-8")
        draft.replace(folder / FILE)

    @classmethod
    def read(cls, folder: Path) -> Heartbeat | None:
        """The last one written; None when there is none that can be read."""
        try:
            found = json.loads((folder / FILE).read_text(encoding="utf-8"))
            confirmed, written, size, trouble = found
            return cls(
                None if confirmed is None else dt.datetime.fromisoformat(confirmed),
                dt.datetime.fromisoformat(written),
                int(size),
                None if trouble is None else Trouble(*map(str, trouble)),
            )
        except (OSError, ValueError, TypeError):
            return None


def confirmed_at(folder: Path) -> dt.datetime | None:
    """When the read models of a folder were last known to agree with the ledger."""
    found = Heartbeat.read(folder)
    return None if found is None else found.confirmed


class Freshness:
    """How old what pages show may be. Looks once a second at most, so it may be asked every time."""

    def __init__(
        self,
        folder: Path,
        now: Callable[[], dt.datetime],
        in_step: Callable[[], bool] | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`in_step` looks for itself, where the ledger is a file of this machine.

        `ticks` is a clock in seconds that nobody sets.
        """
        self._folder = folder
        self._now = now
        self._in_step = in_step
        self._ticks = ticks
        self._began = now()
        self._looked: tuple[float, float | None] | None = None
        self._seen: tuple[dt.datetime, float] = self._began, ticks()

    def age(self) -> float | None:
        """Seconds since the read models were known to agree with the ledger; None: in step."""
        ticks = self._ticks()
        looked = self._looked
        if looked is None or not 0 <= ticks - looked[0] < _KEPT:
            looked = self._looked = ticks, self._look()
        return looked[1]

    def _look(self) -> float | None:
        if self._in_step is not None and self._in_step():
            return None
        # Without a heartbeat nothing was confirmed for at least as long as this process knows.
        confirmed = confirmed_at(self._folder) or self._began
        if confirmed != self._seen[0]:
            self._seen = confirmed, self._ticks()
        # By the steady clock too: after the other was set back, an old time looks like a new one.
        age = max((self._now() - confirmed).total_seconds(), self._ticks() - self._seen[1])
        return None if age <= IN_STEP else age
