"""What our store is compared with: the plainest durable insert, and the library's own recorder.

All are given the same bytes, are as durable as ours, and check nothing.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import psycopg
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from ledger.recorded import TOPIC
from ledger.verify.entry import parse_entry
from ledger.verify.statement import read_statement
from tests.postgres.cluster import PASSWORD, shared_cluster

Row = tuple[str, int, bytes]
"""Journal, sequence number, entry."""

_TABLE = (
    "CREATE TABLE events (position {}, journal text NOT NULL, seq bigint NOT NULL, "
    "state {} NOT NULL, UNIQUE (journal, seq))"
)


class Target(Protocol):
    """Something that keeps rows durably."""

    def insert(self, rows: Sequence[Row]) -> None:
        """One durable transaction."""

    def close(self) -> None:
        """Let go."""


def rows_of(raw_entries: Sequence[bytes]) -> list[Row]:
    """What is inserted for entries."""
    found = []
    for raw in raw_entries:
        entry = parse_entry(raw)
        found.append((entry.keyid.hex(), read_statement(entry.payload).seq, raw))
    return found


class PlainSqlite:
    """A table, an index, one INSERT a row, one commit a call; one writer at a time."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(
            folder / "plain.db", isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute(_TABLE.format("INTEGER PRIMARY KEY AUTOINCREMENT", "BLOB"))
        self._lock = threading.Lock()

    def insert(self, rows: Sequence[Row]) -> None:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT INTO events (journal, seq, state) VALUES (?,?,?)", rows
            )
            self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class PlainPostgres:
    """A table, an index, a connection for each client; many rows go in one statement of arrays."""

    def __init__(self, clients: int = 1) -> None:
        dsn = shared_cluster().fresh_database()
        self._open = [psycopg.connect(dsn, autocommit=True) for _ in range(clients)]
        self._open[0].execute(_TABLE.format("bigserial PRIMARY KEY", "bytea"))
        self._free: queue.SimpleQueue[psycopg.Connection] = queue.SimpleQueue()
        for connection in self._open:
            self._free.put(connection)

    def insert(self, rows: Sequence[Row]) -> None:
        connection = self._free.get()
        try:
            if len(rows) == 1:
                connection.execute(
                    "INSERT INTO events (journal, seq, state) VALUES (%b,%b,%b)", rows[0]
                )
                return
            journals, seqs, states = map(list, zip(*rows, strict=True))
            connection.execute(
                "INSERT INTO events (journal, seq, state) "
                "SELECT * FROM unnest(%b::text[], %b::bigint[], %b::bytea[])",
                (journals, seqs, states),
            )
        finally:
            self._free.put(connection)

    def close(self) -> None:
        for connection in self._open:
            connection.close()


class _Library:
    def __init__(self, recorder: ApplicationRecorder) -> None:
        self._recorder = recorder

    def insert(self, rows: Sequence[Row]) -> None:
        self._recorder.insert_events(
            [StoredEvent(journal, seq, TOPIC, state) for journal, seq, state in rows]
        )


class LibrarySqlite(_Library):
    """`eventsourcing`'s SQLite recorder as it comes."""

    def __init__(self, folder: Path) -> None:
        self._datastore = SQLiteDatastore(
            str(folder / "library.db"), originator_id_type="text", lock_timeout=30
        )
        recorder = SQLiteApplicationRecorder(self._datastore)
        recorder.create_table()
        super().__init__(recorder)

    def close(self) -> None:
        self._datastore.close()


class LibraryPostgres(_Library):
    """`eventsourcing`'s PostgreSQL recorder as it comes: 5 connections and 10 more when busy."""

    def __init__(self) -> None:
        self.address = psycopg.conninfo.conninfo_to_dict(shared_cluster().fresh_database())
        self._datastore = PostgresDatastore(
            str(self.address["dbname"]),
            str(self.address["host"]),
            int(self.address["port"] or 0),
            str(self.address["user"]),
            PASSWORD,
            pool_size=5,
            max_overflow=10,
            connect_timeout=30.0,
            originator_id_type="text",
        )
        recorder = PostgresApplicationRecorder(self._datastore)
        recorder.create_table()
        super().__init__(recorder)

    def close(self) -> None:
        self._datastore.close()
