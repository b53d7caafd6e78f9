"""A backup of either store, made while somebody writes, is one true state of the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.keeping.backup import back_up
from api.keeping.restore import restore
from tests.keeping import scenes
from tests.store.small_ledger import check_ledger, clock

pytestmark = pytest.mark.usefixtures("both_stores")


def test_a_backup_made_while_a_thread_writes_is_one_true_state_of_the_ledger(
    tmp_path: Path,
) -> None:
    services = scenes.told(tmp_path / "so", 50)
    writer = scenes.Writer(services)
    made = []
    with writer.writing():
        for number in range(2):
            with scenes.opened(tmp_path / "so") as other:
                made.append(back_up(other, tmp_path / f"{number}.ocop"))
    entries, notes = scenes.contents(services)
    services.close()
    assert writer.written > 0
    for number, one in enumerate(made):
        folder = tmp_path / f"back-{number}"
        restored = restore(tmp_path / f"{number}.ocop", folder, now=clock)
        assert (restored.size, restored.root) == (one.size, one.root)
        assert one.size in notes  # a checkpoint that was really issued
        assert check_ledger(folder, bundles=3) == one.size
        with scenes.opened(folder) as back:
            assert scenes.contents(back) == (
                entries[: one.size],
                {size: note for size, note in notes.items() if size <= one.size},
            )
    print(f"{writer.written} statements written during 2 backups of {[m.size for m in made]}")
