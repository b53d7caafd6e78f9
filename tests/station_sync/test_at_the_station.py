"""What people at a joined station see: their words, their lots, and where the evidence is."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.commands.main import main
from api.station.errors import StationError
from api.station.joining import join
from api.station_wire.ticket import Ticket
from tests.station_sync.scene import (
    BIEN,
    SON,
    Hub,
    harvest,
    joined,
    receive,
    say,
    ship,
    station,
    sync,
)


def test_a_mistyped_ticket_is_refused_in_the_readers_language(hub: Hub, tmp_path: Path) -> None:
    good = hub.ticket(SON)
    code = good.code[:-1] + ("0" if good.code[-1] != "0" else "1")
    with pytest.raises(StationError) as refused:
        join(tmp_path / "son", Ticket(good.url, code, good.fingerprint))
    assert refused.value.code == "ticket-refused"
    assert "gõ sai, đã dùng, hết hạn" in refused.value.say("vi")
    assert "withdrawn" not in refused.value.say("vi")
    assert join(tmp_path / "son", good).party == SON


def test_a_station_names_the_hub_for_the_signed_bundle(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "AT-1")
        son.station.catch_up()
        here = TestClient(create_app(son), base_url="http://127.0.0.1", client=("127.0.0.1", 1))
        answer = here.get(f"/api/v1/lots/{SON}%2Fche/AT-1/bundle")
        assert (answer.status_code, answer.json()["code"]) == (409, "bundle-at-hub")
        assert hub.address in answer.json()["detail"]
        page = here.get(f"/lo/{SON}%2Fche/AT-1").text
        assert f"{hub.address}/lo/{SON}%2Fche/AT-1" in page
        assert "/bundle" not in page and 'id="verify"' not in page


def test_goods_received_from_another_party_are_among_the_stations_lots(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "bien", hub, BIEN)
    with station(tmp_path / "bien") as bien:
        sync(bien)
        receive(bien, BIEN, "AT-2", SON)
        bien.station.catch_up()
        rows = bien.views.lots_handled(BIEN, 30)
        assert [(row.item, row.code) for row in rows] == [(f"{SON}/che", "AT-2")]
        here = TestClient(create_app(bien), base_url="http://127.0.0.1", client=("127.0.0.1", 1))
        assert "AT-2" in here.get("/tram").text
        assert "AT-2" in here.get("/tram/che-bien").text
        harvest(bien, BIEN, "AT-3")
        bien.station.catch_up()
        rows = bien.views.lots_handled(BIEN, 30)
        assert [row.code for row in rows] == ["AT-3", "AT-2"]
        assert [row.code for row in bien.views.lots_handled(BIEN, 1)] == ["AT-3"]


def test_of_a_part_that_came_the_stations_list_shows_what_is_left_of_that_part(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    joined(tmp_path / "bien", hub, BIEN)
    with station(tmp_path / "son") as son, station(tmp_path / "bien") as bien:
        sync(bien)
        receive(bien, BIEN, "AT-4", SON)  # 50 of the sender's 100 kg, before he has said anything
        made = {
            "lot": {"item": f"{BIEN}/che", "code": "B-4"},
            "quantity": {"value": "9", "unit": "kg"},
        }
        taken = {
            "lot": {"item": f"{SON}/che", "code": "AT-4"},
            "quantity": {"value": "20", "unit": "kg"},
        }
        say(bien, "processed", BIEN, {"site": "XUONG", "inputs": [taken], "outputs": [made]})
        sync(bien)
        sync(son)
        harvest(son, SON, "AT-4", "100")
        ship(son, SON, "AT-4", BIEN)
        sync(son)
        hub.services.station.catch_up()
        sync(bien)
        bien.station.catch_up()
        left = {row.code: row.left_kg for row in bien.views.lots_handled(BIEN, 30)}
        assert left == {"AT-4": "30", "B-4": "9"}
        found = bien.views.lot(f"{SON}/che", "AT-4")
        assert found is not None and found.facts["balance"]["left_kg"] == "80"
        assert [one["code"] for one in found.facts["findings"] if one["severity"] == "error"] == []


def test_the_status_names_lot_and_amount_of_what_may_have_to_be_recorded_anew(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "AT-4", "12.5")
    assert main(["station", "status", "--dir", str(tmp_path / "son"), "--lang", "vi"]) == 0
    assert "Thu hoạch AT-4 12,5 kg" in capsys.readouterr().out
