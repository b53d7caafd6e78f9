"""A row of the read models edited by hand differs from a rebuild, whichever row it is."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ledger.projections import schema
from tests.ledger_story import check_ledger, tell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tell(tmp_path).close()
    return tmp_path


def test_the_untouched_folder_is_whole(folder: Path) -> None:
    assert check_ledger(folder).entries == 35


def test_an_edited_or_deleted_row_of_any_table_differs_from_a_rebuild(folder: Path) -> None:
    with sqlite3.connect(folder / "views.db", isolation_level=None) as plain:
        live = schema.dump(plain)
        tried = 0
        for table in schema.TABLES:
            columns = [row[1] for row in plain.execute(f"PRAGMA table_info({table})")]
            for column in columns:
                if (table, column) == ("progress", "one"):
                    continue
                plain.execute("BEGIN")
                edit = (
                    f"CASE typeof({column}) WHEN 'integer' THEN {column} + 1000 "
                    f"ELSE coalesce({column}, '') || 'x' END"
                )
                made = plain.execute(f"UPDATE {table} SET {column} = {edit}").rowcount
                changed = schema.dump(plain)
                plain.execute("ROLLBACK")
                assert (changed != live) == (made > 0), (table, column)
                tried += made > 0
            plain.execute("BEGIN")
            made = plain.execute(f"DELETE FROM {table}").rowcount
            assert (schema.dump(plain) != live) == (made > 0), table
            plain.execute("ROLLBACK")
    plain.close()
    assert tried > 25
    assert check_ledger(folder).clean


def test_a_quantity_edited_in_the_lot_story_is_named_by_the_whole_check(folder: Path) -> None:
    plain = sqlite3.connect(folder / "views.db", isolation_level=None)
    plain.execute("""UPDATE lot SET facts = replace(facts, '"packs":200', '"packs":900')""")
    plain.close()
    with pytest.raises(AssertionError):
        check_ledger(folder)
