"""A server that restarts, a standby that is read, a standby that takes over: the store follows."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from eventsourcing.persistence import IntegrityError
from psycopg.conninfo import make_conninfo

from ledger.errors import LedgerError
from ledger.store.postgres.address import for_role
from ledger.store.postgres.founding import Founded, found_database
from ledger.store.postgres.store import PostgresStore
from tests.postgres.cluster import Cluster, own_cluster
from tests.store.bare_store import JOURNALS, event

# One process runs these, so that the pair of servers is started once.
pytestmark = pytest.mark.xdist_group("failover")

PASSWORD = "application"


@dataclass
class Pair:
    """A primary with a streaming standby, and one founded database on it."""

    primary: Cluster
    standby: Cluster
    founded: Founded
    database: str

    def address(self, *clusters: Cluster) -> str:
        """The application's address over these servers, in this order."""
        base = make_conninfo(for_role(self.database, self.founded.role), password=PASSWORD)
        ports = ",".join(str(one.port) for one in clusters)
        return make_conninfo(base, host=",".join(["127.0.0.1"] * len(clusters)), port=ports)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """One for what kills nothing for good."""
    with own_cluster() as primary:
        database = primary.fresh_database()
        founded = found_database(database, new_password=PASSWORD, program="test")
        standby = primary.standby("second")
        try:
            yield Pair(primary, standby, founded, database)
        finally:
            standby.remove()


def eventually(wanted: Callable[[], bool], seconds: float = 10) -> float:
    """Wait until it holds; returns how long that took."""
    started = time.monotonic()
    while not wanted():
        assert time.monotonic() - started < seconds
        time.sleep(0.02)
    return time.monotonic() - started


def test_a_standby_is_read_never_written_and_says_how_old_it_may_be(pair: Pair) -> None:
    writing = PostgresStore((pair.address(pair.primary),))
    reading = PostgresStore((pair.address(pair.standby),), reading=True)
    before = writing.newest()
    one = event(JOURNALS[0], 1)
    writing.recorder.insert_events([one])
    eventually(lambda: reading.newest() == before + 1)
    assert reading.after(before, 10) == [(before + 1, one.state)]
    assert writing.replica_age() is None
    eventually(lambda: reading.replica_age() == 0)
    with pytest.raises(LedgerError):
        reading.recorder.insert_events([event(JOURNALS[0], 2)])
    started = time.monotonic()
    reading.wait(0.3)  # no LISTEN on a standby: it waits
    assert 0.25 < time.monotonic() - started < 2
    assert reading.faults() == []
    writing.close()
    reading.close()


def test_a_standby_alone_is_no_address_to_write_to(pair: Pair) -> None:
    with pytest.raises(LedgerError) as refused:
        PostgresStore((pair.address(pair.standby),))
    assert refused.value.code == "store-unreachable"


def test_reading_goes_on_with_the_next_address_and_begins_without_any(pair: Pair) -> None:
    nobody = pair.address(pair.primary).replace(str(pair.primary.port), "1")
    reading = PostgresStore((nobody, pair.address(pair.standby)), reading=True)
    assert reading.newest() >= 0
    reading.close()
    lost = PostgresStore((nobody,), reading=True)  # pages from the views go on without a database
    with pytest.raises(LedgerError) as refused:
        lost.newest()
    assert refused.value.code == "store-unreachable"
    assert not lost.lead("anything")
    lost.wait(0.05)
    lost.close()


def test_a_killed_server_is_used_again_as_soon_as_it_is_back(pair: Pair) -> None:
    store = PostgresStore((pair.address(pair.primary),))
    assert store.lead("sequencer")
    with store.writing():
        store.recorder.insert_events([event(JOURNALS[1], 1)])
    before = store.newest()
    pair.primary.kill()
    with pytest.raises(LedgerError) as refused:
        store.newest()
    assert refused.value.code == "store-unreachable"
    assert not store.lead("sequencer")
    pair.primary.start()
    assert store.newest() == before
    with store.writing():
        store.recorder.insert_events([event(JOURNALS[1], 2)])
    assert store.newest() == before + 1
    assert store.lead("sequencer")
    store.close()


def test_an_unknown_outcome_is_settled_by_sending_the_same_again(pair: Pair) -> None:
    """The server is killed while an append waits for another's lock; afterwards the same goes in."""
    store, holder = (PostgresStore((pair.address(pair.primary),)) for _ in range(2))
    one, before = event(JOURNALS[2], 1), store.newest()
    with pytest.raises(LedgerError) as unknown:
        _kill_while_appending(pair, store, holder, one)
    assert unknown.value.code == "outcome-unknown"
    pair.primary.start()
    assert store.newest() == before
    store.recorder.insert_events([one])
    with pytest.raises(IntegrityError):
        store.recorder.insert_events([one])
    store.close()
    holder.close()


def _kill_while_appending(
    pair: Pair, store: PostgresStore, holder: PostgresStore, one: object
) -> None:
    import threading

    with holder.writing():
        killing = threading.Timer(0.3, pair.primary.kill)
        killing.start()
        try:
            store.recorder.insert_events([one])  # type: ignore[list-item]  # an event, passed through
        finally:
            killing.join(10)


@pytest.mark.parametrize(
    ("how", "bar"),
    [("killed", 5), pytest.param("frozen", 15, marks=pytest.mark.long)],
)
def test_after_a_promotion_writing_goes_on_with_all_that_was_acknowledged(
    how: str, bar: int
) -> None:
    """The same store finds the new primary: at once when the old one is dead, after its own
    patience (10 s) when that one still takes connections but never answers."""
    with own_cluster(synchronous_standby_names="second") as primary:
        standby = primary.standby("second")
        try:
            database = primary.fresh_database()
            founded = found_database(database, new_password=PASSWORD, program="test")
            pair = Pair(primary, standby, founded, database)
            store = PostgresStore((pair.address(primary, standby),))
            for seq in range(1, 21):
                with store.writing():
                    store.recorder.insert_events([event(JOURNALS[0], seq)])
            if how == "killed":
                primary.kill()
            else:
                _freeze(primary)
            standby.promote()
            started = time.monotonic()
            eventually(lambda: _appended(store, 21), 2 * bar)
            seconds = time.monotonic() - started
            print(f"primary {how}: writing again {seconds:.2f} s after the promotion")
            assert seconds < bar
            assert [position for position, _ in store.after(0, 100)] == list(range(1, 22))
            store.close()
        finally:
            if how == "frozen":
                _thaw(primary)
            standby.remove()


@pytest.mark.long
def test_what_no_standby_has_is_neither_acknowledged_nor_shown_however_often_it_is_sent() -> None:
    with own_cluster(synchronous_standby_names="second") as primary:
        standby = primary.standby("second")
        try:
            database = primary.fresh_database()
            founded = found_database(database, new_password=PASSWORD, program="test")
            store = PostgresStore((Pair(primary, standby, founded, database).address(primary),))
            standby.stop("fast")
            one, codes = event(JOURNALS[0], 1), []
            for _ in range(2):
                try:
                    with store.writing():
                        store.recorder.insert_events([one])
                except LedgerError as refused:
                    codes.append(refused.code)
                assert store.newest() == 0
            assert codes == ["outcome-unknown", "store-busy"]
            standby.start()
            eventually(lambda: store.newest() == 1)
            assert store.after(0, 10) == [(1, one.state)]
            with pytest.raises(IntegrityError):
                store.recorder.insert_events([one])
            store.close()
        finally:
            standby.remove()


def _appended(store: PostgresStore, seq: int) -> bool:
    try:
        with store.writing():
            store.recorder.insert_events([event(JOURNALS[0], seq)])
    except IntegrityError:
        return True
    except LedgerError:
        return False
    return True


def _processes(cluster: Cluster) -> list[int]:
    children = Path(f"/proc/{cluster.pid}/task/{cluster.pid}/children").read_text()
    return [cluster.pid, *map(int, children.split())]


def _freeze(cluster: Cluster) -> None:
    for pid in _processes(cluster):
        os.kill(pid, signal.SIGSTOP)


def _thaw(cluster: Cluster) -> None:
    for pid in _processes(cluster):
        os.kill(pid, signal.SIGCONT)
