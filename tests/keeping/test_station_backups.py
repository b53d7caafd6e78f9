"""A station's folder is backed up, moves, and comes back to be read."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from api.commands.evidence import audit
from api.keeping.backup import back_up
from api.keeping.restore import restore
from api.keeping.station_errors import StationKeepingError
from api.station.errors import Frozen
from api.station.joined import joined_of
from api.watching.doctor.case import Case
from api.watching.doctor.examination import examine
from ledger.verify.merkle import leaf_hash
from tests.keeping.scenes import run
from tests.keeping.station_scenes import backed_up, note
from tests.station_sync.scene import SON, Hub, harvest, joined, stands, station, sync
from tests.store.small_ledger import clock

ROOT = Path(__file__).resolve().parents[2]


def test_a_restored_station_is_whole_and_records_nothing(hub: Hub, tmp_path: Path) -> None:
    backup, digest = backed_up(hub, tmp_path)
    made = restore(backup, tmp_path / "back", now=clock)
    assert made.station is not None and made.station.party == SON
    with station(tmp_path / "back") as back:
        assert stands(back).recorded == 2
        assert back.notes.text_of(digest) == "Hộ 07 (Phượng)"
        assert audit(back).clean, audit(back).failure
        with pytest.raises(Frozen) as frozen:
            harvest(back, SON, "B-3")
        assert frozen.value.code == "restored"
        for lang in ("en", "vi"):
            assert "ocop station join" in frozen.value.say(lang)
        sync(back)  # it goes on reading; nothing of it is sent by itself
        assert stands(back).unsent == 1
    # The station of before never noticed.
    with station(tmp_path / "son") as son:
        harvest(son, SON, "B-4")
        assert sync(son).sent == 2
        assert stands(son).frozen is None


@pytest.mark.parametrize("code", ["refused", "ended"])
def test_a_reason_to_be_frozen_that_may_pass_does_not_let_a_restored_copy_go_on(
    hub: Hub, tmp_path: Path, code: str
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, f"P-{code}")
        assert son.link is not None
        params = {"seq": 1, "detail": "…"} if code == "refused" else {}
        son.link.state.freeze(Frozen(code, **params))
        back_up(son, tmp_path / "b.ocop")
    restore(tmp_path / "b.ocop", tmp_path / "back", now=clock)
    with station(tmp_path / "back") as back:
        sync(back)  # the hub takes this key, and would take its statements
        frozen = stands(back).frozen
        assert frozen is not None and frozen.code == "restored"


def test_a_restored_station_stays_frozen_when_its_state_is_taken_away(
    hub: Hub, tmp_path: Path
) -> None:
    backup, _ = backed_up(hub, tmp_path)
    restore(backup, tmp_path / "back", now=clock)
    for left in (tmp_path / "back").glob("station.db*"):
        left.unlink()
    with station(tmp_path / "back") as back:
        sync(back)
        with pytest.raises(Frozen) as frozen:
            harvest(back, SON, "B-9")
        assert frozen.value.code == "restored"


def test_a_station_moves_to_another_folder_with_its_key_and_nothing_is_lost(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, digest = backed_up(hub, tmp_path)
    old = joined_of(tmp_path / "son")
    status, _, err = run(capsys, "move", "--dir", tmp_path / "son", "--to", tmp_path / "stick")
    assert status == 0, err
    with station(tmp_path / "stick") as moved:
        assert joined_of(tmp_path / "stick") == old
        harvest(moved, SON, "M-1")
        assert sync(moved).sent == 2
        assert moved.notes.text_of(digest) == "Hộ 07 (Phượng)"
        assert stands(moved).frozen is None
    status, _, err = run(capsys, "station", "status", "--dir", tmp_path / "son")
    assert (status, "was moved" in err) == (2, True)
    words = ("move", "--dir", tmp_path / "stick", "--to", "postgresql://me@127.0.0.1/x")
    status, _, err = run(capsys, *words)
    assert (status, "keeps its part of the ledger in its own folder" in err) == (2, True)


def test_a_backup_while_the_station_takes_statements_lacks_none_of_their_places(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        assert son.link is not None
        place = son.link.state.cursor()
        back_up(son, tmp_path / "b.ocop")
    restore(tmp_path / "b.ocop", tmp_path / "back", now=clock)
    with station(tmp_path / "back") as back:
        assert back.link is not None
        assert back.link.state.cursor() == place
        own = back.link.joined.keyid
        for _, raw in back.store.sealed(0, 10_000):
            assert back.link.state.hub_index(leaf_hash(raw)) is not None, own
        assert back.store.size() > 5


def test_a_station_is_backed_up_without_its_key(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "K-1")
        back_up(son, tmp_path / "b.ocop", keys=False)
    made = restore(tmp_path / "b.ocop", tmp_path / "back", now=clock)
    assert (made.keys, made.station is not None) == (False, True)


def test_a_stations_backup_goes_into_a_folder_and_is_measured_by_the_hub_alone(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, _ = backed_up(hub, tmp_path)
    with closing((tmp_path / "kept.txt").open("w")) as kept:
        kept.write(hub.services.log.checkpoint() or "")
    for more in (("--checkpoint", tmp_path / "kept.txt"), ("--database", "postgresql://o@h/d")):
        words = ("restore", backup, "--dir", tmp_path / "x", *more)
        status, _, err = run(capsys, *words)
        assert (status, "of a station" in err) == (2, True)
        assert not (tmp_path / "x").exists()
    status, _, err = run(capsys, "restore", backup, "--dir", tmp_path / "x")
    assert (status, "--from" in err, "ocop keys retire" in err) == (0, True, True)


def test_the_doctor_asks_for_backups_of_a_station_that_keeps_private_texts(
    hub: Hub, tmp_path: Path
) -> None:
    def found() -> set[str]:
        return {check.name for check, _ in examine(Case(tmp_path / "son"))}

    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
    assert "backup" not in found()
    with station(tmp_path / "son") as son:
        note(son, "Hộ 08", "N-1")
    assert "backup" in found()
    with station(tmp_path / "son") as son:
        back_up(son, tmp_path / "b.ocop")
    assert "backup" not in found()


def test_every_refusal_is_said_in_both_languages_and_somewhere_meant() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "api").rglob("*.py"))
    frozen = {name: Frozen.catalogue[name] for name in ("restored", "replaced")}
    for code, (english, vietnamese) in (StationKeepingError.catalogue | frozen).items():
        assert english != vietnamese
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", vietnamese))
        assert len(re.findall(rf'"{code}"', source)) > 1, code
