"""The PostgreSQL store itself: order, bounds, plans."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from ledger.errors import LedgerError
from ledger.store.postgres import queries
from ledger.store.postgres.errors import REFUSED
from ledger.store.postgres.functions import MOST_BYTES, MOST_ENTRIES, TOPIC
from ledger.store.postgres.store import PostgresStore
from ledger.store.seam import SealedBatch
from tests.store import emptied, places
from tests.store.bare_store import JOURNALS, batch_of, event, seal_all


@pytest.fixture
def owner() -> str:
    """The owner's address of an empty ledger database."""
    return emptied.owner_dsn()


@pytest.fixture
def store(owner: str) -> Iterator[PostgresStore]:
    made = PostgresStore((places.application_dsn(owner),))
    yield made
    made.close()


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
    store: PostgresStore, change: dict[str, Any]
) -> None:
    store.recorder.insert_events([event(JOURNALS[0], seq) for seq in (1, 2, 3)])
    by_position = dict(store.after(0, 3))
    good = batch_of(store, [(at, by_position[at]) for at in change.get("positions", [1, 2])])
    first = change.get("first", 0)
    leaves = [replace(leaf, index=leaf.index + first) for leaf in good.leaves]
    nodes = [
        (level, index + first, made if level else change.get("hash", made))
        for level, index, made in good.nodes
    ]
    size, root = change.get("size", first + len(leaves)), change.get("root", good.root)
    with pytest.raises(LedgerError):
        store.seal(SealedBatch(leaves, nodes, size, root, "n"))
    assert (store.size(), store.sealed_position(), store.checkpoint()) == (0, 0, None)
    seal_all(store)
    assert store.size() == 3


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
