"""Connections to a ledger file, beside threads that come, go and are at work when it is closed."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from api.routes.seal_wait import waiting_for
from ledger.store import guard
from ledger.store.sqlite import SqliteStore
from ledger.store.sqlite_connections import Connections
from tests.store import small_ledger

ROOT = Path(__file__).resolve().parents[2]
# Closes a store again and again while four threads read in it.
_CLOSER = """
import sys, threading, time
from pathlib import Path
from ledger.recorded import stored_event
from ledger.store.sqlite import SqliteStore
from ledger.verify.entry import make_entry
path, key = Path(sys.argv[1]), bytes(range(32))
raw = [make_entry(b'{"n":%d}' % n, key, bytes(64)).raw for n in range(1, 1000)]
store = SqliteStore.create(path)
store.recorder.insert_events([stored_event(key.hex(), n, one) for n, one in enumerate(raw, 1)])
store.close()
for _ in range(40):
    store, ended = SqliteStore(path), threading.Event()
    def read():
        while not ended.is_set():
            assert len(store.after(0, 300)) == 300 and store.counted(900) == 900
    threads = [threading.Thread(target=read) for _ in range(4)]
    for one in threads: one.start()
    time.sleep(0.02)
    store.close()
    time.sleep(0.002)
    ended.set()
    for one in threads: one.join(20)
print("well")
"""


def handles(path: Path) -> int:
    """How many files this process has open at a path and beside it."""
    found = 0
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the handle of this very listing
            found += str(handle.readlink()).startswith(str(path))
    return found


def test_threads_that_come_and_go_leave_no_connection_behind(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    path = tmp_path / "so" / "ledger.db"
    services.store.size()
    before = handles(path)
    for _ in range(20):
        thread = threading.Thread(target=services.store.size)
        thread.start()
        thread.join(30)
    assert handles(path) == before

    async def wait() -> None:
        for _ in range(5):
            await waiting_for(services.log).until(0, 5)
            await asyncio.sleep(0.1)  # so that the next one gets a thread of its own

    asyncio.run(wait())
    assert handles(path) == before
    services.close()
    assert handles(path) == 0


def test_closing_a_store_does_no_harm_to_threads_that_read_in_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _CLOSER, str(tmp_path / "ledger.db")],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
    )
    assert (done.returncode, done.stdout) == (0, "well\n"), done.stderr[:2000]
    assert "Traceback" not in done.stderr


def test_a_transaction_that_was_left_open_is_not_handed_on(tmp_path: Path) -> None:
    guard.create(tmp_path / "ledger.db")
    connections = Connections(tmp_path / "ledger.db")
    with connections.one() as first:
        first.execute("BEGIN IMMEDIATE")
    with connections.one() as second:
        second.execute("BEGIN IMMEDIATE")
        second.execute("COMMIT")
    with connections.one() as third:
        assert third is second
        connections.close()
        assert third.execute("SELECT 1").fetchone()[0] == 1
    with pytest.raises(sqlite3.ProgrammingError):
        third.execute("SELECT 1")
    assert handles(tmp_path) == 0


def test_every_checkpoint_is_told_however_many_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = small_ledger.told(tmp_path / "so")
    assert isinstance(services.store, SqliteStore)
    every = list(services.store.checkpoints())
    assert len(every) > 3 and every == sorted(every)
    monkeypatch.setattr("ledger.store.sqlite._PAGE", 2)
    assert list(services.store.checkpoints()) == every
    services.close()
