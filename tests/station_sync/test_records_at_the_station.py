"""How far a record of a joined station has come, on its page and on the start page."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from api.app import create_app
from api.station_pages.undoing import refuse_undoing
from tests.station_sync.scene import BIEN, SON, Hub, harvest, joined, receive, ship, station, sync


def chips(page: str) -> list[str]:
    """The states on a page, in their order."""
    words = ("trên máy này", "đã gửi", "đã niêm phong")
    parts = page.split('<span class="chip ')[1:]
    return [word for part in parts for word in words if word in part.partition("</span>")[0]]


def test_a_record_is_here_then_sent_and_proved_sealed_and_its_page_says_so(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        entry = harvest(son, SON, "TODAY-1").id
        here = TestClient(create_app(son), base_url="http://127.0.0.1", client=("127.0.0.1", 1))
        address = f"/tram/phieu/{entry}"
        assert chips(here.get(address).text) == ["trên máy này"]
        assert address in here.get("/tram").text
        assert "1 phiếu chưa gửi" in here.get("/tram").text
        sync(son)
        hub.services.station.catch_up()
        sync(son)
        assert chips(here.get(address).text)[0] in {"đã gửi", "đã niêm phong"}
        assert "Đã gửi hết phiếu" in here.get("/tram").text


def test_goods_that_came_from_another_party_can_be_taken_off_again(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    joined(tmp_path / "bien", hub, BIEN)
    with station(tmp_path / "son") as son, station(tmp_path / "bien") as bien:
        sync(son)
        sync(bien)
        harvest(son, SON, "FAR-1", "100")
        ship(son, SON, "FAR-1", BIEN)
        sync(son)
        hub.services.station.catch_up()
        sync(bien)
        entry = receive(bien, BIEN, "FAR-1", SON).id
        here = TestClient(
            create_app(bien),
            base_url="http://127.0.0.1",
            client=("127.0.0.1", 1),
            follow_redirects=False,
        )
        address = f"/tram/phieu/{entry}/hoan-tac"
        assert address in here.get(f"/tram/phieu/{entry}").text
        answer = here.post(address, data={"x": ""})
        assert answer.status_code == 303, answer.text
        assert "đã hoàn tác" in here.get(f"/tram/phieu/{entry}").text
        lot = {"item": f"{SON}/che", "code": "FAR-1"}
        refuse_undoing(bien, "received", BIEN, {"lot": lot})  # nothing to refuse
        # What others recorded has no page here.
        found = bien.views.lot(lot["item"], lot["code"])
        assert found is not None
        theirs = next(one for one in found.facts["steps"] if one["party"] == SON)
        assert here.get(f"/tram/phieu/{theirs['id']}").status_code == 404
