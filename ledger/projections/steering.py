"""Keys and registry of a log, folded from the few statements that change them.

The others (harvests, labels, sales: nearly all) change neither, so starting costs what a ledger
has of keys and registrations and not what it has of goods. The one thing that needs the others,
what a stolen key has signed, is looked up in the tables when a key is stolen.
"""

from __future__ import annotations

import copy
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from ledger.projections.schema import STEERING, STEERS
from ledger.projections.stories import PAGE, Stories, locate
from ledger.store.seam import LedgerStore, Replica
from ledger.verify.entry import parse_entry
from ledger.verify.history import History, Located
from ledger.verify.keys import KeyRecord

# The planner would rather go through every steering statement there ever was, by type.
_BETWEEN = (
    "SELECT idx FROM entry INDEXED BY entry_steering "  # noqa: S608  # constant names
    f"WHERE idx >= ? AND idx < ? AND {STEERS} ORDER BY idx"
)
_NOT_YET = 2**62
_SIGNED = "SELECT idx, id FROM entry WHERE party = ? AND idx >= ? AND keyid = ?"


def empty_history() -> History:
    """A history before genesis, for statements that were checked at the door of writing."""
    return History(lambda _id: None)


def locate_raw(history: History, index: int, raw: bytes) -> Located:
    """A sealed entry at its place."""
    return locate(history, index, parse_entry(raw))


def fold(history: History, located: Located, raw: bytes, replica: Replica | None = None) -> None:
    """Take in a located entry when it steers; in a replica, at its place in the hub's log."""
    if located.statement.type in STEERING:
        if replica is not None:
            located = replace(located, index=_place(replica, located.id))
        history.fold(located, parse_entry(raw))


def _place(replica: Replica, entry_id: str) -> int:
    """Log index at the hub; past everything while the hub has not said."""
    index = replica.hub_index(entry_id)
    return _NOT_YET if index is None else index


def between(connection: sqlite3.Connection, first: int, size: int) -> list[int]:
    """Log indexes of the steering statements in [first, size), as the tables list them."""
    return [row[0] for row in connection.execute(_BETWEEN, (first, size))]


def fold_at(history: History, store: LedgerStore, indexes: list[int]) -> None:
    """Fold the statements at these log indexes."""
    pages = [indexes[start : start + PAGE] for start in range(0, len(indexes), PAGE)]
    # All are read before one is folded: a database that goes away leaves the history as it was.
    for index, raw in [row for page in pages for row in store.sealed_at(page)]:
        fold(history, locate_raw(history, index, raw), raw, store.replica)


def disputed(
    history: History, connection: sqlite3.Connection, replica: Replica | None = None
) -> dict[str, KeyRecord]:
    """What `KeyBook.disputed` says, with the entries of stolen keys taken from the tables."""
    for record in history.keys.records.values():
        if record.last_good is not None and replica is not None:
            mine = connection.execute(_SIGNED, (record.party, 0, record.keyid_hex))
            record.signed = [(_place(replica, row[1]), row[1]) for row in mine]
        elif record.last_good is not None:
            key = record.party, record.last_good, record.keyid_hex
            record.signed = [(row[0], row[1]) for row in connection.execute(_SIGNED, key)]
    return history.keys.disputed()


class FollowedHistory:
    """Keys and registry for readers, kept at the size that the tables have reached.

    Safe to use from several threads: a registry that somebody looks through is never changed, a
    newer one takes its place.
    """

    def __init__(self, store: LedgerStore, connection: Callable[[], sqlite3.Connection]) -> None:
        self._store = store
        self._connection = connection
        self._lock = threading.Lock()
        self._history = empty_history()
        self._size = 0

    def __call__(self) -> History:
        """The history as of now."""
        connection = self._connection()
        size = int(connection.execute("SELECT size FROM progress").fetchone()[0])
        if size == self._size:
            return self._history
        with self._lock:
            if size < self._size:  # the tables were rebuilt
                self._history, self._size = empty_history(), 0
            if size > self._size:
                self._follow(connection, size)
            return self._history

    def _follow(self, connection: sqlite3.Connection, size: int) -> None:
        steered = connection.execute(f"{_BETWEEN} LIMIT 1", (self._size, size)).fetchone()
        if steered is not None:
            newer = empty_history()
            newer.keys = self._history.keys
            newer.registry = copy.copy(self._history.registry)
            for one in fields(newer.registry):
                setattr(newer.registry, one.name, _copied(getattr(newer.registry, one.name)))
            fold_at(newer, self._store, between(connection, self._size, size))
            self._history = newer
        self._size = size


def _copied(table: dict[Any, Any]) -> dict[Any, Any]:
    """A table of the registry that may be folded further while the old one is read."""
    return {
        key: copy.copy(value) if isinstance(value, dict | list) else value
        for key, value in table.items()
    }


def stories_of(store: LedgerStore, connection: Callable[[], sqlite3.Connection]) -> Stories:
    """Lots for readers, over connections of their own: they never wait for the projection."""
    return Stories(store, connection, FollowedHistory(store, connection))
