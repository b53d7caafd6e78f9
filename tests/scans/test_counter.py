"""The counter in memory: exact while it can be, bounded always, quick enough for every page."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from api.scans.counter import BATCH_ROWS, EXACT, MOST_BATCHES, ScanCounter, Seen
from api.scans.postgres_storage import PostgresScans
from api.scans.sqlite_storage import SqliteScans
from api.scans.storage import ScanStorage, ScansUnavailable
from tests.postgres.cluster import own_cluster
from tests.scans.places_to_count import (
    DAY,
    GTIN,
    LOT,
    SERIAL,
    TAG,
    addresses_with_different_bits,
    counter,
    scans_database,
)

Reopen = Callable[[], ScanStorage]
ADDRESS = "203.0.113.7"


def seen(scans: ScanCounter, number: int = 1) -> Seen | None:
    """What a page would be told, whichever storage it is."""
    serial = (GTIN, TAG, number)
    found = scans.known(serial)
    return asyncio.run(scans.ask(serial)) if found is None else found


def note(scans: ScanCounter, times: int = 1, number: int = 1, address: str = ADDRESS) -> None:
    for _ in range(times):
        scans.note(GTIN, LOT, TAG, number, address)


def waited(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_a_serial_is_counted_exactly_before_and_after_it_is_written(reopen: Reopen) -> None:
    scans = counter(reopen())
    assert seen(scans) == (0, 0)
    for number in range(1, EXACT + 3):
        note(scans)
        if number % 3 == 0:
            scans.flush()
        assert seen(scans) == (number, DAY)
    scans.close()
    again = counter(reopen())
    assert seen(again) == (EXACT + 2, DAY)
    again.close()


def test_closing_writes_what_was_noted_last(reopen: Reopen) -> None:
    scans = counter(reopen())
    note(scans, 7)
    scans.close()
    assert reopen().counts([SERIAL]) == {SERIAL: (7, DAY)}


def test_the_thread_writes_by_itself(storage: ScanStorage, reopen: Reopen) -> None:
    scans = counter(storage)
    note(scans)
    other = reopen()
    assert waited(lambda: other.counts([SERIAL]) == {SERIAL: (1, DAY)})
    scans.close()


def test_two_processes_see_each_others_scans(reopen: Reopen) -> None:
    here, there = counter(reopen()), counter(reopen())
    note(here, 3)
    note(there, 4)
    here.flush()
    there.flush()
    assert seen(here) == seen(there) == (7, DAY)
    here.close()
    there.close()


def test_notes_of_many_threads_are_all_there(storage: ScanStorage) -> None:
    scans = counter(storage)

    def crowd() -> None:
        for number in range(2_000):
            note(scans, 1, number % 50)

    threads = [threading.Thread(target=crowd) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    scans.flush()
    assert scans.stats().noted == scans.stats().written == 10_000
    found = scans.lot(GTIN, LOT)
    assert found is not None
    assert found.totals.scans == 10_000
    scans.close()


def test_places_of_one_day_are_told_apart_and_those_of_one_network_are_not(
    storage: ScanStorage,
) -> None:
    scans = counter(storage)
    scans.flush()
    key = storage.day_key(DAY, b"")
    assert key
    for address in addresses_with_different_bits(key, 8):
        note(scans, 3, address=address)
    scans.flush()
    found = scans.lot(GTIN, LOT)
    assert found is not None
    assert [row.places_by_day() for row in found.noted] == [{DAY: 8}]
    scans.close()


def test_a_new_day_has_a_new_key_and_the_old_one_is_used_no_more(storage: ScanStorage) -> None:
    noon = dt.datetime.fromordinal(DAY).replace(hour=5, tzinfo=dt.UTC)
    now = [noon]
    scans = ScanCounter(storage, lambda: now[0])
    scans.flush()
    note(scans)
    # 00:30 the next day in Vietnam, still the old one in UTC. The new key is not there yet.
    now[0] = noon.replace(hour=17, minute=30)
    note(scans)
    scans.flush()
    note(scans, 50)
    scans.flush()
    found = scans.lot(GTIN, LOT)
    assert found is not None
    (row,) = found.noted
    assert (row.scans, row.first_day, row.last_day) == (52, DAY, DAY + 1)
    assert row.places_by_day() == {DAY: 1, DAY + 1: 1}
    assert storage.day_key(DAY, b"x" * 32) is None
    scans.close()


# --- bounds --------------------------------------------------------------------------------------


def unreachable(folder: Path) -> ScanCounter:
    """A counter whose file cannot be made."""
    return counter(SqliteScans(folder / "missing" / "scans.db"))


def test_memory_is_bounded_and_what_was_given_up_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    scans = unreachable(tmp_path)
    rows = (MOST_BATCHES + 5) * BATCH_ROWS
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    with caplog.at_level(logging.WARNING, "ocop.scans"):
        for number in range(rows):
            scans.note(GTIN, LOT, TAG, number, ADDRESS)
        assert waited(lambda: "wait in memory" in caplog.text)
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    stats = scans.stats()
    print(f"{stats.waiting} rows waiting hold {held / 2**20:.0f} MiB")
    assert stats.noted == rows
    assert stats.dropped > 4 * (BATCH_ROWS - 10)
    assert stats.waiting <= (MOST_BATCHES + 1) * (BATCH_ROWS + 1)
    assert held < 64 * 2**20
    with pytest.raises(ScansUnavailable):
        scans.flush()
    scans.close()


def test_a_flood_of_one_serial_takes_one_row(storage: ScanStorage) -> None:
    scans = counter(storage)
    scans.flush()
    for number in range(100_000):
        scans.note(GTIN, LOT, TAG, 1, f"10.{number >> 8 & 255}.{number & 255}.1")
    assert scans.stats().waiting <= 2
    scans.flush()
    found = scans.lot(GTIN, LOT)
    assert found is not None
    (row,) = found.noted
    assert (row.scans, row.places.bit_count()) == (100_000, 63)
    scans.close()


def test_counts_wait_while_the_file_cannot_be_written_and_none_is_lost(tmp_path: Path) -> None:
    scans = unreachable(tmp_path)
    note(scans, 5)
    with pytest.raises(ScansUnavailable):
        scans.flush()
    (tmp_path / "missing").mkdir()
    assert scans.flush() == 5
    assert seen(scans) == (5, DAY)
    scans.close()


def test_counts_outlive_a_killed_database_and_pages_do_not_wait_for_it() -> None:
    with own_cluster() as cluster:
        storage = PostgresScans([scans_database(cluster)[1]])
        scans = counter(storage)
        note(scans, 3)
        scans.flush()
        cluster.kill()
        note(scans, 4)
        started = time.monotonic()
        waits = [time.monotonic() - started for _ in range(50) if seen(scans, 99) is None]
        with pytest.raises(ScansUnavailable):
            scans.flush()
        cluster.start()
        assert waited(lambda: scans.stats().written == 7)
        assert waited(lambda: seen(scans) == (7, DAY))
        scans.close()
    assert len(waits) == 50
    assert waits[-1] < 2


# --- cost ----------------------------------------------------------------------------------------


def test_a_note_costs_a_few_microseconds_and_a_batch_little_more(storage: ScanStorage) -> None:
    """Prints the figures of docs/operating.md; the limits are far above them, for busy machines."""
    scans = counter(storage)
    scans.flush()
    notes, rows, cpu = [], [], []
    for turn in range(5):
        began = time.thread_time()
        for number in range(BATCH_ROWS - 20):
            scans.note(GTIN, f"L{number % 10}", TAG, turn * BATCH_ROWS + number, ADDRESS)
        notes.append((time.thread_time() - began) / (BATCH_ROWS - 20))
        began, began_cpu = time.perf_counter(), time.thread_time()
        written = scans.flush()
        rows.append(written / (time.perf_counter() - began) if written else 0.0)
        cpu.append((time.thread_time() - began_cpu) / BATCH_ROWS)
    scans.close()
    print(
        f"{type(storage).__name__}: note {median(notes) * 1e6:.1f} us, "
        f"{median(rows):,.0f} rows/s written, {median(cpu) * 1e6:.1f} us CPU a row here"
    )
    assert median(notes) < 50e-6
