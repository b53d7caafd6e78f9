"""The event recorder that the application saves through.

The library's own PostgreSQL recorder is not used: its pipelined insert of more than about 450
entries never returns, it needs the right to LOCK TABLE, and its pool pauses 15 s at a fail-over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Protocol

from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    NotSupportedError,
    ProgrammingError,
    StoredEvent,
    Subscription,
)

from ledger.store.postgres.arrays import BIGINT, BYTEA, TEXT, PackedArray, packed
from ledger.store.postgres.functions import TOPIC

_COLUMNS = "originator_id, originator_version, topic, state"
_EVENTS = (
    f"SELECT {_COLUMNS} FROM ocop.stored_events WHERE originator_id = %s "  # noqa: S608  # no input
    "AND originator_version > %s AND originator_version <= %s ORDER BY originator_version {} LIMIT %s"
)
_NOTIFICATIONS = (
    f"SELECT position, {_COLUMNS} FROM ocop.stored_events "  # noqa: S608  # no input
    "WHERE position > %s AND position <= %s ORDER BY position LIMIT %s"
)
_ALL = 2**62


class _Rows(Protocol):
    def __call__(self, sql: str, *values: object) -> list[tuple[Any, ...]]: ...


class EntryRecorder(ApplicationRecorder):
    """Events of the ledger over the store's own append and reads."""

    def __init__(
        self,
        append: Callable[[int, PackedArray, PackedArray, PackedArray], int],
        rows: _Rows,
        newest: Callable[[], int],
    ) -> None:
        """`append` takes how many, and their journals, sequence numbers and bytes.

        It answers the position before the first new one. `rows` runs one query.
        """
        self._append = append
        self._rows = rows
        self._newest = newest

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Append entries in one transaction; returns their positions.

        Raises:
            IntegrityError: a journal position or an entry is taken.
            LedgerError: `outcome-unknown`, `store-unreachable` and the like.
        """
        if not stored_events:
            return []
        if any(event.topic != TOPIC for event in stored_events):
            raise ProgrammingError(f"only {TOPIC} is recorded here")
        before = self._append(
            len(stored_events),
            packed(TEXT, [str(event.originator_id).encode() for event in stored_events]),
            packed(
                BIGINT,
                [event.originator_version.to_bytes(8, signed=True) for event in stored_events],
            ),
            packed(BYTEA, [event.state for event in stored_events]),
        )
        return range(before + 1, before + 1 + len(stored_events))

    def select_events(
        self,
        originator_id: Any,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Entries of one journal, by sequence."""
        sql = _EVENTS.format("DESC" if desc else "ASC")
        most = _ALL if limit is None else limit
        found = self._rows(sql, str(originator_id), gt or 0, _ALL if lte is None else lte, most)
        return [StoredEvent(*row) for row in found]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Entries by position; there is one topic, so a choice of topics takes all or none."""
        if topics and TOPIC not in topics:
            return []
        above = (start or 0) - (1 if inclusive_of_start and start is not None else 0)
        found = self._rows(_NOTIFICATIONS, above, _ALL if stop is None else stop, limit)
        return [
            Notification(
                id=row[0],
                originator_id=row[1],
                originator_version=row[2],
                topic=row[3],
                state=row[4],
            )
            for row in found
        ]

    def max_notification_id(self) -> int | None:
        """The newest position, None when nothing was recorded."""
        return self._newest() or None

    def subscribe(
        self,
        gt: int | None = None,  # noqa: ARG002  # the library's signature
        topics: Sequence[str] = (),  # noqa: ARG002
    ) -> Subscription[ApplicationRecorder]:
        """Not offered: followers ask `LedgerStore.after`, woken by `LedgerStore.wait`."""
        _not_offered()


def _not_offered() -> NoReturn:
    raise NotSupportedError("follow the store with LedgerStore.after and LedgerStore.wait")
