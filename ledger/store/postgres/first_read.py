"""What a writer asks first when it has the right to append, fetched in one message with the right.

Each round trip to the server costs a batch of 100 two to three microseconds an entry, as the
writer has gone to sleep and comes back to a processor that has forgotten it.
"""

from __future__ import annotations

from typing import Any

import psycopg

from ledger.store.postgres import queries
from ledger.store.postgres.connecting import Connection, Row

_NAME = "first_read"


class FirstRead:
    """The page after the newest entry that the writer knows, that one included.

    Which page that is, one learns from the block before. Used by the thread that holds the right
    to append and by no other; nobody else appends until it lets go, so what was read when it got
    the right is what would be read now.
    """

    def __init__(self) -> None:
        self._limit = 0
        self._newest = 0
        self._wanted: tuple[int, int] | None = None
        self._fetched: list[Row] | None = None

    def prepare(self, connection: Connection) -> None:
        """Make the query known to a new connection; raises psycopg.Error."""
        page = queries.AFTER.replace("%s", "$1", 1).replace("%s", "$2", 1)
        connection.execute(f"PREPARE {_NAME} (bigint, bigint) AS {page}".encode())

    def begin(self) -> bytes:
        """What to send behind the request for the right: a statement, so with a snapshot, of its own."""
        self._fetched, self._wanted = None, None
        if self._limit:
            self._wanted = (max(self._newest - 1, 0), self._limit)
            self._limit = 0  # unless it is asked for again
            return b"; EXECUTE %s (%d, %d)" % (_NAME.encode(), *self._wanted)
        return b""

    def fetched(self, cursor: psycopg.Cursor[Row]) -> None:
        """Take the rows from the answer, which stand behind the right's own."""
        if self._wanted is not None and cursor.nextset():
            self._fetched = cursor.fetchall()

    def after(self, connection: Connection, position: int, limit: int) -> list[tuple[Any, ...]]:
        """As `LedgerStore.after`; raises psycopg.Error."""
        rows, self._fetched = self._fetched, None
        # Time may have passed, and the session with it: then the question itself finds that out.
        if rows is None or self._wanted != (position, limit) or not connection.is_silent():
            rows = connection.execute(queries.AFTER, (position, limit), binary=True).fetchall()
        self._limit, self._newest = limit, rows[-1][0] if rows else position
        return rows

    def appended(self, newest: int) -> None:
        """The writer has appended up to this position."""
        self._newest = newest

    def forget(self) -> None:
        """The right ends, or something is about to be appended: what was read may be so no more."""
        self._fetched = None
