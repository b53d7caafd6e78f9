"""Erasures are listed first, done on demand, and done again after a restore."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.keeping.backup import back_up
from api.keeping.erasing import erase, erasures
from api.keeping.errors import KeepingError
from api.keeping.restore import restore
from tests.keeping import scenes
from tests.keeping.test_erasure import KEPT, NAME, NOTE, files_with, needles, with_notes
from tests.store.small_ledger import clock


def test_a_restore_from_a_backup_made_before_erases_again(tmp_path: Path) -> None:
    services = with_notes(tmp_path / "so")
    back_up(services, tmp_path / "before.ocop")
    found = erasures(services, containing=NAME)
    gone = needles(NAME, NOTE, *(o[0] for f in found if (o := services.notes.opened(f.digest))))
    erase(services, [one.digest for one in found])
    back_up(services, tmp_path / "after.ocop")
    services.close()
    # The list of digests comes from the lost folder: laid into the new one.
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "erased.txt").write_bytes((tmp_path / "so" / "erased.txt").read_bytes())
    made = restore(tmp_path / "before.ocop", tmp_path / "new", now=clock)
    assert made.erased == 2
    assert files_with([tmp_path / "new"], gone) == []
    with scenes.opened(tmp_path / "new") as back:
        assert back.notes.text_of(found[0].digest) is None
        assert len(back.notes.containing("ghi chú")) == 22
    # And a newer backup brings its own list along.
    assert restore(tmp_path / "after.ocop", tmp_path / "newer", now=clock).erased == 0
    assert "Phượng" not in (tmp_path / "newer" / "erased.txt").read_text()


def test_a_dry_run_changes_nothing_and_a_wrong_wish_is_a_sentence(tmp_path: Path) -> None:
    services = with_notes(tmp_path / "so")
    before = (tmp_path / "so" / "private.db").read_bytes()
    assert len(erasures(services, containing="phượng")) == 3  # the story has one, too
    (one,) = erasures(services, containing=KEPT)
    assert erasures(services, digest=one.digest.upper()) == [one]
    (gone,) = erasures(services, digest="0" * 64)
    assert (gone.text, gone.mentions) == (None, ())
    assert erasures(services, containing="không có ai") == []
    for wish, code in (({"digest": "12"}, "digest-wrong"), ({"containing": " a "}, "text-short")):
        with pytest.raises(KeepingError) as refused:
            erasures(services, **wish)
        assert refused.value.code == code
    assert (tmp_path / "so" / "private.db").read_bytes() == before
    assert not (tmp_path / "so" / "erased.txt").exists()
    services.close()


def test_nothing_of_an_erased_text_is_written_aside_while_it_is_erased(tmp_path: Path) -> None:
    """Temporary files of the database library would lie outside the folder: there are none."""
    services = with_notes(tmp_path / "so")
    (row,) = services.notes._db.execute("PRAGMA temp_store").fetchall()
    assert row == (2,)  # memory
    assert services.notes._db.execute("PRAGMA secure_delete").fetchone() == (1,)
    found = erasures(services, containing=NAME)
    erase(services, [one.digest for one in found])
    assert not (tmp_path / "so" / "private.db-journal").exists()
    services.close()
