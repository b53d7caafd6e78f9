"""What is kept of scans, the same on both databases: sums, days, places, and nothing twice."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.scans.founding import found_scans
from api.scans.schema import SQLITE_VERSION, VERSION
from api.scans.sqlite_storage import SqliteScans
from api.scans.storage import DAYS_KEPT, ScanStorage, ScansUnavailable
from api.scans.tally import BUSY, OFTEN, Batch, Serial, Standing
from ledger.errors import LedgerError
from tests.scans.places_to_count import (
    DAY,
    GTIN,
    LOT,
    SERIAL,
    TAG,
    batch,
    openers,
    process,
    scans_database,
)

Reopen = Callable[[], ScanStorage]
Scan = tuple[Serial, int, Standing]


def of_lot(storage: ScanStorage, lot: str = LOT) -> list[tuple[int, ...]]:
    found = storage.lot((GTIN, lot))
    assert found is not None
    return [
        (one.scans, one.void, one.first_day, one.last_day, one.places.bit_count())
        for one in found.noted
    ]


def test_scans_of_several_batches_add_up(storage: ScanStorage) -> None:
    one = process()
    assert storage.add(one, batch(1, DAY, (SERIAL, 1, "in-force"), (SERIAL, 1, "in-force")))
    assert storage.add(one, batch(2, DAY + 3, (SERIAL, 2, "in-force")))
    assert storage.counts([SERIAL, (GTIN, TAG, 2)]) == {SERIAL: (3, DAY)}
    found = storage.lot((GTIN, LOT))
    assert found is not None
    assert (found.totals.scans, found.first_day, found.last_day) == (3, DAY, DAY + 3)


def test_a_batch_that_is_sent_again_counts_once(storage: ScanStorage, reopen: Reopen) -> None:
    one, other = process(), process()
    first = batch(1, DAY, (SERIAL, 1, "in-force"))
    assert storage.add(one, first)
    assert not storage.add(one, first)
    assert not reopen().add(one, first)
    assert storage.add(other, first)
    assert storage.counts([SERIAL]) == {SERIAL: (2, DAY)}


def test_several_processes_at_once_lose_and_double_nothing(reopen: Reopen) -> None:
    serials: list[Serial] = [(GTIN, TAG, number) for number in range(40)]
    faults: list[BaseException] = []

    def count() -> None:
        try:
            storage, one = reopen(), process()
            for number in range(1, 11):
                storage.add(one, batch(number, DAY, *((s, 1, "in-force") for s in serials)))
        except BaseException as wrong:
            faults.append(wrong)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert faults == []
    assert set(reopen().counts(serials).values()) == {(40, DAY)}
    found = reopen().lot((GTIN, LOT))
    assert found is not None
    assert found.totals.scans == 4 * 10 * len(serials)


def test_strays_count_for_their_lot_and_make_no_row_of_their_own(storage: ScanStorage) -> None:
    made = Batch(1, DAY)
    for number in range(30):
        made.add((GTIN, TAG, number), LOT, 1, "never-issued", stopped=True)
        made.add((GTIN, "", 0), LOT, 1, "invented", stopped=False)
    storage.add(process(), made)
    found = storage.lot((GTIN, LOT))
    assert found is not None
    assert found.totals._asdict() == {
        "scans": 60,
        "invented": 30,
        "never_issued": 30,
        "void": 0,
        "stopped": 30,
    }
    assert storage.counts([(GTIN, TAG, number) for number in range(30)]) == {}


def test_only_what_an_inspector_may_want_to_see_is_listed(storage: ScanStorage) -> None:
    quiet, often, spread, void = ((GTIN, TAG, number) for number in range(4))
    one = process()
    unnoted: Scan = (quiet, 1, "in-force")
    storage.add(one, batch(1, DAY, *[unnoted] * 5, (void, 1, "void")))
    once: Scan = (often, 1, "in-force")
    storage.add(one, batch(2, DAY, *[once] * (OFTEN - 1)))
    assert len(of_lot(storage)) == 1
    storage.add(one, batch(3, DAY, (often, 1, "in-force"), (spread, 1, "in-force")))
    storage.add(one, batch(4, DAY, *[(spread, 2**n, "in-force") for n in range(1, BUSY)]))
    found = storage.lot((GTIN, LOT))
    assert found is not None
    assert [row.serial for row in found.noted] == [often, spread, void]
    assert of_lot(storage)[2] == (1, 1, DAY, DAY, 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.lists(st.integers(0, 62), min_size=1, max_size=20)),
        min_size=1,
        max_size=6,
    )
)
def test_places_are_kept_for_each_of_the_last_days(
    both: tuple[ScanStorage, ScanStorage], story: list[tuple[int, list[int]]]
) -> None:
    """`story` is (days later, bits set): compared with plain sets of bits for each day."""
    lot = f"L{int.from_bytes(process(), 'big')}"
    serial = (GTIN, TAG, int.from_bytes(process(), "big"))
    expected: dict[int, set[int]] = {}
    day, scans, batches = DAY, 0, []
    for number, (later, bits) in enumerate(story, 1):
        day += later
        expected.setdefault(day, set()).update(bits)
        scans += len(bits)
        batches.append(Batch(number, day))
        for bit in bits:
            batches[-1].add(serial, lot, 1 << bit, "void", stopped=False)
    for storage in both:
        one = process()
        for made in batches:
            assert storage.add(one, made)
        found = storage.lot((GTIN, lot))
        assert found is not None
        (row,) = found.noted
        assert (row.scans, row.first_day, row.last_day) == (scans, min(expected), day)
        assert row.places_by_day() == {
            when: len(bits) if when == day else min(15, len(bits))
            for when, bits in expected.items()
            if when >= day - DAYS_KEPT
        }


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[ScanStorage, ScanStorage]]:
    folder = tmp_path_factory.mktemp("scans")
    opened = openers("sqlite", folder)(), openers("postgres", folder)()
    yield opened
    for storage in opened:
        storage.close()


def test_a_batch_that_comes_after_midnight_changes_no_later_place(storage: ScanStorage) -> None:
    storage.add(process(), batch(1, DAY + 1, (SERIAL, 7, "void")))
    storage.add(process(), batch(1, DAY, (SERIAL, 2**40, "void")))
    assert of_lot(storage) == [(2, 2, DAY, DAY + 1, 3)]


def test_a_day_has_one_key_and_it_is_gone_the_next_day(reopen: Reopen) -> None:
    first, second = b"1" * 32, b"2" * 32
    storage, other = reopen(), reopen()
    assert storage.day_key(DAY, first) == first
    assert other.day_key(DAY, second) == first
    assert other.day_key(DAY + 1, second) == second
    assert storage.day_key(DAY, first) is None  # its day is over
    assert storage.day_key(DAY + 1, b"3" * 32) == second


def test_many_processes_that_begin_a_day_together_have_one_key(reopen: Reopen) -> None:
    for day in range(DAY, DAY + 5):
        found: list[bytes | None] = []
        gate = threading.Barrier(6)

        def begin(
            storage: ScanStorage,
            number: int,
            day: int = day,
            found: list[bytes | None] = found,
            gate: threading.Barrier = gate,
        ) -> None:
            gate.wait(20)
            found.append(storage.day_key(day, bytes([number]) * 32))

        threads = [threading.Thread(target=begin, args=(reopen(), n)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(found) == 6
        assert len(set(found)) == 1
        assert found[0] is not None


def test_a_file_of_a_newer_program_is_neither_read_nor_changed(tmp_path: Path) -> None:
    path = tmp_path / "scans.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {SQLITE_VERSION + 1}")
    before = path.read_bytes()
    storage = SqliteScans(path)
    with pytest.raises(ScansUnavailable, match="newer"):
        storage.counts([SERIAL])
    with pytest.raises(ScansUnavailable, match="newer"):
        storage.add(process(), batch(1, DAY, (SERIAL, 1, "in-force")))
    storage.close()
    assert path.read_bytes() == before


# --- the schema in PostgreSQL --------------------------------------------------------------------


def test_founding_again_changes_nothing_and_a_newer_schema_is_refused() -> None:
    owner, application = scans_database()
    role = psycopg.conninfo.conninfo_to_dict(application)["user"]
    assert found_scans(owner, str(role)) == (VERSION, VERSION)
    assert found_scans(owner, None) == (VERSION, VERSION)
    with psycopg.connect(owner) as db:
        db.execute("INSERT INTO ocop_scans.version VALUES (%s)", (VERSION + 1,))
    with pytest.raises(LedgerError) as refused:
        found_scans(owner, None)
    assert refused.value.code == "store-newer"


def test_a_database_without_the_schema_says_that_counts_wait() -> None:
    from api.scans.postgres_storage import PostgresScans
    from tests.postgres.cluster import shared_cluster

    storage = PostgresScans([shared_cluster().fresh_database()])
    with pytest.raises(ScansUnavailable):
        storage.add(process(), batch(1, DAY, (SERIAL, 1, "in-force")))
    storage.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ocop_scans.serial",
        "TRUNCATE ocop_scans.serial",
        "DROP TABLE ocop_scans.lot",
        "ALTER TABLE ocop_scans.lot ADD COLUMN address text",
        "CREATE TABLE ocop_scans.addresses (address inet)",
        "INSERT INTO ocop_scans.version VALUES (99)",
        "UPDATE ocop_scans.day_key SET key = 'x'",
    ],
)
def test_the_application_role_may_count_and_nothing_else(statement: str, counting: str) -> None:
    with (
        psycopg.connect(counting) as db,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        db.execute(statement.encode())


@pytest.fixture(scope="module")
def counting() -> str:
    return scans_database()[1]
