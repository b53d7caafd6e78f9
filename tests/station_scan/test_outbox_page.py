"""/tram/gui of a ledger of its own, and of a station whose hub comes and goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services
from api.outbox.waiting import waiting_statements
from api.station.errors import Frozen
from api.station.loop import StationLoop
from tests.pages.packing_table import until
from tests.station_sync.scene import SON, Clock, Hub, harvest, joined, make_hub, running_hub, sync
from tests.station_sync.scene import station as opened


@pytest.fixture(scope="module")
def hub_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub") / "hub"
    make_hub(folder)
    return folder


@pytest.fixture
def hub(hub_folder: Path) -> Iterator[Hub]:
    with running_hub(hub_folder) as running:
        yield running


def at(services: Services) -> TestClient:
    return TestClient(
        create_app(services),
        base_url="http://127.0.0.1",
        client=("127.0.0.1", 1),
        follow_redirects=False,
    )


def words(page: str) -> str:
    """The text of a page without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_a_ledger_of_its_own_has_nothing_to_send(station: TestClient) -> None:
    page = station.get("/tram/gui")
    assert page.status_code == 200
    assert "không cần gửi đi đâu" in page.text and "Gửi ngay" not in page.text
    assert station.post("/tram/gui").status_code == 303
    assert "sends nothing anywhere" in station.get("/tram/gui?lang=en").text


def test_what_waits_is_listed_and_sent_by_the_button(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with opened(tmp_path / "son") as son:
        sync(son)
        for number in range(3):
            harvest(son, SON, f"G-{number}")
        page = words(at(son).get("/tram/gui").text)
        assert "Trên máy này, chưa gửi 3" in page
        assert page.index("G-0") < page.index("G-1") < page.index("G-2")
        assert "Phiếu chờ lâu nhất ghi lúc" in page
        assert son.link is not None
        first = next(waiting_statements(son.link, son.ledger, 1))
        assert (first.type, first.lots) == ("harvested", ("G-0",))
        client = at(son)
        assert client.post("/tram/gui").headers["location"] == "/tram/gui"
        until(lambda: "Đã gửi 3 phiếu, không còn phiếu nào chờ." in client.get("/tram/gui").text)
        assert "Không còn phiếu nào chờ gửi." in client.get("/tram/gui").text


def test_a_hub_that_is_away_is_told_and_nothing_is_lost(hub_folder: Path, tmp_path: Path) -> None:
    clock = Clock()
    with running_hub(hub_folder) as hub:
        joined(tmp_path / "son", hub, SON)
        with opened(tmp_path / "son", clock) as son:
            sync(son)
    with opened(tmp_path / "son", clock) as son:
        harvest(son, SON, "X-1")
        clock.pass_(hours=3)
        client = at(son)
        page = words(client.get("/tram/gui").text)
        assert "3 giờ trước" in page and "im lặng đã lâu" in page
        client.post("/tram/gui")
        until(lambda: "Chưa gửi được" in client.get("/tram/gui").text, 60)
        page = words(client.get("/tram/gui?lang=en").text)
        assert "Could not send" in page and "does not answer" in page
        assert "On this machine, not sent 1" in page


def test_the_reason_that_the_background_met_stands_on_the_page_until_the_hub_answers(
    hub_folder: Path, tmp_path: Path
) -> None:
    with running_hub(hub_folder) as hub:
        joined(tmp_path / "son", hub, SON)
        port = hub.port
        with opened(tmp_path / "son") as son:
            sync(son)
    with opened(tmp_path / "son") as son:
        harvest(son, SON, "X-2")
        stop = Event()
        loop = Thread(target=StationLoop(son).run, args=(stop,), daemon=True)
        loop.start()
        try:
            assert son.link is not None
            state = son.link.state
            until(lambda: state.trouble() is not None, 60)
        finally:
            stop.set()
            loop.join(30)
        page = words(at(son).get("/tram/gui").text)
        assert "Lần thử gần nhất: Máy chủ" in page and "không trả lời" in page
        with running_hub(hub_folder, port=port):
            sync(son)
        assert "Lần thử gần nhất" not in at(son).get("/tram/gui").text


def test_a_frozen_station_says_why_and_what_to_do(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with opened(tmp_path / "son") as son:
        sync(son)
        assert son.link is not None
        son.link.state.freeze(Frozen("fork", seq=4))
        page = words(at(son).get("/tram/gui").text)
        assert "Trạm đã bị khóa" in page and "Ghi tạm ra giấy" in page


def test_the_page_is_for_the_own_machine_alone(public: TestClient) -> None:
    assert public.get("/tram/gui").status_code == 403
    assert public.post("/tram/gui").status_code in (403, 401)
