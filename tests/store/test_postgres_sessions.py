"""Sessions of the PostgreSQL store: locks, leaders, waiting, connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest

from ledger.errors import LedgerError
from ledger.store.postgres.connections import MOST
from ledger.store.postgres.store import PostgresStore
from tests.store import emptied, places
from tests.store.bare_store import JOURNALS, event, seal_all, second


@pytest.fixture
def owner() -> str:
    """The owner's address of an empty ledger database."""
    return emptied.owner_dsn()


@pytest.fixture
def store(owner: str) -> Iterator[PostgresStore]:
    made = PostgresStore((places.application_dsn(owner),))
    yield made
    made.close()


# --- locks and leaders ----------------------------------------------------------------------------


def test_the_right_to_append_is_held_by_one_store_at_a_time_and_may_be_nested(
    owner: str, store: PostgresStore
) -> None:
    other, order = second(owner), []

    def wait_for_it() -> None:
        with other.writing():
            order.append("other")
            other.recorder.insert_events([event(JOURNALS[1], 1)])

    with store.writing(), store.writing():
        thread = threading.Thread(target=wait_for_it)
        thread.start()
        time.sleep(0.3)
        store.recorder.insert_events([event(JOURNALS[0], 1)])
        order.append("first")
    thread.join(10)
    other.close()
    assert order == ["first", "other"]
    assert store.newest() == 2


def test_appending_and_sealing_do_not_wait_for_each_other(owner: str, store: PostgresStore) -> None:
    other = second(owner)
    with store.sequencing(), other.writing():
        other.recorder.insert_events([event(JOURNALS[0], 1)])
        seal_all(store)
    other.close()
    assert store.size() == 1


def test_reading_does_not_wait_for_a_writer(owner: str, store: PostgresStore) -> None:
    store.recorder.insert_events([event(JOURNALS[0], 1)])
    other = second(owner)
    with other.writing(), ThreadPoolExecutor(1) as threads:
        assert len(threads.submit(store.after, 0, 10).result(timeout=2)) == 1
    other.close()


def test_nothing_is_appended_once_the_lock_is_lost(owner: str, store: PostgresStore) -> None:
    """It never connects anew inside the block: somebody else may hold the right by then."""
    with store.writing():
        cut(store, owner)
        with pytest.raises(LedgerError) as lost:
            store.newest()
        with pytest.raises(LedgerError) as refused:
            store.recorder.insert_events([event(JOURNALS[0], 1)])
    assert lost.value.code == "store-unreachable"
    assert refused.value.code == "lock-lost"
    assert store.newest() == 0
    with store.writing():
        store.recorder.insert_events([event(JOURNALS[0], 1)])
    assert store.newest() == 1


def cut(store: PostgresStore, owner: str) -> None:
    """End the session that holds a lock, as its own role may, and wait until it is gone."""
    database = store.location.rpartition("/")[2]
    with psycopg.connect(places.application_dsn(owner), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database d ON d.oid = database "
            "WHERE locktype = 'advisory' AND d.datname = %s",
            (database,),
        )
        deadline = time.monotonic() + 5
        while connection.execute(
            "SELECT FROM pg_locks JOIN pg_database d ON d.oid = database "
            "WHERE locktype = 'advisory' AND d.datname = %s",
            (database,),
        ).rowcount:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_cut_while_appending_is_told_as_an_unknown_outcome(
    owner: str, store: PostgresStore
) -> None:
    one = event(JOURNALS[0], 1)
    with store.writing():
        cut(store, owner)
        with pytest.raises(LedgerError) as unknown:
            store.recorder.insert_events([one])
    assert unknown.value.code == "outcome-unknown"
    with store.writing():
        assert store.newest() == 0


def test_a_role_has_one_leader_and_another_takes_over_when_it_is_gone(
    owner: str, store: PostgresStore
) -> None:
    other = second(owner)
    assert store.lead("sequencer")
    assert store.lead("sequencer")
    assert not other.lead("sequencer")
    assert other.lead("another-role")
    cut(store, owner)
    assert not store.lead("sequencer")
    assert other.lead("sequencer")
    assert not store.lead("sequencer")
    other.close()
    deadline = time.monotonic() + 10  # the server's end of a closed session goes a moment later
    while not store.lead("sequencer"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- waiting --------------------------------------------------------------------------------------


def test_waiting_ends_when_something_was_appended_by_another(
    owner: str, store: PostgresStore
) -> None:
    other = second(owner)
    store.wait(0.1)  # from now on it listens
    with ThreadPoolExecutor(2) as threads:
        started = time.monotonic()
        waits = [threads.submit(store.wait, 10) for _ in range(2)]
        time.sleep(0.2)
        other.recorder.insert_events([event(JOURNALS[0], 1)])
        for one in waits:
            one.result(timeout=5)
    assert 0.15 < time.monotonic() - started < 3
    other.close()


def test_closing_ends_waiting_soon(owner: str) -> None:
    store = second(owner)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(store.wait, 60)
        time.sleep(0.2)
        store.close()
        waiting.result(timeout=5)


# --- connections ----------------------------------------------------------------------------------


def sessions(owner: str) -> int:
    """Of the application; the owner's own, asking this a moment ago, may not have ended yet."""
    with psycopg.connect(owner, autocommit=True) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename <> current_user"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_sixty_four_threads_that_come_and_go_share_a_few_connections(
    owner: str, store: PostgresStore
) -> None:
    store.recorder.insert_events([event(JOURNALS[0], 1)])
    for _ in range(3):
        with ThreadPoolExecutor(64) as threads:
            assert set(threads.map(lambda _: len(store.after(0, 9)), range(640))) == {1}
    assert 1 <= sessions(owner) <= MOST
    assert store.pool().in_use == 0
    store.close()
    deadline = time.monotonic() + 5
    while sessions(owner) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert sessions(owner) == 0


def test_sixty_four_threads_may_ask_for_the_right_to_append_at_once(
    owner: str, store: PostgresStore
) -> None:
    def write(number: int) -> None:
        with store.writing():
            seq = sum(1 for _, raw in store.after(0, 1000) if raw[-96:-64] == JOURNALS[number % 4])
            store.recorder.insert_events([event(JOURNALS[number % 4], seq + 1)])

    with ThreadPoolExecutor(64) as threads:
        list(threads.map(write, range(128)))
    assert store.newest() == 128
    assert sorted(seq for _, seq, _ in store.heads()) == [32] * 4
    assert sessions(owner) <= MOST + 2


def test_a_read_survives_the_end_of_every_session(owner: str, store: PostgresStore) -> None:
    store.recorder.insert_events([event(JOURNALS[0], 1)])
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(8))
        list(threads.map(lambda _: store.newest(), range(64)))
        with psycopg.connect(places.application_dsn(owner), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND usename <> current_user"
            )
        assert list(threads.map(lambda _: store.newest(), range(64))) == [1] * 64
