"""`ledger.store.seam.LedgerStore` in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from eventsourcing.persistence import IntegrityError
from psycopg import errors as pg

from ledger.store.postgres import connections, queries
from ledger.store.postgres.address import addresses, shown
from ledger.store.postgres.arrays import PackedArray
from ledger.store.postgres.connecting import Connection, open_any
from ledger.store.postgres.connections import Pool
from ledger.store.postgres.errors import PostgresError, lost, reason, refusal
from ledger.store.postgres.faults import find_faults
from ledger.store.postgres.first_read import FirstRead
from ledger.store.postgres.functions import APPENDING, LOCK_CLASS, SEALING
from ledger.store.postgres.held_lock import HeldLock
from ledger.store.postgres.leading import Leaderships, Listener
from ledger.store.postgres.recorder import EntryRecorder
from ledger.store.seam import Replica, SealedBatch, StoreFault

T = TypeVar("T")
_PAGE = 1000
_MESSAGE = "SELECT pg_logical_emit_message(true, 'ocop'::text, ''::text)::text"


@dataclass(frozen=True, slots=True)
class PoolState:
    """How many of the connections for single calls are in use, and how many there may be."""

    in_use: int
    most: int


class PostgresStore:
    """One ledger in one database, found through one or more addresses.

    After a lost connection the next call connects anew; with several hosts in the address it
    finds whichever is the primary then. Inside `writing()` and `sequencing()` it never does:
    the lock went with the connection, so the block fails instead.
    """

    replica: Replica | None = None  # a station's ledger is a file

    def __init__(
        self, dsns: Sequence[str], *, passwords: Path | None = None, reading: bool = False
    ) -> None:
        """`passwords` is a libpq password file; `reading` takes any standby and writes nothing.

        Raises:
            LedgerError: `database-address`; and, unless `reading`, `store-unreachable`,
                `database-empty`, `database-older`, `store-newer`.
        """
        self._addresses = addresses(dsns, passwords, reading=reading)
        if not self._addresses:
            raise PostgresError("database-address")
        self._reading = reading
        self._where = shown(self._addresses[0])
        self._pool = Pool(self._open, self._where)
        self._first = FirstRead()
        self._append_lock = HeldLock(self._open, self._where, (LOCK_CLASS, APPENDING), self._first)
        self._seal_lock = HeldLock(self._open, self._where, (LOCK_CLASS, SEALING))
        self._leaderships = Leaderships(self._open)
        self._listener = Listener(self._open, listens=not reading)
        self.recorder = EntryRecorder(self._append, self._rows, self.newest)
        if not reading:
            self._rows("SELECT 1")  # whether it can be reached, and has a schema of ours

    def _open(self) -> Connection:
        return open_any(self._addresses, reading=self._reading)

    @property
    def location(self) -> str:
        return self._where

    def writing(self) -> AbstractContextManager[None]:
        return self._append_lock.held()

    def sequencing(self) -> AbstractContextManager[None]:
        return self._seal_lock.held()

    def lead(self, role: str) -> bool:
        return self._leaderships.lead(role)

    def wait(self, seconds: float) -> None:
        self._listener.wait(seconds)

    def faults(self) -> list[StoreFault]:
        return self._read(lambda connection: find_faults(connection, self._where))

    def pool(self) -> PoolState:
        """Use of the connections that are handed out per call."""
        return PoolState(self._pool.in_use, connections.MOST)

    def replica_age(self) -> float | None:
        """Seconds by which what is read here may lag behind the primary; None on a primary.

        0 while everything received was replayed and the stream stands, else the time since the
        last replayed transaction. A cut network shows only after `wal_receiver_timeout`.
        """
        found: float | None = self._one(queries.REPLICA_AGE)
        return found

    def newest(self) -> int:
        return int(self._one(queries.NEWEST))

    def heads(self) -> list[tuple[str, int, bytes]]:
        return [(row[0], row[1], row[2]) for row in self._rows(queries.HEADS)]

    def counted(self, position: int) -> int:
        return int(self._one(queries.COUNTED, position, position))

    def steering(self, up_to: int) -> list[tuple[int | None, int, bytes]]:
        return [(row[0], row[1], row[2]) for row in self._rows(queries.STEERING, up_to)]

    def entry(self, entry_id: bytes) -> bytes | None:
        found: bytes | None = self._one(queries.BY_ID, entry_id)
        return found

    def entry_at(self, journal: str, seq: int) -> bytes | None:
        found: bytes | None = self._one(queries.BY_PLACE, journal, seq)
        return found

    def after(self, position: int, limit: int) -> list[tuple[int, bytes]]:
        if self._append_lock.connection() is None:
            rows = self._rows(queries.AFTER, position, limit)
        else:
            rows = self._read(lambda held: self._first.after(held, position, limit))
        return [(row[0], row[1]) for row in rows]

    def settle(self) -> None:
        """An empty message in the WAL: its commit waits for all before it, on the standby too."""
        self._change(self._append_lock, _MESSAGE, ())

    def size(self) -> int:
        return int(self._one(queries.SIZE))

    def sealed_position(self) -> int:
        return int(self._one(queries.SEALED_POSITION))

    def sealed(self, first: int, limit: int) -> list[tuple[int, bytes]]:
        return [(row[0], row[1]) for row in self._rows(queries.SEALED, first, limit)]

    def sealed_at(self, indexes: Sequence[int]) -> list[tuple[int, bytes]]:
        return [(row[0], row[1]) for row in self._rows(queries.SEALED_AT, list(indexes))]

    def index_of(self, entry_id: bytes) -> int | None:
        found: int | None = self._one(queries.INDEX_OF, entry_id)
        return found

    def node(self, level: int, index: int) -> bytes:
        found = self._one(queries.NODE, level, index)
        if found is None:
            raise KeyError((level, index))
        return bytes(found)

    def nodes(self, level: int, first: int, count: int) -> list[bytes]:
        return [row[0] for row in self._rows(queries.NODES, level, first, first + count)]

    def checkpoint(self, size: int | None = None) -> str | None:
        found: str | None
        if size is None:
            found = self._one(queries.NEWEST_CHECKPOINT)
        else:
            found = self._one(queries.CHECKPOINT, size)
        return found

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        last = 0
        while rows := self._rows(queries.CHECKPOINTS, last, _PAGE):
            yield from ((size, root) for size, root in rows)
            last = rows[-1][0]

    def seal(self, *batches: SealedBatch) -> None:
        values = [
            (
                batch.leaves[0].index if batch.leaves else 0,
                [leaf.position for leaf in batch.leaves],
                [level for level, _, _ in batch.nodes],
                [index for _, index, _ in batch.nodes],
                [made for _, _, made in batch.nodes],
                batch.size,
                batch.root,
                batch.note,
            )
            for batch in batches
        ]
        self._change(self._seal_lock, queries.SEAL, *values)

    def _append(
        self, count: int, journals: PackedArray, versions: PackedArray, states: PackedArray
    ) -> int:
        held = self._append_lock.connection() is not None
        if held:
            self._first.forget()
        before = int(self._change(self._append_lock, queries.APPEND, (journals, versions, states)))
        if held:
            self._first.appended(before + count)
        return before

    def _change(self, lock: HeldLock, sql: str, *calls: tuple[object, ...]) -> Any:
        """Run a changing function once for each of `calls`, all or nothing, never twice by itself.

        Answers the last result.
        """
        warned: list[str] = []

        def run(connection: Connection) -> Any:
            # A commit that gave up waiting for its standby is told by a warning only.
            def notice(said: psycopg.errors.Diagnostic) -> None:
                if said.severity_nonlocalized == "WARNING":
                    warned.append(str(said.message_primary))

            connection.add_notice_handler(notice)
            try:
                # One call is a transaction of its own: no round trips to begin and to commit.
                with connection.transaction() if len(calls) > 1 else nullcontext():
                    for values in calls:
                        row = connection.execute(sql, values, binary=True).fetchone()
            finally:
                connection.remove_notice_handler(notice)
            return None if row is None else row[0]

        held = lock.connection()
        try:
            result = self._pool.once(run) if held is None else run(held)
        except pg.UniqueViolation as wrong:
            raise IntegrityError(reason(wrong)) from wrong
        except psycopg.Error as wrong:
            gone = lost(wrong, held) or wrong.sqlstate is None
            if held is not None and gone:
                lock.broke()
            if isinstance(wrong, pg.ReadOnlySqlTransaction) or not gone:
                raise refusal(wrong, self._where, gone=gone) from wrong
            raise PostgresError("outcome-unknown", why=reason(wrong)) from wrong
        if warned:
            raise PostgresError("outcome-unknown", why=warned[0])
        return result

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._read(lambda one: one.execute(sql, values, binary=True).fetchall())

    def _one(self, sql: str, *values: object) -> Any:
        rows = self._rows(sql, *values)
        return rows[0][0] if rows else None

    def _read(self, work: Callable[[Connection], T]) -> T:
        for lock in (self._append_lock, self._seal_lock):
            held = lock.connection()
            if held is None:
                continue
            try:
                return work(held)
            except psycopg.Error as wrong:
                gone = lost(wrong, held) or wrong.sqlstate is None
                if gone:
                    lock.broke()
                raise refusal(wrong, self._where, gone=gone) from wrong
        return self._pool.read(work)

    def close(self) -> None:
        self._listener.close()
        self._leaderships.close()
        self._append_lock.close()
        self._seal_lock.close()
        self._pool.close()
