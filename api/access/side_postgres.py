"""The side tables in schema `ocop_access` of a hub's database, always on the primary.

A standby may be a moment behind: a session that was ended there would still let somebody in.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg

from api.access.errors import SideAway
from api.access.side_tables import ROOMS, Row, SideTables, Value
from ledger.store.postgres.address import addresses, shown
from ledger.store.postgres.passwords import with_password

Connection = psycopg.Connection[tuple[Any, ...]]
SCHEMA = "ocop_access"
_LIMITS = (
    "SELECT set_config('statement_timeout', '5s', false), set_config('lock_timeout', '5s', false),"
    " set_config('idle_in_transaction_session_timeout', '10s', false),"
    f" set_config('search_path', '{SCHEMA}', false)"
)
# Before anything else of a transaction: writers wait for one another, as on SQLite.
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('ocop_access'))"
_THERE = (
    "SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = 'ocop_access'"
)


@lru_cache(maxsize=512)
def _numbered(sql: str) -> bytes:
    """The statement with the driver's placeholders."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


class _Plain:
    """Statements on one connection."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def execute(self, sql: str, *values: Value) -> list[Row]:
        """As `Write.execute`."""
        found = self._db.execute(_numbered(sql), values or None)
        return found.fetchall() if found.description is not None else []


class PostgresSide(SideTables):
    """One connection writes and one reads; each is made anew after it broke."""

    def __init__(self, database: str, passwords: Path | None) -> None:
        """An address as `Settings` has it. Raises LedgerError for one that cannot be read."""
        (self._address,) = addresses([database], passwords, reading=False)
        super().__init__(shown(self._address))
        self._links: dict[str, Connection] = {}
        self._locks = {"write": threading.RLock(), "read": threading.RLock()}
        self._made = 0

    def read(self, sql: str, *values: Value) -> list[Row]:
        """As `SideTables.read`."""
        if self._made != len(self._foundings):
            with self.write():
                pass
        with self._locks["read"], self._told("read"):
            # A connection that went away shows only at the next use: reading is tried once more.
            if "read" in self._links:
                try:
                    return _Plain(self._links["read"]).execute(sql, *values)
                except psycopg.OperationalError:
                    self._let_go("read")
            return _Plain(self._link("read")).execute(sql, *values)

    @contextmanager
    def write(self) -> Iterator[_Plain]:
        """As `SideTables.write`."""
        with self._locks["write"], self._told("write"):
            plain = self._begun()
            db, wanted = self._links["write"], len(self._foundings)
            try:
                if self._made != wanted:
                    plain.execute(ROOMS)
                    self._settle(plain)
                yield plain
                db.execute("COMMIT")
                self._made = wanted
            except BaseException:
                if db.closed or db.broken:
                    self._let_go("write")
                else:
                    db.execute("ROLLBACK")
                raise

    def scrub(self) -> None:
        """As `SideTables.scrub`: left to the server, which reuses what its vacuum freed."""

    def close(self) -> None:
        """As `SideTables.close`."""
        for name, lock in self._locks.items():
            # Whoever waits for a dead server keeps the lock; the end of the process is not held up.
            if lock.acquire(timeout=1):
                try:
                    self._let_go(name)
                finally:
                    lock.release()

    def _begun(self) -> _Plain:
        for fresh in (False, True):
            held = "write" in self._links
            plain = _Plain(self._link("write"))
            try:
                plain.execute("BEGIN")
                plain.execute(_ALONE)
            except psycopg.OperationalError:
                self._let_go("write")
                if fresh or not held:
                    raise
            else:
                return plain
        raise AssertionError

    def _link(self, name: str) -> Connection:
        if name not in self._links:
            own: Any = with_password(self._address)
            made = psycopg.connect("", autocommit=True, prepare_threshold=2, **own)
            try:
                made.execute(_LIMITS.encode())
                row = made.execute(_THERE).fetchone()
                if row is None or not row[0]:
                    raise SideAway("side-unfounded", where=self.where)
            except BaseException:
                made.close()
                raise
            self._links[name] = made
        return self._links[name]

    def _let_go(self, name: str) -> None:
        link = self._links.pop(name, None)
        if link is not None:
            link.close()

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as wrong:
            self._let_go(name)
            why = str(wrong).strip().partition("\n")[0]
            raise SideAway("side-away", where=self.where, why=why) from wrong
