"""The list of packed lots, what its figures mean, and the ways that lead to a lot."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from api.routes.labels_list import LotList
from tests.pages.cooperative import GTIN, LOT, serial
from tests.pages.packing_table import (
    HERE,
    TEMPLATE,
    account,
    link,
    pack,
    printed,
    printer_named,
    silent_printer,
    until,
)


def line_of(page: str, lot: str) -> str:
    """The words of a lot's line in the list, without markup."""
    found = next(one for one in page.split("<li>") if f"– {lot}</a>" in one)
    words = re.sub(r"<[^>]+>", "", found.partition("</a>")[2].partition("</li>")[0])
    return " ".join(words.split())


def print_to_the_end(station: TestClient, form: dict[str, str]) -> None:
    """Press the button, and wait until the print has ended."""
    job = station.post("/tram/in-tem", data=form).headers["location"]
    until(lambda: bool(station.get(f"{job}/tien-do.json").json()["done"]))


def test_a_waiting_serial_is_no_printed_label(services: Services, station: TestClient) -> None:
    pack(services, "NHO", "2026-09-24", 4)
    services.labelling.issue(GTIN, "NHO", 4, TEMPLATE)
    page = station.get("/tram/in-tem").text
    assert line_of(page, "NHO") == "4 gói chưa có tem · 4 tem chờ in · 0 tem đã in / 4 gói"
    with printer_named(services, "kho"):
        form = {"item": GTIN, "lot": "NHO", "printer": "kho", "template": TEMPLATE}
        for count, said in (
            ("1", "3 gói chưa có tem · 3 tem chờ in · 1 tem đã in / 4 gói"),
            ("3", "đủ tem · 4 tem đã in / 4 gói"),
        ):
            print_to_the_end(station, {**form, "count": count})
            assert line_of(station.get("/tram/in-tem").text, "NHO") == said


def test_the_count_is_all_that_can_still_be_printed(
    services: Services, station: TestClient
) -> None:
    pack(services, "NHO", "2026-09-24", 4)
    serials = services.labelling.issue(GTIN, "NHO", 4, TEMPLATE)
    address = f"/tram/in-tem/lo?item={GTIN}&lot=NHO"
    page = station.get(address).text
    assert 'name="count" value="4"' in page
    assert "4 gói chưa có tem · 4 tem chờ in" in page
    services.labelling.void(GTIN, "NHO", serials[:1], "damaged")
    # Three wait, and one more may be issued for the pack whose label is void.
    assert 'name="count" value="4"' in station.get(address).text
    with printer_named(services, "kho"):
        form = {"item": GTIN, "lot": "NHO", "printer": "kho", "template": TEMPLATE}
        refused = station.post("/tram/in-tem", data={**form, "count": "5"})
        assert "chỉ còn in được 4 tem" in refused.text
        print_to_the_end(station, {**form, "count": "4"})
    assert services.labelling.status(GTIN, "NHO")["confirmed"] == 4
    assert 'name="count" value=""' in station.get(address).text


def test_labels_in_doubt_are_told_in_the_list(services: Services, station: TestClient) -> None:
    silent_printer(services, "kho")
    printed(services, 3, "kho")
    said = line_of(station.get("/tram/in-tem").text, LOT)
    assert said == ("100 gói chưa có tem · 3 tem chưa rõ · 7 tem chờ in · 0 tem đã in / 100 gói")


def test_under_an_open_question_nothing_offers_to_print_on(
    services: Services, station: TestClient
) -> None:
    silent_printer(services, "kho")
    job = printed(services, 3, "kho")
    pages = (f"/tram/in-tem/{job}", f"/tram/in-tem/so-tem?item={GTIN}&lot={LOT}")
    for path in pages:
        assert "In tiếp lô này" not in station.get(path).text, path
    station.post("/tram/in-tem/chua-ro", data={**HERE, "last_good": serial(services, 3)})
    for path in pages:
        assert "In tiếp lô này" in station.get(path).text, path


def test_the_list_never_waits_long_and_remembers_finished_lots(services: Services) -> None:
    pack(services, "NHO", "2026-09-24", 2)
    with printer_named(services, "kho"):
        serials, _ = services.labelling.print_labels(GTIN, "NHO", 2, "kho", TEMPLATE)
        now = [0.0]

        def clock() -> float:
            now[0] += step
            return now[0]

        lots, step = LotList(services, clock), 0.0
        assert {one.code: (one.known, one.printed) for one in lots.lines("vi")} == {
            "NHO": (True, 2),
            LOT: (True, 0),
        }
        step = 1.0
        assert {one.code: (one.known, one.issued) for one in lots.lines("vi")} == {
            "NHO": (True, 2),
            LOT: (False, 10),
        }
        # What opens a lot again is a statement about it, and is seen.
        services.labelling.void(GTIN, "NHO", serials[:1], "damaged")
        step = 0.0
        again = next(one for one in lots.lines("vi") if one.code == "NHO")
    assert (again.printed, again.left, again.finished) == (1, 1, False)


@pytest.mark.parametrize("path", ["/tram/in-tem/lo", "/tram/in-tem/so-tem", "/tram/in-tem/chua-ro"])
def test_a_product_may_be_named_by_its_thirteen_digits(station: TestClient, path: str) -> None:
    page = station.get(path, params={"item": GTIN[1:], "lot": LOT})
    assert page.status_code == 200
    assert LOT in page.text


def test_thirteen_digits_print_the_same_picture_and_lead_to_the_same_lot(
    services: Services, station: TestClient
) -> None:
    short = {"item": GTIN[1:], "lot": LOT}
    picture = station.get("/tram/in-tem/xem-truoc.png", params=short)
    assert picture.content == station.get("/tram/in-tem/xem-truoc.png", params=HERE).content
    led = station.get("/tram/in-tem", params=short)
    assert led.headers["location"] == f"/tram/in-tem/lo?item={GTIN}&lot={LOT}"
    silent_printer(services, "kho")
    print_to_the_end(station, {**short, "count": "3", "printer": "kho", "template": TEMPLATE})
    assert account(services) == (0, 3, 0, 7)


def test_a_typed_serial_finds_its_lot(services: Services, station: TestClient) -> None:
    for typed in (serial(services, 3), serial(services, 3).lower(), link(services, 3)):
        answer = station.get("/tram/in-tem", params={"scan": typed})
        assert answer.status_code == 303, typed
        assert answer.headers["location"] == f"/tram/in-tem/lo?item={GTIN}&lot={LOT}"


def test_a_serial_of_nowhere_asks_for_the_code_or_the_lot(
    services: Services, station: TestClient
) -> None:
    never = serial(services, 999)
    forged = serial(services, 3)[:-1] + ("A" if serial(services, 3)[-1] != "A" else "B")
    for typed in (never, forged):
        answer = station.get("/tram/in-tem", params={"scan": typed})
        assert answer.status_code == 422
        assert "hãy quét mã QR hoặc gõ mã lô" in answer.text.partition("<form")[0]
        assert f'value="{typed}"' in answer.text


def test_what_is_not_there_leads_back_and_speaks_to_the_packer(station: TestClient) -> None:
    for path in (
        "/tram/in-tem/lo?item=x&lot=y",
        "/tram/in-tem/so-tem?item=x&lot=y",
        "/tram/in-tem/chua-ro?item=x&lot=y",
        "/tram/in-tem/xem-truoc.png?item=x&lot=y",
        "/tram/in-tem/ket-qua/99",
        "/tram/in-tem/99",
    ):
        answer = station.get(path)
        assert answer.status_code == 404, path
        assert 'href="/tram/in-tem"' in answer.text, path
        assert "gói hàng" not in answer.text, path
        assert "cơ quan quản lý" not in answer.text, path
