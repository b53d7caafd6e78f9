"""`station.db`: how a station stands with its hub. Losing it costs a repetition, never a statement.

It is written in an order that a kill cannot harm: places at the hub before the entries are
adopted, the cursor after. Acknowledgements are the hub's word and can be asked for again.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api.station.errors import Frozen
from ledger.verify.wording import Refusal

_TABLES = """
CREATE TABLE IF NOT EXISTS place (entry BLOB PRIMARY KEY, hub INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkpoint (
    size INTEGER PRIMARY KEY, root BLOB NOT NULL, note TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS own (
    seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, hub INTEGER NOT NULL, size INTEGER, path BLOB);
CREATE INDEX IF NOT EXISTS own_unproved ON own (hub) WHERE size IS NULL;
CREATE TABLE IF NOT EXISTS photo_sent (digest TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_HASH = 32
PASSING: Final = frozenset({"refused", "ended"})
"""Reasons to be frozen that a hub may take back."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A checkpoint of the hub that was verified: size, root (32 bytes), the signed note."""

    size: int
    root: bytes
    note: str


class StationState:
    """The state of one station. Safe to use from several threads and processes."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=30
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        # What was verified is named in statements that are signed right after.
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    # --- what was adopted ---------------------------------------------------------------------

    def hub_index(self, entry_id: bytes) -> int | None:
        """Log index at the hub of an entry that came from there or was sent."""
        rows = self._rows("SELECT hub FROM place WHERE entry = ?", entry_id)
        return int(rows[0][0]) if rows else None

    def note_places(self, places: Iterable[tuple[bytes, int]]) -> None:
        """(entry id, log index at the hub) of entries that are about to be adopted."""
        with self._writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO place VALUES (?,?)", places)

    def cursor(self) -> tuple[int, int]:
        """(after, from): the station's place in what it needs of the hub's log."""
        return int(self._said("after") or 0), int(self._said("from") or 0)

    def pulled(
        self,
        cursor: tuple[int, int],
        newest: Verified,
        proofs: Mapping[int, Sequence[bytes]],
    ) -> None:
        """What one verified answer gave, once its entries are adopted.

        `proofs` are inclusion paths under `newest` of own entries, by their index at the hub.
        """
        with self._writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO checkpoint VALUES (?,?,?)",
                (newest.size, newest.root, newest.note),
            )
            connection.executemany(
                "UPDATE own SET size = ?, path = ? WHERE hub = ?",
                [(newest.size, b"".join(path), hub) for hub, path in proofs.items()],
            )
            _say(connection, "after", str(cursor[0]))
            _say(connection, "from", str(cursor[1]))

    # --- checkpoints --------------------------------------------------------------------------

    def newest(self) -> Verified | None:
        """The newest checkpoint of the hub that was verified."""
        rows = self._rows("SELECT size, root, note FROM checkpoint ORDER BY size DESC LIMIT 1")
        return Verified(*rows[0]) if rows else None

    def checkpoints(self) -> dict[int, bytes]:
        """Size -> root of every checkpoint of the hub that was verified."""
        return dict(self._rows("SELECT size, root FROM checkpoint"))

    # --- the outbox's other half --------------------------------------------------------------

    def acknowledged(self) -> int:
        """Number of the last own statement that the hub has; 0 for none."""
        return int(self._rows("SELECT coalesce(max(seq), 0) FROM own")[0][0])

    def acknowledge(self, first: int, sent: Sequence[tuple[bytes, int]]) -> None:
        """The hub has own statements from number `first`: (entry id, log index there) each."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT INTO own (seq, entry, hub) VALUES (?,?,?) ON CONFLICT (seq) DO UPDATE SET "
                "entry = excluded.entry, hub = excluded.hub, size = NULL, path = NULL "
                "WHERE entry <> excluded.entry OR hub <> excluded.hub",
                [(first + at, entry, hub) for at, (entry, hub) in enumerate(sent)],
            )
            connection.executemany("INSERT OR REPLACE INTO place VALUES (?,?)", sent)

    def forget_from(self, seq: int) -> None:
        """The hub does not have own statements from this number on, whatever it said before."""
        with self._writing() as connection:
            connection.execute("DELETE FROM own WHERE seq >= ?", (seq,))

    def forget_unproved(self) -> None:
        """The hub's word for where own statements are, from the first that it has not shown."""
        with self._writing() as connection:
            connection.execute(
                "DELETE FROM own WHERE seq >= (SELECT min(seq) FROM own WHERE size IS NULL)"
            )

    def unproved(self, most: int) -> dict[int, bytes]:
        """Index at the hub -> entry id of own statements whose inclusion was not shown yet."""
        return dict(
            self._rows(
                "SELECT hub, entry FROM own WHERE size IS NULL ORDER BY hub LIMIT ?",
                most,
            )
        )

    def proved(self) -> int:
        """How many own statements were shown to be in the hub's sealed log."""
        return int(self._rows("SELECT count(*) FROM own WHERE size IS NOT NULL")[0][0])

    def sent(self, seq: int) -> tuple[bytes, int, bool] | None:
        """(entry id, index at the hub, whether proved) of one own statement; None before it is sent."""
        rows = self._rows("SELECT entry, hub, size FROM own WHERE seq = ?", seq)
        return None if not rows else (rows[0][0], rows[0][1], rows[0][2] is not None)

    def proof(self, seq: int) -> tuple[int, Verified, list[bytes]] | None:
        """(index at the hub, checkpoint, inclusion path) of one own statement, once it was shown."""
        rows = self._rows(
            "SELECT hub, checkpoint.size, root, note, path FROM own JOIN checkpoint USING (size) "
            "WHERE seq = ?",
            seq,
        )
        if not rows:
            return None
        hub, size, root, note, path = rows[0]
        steps = [path[at : at + _HASH] for at in range(0, len(path), _HASH)]
        return hub, Verified(size, root, note), steps

    # --- photos --------------------------------------------------------------------------------

    def photos_sent(self) -> frozenset[str]:
        """Digests of the files of photos that the hub has, or wants no more."""
        return frozenset(row[0] for row in self._rows("SELECT digest FROM photo_sent"))

    def note_photos_sent(self, digests: Iterable[str]) -> None:
        """The hub has these."""
        with self._writing() as connection:
            rows = [(one,) for one in digests]
            connection.executemany("INSERT OR IGNORE INTO photo_sent VALUES (?)", rows)

    def note_photos_lacking(self, digests: Iterable[str]) -> None:
        """The hub does not have these, whatever it said before."""
        with self._writing() as connection:
            rows = [(one,) for one in digests]
            connection.executemany("DELETE FROM photo_sent WHERE digest = ?", rows)

    # --- how it stands ------------------------------------------------------------------------

    def frozen(self) -> Frozen | None:
        """Why this station may record nothing more; None while all is well."""
        told = self._said("frozen")
        if told is None:
            return None
        found = json.loads(told)
        return Frozen(found["code"], **found["params"])

    def freeze(self, why: Frozen) -> None:
        """Record nothing more from now on.

        The first reason stays, but one that may pass makes room for one that never does.
        """
        told = json.dumps({"code": why.code, "params": why.params}, default=str)
        with self._writing() as connection:
            before = self.frozen()
            if before is None or (before.code in PASSING and why.code not in PASSING):
                _say(connection, "frozen", told)

    def thaw(self, code: str) -> None:
        """What froze this station for this reason is over; for another one it stays frozen."""
        with self._writing() as connection:
            before = self.frozen()
            if before is not None and before.code == code:
                connection.execute("DELETE FROM state WHERE name = 'frozen'")

    def contact(self) -> int | None:
        """POSIX seconds by this machine's clock of the hub's last answer; None for never."""
        told = self._said("contact")
        return None if told is None else int(told)

    def note_contact(self, now: int) -> None:
        """The hub has just answered."""
        with self._writing() as connection:
            _say(connection, "contact", str(now))
            connection.execute("DELETE FROM state WHERE name = 'trouble'")

    def trouble(self) -> dict[str, str] | None:
        """Why the last round did not go well, a sentence by language; None once one did."""
        told = self._said("trouble")
        return None if told is None else dict(json.loads(told))

    def note_trouble(self, wrong: Refusal) -> None:
        """The round just now failed: written only when it is something else than before."""
        told = json.dumps({lang: wrong.say(lang) for lang in ("vi", "en")}, ensure_ascii=False)
        if told != self._said("trouble"):
            self._set("trouble", told)

    def offset(self) -> int:
        """Seconds to add to this machine's clock for the times of signatures."""
        return int(self._said("offset") or 0)

    def note_offset(self, seconds: int) -> None:
        """The hub's clock is so much ahead."""
        self._set("offset", str(seconds))

    def _said(self, name: str) -> str | None:
        rows = self._rows("SELECT value FROM state WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def _set(self, name: str, value: str) -> None:
        with self._writing() as connection:
            _say(connection, name, value)


def _say(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO state VALUES (?,?)", (name, value))


class StationReplica:
    """`ledger.store.seam.Replica`: the store of a station, as its state knows it."""

    def __init__(self, state: StationState, keyid: bytes) -> None:
        self._state = state
        self.own = frozenset({keyid})

    def hub_index(self, entry_id: str) -> int | None:
        """As the seam says."""
        return self._state.hub_index(bytes.fromhex(entry_id))
