"""`witness.db`: which logs a witness knows and the newest checkpoint it has co-signed of each.

Losing it would let the key sign a second history, so a key without it is refused. Every change is
on disk (synchronous=FULL) before anything is answered.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.witness.errors import WitnessError
from ledger.verify.merkle import EMPTY_ROOT
from ledger.verify.note import NoteKey

FILE = "witness.db"
VERSION = 1
SPLIT_VIEW = "split-view"
MOST_EVIDENCE = 100
"""Contradictions kept of one log and kind: the first prove enough, and nobody may fill the disk."""

_TABLES = """
CREATE TABLE witness (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL,
    kind TEXT NOT NULL) STRICT;
CREATE TABLE log (origin TEXT PRIMARY KEY, key TEXT NOT NULL, roots TEXT NOT NULL,
    url TEXT) STRICT;
CREATE TABLE head (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL,
    note TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE evidence (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, why TEXT NOT NULL,
    note TEXT NOT NULL, beside TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE audited (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, fault TEXT) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Log:
    """A log as this witness knows it. `roots` (hex) and `url` are what an auditor needs."""

    origin: str
    key: NoteKey
    roots: frozenset[str] = frozenset()
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest checkpoint co-signed of a log; size 0 and no note before the first."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two signed checkpoints that contradict each other, or one that the proof does not lead to."""

    why: str
    note: str
    beside: str
    at: int


class WitnessStore:
    """One witness's memory. May be used by several threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Open it; WitnessError when it is missing or of a newer program."""
        path = folder / FILE
        if not path.exists():
            raise WitnessError("witness-missing", path=folder)
        self._lock = threading.Lock()
        self._connection = _connect(path)
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            self._connection.close()
            raise WitnessError("witness-newer", path=path, found=version)

    @staticmethod
    def create(folder: Path, name: str, kind: str) -> None:
        """A new one in a folder that has none."""
        with closing(_connect(folder / FILE)) as connection:
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
            connection.execute("INSERT INTO witness VALUES (1, ?, ?)", (name, kind))
        (folder / FILE).chmod(0o600)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that nobody else writes beside."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _ask(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def identity(self) -> tuple[str, str]:
        """(name, "witness" or "auditor")."""
        ((name, kind),) = self._ask("SELECT name, kind FROM witness")
        return str(name), str(kind)

    def add_log(self, log: Log) -> None:
        """Begin to witness a log, or give a known one another address.

        Raises:
            WitnessError: `log-known`, under another key.
        """
        with self._writing() as connection:
            row = connection.execute(
                "SELECT key FROM log WHERE origin = ?", (log.origin,)
            ).fetchone()
            if row is not None and row[0] != log.key.format():
                raise WitnessError("log-known", origin=log.origin)
            connection.execute(
                "INSERT INTO log VALUES (?, ?, ?, ?) "
                "ON CONFLICT (origin) DO UPDATE SET url = excluded.url, roots = excluded.roots",
                (log.origin, log.key.format(), " ".join(sorted(log.roots)), log.url),
            )

    def log(self, origin: str) -> Log | None:
        """The log of that origin, None when it is unknown."""
        return next((one for one in self.logs() if one.origin == origin), None)

    def logs(self) -> list[Log]:
        """Every log, by origin."""
        rows = self._ask("SELECT origin, key, roots, url FROM log ORDER BY origin")
        return [
            Log(
                str(origin),
                NoteKey.parse(str(key)),
                frozenset(str(roots).split()),
                None if url is None else str(url),
            )
            for origin, key, roots, url in rows
        ]

    def head(self, origin: str) -> Head:
        """The newest checkpoint co-signed of a log."""
        with self._lock:
            row = self._connection.execute(
                "SELECT size, root, note, at FROM head WHERE origin = ?", (origin,)
            ).fetchone()
        return Head() if row is None else Head(*row)

    def advance(self, origin: str, before: Head, after: Head) -> bool:
        """Replace `before` by `after` on disk; False when somebody else was there first.

        C2SP tlog-witness: checking the old size and keeping the new checkpoint is one step, or a
        slower request would roll a faster one back.
        """
        with self._writing() as connection:
            row = connection.execute(
                "SELECT size, root FROM head WHERE origin = ?", (origin,)
            ).fetchone()
            now = (0, EMPTY_ROOT) if row is None else (row[0], row[1])
            if now != (before.size, before.root):
                return False
            if row is not None and now == (after.size, after.root):
                return True  # on disk already: who repeats a request does not wear the disk out
            connection.execute(
                "INSERT INTO head VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET "
                "size = excluded.size, root = excluded.root, note = excluded.note, at = excluded.at",
                (origin, after.size, after.root, after.note, after.at),
            )
        return True

    def keep_evidence(self, origin: str, found: Evidence) -> bool:
        """Keep a signed contradiction, each once, the first hundred of its kind: whether it was."""
        with self._writing() as connection:
            count, same = connection.execute(
                "SELECT count(*), count(*) FILTER (WHERE note = ?) FROM evidence "
                "WHERE origin = ? AND why = ?",
                (found.note, origin, found.why),
            ).fetchone()
            new = count < MOST_EVIDENCE and not same
            if new:
                connection.execute(
                    "INSERT INTO evidence (origin, why, note, beside, at) VALUES (?, ?, ?, ?, ?)",
                    (origin, found.why, found.note, found.beside, found.at),
                )
        return bool(new)

    def evidence(self, origin: str) -> list[Evidence]:
        """Kept contradictions of a log, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT why, note, beside, at FROM evidence WHERE origin = ? ORDER BY id", (origin,)
            ).fetchall()
        return [Evidence(*row) for row in rows]

    def audited(self, origin: str) -> tuple[int, str | None]:
        """(how many entries an auditor has examined, what was wrong with the log or None)."""
        with self._lock:
            row = self._connection.execute(
                "SELECT size, fault FROM audited WHERE origin = ?", (origin,)
            ).fetchone()
        return (0, None) if row is None else (row[0], row[1])

    def set_audited(self, origin: str, size: int, fault: str | None) -> None:
        """Remember how far an audit is, and what it found."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO audited VALUES (?, ?, ?) ON CONFLICT (origin) DO UPDATE SET "
                "size = excluded.size, fault = excluded.fault",
                (origin, size, fault),
            )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection
