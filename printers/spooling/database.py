"""The spool's file: made, brought up to this version, and changed in whole transactions only."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from printers.errors import SpoolError
from printers.spooling.schema import APPLICATION_ID, FROM_VERSION_1, SCHEMA, SCHEMA_VERSION

_BUSY_SECONDS = 10.0
_AGAIN_SECONDS = 0.01


class SpoolFile:
    """One connection to a spool file. Raises SpoolError for any other file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Autocommit: every transaction below is begun and ended by name.
        self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            self._prepare()
        except sqlite3.OperationalError as fault:
            self._db.close()
            raise self._unwritable(fault) from fault
        except sqlite3.DatabaseError as fault:
            self._db.close()
            raise self._not_ours(str(fault)) from fault
        except SpoolError:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def one(self, sql: str, *values: object) -> tuple[object, ...] | None:
        """The first row, None when there is none."""
        return cast("tuple[object, ...] | None", self._db.execute(sql, values).fetchone())

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Every row."""
        return self._db.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> None:
        """One change, inside `transaction`."""
        self._db.execute(sql, values)

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        """All or nothing. SpoolError when the file cannot be written (a full disk, for example).

        `durable` outlives a power cut once it has ended. The others outlive the death of the
        process, and a power cut once any durable one has followed: good for what may be forgotten
        in the direction of doubt, such as a confirmation.
        """
        try:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._roll_back()
                raise
            try:
                self._db.execute("COMMIT")
            except sqlite3.Error:
                self._roll_back()
                raise
        except sqlite3.OperationalError as fault:
            raise self._unwritable(fault) from fault

    def _roll_back(self) -> None:
        # SQLite has rolled back by itself after some errors (a full disk).
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _prepare(self) -> None:
        self._db.execute("PRAGMA foreign_keys = ON")
        if self._found() != (SCHEMA_VERSION, APPLICATION_ID):
            self._make()
        # Readers never wait for the worker, and one fsync makes a claim durable. While another
        # process opens or closes the file, this statement alone does not wait by itself.
        ends = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() >= ends:
                    raise
                time.sleep(_AGAIN_SECONDS)
            else:
                return

    def _make(self) -> None:
        with self.transaction():
            version, owner = self._found()
            (tables,) = self.one("SELECT count(*) FROM sqlite_schema") or (0,)
            if (version, owner, tables) == (0, 0, 0):
                change = SCHEMA
            elif (version, owner) == (1, APPLICATION_ID):
                change = FROM_VERSION_1
            elif (version, owner) == (SCHEMA_VERSION, APPLICATION_ID):
                return  # another process was quicker
            else:
                raise self._not_ours(f"{owner}/{version}")
            for statement in change.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _found(self) -> tuple[object, object]:
        (version,) = self.one("PRAGMA user_version") or (0,)
        (owner,) = self.one("PRAGMA application_id") or (0,)
        return version, owner

    def _unwritable(self, fault: sqlite3.Error) -> SpoolError:
        return SpoolError("spool.unwritable", path=self.path.name, why=str(fault))

    def _not_ours(self, found: str) -> SpoolError:
        return SpoolError(
            "spool.not-ours", path=self.path.name, expected=SCHEMA_VERSION, found=found
        )
