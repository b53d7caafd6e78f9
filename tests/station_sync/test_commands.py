"""`ocop station join, status, sync`, and a joined folder that is served."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from api.commands.main import main
from api.station.errors import Frozen
from api.watching.doctor.case import Case
from api.watching.doctor.examination import examine
from tests.background.hub import until
from tests.reliability.hub import served
from tests.station_sync.scene import (
    SON,
    Clock,
    Hub,
    harvest,
    stands,
    station,
)

TIMEOUT = 90.0


def _run(*words: object) -> int:
    return main([*map(str, words)])


def test_a_ticket_is_all_that_is_typed(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "son"
    ticket = hub.ticket(SON).format().split()
    assert _run("station", "join", *ticket, "--dir", folder, "--lang", "en") == 0
    told = capsys.readouterr().err
    assert "never copy this folder" in told and "Everything was sent" in told

    with station(folder) as son:
        harvest(son, SON, "CMD-1")
    assert _run("station", "status", "--dir", folder, "--lang", "vi") == 0
    shown = capsys.readouterr().out
    assert "1 phiếu chưa gửi" in shown and "trên máy này" in shown

    assert _run("station", "sync", "--dir", folder, "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["sent"], data["unsent"], data["frozen"]) == (1, 0, None)
    assert _run("station", "status", "--dir", folder, "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert [one["state"] for one in data["statements"]] in (["sent"], ["sealed"])
    assert _run("audit", "--dir", folder, "--lang", "en") == 0


def test_a_folder_that_is_no_station_says_how_to_become_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("init", "--dir", tmp_path / "own") == 0
    capsys.readouterr()
    for verb in ("status", "sync"):
        assert _run("station", verb, "--dir", tmp_path / "own", "--lang", "en") == 2
        assert "ocop station join" in capsys.readouterr().err


def test_a_ticket_that_was_mistyped_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("station", "join", "http://127.0.0.1:1", "ABC", "--dir", tmp_path / "x") == 2
    assert "ocop station invite" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_served_station_sends_by_itself_and_its_page_says_how_it_stands(
    hub: Hub, tmp_path: Path
) -> None:
    folder = tmp_path / "son"
    assert _run("station", "join", *hub.ticket(SON).format().split(), "--dir", folder) == 0
    with station(folder) as son:
        harvest(son, SON, "LOOP-1")
        journal = son.station.signers[SON, "station"].keyid.hex()
    with served(folder) as port:
        until(lambda: hub.services.store.entry_at(journal, 1) is not None, TIMEOUT, "it is sent")
        address = f"http://127.0.0.1:{port}/tram"

        def page() -> str:
            with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:
                return str(answer.read().decode())

        until(lambda: "Đã gửi hết phiếu" in page(), TIMEOUT, "the bar says so")
        shown = page()
        assert "Đã ghi hôm nay" in shown
        assert "đã gửi" in shown or "đã niêm phong" in shown
    with station(folder) as son:
        assert stands(son).unsent == 0


def test_a_station_runs_in_one_process(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "son"
    assert _run("station", "join", *hub.ticket(SON).format().split(), "--dir", folder) == 0
    capsys.readouterr()
    words = ("serve", "--dir", folder, "--port", 0, "--workers", 2, "--lang", "en")
    assert _run(*words) == 2
    assert "--workers" in capsys.readouterr().err


def test_the_doctor_finds_a_station_well_and_tells_of_what_waits(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "son"
    assert _run("station", "join", *hub.ticket(SON).format().split(), "--dir", folder) == 0
    with station(folder) as son:
        harvest(son, SON, "DOC-1")
    names = {check.name for check, _ in examine(Case(folder))}
    assert not names & {"roll-back", "backup", "station", "index"}
    later = Clock()
    later.pass_(days=3)
    found = [one for check, one in examine(Case(folder, later)) if check.name == "station"]
    assert [one.code for one in found] == ["station-waits"]
    assert "ocop station sync" in found[0].say("vi")
    with station(folder) as son:
        assert son.link is not None
        son.link.state.freeze(Frozen("ended"))
    found = [one for check, one in examine(Case(folder)) if check.name == "station"]
    assert [one.code for one in found] == ["station-frozen"]
