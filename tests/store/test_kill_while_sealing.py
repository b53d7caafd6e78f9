"""Killed at any SQL statement of a sealing, the file holds the old tree or the new one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from api.bootstrap import Services
from tests.store import small_ledger
from tests.store.small_ledger import check_ledger

ROOT = Path(__file__).resolve().parents[2]
KILLER = Path(__file__).with_name("seal_until_killed.py")


def head_of(services: Services) -> tuple[int, bytes]:
    head = services.log.head()
    assert head is not None
    return head.size, head.root


def test_killed_at_every_sql_statement_of_a_sealing_the_tree_comes_out_the_same(
    tmp_path: Path,
) -> None:
    services = small_ledger.found(tmp_path / "so")
    before = services.log.size
    services.ledger.submit([one.raw for one in small_ledger.signed_harvests(services, 6)])
    services.close()
    done = subprocess.run(
        [sys.executable, str(KILLER), str(tmp_path / "so"), "seal"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    # Begin, 6 leaves, their nodes, the checkpoint, commit; the last run got through unkilled.
    killed = [line.split() for line in done.stdout.splitlines()]
    assert len(killed) > 12
    assert [line[1] for line in killed] == ["killed"] * (len(killed) - 1) + ["sealed"]
    heads = set()
    for name, _ in killed:
        folder = tmp_path / name
        with sqlite3.connect(f"file:{folder / 'ledger.db'}?mode=ro", uri=True) as connection:
            found = connection.execute("SELECT max(size) FROM log_checkpoints").fetchone()[0]
            leaves = connection.execute("SELECT count(*) FROM log_leaves").fetchone()[0]
        connection.close()
        assert found == leaves
        assert found in {before, before + 6}
        assert check_ledger(folder, bundles=2) == before + 6
        with small_ledger.opened(folder) as after:
            heads.add(head_of(after))
        shutil.rmtree(folder)
    assert len(heads) == 1
