"""The disk has an append before the client has its acknowledgement: seen from outside by strace."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store import small_ledger
from tests.store.append_until_killed import write_entries

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("append_until_killed.py")
QUICK, LONG = 40, 100
_SYNC = re.compile(r"(?:fsync|fdatasync)\(\d+<(?P<path>[^>]*)>\)?\s*(?:= 0|<unfinished)")
_ACK = re.compile(r'write\(1<[^>]*>, "ack (?P<number>\d+) ')


def traced(tmp_path: Path, appends: int, *options: str) -> list[str]:
    """The worker's fsync, fdatasync and write calls, in order, while it appends entries."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.fail(
            "strace is missing, so nobody can see whether the disk has what was acknowledged; "
            "install it (Debian: apt-get install strace) and run the tests again."
        )
    services = small_ledger.found(tmp_path / "so")
    entries = small_ledger.signed_harvests(services, appends)
    services.close()
    write_entries(tmp_path / "entries", [entry.raw for entry in entries])
    trace = tmp_path / "trace"
    done = subprocess.run(
        [
            *(strace, "-f", "-y", "-o", str(trace), "-e", "trace=fsync,fdatasync,write"),
            *(sys.executable, str(WORKER), str(tmp_path / "so"), str(tmp_path / "entries")),
            *("--no-seal", *options),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("ack ") == appends
    return trace.read_text(errors="replace").splitlines()


def unsynced(calls: list[str], appends: int) -> list[int]:
    """Numbers of the appends that were acknowledged without a sync of the write-ahead log before."""
    missing, synced, seen = [], False, 0
    for call in calls:
        sync, ack = _SYNC.search(call), _ACK.search(call)
        if sync is not None and sync["path"].endswith("ledger.db-wal"):
            synced = True
        elif ack is not None:
            if not synced:
                missing.append(int(ack["number"]))
            synced, seen = False, seen + 1
    assert seen == appends
    print(f"sqlite: {appends} appends, {len(missing)} acknowledged before they were on disk")
    return missing


def test_every_append_is_synced_before_it_is_acknowledged(tmp_path: Path) -> None:
    assert unsynced(traced(tmp_path, QUICK), QUICK) == []


@pytest.mark.long
def test_every_one_of_a_hundred_appends_is_synced_before_it_is_acknowledged(
    tmp_path: Path,
) -> None:
    assert unsynced(traced(tmp_path, LONG), LONG) == []


def test_without_synchronous_the_same_look_finds_every_append_unsynced(tmp_path: Path) -> None:
    assert unsynced(traced(tmp_path, QUICK, "--no-fsync"), QUICK) == list(range(QUICK))
