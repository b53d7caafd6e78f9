"""A row of the read models edited by hand differs from a rebuild, whichever row it is."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.projections import schema
from ledger.projections.comparing import agree
from ledger.projections.projector import Projector
from ledger.projections.rebuilding import rebuild
from ledger.store.sqlite import SqliteStore
from tests.ledger_story import check_ledger, tell
from tests.store import small_ledger


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tell(tmp_path).close()
    return tmp_path


def test_the_untouched_folder_is_whole(folder: Path) -> None:
    assert check_ledger(folder).entries == 35


def edits(plain: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every column of every table with a statement that edits it, and each table's emptying."""
    for table in schema.TABLES:
        for _, column, *_ in plain.execute(f"PRAGMA table_info({table})").fetchall():
            if (table, column) != ("progress", "one"):
                yield (
                    f"{table}.{column}",
                    f"UPDATE {table} SET {column} = CASE typeof({column}) WHEN 'integer' "
                    f"THEN {column} + 1000 ELSE coalesce({column}, '') || 'x' END",
                )
        yield table, f"DELETE FROM {table}"


def test_an_edited_or_deleted_row_of_any_table_differs_from_a_rebuild(
    folder: Path, tmp_path: Path
) -> None:
    store, tried = SqliteStore(folder / "ledger.db"), 0
    plain = sqlite3.connect(folder / "views.db", isolation_level=None)
    for number, (what, edit) in enumerate(edits(plain)):
        changed = tmp_path / f"{number}.db"
        plain.execute("VACUUM INTO ?", (str(changed),))
        edited = sqlite3.connect(changed, isolation_level=None)
        made = edited.execute(edit).rowcount
        edited.close()
        assert agree(store, changed) == (made == 0), what
        tried += made > 0
    plain.close()
    store.close()
    assert tried > 30
    assert check_ledger(folder).clean


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE edge",
        "DROP TABLE progress",
        "ALTER TABLE edge RENAME COLUMN to_lot TO to_lots",
        "UPDATE progress SET size = 'many'",
        "UPDATE entry SET party = CAST(x'ff41' AS TEXT)",
    ],
)
def test_tables_that_cannot_even_be_read_differ_from_a_rebuild(folder: Path, damage: str) -> None:
    store = SqliteStore(folder / "ledger.db")
    plain = sqlite3.connect(folder / "views.db", isolation_level=None)
    plain.execute(damage)
    plain.close()
    assert not agree(store, folder / "views.db")
    rebuild(store, folder / "views.db")
    assert agree(store, folder / "views.db")
    store.close()


def test_a_file_with_pages_of_rubbish_differs_from_a_rebuild(folder: Path) -> None:
    store, path = SqliteStore(folder / "ledger.db"), folder / "views.db"
    plain = sqlite3.connect(path)
    (root,) = plain.execute("SELECT rootpage FROM sqlite_master WHERE name = 'lot'").fetchone()
    (size,) = plain.execute("PRAGMA page_size").fetchone()
    plain.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)
    assert not agree(store, path)
    rebuild(store, path)
    assert agree(store, path)
    store.close()


def test_of_a_ledger_whose_last_entry_is_gone_the_audit_ends_and_refuses(tmp_path: Path) -> None:
    """The log counts an entry that it does not have: nobody waits for it."""
    folder = tmp_path / "so"
    small_ledger.told(folder).close()
    plain = sqlite3.connect(folder / "ledger.db", isolation_level=None)
    for (name,) in plain.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        plain.execute(f'DROP TRIGGER "{name}"')
    plain.execute(
        "DELETE FROM stored_events WHERE position = (SELECT max(position) FROM stored_events)"
    )
    plain.close()
    audit = subprocess.run(
        [sys.executable, "-m", "api.commands.main", "audit", "--dir", str(folder), "--lang", "en"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert audit.returncode == 1
    assert "REFUSED" in audit.stdout
    assert "Traceback" not in audit.stderr


def test_tables_that_grow_while_they_are_compared_agree(folder: Path) -> None:
    """A hub goes on recording; what it projects meanwhile is not held against it."""
    store, grown = SqliteStore(folder / "ledger.db"), schema.open_views(folder / "views.db")

    def grow(_size: int) -> None:
        grown.execute("UPDATE progress SET size = size + 1")
        grown.execute("INSERT INTO edge VALUES ('a', 'b', 'c', 'd') ON CONFLICT DO NOTHING")

    assert agree(store, folder / "views.db", grow)
    assert not agree(store, folder / "views.db")
    grown.close()
    store.close()


def test_tables_behind_the_log_agree_and_tables_ahead_of_it_do_not(
    folder: Path, tmp_path: Path
) -> None:
    store, behind = SqliteStore(folder / "ledger.db"), schema.open_views(tmp_path / "behind.db")
    assert Projector(store, behind).catch_up(up_to=20) == 20
    behind.close()
    assert agree(store, tmp_path / "behind.db")
    ahead = sqlite3.connect(folder / "views.db", isolation_level=None)
    ahead.execute("UPDATE progress SET size = 1000")
    ahead.close()
    assert not agree(store, folder / "views.db")
    store.close()


def test_a_quantity_edited_in_the_lot_story_is_named_by_the_whole_check(folder: Path) -> None:
    plain = sqlite3.connect(folder / "views.db", isolation_level=None)
    plain.execute("""UPDATE lot SET facts = replace(facts, '"packs":200', '"packs":900')""")
    plain.close()
    with pytest.raises(AssertionError):
        check_ledger(folder)
