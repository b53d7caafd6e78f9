"""A disk that takes no more: no acknowledgement, one plain sentence, the ledger as it was."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from api.commands.record import record_file
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.store.sqlite import SqliteStore
from ledger.verify.entry import parse_entry
from tests.store import small_ledger

ROOT = Path(__file__).resolve().parents[2]

# Run in a process of its own: a limit on file size, once lowered, cannot be raised again.
_WRITER = """
import resource, sys
from pathlib import Path
from ledger.errors import LedgerError
from tests.store import small_ledger
folder = Path(sys.argv[1])
with small_ledger.opened(folder) as services:
    entries = [e.raw for e in small_ledger.signed_harvests(services, 400, prefix="F")]
    wal = folder / "ledger.db-wal"
    largest = max(p.stat().st_size for p in folder.glob("*.db*"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    size = services.ledger.size
    try:
        services.ledger.submit(entries)
    except LedgerError as refused:
        print(refused.code)
        print(refused.say("vi"))
    services.ledger.catch_up()
    print(services.ledger.size - size, len(services.store.after(0, 10**6)) - size)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.getrlimit(resource.RLIMIT_FSIZE)[1],) * 2)
    print(len(services.ledger.submit(entries)))
"""


def read_only(connection: sqlite3.Connection) -> None:
    connection.set_authorizer(None)
    connection.execute("PRAGMA query_only=ON")


def test_a_write_that_finds_no_room_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    services = small_ledger.told(tmp_path / "so")
    size = services.store.size()
    services.close()
    done = subprocess.run(
        [sys.executable, "-c", _WRITER, str(tmp_path / "so")],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    code, sentence, gained, later = done.stdout.splitlines()
    assert code == "store-unwritable"
    assert sentence.startswith("Không ghi được vào sổ (")
    assert gained == "0 0"
    # With room again, the same submission goes through whole.
    assert later == "400"
    assert small_ledger.check_ledger(tmp_path / "so", bundles=5) == size + 400


def test_a_station_that_finds_no_room_keeps_no_private_text_of_what_it_refused(
    tmp_path: Path,
) -> None:
    services = small_ledger.found(tmp_path / "so")
    body = {"lot": small_ledger.lot(small_ledger.FRUIT, "Q9"), "quantity": small_ledger.kg("5")}
    note = {"note": "giao cho bà Phượng"}
    draft = Draft(
        "harvested", small_ledger.FARM, small_ledger.day(7), {**body, "site": "VT-01"}, note
    )
    small_ledger.tell(services)
    kept = services.notes._db.execute("SELECT count(*) FROM note").fetchone()[0]
    # The connection that appends has the file open for reading only, as on a read-only disk.
    assert isinstance(services.store, SqliteStore)
    with services.store.recorder.appending() as connection:
        read_only(connection)
    with pytest.raises(LedgerError) as refused:
        services.station.record(draft)
    assert refused.value.code == "store-unwritable"
    assert services.notes._db.execute("SELECT count(*) FROM note").fetchone()[0] == kept
    services.close()
    small_ledger.check_ledger(tmp_path / "so")


def test_views_that_cannot_be_written_stop_a_station_before_it_records(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    size = services.store.size()
    read_only(services.projector.connection)
    with pytest.raises(LedgerError) as told:
        services.station.record(small_ledger.story_drafts()[0])
    services.close()
    assert told.value.code == "store-unwritable"
    assert small_ledger.check_ledger(tmp_path / "so") == size


def test_a_statement_that_was_recorded_but_not_sealed_is_not_called_unrecorded(
    tmp_path: Path,
) -> None:
    services = small_ledger.told(tmp_path / "so")
    size = services.store.size()
    assert isinstance(services.store, SqliteStore)
    with services.store._connections.one() as connection:  # the one that seals
        read_only(connection)
    body = {"lot": small_ledger.lot(small_ledger.FRUIT, "Q9"), "quantity": small_ledger.kg("5")}
    note = {"note": "giao cho bà Phượng"}
    draft = Draft(
        "harvested", small_ledger.FARM, small_ledger.day(7), {**body, "site": "VT-01"}, note
    )
    with pytest.raises(LedgerError) as told:
        services.station.record(draft)
    services.close()
    assert told.value.code == "recorded-unsealed"
    assert "recorded and is safe" in told.value.say("en")
    assert "Đừng ghi lại" in told.value.say("vi")
    assert small_ledger.check_ledger(tmp_path / "so") == size + 1
    with small_ledger.opened(tmp_path / "so") as after:
        ((_, newest),) = after.store.sealed(size, 1)
        kept = json.loads(parse_entry(newest).payload)["body"]["note"]
        assert after.notes.text_of(kept) == "giao cho bà Phượng"


def test_a_diary_line_that_was_recorded_but_not_sealed_counts_as_recorded(tmp_path: Path) -> None:
    services = small_ledger.told(tmp_path / "so")
    size = services.store.size()
    assert isinstance(services.store, SqliteStore)
    with services.store._connections.one() as connection:  # the one that seals
        read_only(connection)
    lot, kg = small_ledger.lot(small_ledger.FRUIT, "Q9"), small_ledger.kg("5")
    time, body = small_ledger.day(7), {"lot": lot, "quantity": kg, "site": "VT-01"}
    line = json.dumps({"type": "harvested", "time": time, "body": body}).encode()
    path = tmp_path / "d.jsonl"
    outcome = record_file(services, path, line, None, small_ledger.FARM, "en")
    services.close()
    assert (outcome.recorded, outcome.refused) == (1, [])
    assert outcome.trouble is not None and outcome.trouble.code == "recorded-unsealed"
    assert small_ledger.check_ledger(tmp_path / "so") == size + 1


def test_a_folder_where_no_lock_can_be_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    size = services.store.size()
    lock = tmp_path / "so" / "ledger.lock"
    lock.unlink()
    lock.mkdir()  # nothing can be opened there, as in a folder that may not be written
    with pytest.raises(LedgerError) as told:
        services.station.record(small_ledger.story_drafts()[0])
    assert told.value.code == "store-unwritable"
    lock.rmdir()
    services.station.record(small_ledger.story_drafts()[0])
    services.close()
    assert small_ledger.check_ledger(tmp_path / "so") == size + 1
