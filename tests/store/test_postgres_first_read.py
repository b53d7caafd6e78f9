"""The right to append and the page read with it: one message, and nothing told too early or late."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from ledger.errors import LedgerError
from ledger.store.postgres import held_lock
from ledger.store.postgres.address import read_address
from ledger.store.postgres.arrays import BIGINT, BYTEA, TEXT, packed
from ledger.store.postgres.connecting import connect
from ledger.store.postgres.store import PostgresStore
from tests.store import places
from tests.store.bare_store import JOURNALS, event, second

PAGE = 501


@pytest.fixture
def owner() -> str:
    """The owner's address of a new, empty ledger database."""
    return places.fresh_owner_dsn()


@pytest.fixture
def store(owner: str) -> Iterator[PostgresStore]:
    made = PostgresStore((places.application_dsn(owner),))
    yield made
    made.close()


class Follower:
    """Appends as `LedgerMemory` does: first what followed the newest entry known, that included."""

    def __init__(self, store: PostgresStore, journal: bytes) -> None:
        self.store = store
        self.journal = journal
        self.seq = 0
        self.seen: list[tuple[int, bytes]] = []

    def follow(self) -> None:
        rows = self.store.after(max(self.newest - 1, 0), PAGE)
        if self.seen:
            assert rows[0] == self.seen[-1]
            del rows[0]
        self.seen += rows

    @property
    def newest(self) -> int:
        return self.seen[-1][0] if self.seen else 0

    def append(self, count: int = 1) -> None:
        with self.store.writing():
            self.follow()
            made = [event(self.journal, self.seq + one + 1) for one in range(count)]
            positions = self.store.recorder.insert_events(made)
            assert positions is not None
            assert positions[0] == self.newest + 1
            self.seen += zip(positions, (bytes(one.state) for one in made), strict=True)
            self.seq += count


def end_sessions(owner: str, which: str = "true") -> None:
    """End every session of the application's in this database, and wait until they are gone."""
    mine = f"datname = current_database() AND pid <> pg_backend_pid() AND {which}"
    with psycopg.connect(places.application_dsn(owner), autocommit=True) as connection:
        connection.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}".encode()
        )
        deadline = time.monotonic() + 5
        while connection.execute(f"SELECT FROM pg_stat_activity WHERE {mine}".encode()).rowcount:
            assert time.monotonic() < deadline
            time.sleep(0.01)


# --- what is read with the right ------------------------------------------------------------------


def test_writers_in_turn_begin_with_all_that_the_others_have_appended(
    owner: str, store: PostgresStore
) -> None:
    other = second(owner)
    one, two = Follower(store, JOURNALS[0]), Follower(other, JOURNALS[1])
    for count in (1, 3, 2):
        one.append(count)
        one.append()
        two.append(count)
    one.append()
    with other.writing():
        two.follow()
    assert one.seen == two.seen == store.after(0, 100)
    other.close()


def test_writers_at_once_never_miss_an_entry(owner: str, store: PostgresStore) -> None:
    stores = [store, second(owner), second(owner)]
    followers = [Follower(one, journal) for one, journal in zip(stores, JOURNALS, strict=False)]

    def write(follower: Follower) -> None:
        for _ in range(40):
            follower.append()

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(write, followers))
    whole = store.after(0, 1000)
    assert [position for position, _ in whole] == list(range(1, 121))
    for follower in followers:
        assert follower.seen == whole[: len(follower.seen)]
    for one in stores[1:]:
        one.close()


def test_writers_see_each_other_whatever_snapshots_the_database_prefers(owner: str) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        name = connection.info.dbname
        wish = f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'"
        connection.execute(wish.encode())
    store, other = second(owner), second(owner)
    one, two = Follower(store, JOURNALS[0]), Follower(other, JOURNALS[1])
    with ThreadPoolExecutor(2) as threads:
        for _ in range(5):
            for done in [threads.submit(one.append), threads.submit(two.append)]:
                done.result(20)
    assert [position for position, _ in store.after(0, 100)] == list(range(1, 11))
    store.close()
    other.close()


def test_what_was_read_with_the_right_is_not_told_after_an_append(store: PostgresStore) -> None:
    writer = Follower(store, JOURNALS[0])
    writer.append()
    with store.writing():  # here it reads what `follow` would ask for
        store.recorder.insert_events([event(JOURNALS[0], 2)])
        assert [position for position, _ in store.after(0, PAGE)] == [1, 2]


def test_a_page_that_was_not_foreseen_is_read_as_it_was_asked_for(
    owner: str, store: PostgresStore
) -> None:
    writer = Follower(store, JOURNALS[0])
    writer.append(5)
    for position, limit in ((0, 2), (4, 1), (3, 501), (0, 501)):
        with store.writing():
            rows = store.after(position, limit)
        assert [at for at, _ in rows] == list(range(position + 1, min(5, position + limit) + 1))
    other = second(owner)
    Follower(other, JOURNALS[1]).append()
    with store.writing(), ThreadPoolExecutor(1) as threads:  # another thread reads for itself
        assert len(threads.submit(store.after, 4, PAGE).result(5)) == 2
    other.close()


# --- the session under it -------------------------------------------------------------------------


def test_a_session_that_ended_since_the_page_was_read_is_noticed_before_anything_is_sent(
    owner: str, store: PostgresStore
) -> None:
    writer = Follower(store, JOURNALS[0])
    writer.append()
    with store.writing():
        end_sessions(owner)
        with pytest.raises(LedgerError) as lost:
            writer.follow()
        with pytest.raises(LedgerError) as refused:
            store.recorder.insert_events([event(JOURNALS[0], 2)])
    assert lost.value.code == "store-unreachable"
    assert refused.value.code == "lock-lost"
    writer.append()
    assert store.newest() == 2


def test_the_right_is_free_as_soon_as_the_block_ends(owner: str, store: PostgresStore) -> None:
    """Though nobody reads the answer to the unlocking before the next block."""
    other = second(owner)
    with store.writing(), store.sequencing():
        pass
    started = time.monotonic()
    with other.writing(), other.sequencing():
        assert time.monotonic() - started < 2
    other.close()
    with psycopg.connect(owner, autocommit=True) as connection:
        deadline = time.monotonic() + 5
        held = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid "
        held += "FROM pg_database WHERE datname = current_database())"
        while connection.execute(held.encode()).rowcount:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_one_session_serves_block_after_block(store: PostgresStore) -> None:
    sessions = set()
    for _ in range(5):
        with store.writing():
            held = store._append_lock.connection()
            assert held is not None
            sessions.add(held.info.backend_pid)
    assert len(sessions) == 1


def test_a_right_whose_page_could_not_be_read_is_not_kept_for_ever(
    owner: str, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock was got, then the table was not free in time: both are asked for again."""
    monkeypatch.setattr(held_lock, "_SLICE", 1)
    writer = Follower(store, JOURNALS[0])
    writer.append()
    with psycopg.connect(owner) as blocking, ThreadPoolExecutor(1) as threads:
        blocking.execute("LOCK TABLE ocop.stored_events IN ACCESS EXCLUSIVE MODE")
        appending = threads.submit(writer.append)
        time.sleep(2.5)
        blocking.commit()
        appending.result(20)
    other = second(owner)
    Follower(other, JOURNALS[1]).append()
    assert other.newest() == 3
    other.close()


def test_a_session_that_ended_between_two_blocks_is_replaced(
    owner: str, store: PostgresStore
) -> None:
    writer = Follower(store, JOURNALS[0])
    for _ in range(3):
        writer.append()
        end_sessions(owner)
    writer.append()
    assert store.newest() == 4


def test_a_session_that_forgot_what_was_prepared_in_it_is_replaced(store: PostgresStore) -> None:
    writer = Follower(store, JOURNALS[0])
    writer.append()
    with store.writing():
        held = store._append_lock.connection()
        assert held is not None
        held.execute("DEALLOCATE ALL")
        writer.follow()
    writer.append()
    assert store.newest() == 2


# --- packed arrays --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 3, 400])
def test_packed_arrays_are_read_by_the_server_as_the_lists_they_were(
    owner: str, count: int
) -> None:
    texts = [f"chữ {number}" for number in range(count)]
    numbers = [(-1) ** number * (2**62 - number) for number in range(count)]
    blobs = [bytes([0, number % 256, 255]) * (number % 7) for number in range(count)]
    with connect(read_address(owner)) as connection:
        row = connection.execute(
            "SELECT %b::text[], %b::bigint[], %b::bytea[]",
            (
                packed(TEXT, [one.encode() for one in texts]),
                packed(BIGINT, [one.to_bytes(8, signed=True) for one in numbers]),
                packed(BYTEA, blobs),
            ),
        ).fetchone()
    assert row == (texts, numbers, blobs)
