"""`running.db`: which processes of a ledger folder run now, and what each has counted.

A scrape reaches any one of several processes and must still tell the truth about all of them, so
each writes its counts here every second, and a scrape adds them up: its own live, the others' at
most a second old. What a process counted stays after its end, because a counter that falls looks
like a restart of everything. Nothing here is needed for the ledger: losing the file loses counts.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.watching.counts import Tally, summed

FILE = "running.db"
ALIVE_SECONDS = 15.0
"""A process that has not written for so long is taken for dead."""
_FOLD_AFTER = 3600.0
_ENDED = "ended"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS process (key TEXT PRIMARY KEY, role TEXT NOT NULL, "
    "pid INTEGER NOT NULL, version TEXT NOT NULL, started REAL NOT NULL, beat REAL NOT NULL, "
    "counts TEXT NOT NULL, gauges TEXT NOT NULL) WITHOUT ROWID"
)
_WRITE = (
    "INSERT INTO process VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (key) DO UPDATE SET "
    "beat = excluded.beat, counts = excluded.counts, gauges = excluded.gauges"
)


@dataclass(frozen=True, slots=True)
class Running:
    """One process that is alive: what it does, its id, the program's version. Unix seconds."""

    role: str
    pid: int
    version: str
    started: float
    beat: float


class RunningFile:
    """The file, for one process. Raises sqlite3.Error when it cannot be used."""

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        """`now` gives unix seconds."""
        self.path = folder / FILE
        self._now = now

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=1)
        try:
            # A killed process spoils nothing, and a power cut may take the last counts.
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(_TABLE)
            yield connection
        finally:
            connection.close()

    def write(self, me: Running, tally: Tally, gauges: dict[str, dict[str, float]]) -> None:
        """This process's counts so far; `me.beat` 0 says that it has ended."""
        key = f"{me.role}-{me.pid}-{me.started:.3f}"
        row = (key, me.role, me.pid, me.version, me.started, me.beat)
        with self._open() as connection:
            connection.execute(_WRITE, (*row, tally.format(), json.dumps(gauges)))

    def fold(self) -> None:
        """Put the counts of processes that ended an hour ago or earlier into one row."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = connection.execute(
                "SELECT key, counts FROM process WHERE role = ? OR max(beat, started) < ?",
                (_ENDED, self._now() - _FOLD_AFTER),
            ).fetchall()
            whole = summed(Tally.parse(counts) for _, counts in rows)
            connection.executemany("DELETE FROM process WHERE key = ?", [(key,) for key, _ in rows])
            folded = (_ENDED, _ENDED, 0, "", 0.0, 0.0, whole.format(), "{}")
            connection.execute(_WRITE, folded)
            connection.execute("COMMIT")

    def alive(self) -> list[Running]:
        """Processes that have written lately."""
        if not self.path.exists():
            return []
        now = self._now()
        with self._open() as connection:
            rows = connection.execute(
                "SELECT role, pid, version, started, beat FROM process ORDER BY key"
            ).fetchall()
        # A beat in the future is one from before the clock was set back.
        return [Running(*row) for row in rows if -5 <= now - row[4] <= ALIVE_SECONDS]

    def others(self, me: Running | None) -> tuple[Tally, list[dict[str, dict[str, float]]]]:
        """Counts of every other process ever, and the gauges of those that are alive."""
        if not self.path.exists():
            return Tally(), []
        now = self._now()
        tally, gauges = Tally(), []
        with self._open() as connection:
            rows = connection.execute(
                "SELECT role, pid, started, beat, counts, gauges FROM process"
            )
            for role, pid, started, beat, counts, said in rows.fetchall():
                if me is not None and (role, pid, started) == (me.role, me.pid, me.started):
                    continue
                tally.add(Tally.parse(counts))
                if -5 <= now - beat <= ALIVE_SECONDS:
                    gauges.append(json.loads(said))
        return tally, gauges


class Presence:
    """Writes this process into the file each second, from a thread of its own."""

    def __init__(
        self,
        file: RunningFile,
        me: Running,
        now: Callable[[], float],
        read: Callable[[], tuple[Tally, dict[str, dict[str, float]]]],
        every: float = 1.0,
    ) -> None:
        self.file = file
        self.me = me
        self._now = now
        self._read = read
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    def start(self) -> None:
        """Begin; a file that cannot be written stops nothing."""
        self._try(self.file.fold)
        self._thread.start()

    def stop(self) -> None:
        """Write the last counts and end."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5)
        self._write(0.0)

    def _run(self) -> None:
        while True:
            self._write(self._now())
            if self._stop.wait(self._every):
                return

    def _write(self, beat: float) -> None:
        me = Running(self.me.role, self.me.pid, self.me.version, self.me.started, beat)
        self._try(lambda: self.file.write(me, *self._read()))

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except sqlite3.DatabaseError as wrong:
            if "malformed" in str(wrong) or "not a database" in str(wrong):
                self.file.path.unlink(missing_ok=True)
        except OSError:
            pass
