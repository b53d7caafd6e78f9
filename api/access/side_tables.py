"""Small erasable tables beside the ledger: people, sessions, invitations, stations' standing.

`access.db` in the folder (mode 0600), or schema `ocop_access` of a hub's database, where all its
machines see the same. Nothing here is evidence; losing it loses who may come in, never a statement.

Portable by being plain: TEXT and BIGINT columns, `?` for values, `INSERT ... ON CONFLICT`, no
functions but `count`, `max`, `min`, `coalesce`. Writers wait for one another on both databases, so
what a transaction reads does not change under it.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from api.access.errors import SideAway

Value = str | int | None
Row = tuple[Any, ...]
ROOMS = "CREATE TABLE IF NOT EXISTS room (name TEXT PRIMARY KEY, version BIGINT NOT NULL)"


class Write(Protocol):
    """One transaction: all of it happens, or nothing."""

    def execute(self, sql: str, *values: Value) -> list[Row]:
        """Run one statement; the rows of a SELECT or of RETURNING, else none."""


@dataclass(frozen=True, slots=True)
class Founding:
    """Statements that bring the tables of room `name` from `version` - 1 to `version`."""

    name: str
    version: int
    statements: tuple[str, ...]
    passing: tuple[str, ...] = ()


class SideTables(ABC):
    """The door to the tables, for any thread. Every use may raise SideAway.

    `quick` says that a read is a look into a local file, not a question to a server.
    """

    quick = False

    def __init__(self, where: str) -> None:
        """`where` names the place in sentences."""
        self.where = where
        self._foundings: list[Founding] = []

    def found(
        self, name: str, version: int, statements: Sequence[str], passing: Sequence[str] = ()
    ) -> None:
        """Say which tables a room needs; they are made at the first use that needs a file at all.

        A room calls it once for each version it ever had, oldest first, and every statement of a
        version is run once in the life of the tables. Saying the same again changes nothing.
        What is in `passing` tables lets somebody in for a while: no backup and no move takes it
        along.
        """
        one = Founding(name, version, tuple(statements), tuple(passing))
        if one not in self._foundings:
            self._foundings.append(one)

    def lasting(self) -> list[str]:
        """Names of the tables that were declared and are not `passing`, in the order of that."""
        made = dict.fromkeys(
            name
            for one in self._foundings
            for statement in one.statements
            for name in _TABLE.findall(statement)
        )
        passing = {name for one in self._foundings for name in one.passing}
        return [name for name in made if name not in passing]

    @abstractmethod
    def read(self, sql: str, *values: Value) -> list[Row]:
        """The rows of one SELECT. An indexed read of a local file, or one question to a server."""

    @abstractmethod
    def write(self) -> AbstractContextManager[Write]:
        """A transaction, durable when the block has ended; undone when it raises."""

    @abstractmethod
    def scrub(self) -> None:
        """Overwrite what was deleted, as far as this place can (see docs/access.md)."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""

    def _settle(self, write: Write) -> None:
        """Make what is missing, inside a transaction."""
        have = {str(name): int(version) for name, version in write.execute(_HAVE)}
        newest = {one.name: one.version for one in self._foundings}
        for name, expected in newest.items():
            if have.get(name, 0) > expected:
                found = have[name]
                raise SideAway(
                    "side-newer", name=name, where=self.where, found=found, expected=expected
                )
        for one in self._foundings:
            if one.version <= have.get(one.name, 0):
                continue
            for statement in one.statements:
                write.execute(statement)
            write.execute(_NOTE, one.name, one.version)


_TABLE = re.compile(r"CREATE TABLE (\w+)")
_HAVE = "SELECT name, version FROM room"
_NOTE = (
    "INSERT INTO room (name, version) VALUES (?, ?) "
    "ON CONFLICT (name) DO UPDATE SET version = excluded.version"
)
