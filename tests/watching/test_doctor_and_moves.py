"""The doctor only looks: at who leads, and at a folder whose ledger was on its way elsewhere."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from api.keeping.cut_moves import mover
from api.keeping.move_record import MoveRecord
from api.watching.doctor.case import Case
from api.watching.doctor.ledger_checks import check_opening
from api.watching.doctor.lock_files import led_beside_file
from ledger.store.locks import Leaderships
from tests.store.small_ledger import NOW
from tests.watching.test_doctor import codes


def test_looking_takes_no_leadership_from_a_station(folder: Path) -> None:
    leader = Leaderships(folder / "ledger.db")
    assert not led_beside_file(folder / "ledger.db", "sequencer")
    assert leader.lead("sequencer")
    for _ in range(3):
        assert led_beside_file(folder / "ledger.db", "sequencer")
    assert not Leaderships(folder / "ledger.db").lead("sequencer")
    leader.close()
    assert not led_beside_file(folder / "ledger.db", "sequencer")


def test_a_move_that_was_cut_off_is_found_and_left_as_it_is(folder: Path) -> None:
    record = MoveRecord("copying", "database", "db.example:5432/so", from_database=False)
    record.save(folder)
    (folder / "move.part").mkdir(mode=0o700)
    assert codes(folder) == ["move-cut"]
    assert MoveRecord.load(folder) == record
    assert (folder / "move.part").exists()
    with mover(folder) as leading:
        assert leading
        assert codes(folder) == []  # one that is under way


def test_a_folder_whose_ledger_went_elsewhere_says_where(folder: Path) -> None:
    MoveRecord("done", "folder", "/somewhere/new", from_database=False).save(folder)
    (folder / "settings.json").rename(folder / "settings.json.moved")
    (folder / "ledger.db").rename(folder / "ledger.db.moved")
    with closing(Case(folder, lambda: NOW)) as case:
        (found,) = check_opening(case)
    assert "--dir /somewhere/new" in found.say("en")
