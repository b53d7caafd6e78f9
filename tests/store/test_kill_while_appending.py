"""kill -9 while appending: nothing that was acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledger.verify.merkle import leaf_hash, root_of
from tests.store import small_ledger
from tests.store.append_until_killed import write_entries

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("append_until_killed.py")


@dataclass(slots=True)
class Campaign:
    """What the client saw: acknowledged ids by number, and how each kill fell."""

    acknowledged: dict[int, str] = field(default_factory=dict)
    kills: int = 0
    before_acknowledgement: int = 0
    repeated: int = 0


def run(folder: Path, entries: list[bytes], kills: int, seed: int) -> Campaign:
    """Submit every entry, killing the process `kills` times; every second time in the gap."""
    chance, seen = random.Random(seed), Campaign()
    file = folder.parent / "entries"
    write_entries(file, entries)
    worker = subprocess.Popen(
        [sys.executable, str(WORKER), str(folder), str(file), "--rounds"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert worker.stdin is not None and worker.stdout is not None
    try:
        while len(seen.acknowledged) < len(entries):
            first = len(seen.acknowledged)
            gap = seen.kills % 2 == 0
            ending = seen.kills >= kills
            worker.stdin.write(f"{first} {chance.randint(1, 3) if gap and not ending else 0}\n")
            worker.stdin.flush()
            child = int(worker.stdout.readline().split()[1])
            to_see = 10**9 if ending else chance.randint(1, 3)
            while True:
                words = worker.stdout.readline().split()
                if words[0] == "ack":
                    number, entry_id, known = int(words[1]), words[2], words[3] == "1"
                    assert number == len(seen.acknowledged)
                    seen.acknowledged[number] = entry_id
                    seen.repeated += known
                    to_see -= 1
                if words[0] == "committed" or (to_see <= 0 and not gap):
                    if words[0] != "committed":
                        # Anywhere in the next append, seal or projection (each some milliseconds).
                        time.sleep(chance.random() * 0.008)
                    os.kill(child, signal.SIGKILL)
                    seen.before_acknowledgement += words[0] == "committed"
                    seen.kills += 1
                    to_see = 10**9
                if words[0] == "reaped":
                    assert words[1] == "killed" or len(seen.acknowledged) == len(entries)
                    break
    finally:
        worker.stdin.close()
        worker.wait(timeout=20)
        worker.stdout.close()
    return seen


def campaign(tmp_path: Path, kills: int, seed: int) -> None:
    folder = tmp_path / "so"
    services = small_ledger.found(folder)
    before = services.store.size()
    entries = small_ledger.signed_harvests(services, kills * 4)
    ids = [entry.id.hex() for entry in entries]
    services.close()
    seen = run(folder, [entry.raw for entry in entries], kills, seed)
    assert seen.kills == kills
    assert seen.before_acknowledgement >= kills // 2
    assert seen.repeated >= kills // 2  # what was committed before the kill was offered again
    # 0 lost: what was acknowledged is what was sent, and it is there; 0 duplicated: just once.
    assert [seen.acknowledged[number] for number in range(len(ids))] == ids
    assert small_ledger.check_ledger(folder, bundles=20) == before + len(ids)
    with small_ledger.opened(folder) as after:
        stored = [raw for _, raw in after.store.sealed(before, 1_000_000)]
        assert stored == [entry.raw for entry in entries]
        head = after.log.head()
        earlier = [raw for _, raw in after.store.sealed(0, before)]
    # The same tree as one that never was killed.
    assert head is not None
    assert head.root == root_of([leaf_hash(raw) for raw in [*earlier, *stored]])


def test_a_hundred_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    campaign(tmp_path, 100, seed=1)


@pytest.mark.long
def test_a_thousand_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    campaign(tmp_path, 1000, seed=2)
