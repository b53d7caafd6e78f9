"""Every figure of the farm against a count by hand."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from pathlib import Path

import pytest
from python_calamine import load_workbook
from starlette.testclient import TestClient

from tests.access.visitors import Visitors
from tests.pages.cooperative import GTIN as PRODUCT
from tests.pages.cooperative import LOT, found_cooperative, record
from tests.pages.packing_table import printed, silent_printer
from tests.store.small_ledger import FARM, FLOUR, FRUIT, GTIN, SHOP

PAGE = "/quan-ly/so-lieu"
AUTUMN = {"tu": "2026-09", "den": "2026-10"}
NAMES = ("hieu-suat", "theo-thang", "tem", "ton-mat-hang", "ton-kho", "thoi-gian")


def rows(client: TestClient, name: str, **asked: str) -> list[list[str]]:
    answer = client.get(f"{PAGE}/xuat/{name}.csv", params={**AUTUMN, **asked})
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))[1:]


def test_yield_and_loss_of_each_step_are_those_of_the_scales(manager: TestClient) -> None:
    # 140 kg gave 60; 10.25 kg gave 6.25 and 3.5 declared as lost; pieces have no weight.
    # Packs of 200 g: 100 and 40 of 31 kg, 29 of 6 kg.
    assert rows(manager, "hieu-suat") == [
        ["Chế biến", "Bột", "3", "1", "150,25", "66,25", "44,1", "3,5", "80,5"],
        ["Đóng gói", "Bột chuối", "3", "0", "37", "33,8", "91,4", "0", "3,2"],
    ]
    assert rows(manager, "hieu-suat", tu="2026-10")[0][2:] == [
        *("2", "1", "10,25", "6,25", "61", "3,5", "0,5")
    ]


def test_each_month_has_its_own_and_a_corrected_record_counts_as_corrected(
    manager: TestClient,
) -> None:
    september, october = rows(manager, "theo-thang")
    # 100 was corrected to 101 in September; 5 were undone by a correction of November.
    assert september[:3] == ["09/2026", "201", "99"]
    assert september[3:] == ["140", "60", "42,9", "31", "28", "90,3", "140", "130", "80", "0", "0"]
    assert october[:3] == ["10/2026", "10,25", "0"]
    assert october[3:] == ["10,25", "6,25", "61", "6", "5,8", "96,7", "29", "0", "0", "4", "1"]


def test_labels_are_counted_by_what_became_of_them(manager: TestClient) -> None:
    assert rows(manager, "tem") == [["Bột chuối", GTIN, "130", "0", "0", "2", "128"]]
    assert rows(manager, "tem", tu="2026-10") == []


def test_stock_is_what_came_in_less_what_went(told: Visitors, manager: TestClient) -> None:
    left = {one[0]: one[2:4] for one in rows(manager, "ton-kho")}
    assert left == {
        "Q01": ["9", "0"],  # 99 weighed in, 90 used
        "Q02": ["45", "0"],
        "B01": ["29", "0"],
        "B10": ["0,1", "0"],
        "B12": ["0,15", "0"],
        "L01": ["0", "20"],
        "L02": ["0", "40"],
        "L10": ["0", "24"],  # 29 less 4 sold less 1 destroyed
    }
    by_item = {one[1]: one[2:] for one in rows(manager, "ton-mat-hang")}
    assert by_item == {
        FRUIT: ["2", "54", "0"],
        FLOUR: ["3", "29,25", "0"],
        GTIN: ["3", "0", "84"],
    }
    # What the shop received is the shop's stock, though the lot is the farm's.
    assert [one[:4] for one in rows(told.signed_in("bay"), "ton-kho")] == [
        ["L01", "Bột chuối", "0", "80"]
    ]


def test_times_are_medians_of_whole_days(manager: TestClient) -> None:
    found = {one[0]: one[2:] for one in rows(manager, "thoi-gian")}
    # Harvest on the 7th, packed on the 9th, twice; 2 to 12 October.
    assert found == {
        "Thu hoạch → đóng gói": ["3", "2", "2", "10"],
        "Chế biến → đóng gói": ["3", "1", "1", "7"],
        "Đóng gói → cấp tem": ["2", "0", "0", "0"],
        "Đóng gói → rời kho": ["2", "2", "1", "3"],
    }


def test_one_product_is_shown_alone(manager: TestClient) -> None:
    assert [one[0] for one in rows(manager, "hieu-suat", **{"mat-hang": GTIN})] == ["Đóng gói"]
    assert {one[0] for one in rows(manager, "ton-kho", **{"mat-hang": FLOUR})} == {
        *("B01", "B10", "B12")
    }
    september = rows(manager, "theo-thang", **{"mat-hang": FRUIT})[0]
    assert september[1:4] == ["201", "99", "0"]


def test_the_page_shows_each_picture_with_its_table_and_files(
    told: Visitors, manager: TestClient
) -> None:
    page = unescape(manager.get(PAGE, params=AUTUMN).text)
    assert page.count('role="img"') == 7
    assert page.count("<caption") == len(NAMES)
    for name in NAMES:
        assert f"{PAGE}/xuat/{name}.xlsx?co-so={FARM}" in page
    assert ">44,1</td>" in page and "150,25" in page
    sheet = manager.get(f"{PAGE}/xuat/hieu-suat.xlsx", params=AUTUMN).content
    cells = load_workbook(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert cells[1][4:7] == [150.25, 66.25, 44.1]
    # The choice of a language stays with the browser.
    english = told.signed_in("can").get(f"{PAGE}?lang=en&co-so={FARM}").text
    assert "Unexplained (kg)" in english and "Yield by month" in english


def test_roles_see_their_own_and_offices_choose(told: Visitors, manager: TestClient) -> None:
    assert manager.get(f"{PAGE}?co-so={SHOP}").status_code == 403
    assert manager.get(f"{PAGE}/xuat/tem.csv?co-so={SHOP}").status_code == 403
    for name in ("minh", "can", "phuong"):
        client = told.signed_in(name)
        assert f"({FARM})" in unescape(client.get(f"{PAGE}?co-so={FARM}").text)
        assert rows(client, "tem", **{"co-so": FARM})[0][2] == "130"
    assert told.away().get(PAGE).status_code in (303, 401, 403)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("?tu=2026-13", "“2026-13” không phải một tháng"),
        ("?tu=2026-09&den=2026-08", "Tháng đầu 2026-09 ở sau tháng cuối 2026-08"),
        ("?tu=2020-01&den=2026-08", "dài 80 tháng"),
        ("?den=١٢٣٤-٠١", "không phải một tháng"),
        ("?tu=" + "9" * 3000, "không phải một tháng"),
        ("?tu=%00%ff&den=<script>", "không phải một tháng"),
    ],
)
def test_a_period_that_is_none_is_one_sentence_and_the_usual_year(
    manager: TestClient, asked: str, sentence: str
) -> None:
    answer = manager.get(PAGE + asked)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text) and 'aria-invalid="true"' in answer.text
    assert manager.get(f"{PAGE}/xuat/tem.csv{asked}").status_code == 422


@pytest.mark.parametrize("asked", ["?mat-hang=khong-co", "?den=2000-01", "?tu=2099-12&den=2099-12"])
def test_a_time_or_item_with_nothing_in_it_shows_nothing(manager: TestClient, asked: str) -> None:
    assert manager.get(PAGE + asked).status_code == 200


def test_no_such_table_is_not_found(manager: TestClient) -> None:
    for name in ("khac.csv", "tem.exe", "tem", "..%2ftem.csv"):
        assert manager.get(f"{PAGE}/xuat/{name}").status_code == 404


def test_an_empty_month_draws_no_picture_of_nothing(manager: TestClient) -> None:
    page = unescape(manager.get(f"{PAGE}?tu=2020-01&den=2020-01").text)
    assert "chưa có mẻ chế biến, đóng gói nào" in page and "Kỳ này chưa cấp tem nào" in page
    assert not re.search(r"NaN|None|Infinity", page)


def test_what_is_recorded_or_printed_after_a_look_is_in_the_next_one(tmp_path: Path) -> None:
    services = found_cooperative(tmp_path / "so")
    try:
        station = Visitors(services).home()
        assert rows(station, "tem")[0][2:] == ["10", "0", "0", "0", "10"]
        silent_printer(services, "kho")
        printed(services, 3, "kho")
        assert rows(station, "tem")[0][2:] == ["10", "0", "3", "0", "7"]
        sold = {"lot": {"item": PRODUCT, "code": LOT}, "quantity": {"value": "8", "unit": "pack"}}
        record(services, "sold", "2026-09-30", sold)
        assert {one[0]: one[3] for one in rows(station, "ton-kho")}[LOT] == "92"
    finally:
        services.close()
