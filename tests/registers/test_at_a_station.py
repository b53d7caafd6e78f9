"""On a hub's database registers are kept; at a station of it they are read, and come from there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api.bootstrap import open_folder
from tests.access.visitors import Visitors
from tests.pages.cooperative import NOW, PARTY, record_cooperative
from tests.registers.forms import INSTRUMENT, ITEM, LISTS, recorded, send, text_of
from tests.station_sync.scene import SON, joined, make_hub, running_hub, station, sync
from tests.store import places


def test_what_is_registered_at_the_hub_comes_to_its_station_which_says_where_to_go(
    tmp_path: Path,
) -> None:
    make_hub(tmp_path / "hub")
    with running_hub(tmp_path / "hub") as hub:
        joined(tmp_path / "son", hub, SON)
        manager = Visitors(hub.services).home()
        recorded(send(manager, "mat-hang", {**ITEM, "co-so": SON}))
        with station(tmp_path / "son") as son:
            sync(son)
            home = Visitors(son).home()
            page = text_of(home.get(f"{LISTS}/mat-hang", params={"co-so": SON}))
            assert "Củ dong riềng" in page
            assert f"Máy này là trạm của máy chủ {hub.address}" in page
            assert "Thêm mặt hàng" not in page
            before = son.store.size()
            again = send(home, "mat-hang", {**ITEM, "code": "khac", "co-so": SON})
            assert again.status_code == 422 and son.store.size() == before
            assert "danh mục được ghi ở máy chủ" in text_of(again)


def test_two_workers_of_a_hub_on_postgresql_record_a_form_once(tmp_path: Path) -> None:
    with places.ledgers_on("postgres"):
        settings = places.settings_for(tmp_path / "hub", "ocop.example/log", "https://x.example.vn")
        first = record_cooperative(tmp_path / "hub", settings)
        second = open_folder(tmp_path / "hub", lambda: NOW)
        try:
            homes = [Visitors(one).home() for one in (first, second)]
            before = first.store.size()
            with ThreadPoolExecutor(4) as pool:
                answers = list(
                    pool.map(lambda n: send(homes[n % 2], "can-do", INSTRUMENT), range(4))
                )
            assert {one.status_code for one in answers} == {303}
            assert first.store.size() == before + 2
            # What one worker recorded the other has not seen when its form was opened.
            recorded(send(homes[0], "mat-hang", {**ITEM, "co-so": PARTY}))
            late = send(homes[1], "mat-hang", {**ITEM, "name": "Tên khác", "co-so": PARTY})
            assert late.status_code == 422 and "đã có trong danh mục" in text_of(late)
        finally:
            second.close()
            first.close()
