"""`ocop station bundle`: a partner's restricted lot, fetched by the own station, checked on arrival."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.access.gate import Gate
from api.app import create_app
from api.commands.main import main
from api.station.asking import fetched_bundle
from api.station.errors import StationError
from api.station.hub_link import with_address
from api.station.joined import STATE_FILE
from ledger.offline import main as verifier
from ledger.verify.checklist import verify_bundle
from tests.background.hub import until
from tests.station_sync.lying_hub import Change, lying_hub
from tests.station_sync.scene import (
    BIEN,
    SON,
    Hub,
    harvest,
    joined,
    make_hub,
    running_hub,
    ship,
    station,
    sync,
)

TEA = f"{SON}/che"
PATIENCE = 30.0


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub where one cooperative shipped a lot to the other, and both hide amounts."""
    folder = tmp_path_factory.mktemp("hub") / "hub"
    make_hub(folder)
    with running_hub(folder) as running:
        services = running.services
        harvest(services, SON, "GIVEN")
        ship(services, SON, "GIVEN", BIEN)
        harvest(services, SON, "KEPT")
        gate = Gate(services)
        for party in (SON, BIEN):
            gate.disclosures.choose(party, {"amounts"}, gate.record)
        until(lambda: services.ready() is None, PATIENCE, "the hub has sealed and projected")
        services.commit_index()
        yield running


@pytest.fixture(scope="module")
def folder(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("bien") / "bien"
    joined(made, hub, BIEN)
    with station(made) as bien:
        sync(bien)
    return made


def _run(*words: object) -> int:
    return main([*map(str, words)])


def _code(folder: Path, lot: str, item: str = TEA) -> str:
    with station(folder) as bien, pytest.raises(StationError) as refused:
        fetched_bundle(bien, item, lot)
    for lang in ("en", "vi"):
        assert lot in refused.value.say(lang) or refused.value.code == "hub-unproved"
    return refused.value.code


def test_a_partner_gets_the_whole_lot_and_it_verifies_with_the_stations_trust(
    hub: Hub, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "given.json"
    words = ("station", "bundle", TEA, "GIVEN", "--dir", folder, "--lang", "en")
    assert _run(*words, "-o", output) == 0
    told = capsys.readouterr()
    assert "VERIFIED" in told.out and str(output) in told.err
    assert verifier([str(output), "--trust", str(folder / "trust.json"), "--lang", "en"]) == 0
    capsys.readouterr()
    assert _run(*words, "-o", output, "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["lot"], data["verdict"], data["file"]) == ("GIVEN", "verified", str(output))


def test_the_file_is_named_after_the_lot_when_no_name_is_given(
    hub: Hub, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run("station", "bundle", TEA, "GIVEN", "--dir", folder) == 0
    assert [one.name for one in tmp_path.iterdir()] == ["lot-HTX-SON-che-GIVEN.json"]


def test_what_is_hidden_or_unknown_is_said_plainly_and_nothing_is_written(
    hub: Hub, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _code(folder, "KEPT") == "bundle-hidden"
    assert _code(folder, "NONE") == "bundle-unknown"
    output = tmp_path / "kept.json"
    words = ("station", "bundle", TEA, "KEPT", "-o", output, "--dir", folder, "--lang", "vi")
    assert _run(*words) == 2
    assert "đối tác" in capsys.readouterr().err and not output.exists()


def test_the_stations_page_leads_to_the_bundle_and_says_why_there_is_none(
    hub: Hub, folder: Path
) -> None:
    with station(folder) as bien:
        app = create_app(bien)
        here = TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1))
        link = f"/tram/ho-so/{SON}%2Fche/GIVEN"
        bien.station.catch_up()
        assert f'href="{link}"' in here.get(f"/lo/{SON}%2Fche/GIVEN").text
        answer = here.get(link)
        assert answer.status_code == 200
        assert 'filename="lot-HTX-SON-che-GIVEN.json"' in answer.headers["content-disposition"]
        assert verify_bundle(answer.content, bien.trust_file()).verdict == "verified"
        for lot, status, said in (("KEPT", 403, "đối tác"), ("NONE", 404, "không có lô NONE")):
            refused = here.get(f"/tram/ho-so/{SON}%2Fche/{lot}", headers={"accept": "text/html"})
            assert refused.status_code == status and said in refused.text
        assert here.get("/tram/ho-so/%00/x").status_code == 404
        away = TestClient(app, base_url="http://192.168.1.20", client=("192.168.1.7", 1))
        assert "/tram/ho-so/" not in away.get(f"/lo/{SON}%2Fche/GIVEN").text
        assert away.get(link).status_code == 403


def left_out(answer: dict[str, Any]) -> dict[str, Any]:
    answer["entries"].pop()
    return answer


def nothing(_answer: dict[str, Any]) -> dict[str, Any]:
    return {}


def no_bundle(_answer: dict[str, Any]) -> list[str]:
    return ["no bundle"]


@pytest.mark.parametrize("lie", [left_out, nothing, no_bundle])
def test_what_does_not_verify_is_not_written(
    hub: Hub, folder: Path, lie: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    with lying_hub(hub.port, lie, path="bundle") as address, station(folder) as bien:
        assert bien.link is not None
        bien.link = with_address(bien.link, address)
        with pytest.raises(StationError) as refused:
            fetched_bundle(bien, TEA, "GIVEN")
    assert refused.value.code == "bundle-false"
    assert "inspectorate" in refused.value.say("en")


def test_a_true_bundle_of_another_lot_is_not_taken_for_this_one(hub: Hub, folder: Path) -> None:
    kept = hub.services.bundle(TEA, "KEPT")
    assert kept is not None
    other = json.loads(kept)
    with (
        lying_hub(hub.port, lambda _answer: other, path="bundle") as address,
        station(folder) as bien,
    ):
        assert bien.link is not None
        bien.link = with_address(bien.link, address)
        with pytest.raises(StationError) as refused:
            fetched_bundle(bien, TEA, "GIVEN")
    assert refused.value.code == "bundle-other"


def test_a_bundle_under_another_tree_of_a_known_size_is_told_as_two_logs(
    hub: Hub, folder: Path
) -> None:
    with station(folder) as bien:
        sync(bien)
        size = fetched_bundle(bien, TEA, "GIVEN").report.tree_size
        path = folder / STATE_FILE
    kept = path.read_bytes()
    try:
        with closing(sqlite3.connect(path)) as state, state:
            # What the station would remember, had the hub shown it another tree of this size.
            state.execute(
                "INSERT INTO checkpoint (size, root, note) VALUES (?, ?, '') "
                "ON CONFLICT (size) DO UPDATE SET root = excluded.root",
                (size, bytes(32)),
            )
        assert _code(folder, "GIVEN") == "hub-unproved"
    finally:
        path.write_bytes(kept)


def test_a_hub_that_is_away_says_so_and_a_ledger_of_its_own_has_no_hub(
    hub: Hub, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with station(folder) as bien:
        assert bien.link is not None
        bien.link = with_address(bien.link, "http://127.0.0.1:1")
        with pytest.raises(StationError) as refused:
            fetched_bundle(bien, TEA, "GIVEN")
    assert refused.value.code == "hub-away"
    assert _run("init", "--dir", tmp_path / "own") == 0
    capsys.readouterr()
    words = ("station", "bundle", TEA, "GIVEN", "--lang", "en", "--dir")
    assert _run(*words, tmp_path / "own") == 2
    assert "ocop station join" in capsys.readouterr().err
