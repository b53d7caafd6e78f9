"""What the SQLite store's recorder does with events, beside what all ledger tests ask of it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent

from ledger.errors import LedgerError
from ledger.recorded import TOPIC, EntryEvent, stored_event
from ledger.store.sqlite import SqliteStore
from ledger.verify.entry import Entry, make_entry
from tests.store import small_ledger

KEY = bytes(range(32))


def entry(number: int) -> Entry:
    return make_entry(b'{"n":%d}' % number, KEY, bytes(64))


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore.create(tmp_path / "ledger.db")


def test_both_kinds_of_event_make_the_same_row(store: SqliteStore) -> None:
    quick = EntryEvent.of(entry(1), 1)
    assert StoredEvent(*quick[:4]) == stored_event(KEY.hex(), 1, entry(1).raw)
    first = store.recorder.insert_events([quick])  # type: ignore[list-item]  # it stands for one
    second = store.recorder.insert_events([stored_event(KEY.hex(), 2, entry(2).raw)])
    assert (list(first or ()), list(second or ())) == ([1], [2])
    assert store.entry(entry(1).id) == entry(1).raw and store.entry(entry(2).id) == entry(2).raw
    assert store.entry_at(KEY.hex(), 2) == entry(2).raw
    assert [one.topic for one in store.recorder.select_notifications(1, 9)] == [TOPIC, TOPIC]
    store.close()


def test_a_taken_place_undoes_the_whole_append_and_the_next_one_goes_through(
    store: SqliteStore,
) -> None:
    events = [stored_event(KEY.hex(), seq, entry(seq).raw) for seq in (1, 2, 3)]
    store.recorder.insert_events(events[:1])
    with pytest.raises(IntegrityError):
        store.recorder.insert_events([events[1], events[0]])
    assert [raw for _, raw in store.after(0, 9)] == [entry(1).raw]
    store.recorder.insert_events(events[1:])
    assert [raw for _, raw in store.after(0, 9)] == [entry(n).raw for n in (1, 2, 3)]
    store.close()


def test_a_writer_of_another_program_is_waited_for_and_then_told_of(store: SqliteStore) -> None:
    event = stored_event(KEY.hex(), 1, entry(1).raw)
    other = sqlite3.connect(store.path, isolation_level=None)
    with store.recorder.appending() as connection:
        connection.set_authorizer(None)
        connection.execute("PRAGMA busy_timeout=50")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError):
        store.recorder.insert_events([event])
    other.execute("ROLLBACK")
    assert list(store.recorder.insert_events([event]) or ()) == [1]
    other.close()
    store.close()


def test_what_others_append_is_seen_under_the_right_to_append(tmp_path: Path) -> None:
    """There the store reads on another connection than everywhere else."""
    services = small_ledger.found(tmp_path / "so")
    one, two = services.store, SqliteStore(tmp_path / "so" / "ledger.db")
    newest = one.newest()
    for seq in (1, 2, 3):
        with two.writing():
            two.recorder.insert_events([stored_event(KEY.hex(), seq, entry(seq).raw)])
        with one.writing():
            assert one.after(newest, 9) == two.after(newest, 9)
            assert [raw for _, raw in one.after(newest, 9)] == [
                entry(n).raw for n in range(1, seq + 1)
            ]
        assert one.after(newest, 9) == two.after(newest, 9)
    two.close()
    services.close()


def test_a_file_that_cannot_be_read_under_the_right_to_append_is_told_in_a_sentence(
    store: SqliteStore,
) -> None:
    with store.writing():
        assert store.after(0, 9) == []
        with store.recorder.appending() as connection:
            connection.set_authorizer(lambda *_: sqlite3.SQLITE_DENY)
        with pytest.raises(LedgerError) as refused:
            store.after(0, 8)
    assert refused.value.code == "store-unwritable"
    store.close()
