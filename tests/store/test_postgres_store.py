"""The PostgreSQL store itself: order, bounds, locks, leaders, waiting, and connections."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from ledger.errors import LedgerError
from ledger.store.postgres import queries
from ledger.store.postgres.connections import MOST
from ledger.store.postgres.errors import REFUSED
from ledger.store.postgres.functions import MOST_BYTES, MOST_ENTRIES, TOPIC
from ledger.store.postgres.store import PostgresStore
from ledger.store.seam import Leaf, SealedBatch
from tests.store import places

JOURNALS = [hashlib.sha256(bytes([number])).digest() for number in range(40)]
_serial = count()


@pytest.fixture
def owner() -> str:
    """The owner's address of a new, empty ledger database."""
    return places.fresh_owner_dsn()


@pytest.fixture
def store(owner: str) -> Iterator[PostgresStore]:
    made = PostgresStore((places.application_dsn(owner),))
    yield made
    made.close()


def second(owner: str) -> PostgresStore:
    return PostgresStore((places.application_dsn(owner),))


def event(journal: bytes, seq: int, length: int = 600) -> StoredEvent:
    """Bytes that have the key id where an entry has it, each time others."""
    body = next(_serial).to_bytes(8, "big") * (length // 8 + 1)
    raw = body[: length - 96] + journal + bytes(64)
    return StoredEvent(journal.hex(), seq, TOPIC, raw)


def seal_all(store: PostgresStore) -> None:
    """Seal what is there; the tree's hashes are not what these tests are about."""
    size, rows = store.size(), store.after(store.sealed_position(), 1000)
    leaves = [
        Leaf(size + at, position, hashlib.sha256(b"\0" + raw).digest())
        for at, (position, raw) in enumerate(rows)
    ]
    nodes = [(0, leaf.index, leaf.entry_id) for leaf in leaves]
    store.seal(SealedBatch(leaves, nodes, size + len(leaves), bytes(32), "— note\n"))


# --- appending ------------------------------------------------------------------------------------


def test_a_batch_of_the_largest_size_is_stored_at_once_in_order(store: PostgresStore) -> None:
    """The library's own recorder never returns from half as many."""
    events = [event(JOURNALS[at % 40], at // 40 + 1, 900) for at in range(MOST_ENTRIES)]
    assert list(store.recorder.insert_events(events) or ()) == list(range(1, MOST_ENTRIES + 1))
    assert store.after(0, 2000) == [(at, one.state) for at, one in enumerate(events, start=1)]
    assert store.newest() == store.counted(store.newest()) == MOST_ENTRIES
    assert len(store.heads()) == 40
    assert all(seq == MOST_ENTRIES // 40 for _, seq, _ in store.heads())


def test_a_refused_append_leaves_no_gap(store: PostgresStore) -> None:
    store.recorder.insert_events([event(JOURNALS[0], 1)])
    with pytest.raises(IntegrityError):
        store.recorder.insert_events([event(JOURNALS[1], 1), event(JOURNALS[0], 1)])
    assert list(store.recorder.insert_events([event(JOURNALS[1], 1)]) or ()) == [2]
    assert [position for position, _ in store.after(0, 9)] == [1, 2]


def test_the_same_entry_is_never_stored_twice_in_one_journal(store: PostgresStore) -> None:
    one = event(JOURNALS[0], 1)
    store.recorder.insert_events([one])
    with pytest.raises(IntegrityError):
        store.recorder.insert_events([StoredEvent(one.originator_id, 2, TOPIC, one.state)])
    assert store.newest() == 1


@pytest.mark.parametrize(
    "wrong",
    {
        "another journal's key": [StoredEvent(JOURNALS[1].hex(), 1, TOPIC, event(JOURNALS[0], 1).state)],
        "capital letters": [StoredEvent(JOURNALS[9].hex().upper(), 1, TOPIC, event(JOURNALS[9], 1).state)],
        "seq nought": [event(JOURNALS[0], 0)],
        "too long": [event(JOURNALS[0], 1, MOST_BYTES + 1)],
        "too short": [StoredEvent(JOURNALS[0].hex(), 1, TOPIC, JOURNALS[0] + bytes(64))],
        "too many": [event(JOURNALS[0], at + 1, 100) for at in range(MOST_ENTRIES + 1)],
    }.items(),
    ids=lambda pair: pair[0],
)  # fmt: skip
def test_what_is_no_entry_of_its_journal_is_refused_by_the_database(
    store: PostgresStore, wrong: tuple[str, list[StoredEvent]]
) -> None:
    with pytest.raises(LedgerError):
        store.recorder.insert_events(wrong[1])
    assert store.newest() == 0


@pytest.mark.parametrize(
    "arguments",
    [
        "ARRAY[]::text[], ARRAY[]::bigint[], ARRAY[]::bytea[]",
        "NULL, NULL, NULL",
        "ARRAY['a'], ARRAY[1, 2], ARRAY['a'::bytea]",
        "ARRAY['a'], NULL, ARRAY['a'::bytea]",
        "ARRAY['a', NULL], ARRAY[1, NULL], ARRAY['a'::bytea, NULL]",
    ],
)
def test_lists_that_do_not_fit_together_are_refused(owner: str, arguments: str) -> None:
    with psycopg.connect(places.application_dsn(owner), autocommit=True) as connection:
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(f"SELECT ocop.append({arguments})".encode())
        assert refused.value.sqlstate == REFUSED


def test_an_old_snapshot_cannot_append_and_give_a_position_twice(
    owner: str, store: PostgresStore
) -> None:
    one = event(JOURNALS[0], 1)
    call = "SELECT ocop.append(%s::text[], %s::bigint[], %s::bytea[])"
    with psycopg.connect(places.application_dsn(owner)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute("SELECT 1")
        store.recorder.insert_events([event(JOURNALS[1], 1)])
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(call, ([one.originator_id], [1], [one.state]))
        assert refused.value.sqlstate == REFUSED
    assert store.newest() == 1


def test_a_session_without_durable_commits_is_made_durable_by_the_function(owner: str) -> None:
    one = event(JOURNALS[0], 1)
    call = "SELECT ocop.append(%s::text[], %s::bigint[], %s::bytea[])"
    with psycopg.connect(places.application_dsn(owner)) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute(call, ([one.originator_id], [1], [one.state]))
        row = connection.execute("SHOW synchronous_commit").fetchone()
    assert row == ("on",)


def test_fifty_threads_leave_positions_dense_and_in_commit_order(store: PostgresStore) -> None:
    def write(number: int) -> None:
        for seq in range(1, 6):
            store.recorder.insert_events([event(JOURNALS[number % 40], seq + 5 * (number // 40))])

    with ThreadPoolExecutor(40) as threads:
        list(threads.map(write, range(40)))
        list(threads.map(write, range(40, 50)))
    assert [position for position, _ in store.after(0, 1000)] == list(range(1, 251))


# --- sealing --------------------------------------------------------------------------------------


def test_log_pages_are_in_log_order_and_steering_is_found_without_the_log(
    store: PostgresStore,
) -> None:
    events = [event(JOURNALS[at % 40], at // 40 + 1) for at in range(200)]
    for first in range(0, 200, 50):
        store.recorder.insert_events(events[first : first + 50])
        seal_all(store)
    assert store.sealed(0, 500) == [(at, one.state) for at, one in enumerate(events)]
    assert store.sealed(190, 500) == [(at, events[at].state) for at in range(190, 200)]
    assert store.sealed_at([150, 3, 999]) == [(3, events[3].state), (150, events[150].state)]
    assert [size for size, _ in store.checkpoints()] == [50, 100, 150, 200]
    assert store.checkpoint() == store.checkpoint(200) == "— note\n"
    assert store.steering(200) == []


@pytest.mark.parametrize(
    "change",
    [
        {"positions": [2, 1]},
        {"positions": [1, 3]},
        {"positions": [2]},
        {"size": 3},
        {"first": 1},
        {"root": b"short"},
        {"hash": bytes(32)},
    ],
    ids=str,
)
def test_a_sealing_that_is_not_the_next_entries_in_order_is_refused_whole(
    store: PostgresStore, change: dict[str, object]
) -> None:
    events = [event(JOURNALS[0], seq) for seq in (1, 2, 3)]
    store.recorder.insert_events(events)
    positions = change.get("positions", [1, 2])
    first = change.get("first", 0)
    assert isinstance(positions, list)
    assert isinstance(first, int)
    leaves = [
        Leaf(first + at, position, hashlib.sha256(b"\0" + events[at].state).digest())
        for at, position in enumerate(positions)
    ]
    nodes = [(0, leaf.index, change.get("hash", leaf.entry_id)) for leaf in leaves]
    size, root = change.get("size", first + len(leaves)), change.get("root", bytes(32))
    with pytest.raises(LedgerError):
        store.seal(SealedBatch(leaves, nodes, size, root, "n"))  # type: ignore[arg-type]  # wrong on purpose
    assert (store.size(), store.sealed_position(), store.checkpoint()) == (0, 0, None)


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
    assert store.lead("sequencer")


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
    with psycopg.connect(owner, autocommit=True) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
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
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert list(threads.map(lambda _: store.newest(), range(64))) == [1] * 64


# --- plans ----------------------------------------------------------------------------------------


def test_every_query_follows_an_index_however_old_the_statistics(
    owner: str, store: PostgresStore
) -> None:
    """Also when the plan was made on empty tables: such a plan is kept for a session's life."""
    for round_ in range(2):
        texts = {
            name: text
            for name, text in vars(queries).items()
            if name.isupper()
            and not name.startswith("_")
            and name not in {"APPEND", "SEAL", "STEERS"}
        }
        assert len(texts) > 15
        for name, text in texts.items():
            values = [1] * text.count("%s")
            if name in {"BY_ID", "INDEX_OF"}:
                values = [b"x"]  # type: ignore[list-item]  # bytes here, numbers elsewhere
            elif name == "SEALED_AT":
                values = [[1, 2]]  # type: ignore[list-item]
            elif name == "BY_PLACE":
                values = ["x", 1]  # type: ignore[list-item]
            plan = "\n".join(row[0] for row in store._rows(f"EXPLAIN {text}", *values))
            assert "Seq Scan" not in plan, (name, plan)
            assert "Materialize" not in plan, (name, plan)
            if name in {"SEALED", "SEALED_AT"}:
                assert plan.index("on log_leaves") < plan.index("on stored_events"), plan
        if round_ == 0:
            store.recorder.insert_events(
                [event(JOURNALS[at % 40], at // 40 + 1) for at in range(400)]
            )
            seal_all(store)
            with psycopg.connect(owner, autocommit=True) as connection:
                connection.execute("ANALYZE")
