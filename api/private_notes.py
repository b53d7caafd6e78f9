"""Private texts (names, notes) in an erasable table; the ledger holds only their keyed digest.

Erasing a row takes text and salt away together; every proof still verifies, because
nothing in the ledger changes (protocol.md, "Personal data").

Beside them lie signed statements whose fate a lost database left open, until it is known.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from ledger.verify.bundle import private_digest

_SALT_BYTES = 32
_HAS_HELD = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'unanswered'"


class PrivateNotes:
    """One file of texts by digest. `secure_delete` overwrites what is erased."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        # No WAL here: a journal that lingers would keep what was erased.
        self._db.execute("PRAGMA journal_mode=DELETE")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.execute("PRAGMA synchronous=FULL")
        # What SQLite writes aside while it rewrites the file is for no disk.
        self._db.execute("PRAGMA temp_store=MEMORY")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS note (digest TEXT PRIMARY KEY, salt BLOB NOT NULL, "
            "text TEXT NOT NULL) WITHOUT ROWID"
        )

    def keep(self, text: str) -> str:
        """Store a text under a fresh random salt; returns the digest for the ledger (hex)."""
        salt = secrets.token_bytes(_SALT_BYTES)
        digest = private_digest(salt, text)
        with self._lock:
            self._db.execute("INSERT INTO note VALUES (?,?,?)", (digest, salt, text))
        return digest

    def forget(self, digest: str) -> None:
        """Erase the text of a statement that was not recorded after all, and its salt."""
        with self._lock:
            self._db.execute("DELETE FROM note WHERE digest = ?", (digest,))

    def rows(self) -> list[tuple[str, bytes, str]]:
        """(digest, salt, text) of every text."""
        with self._lock:
            return self._db.execute("SELECT digest, salt, text FROM note").fetchall()

    def take(self, rows: Iterable[tuple[str, bytes, str]]) -> int:
        """Keep texts of another file, (digest, salt, text); returns how many were new here."""
        new = 0
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for row in rows:
                    new += self._db.execute(
                        "INSERT OR IGNORE INTO note VALUES (?,?,?)", row
                    ).rowcount
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        return new

    def hold(self, raw: bytes, digests: Sequence[str]) -> None:
        """Hold an entry until it is known whether it was recorded. Again is harmless."""
        with self._lock:
            # Made when first needed: a folder that can only be read has no need of it.
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS unanswered (number INTEGER PRIMARY KEY, "
                "entry BLOB NOT NULL UNIQUE, digests TEXT NOT NULL)"
            )
            self._db.execute(
                "INSERT OR IGNORE INTO unanswered (entry, digests) VALUES (?,?)",
                (raw, json.dumps(list(digests))),
            )

    def held(self) -> list[tuple[bytes, list[str]]]:
        """(entry, digests of its texts) of everything held, oldest first."""
        with self._lock:
            if not self._db.execute(_HAS_HELD).fetchone():
                return []
            rows = self._db.execute("SELECT entry, digests FROM unanswered ORDER BY number")
            return [(entry, json.loads(digests)) for entry, digests in rows.fetchall()]

    def let_go(self, raw: bytes) -> None:
        """Hold an entry no more."""
        with self._lock:
            if self._db.execute(_HAS_HELD).fetchone():
                self._db.execute("DELETE FROM unanswered WHERE entry = ?", (raw,))

    def erase(self, digests: Iterable[str]) -> int:
        """Erase texts and salts for good; returns how many there were.

        The file is written anew from what is left: moving rows within and between pages can leave
        a stale copy of one behind that deleting it later does not reach.
        """
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                gone = sum(
                    self._db.execute("DELETE FROM note WHERE digest = ?", (one,)).rowcount
                    for one in digests
                )
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            # Always, also when nothing was deleted now: an erasure that was cut off ends here.
            self._db.execute("VACUUM")
        return gone

    def containing(self, text: str) -> list[tuple[str, str]]:
        """(digest, text) of every text that contains `text`, whatever its case or normal form."""
        wanted = _folded(text)
        with self._lock:
            rows = self._db.execute("SELECT digest, text FROM note ORDER BY digest").fetchall()
        return [(digest, found) for digest, found in rows if wanted in _folded(found)]

    def opened(self, digest: str) -> tuple[bytes, str] | None:
        """(salt, text) of a digest, None when it was erased or never here."""
        with self._lock:
            row = self._db.execute(
                "SELECT salt, text FROM note WHERE digest = ?", (digest,)
            ).fetchone()
        return None if row is None else (row[0], row[1])

    def text_of(self, digest: str) -> str | None:
        """The text of a digest, None when it was erased or never here."""
        found = self.opened(digest)
        return None if found is None else found[1]

    def close(self) -> None:
        """Close the file; waits for a thread that is at it."""
        with self._lock:
            self._db.close()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
