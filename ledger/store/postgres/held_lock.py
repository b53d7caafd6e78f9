"""The right to append, or to seal: a lock that lives in a session, and what goes through that session.

What the lock protects goes through the connection that holds it, or not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg
from psycopg import generators, pq

from ledger.store.postgres.connecting import Connection
from ledger.store.postgres.errors import PostgresError, lost, refusal
from ledger.store.postgres.first_read import FirstRead

_PATIENCE = 30  # seconds
# Asked for in shorter turns, so that a server that has gone silent is told from one that is busy.
_SLICE = 5


class HeldLock:
    """A session advisory lock with the connection that holds it; re-entrant within a thread."""

    def __init__(
        self,
        opener: Callable[[], Connection],
        where: str,
        key: tuple[int, int],
        first: FirstRead | None = None,
    ) -> None:
        """`first` is read along with taking the lock."""
        self._open = opener
        self._where = where
        self._lock = b"SELECT pg_advisory_lock(%d, %d)" % key
        self._unlock = b"SELECT pg_advisory_unlock(%d, %d)" % key
        self._first = first
        self._threads = threading.RLock()
        self._owner: int | None = None
        self._depth = 0
        self._connection: Connection | None = None
        self._broken = False
        self._unanswered = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock, at most 30 seconds, and hold it until the block ends.

        Raises:
            LedgerError: `store-busy`, `store-unreachable`.
        """
        if not self._threads.acquire(timeout=_PATIENCE):
            raise PostgresError("store-busy", where=self._where, why="lock")
        try:
            if not self._depth:
                self._take()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    self._let_go()
        finally:
            self._threads.release()

    def connection(self) -> Connection | None:
        """The connection that this thread must use now; None when it does not hold the lock.

        Raises:
            LedgerError: `lock-lost`, the connection broke since the lock was taken.
        """
        if self._owner != threading.get_ident() or self._connection is None:
            return None
        if self._broken or self._connection.closed:
            raise PostgresError("lock-lost", where=self._where)
        return self._connection

    def broke(self) -> None:
        """Tell that the held connection failed: it is not used again inside this block."""
        self._broken = True

    def _take(self) -> None:
        stale, slices = self._connection is not None, _PATIENCE // _SLICE
        also = b"" if self._first is None else self._first.begin()
        while True:
            try:
                if self._connection is None:
                    self._connect()
                else:
                    self._hear_unlock(self._connection)
                assert self._connection is not None
                # Not prepared: a message of two statements cannot be, and the first needs no plan.
                answer = self._connection.execute(self._lock + also, prepare=False)
                if self._first is not None:
                    self._first.fetched(answer)
                break
            except psycopg.Error as wrong:
                gone = lost(wrong, self._connection) or wrong.sqlstate is None
                # A session that has forgotten what was prepared in it is replaced.
                gone = gone or isinstance(wrong, pg.InvalidSqlStatementName)
                busy = isinstance(wrong, pg.LockNotAvailable)
                slices -= busy
                # In any case: the lock may have been got before what was sent with it failed.
                self._discard()
                if not (gone and stale) and not (busy and slices):
                    raise refusal(wrong, self._where, gone=gone) from wrong
                stale = stale and not gone
            except BaseException:
                self._discard()  # an interrupted wait may have got the lock all the same
                raise
        self._owner = threading.get_ident()
        self._broken = False

    def _connect(self) -> None:
        self._connection = self._open()
        self._connection.execute(f"SET lock_timeout = '{_SLICE}s'")
        # A time limit would end the wait for a standby and show what that does not
        # have; so it waits on, with the lock, when this side has long given up.
        self._connection.execute("SET statement_timeout = 0")
        if self._first is not None:
            self._first.prepare(self._connection)

    def _let_go(self) -> None:
        self._owner = None
        if self._first is not None:
            self._first.forget()
        if self._connection is None:
            return
        try:
            if self._broken:
                self._discard()
                return
            # The answer is read when the lock is next asked for: waiting for it would take as
            # long as taking the lock did, and say nothing that the end of the session does not.
            self._connection.pgconn.send_query(self._unlock)
            self._unanswered = True
            if self._connection.pgconn.flush():
                self._discard()
        except psycopg.Error:
            self._discard()  # ending the session lets go of the lock, too

    def _hear_unlock(self, connection: Connection) -> None:
        """Read the answer to the last unlocking; raises psycopg.Error."""
        if self._unanswered:
            self._unanswered = False
            answers = connection.wait(generators.fetch_many(connection.pgconn))
            if [one.status for one in answers] != [pq.ExecStatus.TUPLES_OK]:
                raise psycopg.OperationalError("the lock was not let go of")

    def _discard(self) -> None:
        connection, self._connection, self._unanswered = self._connection, None, False
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Close the kept connection; waits for a block that is under way."""
        if self._threads.acquire(timeout=_PATIENCE):
            try:
                self._discard()
            finally:
                self._threads.release()
