"""Label pages of the station: choosing what to print, printing, stopping, going on."""

from __future__ import annotations

import re

import pytest
from markupsafe import escape
from starlette.testclient import TestClient

from api.bootstrap import Services
from printers.virtual.faults import Faults
from tests.pages.cooperative import GTIN, LOT, PRODUCT, record
from tests.pages.packing_table import (
    HERE,
    TEMPLATE,
    account,
    link,
    on_paper,
    pack,
    printed,
    printer_named,
    silent_printer,
    until,
)

COUNT_PAGE = f"/tram/in-tem/lo?item={GTIN}&lot={LOT}"


def test_the_list_shows_packs_without_a_label_and_leads_to_the_count(station: TestClient) -> None:
    page = station.get("/tram/in-tem").text
    assert "<b>100 gói chưa có tem</b>" in page
    assert "10 tem chờ in · 0 tem đã in / 100 gói" in page
    assert f'href="/tram/in-tem/lo?item={GTIN}&amp;lot={LOT}"' in page


def test_a_scan_chooses_the_lot_whose_labels_to_print(
    services: Services, station: TestClient
) -> None:
    answer = station.get("/tram/in-tem", params={"scan": link(services, 1)})
    assert answer.status_code == 303
    assert 'name="count" value="100"' in station.get(answer.headers["location"]).text
    unknown = station.get("/tram/in-tem", params={"scan": "NOPE"})
    assert unknown.status_code == 422
    assert "NOPE" in unknown.text.partition("<form")[0]
    assert 'value="NOPE"' in unknown.text


def test_every_picture_is_the_bitmap_that_prints(services: Services, station: TestClient) -> None:
    silent_printer(services, "kho")
    page = station.get(COUNT_PAGE).text
    pictures = re.findall(r'<img class="label" src="([^"]+)"', page)
    assert pictures
    for address in pictures:
        template = address.rpartition("template=")[2]
        answer = station.get(address.replace("&amp;", "&"))
        assert answer.headers["content-type"] == "image/png"
        assert answer.content == services.labelling.preview_png(GTIN, LOT, template)
    assert TEMPLATE in "".join(pictures)


def test_pages_without_a_job_or_lot_are_not_found(station: TestClient) -> None:
    for path in (
        "/tram/in-tem/99",
        "/tram/in-tem/99/tien-do.json",
        "/tram/in-tem/ket-qua/99",
        "/tram/in-tem/xem-truoc.png?item=x&lot=y",
        "/tram/in-tem/lo?item=x&lot=y",
        "/tram/in-tem/so-tem?item=x&lot=y",
        "/tram/in-tem/chua-ro?item=x&lot=y",
    ):
        assert station.get(path).status_code == 404, path
    assert (
        station.get(f"/tram/in-tem/xem-truoc.png?item={GTIN}&lot={LOT}&template=x").status_code
        == 422
    )


@pytest.mark.parametrize("count", ["0", "-1", "x", "999999999999", "", "10001", "1,5"])
def test_an_impossible_count_prints_nothing_and_is_kept(
    services: Services, station: TestClient, count: str
) -> None:
    silent_printer(services, "kho")
    form = {**HERE, "count": count, "printer": "kho", "template": TEMPLATE}
    answer = station.post("/tram/in-tem", data=form)
    assert answer.status_code == 422
    assert f'name="count" value="{count}"' in answer.text
    assert answer.text.count('class="banner bad"') == 1
    assert services.labelling.printing()["running"] == 0


def test_more_labels_than_packs_are_refused_before_anything_is_issued(
    services: Services, station: TestClient
) -> None:
    silent_printer(services, "kho")
    form = {**HERE, "count": "101", "printer": "kho", "template": TEMPLATE}
    answer = station.post("/tram/in-tem", data=form)
    assert answer.status_code == 422
    assert "chỉ còn in được 100 tem" in answer.text
    assert account(services) == (0, 0, 0, 10)


def test_nothing_is_printed_over_labels_in_doubt(services: Services, station: TestClient) -> None:
    silent_printer(services, "kho")
    printed(services, 3, "kho")
    page = station.get(COUNT_PAGE).text
    assert "3 tem chưa rõ đã ra hay chưa" in page
    assert "<button disabled>In tem</button>" in page
    last = page.partition('class="last"')[2]
    assert f'href="/tram/in-tem/chua-ro?item={GTIN}&amp;lot={LOT}"' in last
    form = {**HERE, "count": "2", "printer": "kho", "template": TEMPLATE}
    answer = station.post("/tram/in-tem", data=form)
    assert answer.status_code == 422
    assert "Những tem nào đã ra khỏi máy?" in answer.text
    assert "Lượt in trước còn 0 tem chưa in, 3 tem chưa rõ" in station.get("/tram/in-tem").text
    assert account(services) == (0, 3, 0, 7)


@pytest.mark.parametrize("field", ["printer", "template"])
def test_an_unknown_printer_or_template_is_one_sentence(
    services: Services, station: TestClient, field: str
) -> None:
    silent_printer(services, "kho")
    form = {**HERE, "count": "3", "printer": "kho", "template": TEMPLATE, field: "nope"}
    answer = station.post("/tram/in-tem", data=form)
    assert answer.status_code == 422
    assert 'name="count" value="3"' in answer.text
    assert account(services) == (0, 0, 0, 10)


def test_a_template_wider_than_the_printer_is_refused_with_both_widths(
    services: Services, station: TestClient
) -> None:
    silent_printer(services, "kho")
    wide = next(name for name in services.labelling.templates() if "80" in name)
    form = {**HERE, "count": "3", "printer": "kho", "template": wide}
    answer = station.post("/tram/in-tem", data=form)
    assert answer.status_code == 422
    assert "48 mm" in answer.text.partition("<form")[0]
    assert account(services) == (0, 0, 0, 10)


def test_a_label_that_no_rule_set_allows_cannot_be_printed_at_all(
    services: Services, station: TestClient
) -> None:
    silent_printer(services, "kho")
    pack(services, "CU", "2005-09-23", 5)
    errors = services.labelling.check(GTIN, "CU", TEMPLATE).errors
    assert errors
    for lang in ("en", "vi"):  # the last one stays chosen
        page = station.get(f"/tram/in-tem/lo?item={GTIN}&lot=CU&lang={lang}").text
        for fault in errors:
            assert str(escape(fault.cite(lang))) in page
            assert str(escape(fault.say(lang))) in page
        assert "<button disabled>" in page
    form = {"item": GTIN, "lot": "CU", "count": "1", "printer": "kho", "template": TEMPLATE}
    answer = station.post("/tram/in-tem", data=form)
    assert answer.status_code == 422
    assert str(escape(errors[0].cite("vi"))) in answer.text.partition("<form")[0]
    assert services.labelling.status(GTIN, "CU")["issued"] == 0


def test_a_template_that_breaks_a_rule_cannot_be_chosen(
    services: Services, station: TestClient
) -> None:
    silent_printer(services, "kho")
    gtin = "08938501000132"
    bare = {name: value for name, value in PRODUCT.items() if name != "net_content"}
    record(services, "product-registered", "2026-09-02", {**bare, "gtin": gtin})
    pack(services, "X1", "2026-09-23", 5, gtin)
    page = station.get(f"/tram/in-tem/lo?item={gtin}&lot=X1").text
    errors = services.labelling.check(gtin, "X1", TEMPLATE).errors
    assert errors
    for fault in errors:
        assert str(escape(fault.cite("vi"))) in page
        assert str(escape(fault.say("vi"))) in page
    assert f'name="template" value="{TEMPLATE}"' not in page
    form = {"item": gtin, "lot": "X1", "count": "1", "printer": "kho", "template": TEMPLATE}
    assert station.post("/tram/in-tem", data=form).status_code == 422
    assert services.labelling.status(gtin, "X1")["issued"] == 0


def test_warnings_are_shown_and_stop_nothing(services: Services, station: TestClient) -> None:
    silent_printer(services, "kho")
    warnings = services.labelling.check(GTIN, LOT, TEMPLATE).warnings
    assert warnings
    page = station.get(COUNT_PAGE).text
    for fault in warnings:
        assert str(escape(fault.say("vi"))) in page
    assert "<button>In tem</button>" in page


@pytest.mark.parametrize(
    ("profile", "fits"), [("a4-50x40", {"goi-50x40", "nho-30x20"}), ("escpos-80", {"tron-80"})]
)
def test_only_templates_that_fit_the_printer_can_be_chosen(
    services: Services, station: TestClient, profile: str, fits: set[str]
) -> None:
    services.printers.add("kho", profile, services.folder.absolute().as_uri())
    page = station.get(COUNT_PAGE).text
    radios = re.findall(r'name="template" value="([^"]+)"( checked)?( disabled)?', page)
    usable = {name for name, _, disabled in radios if not disabled}
    assert fits <= usable
    if profile.startswith("a4"):
        assert "tron-58" not in usable
        form = {**HERE, "count": "3", "printer": "kho", "template": "tron-58"}
        assert station.post("/tram/in-tem", data=form).status_code == 422
        assert account(services) == (0, 0, 0, 10)


def test_a_lot_on_hold_says_so_and_prints_nothing(services: Services, station: TestClient) -> None:
    silent_printer(services, "kho")
    record(
        services,
        "held",
        "2026-09-24",
        {"lots": [{"item": GTIN, "code": LOT}], "reason": "contamination"},
    )
    listed = station.get("/tram/in-tem").text.partition('class="lots"')[2]
    assert "đang tạm giữ: nhiễm bẩn" in listed.replace("</span>", "")
    assert f'href="/lo/{GTIN}/{LOT}"' in listed
    page = station.get(COUNT_PAGE).text
    assert "đang bị tạm giữ" in page
    assert "Lý do: nhiễm bẩn." in page
    assert "<form" not in page
    assert f'href="/lo/{GTIN}/{LOT}"' in page
    form = {**HERE, "count": "3", "printer": "kho", "template": TEMPLATE}
    assert station.post("/tram/in-tem", data=form).status_code == 422
    assert account(services) == (0, 0, 0, 10)


def test_printing_runs_behind_a_page_that_tells_every_label(
    services: Services, station: TestClient
) -> None:
    with printer_named(services, "kho"):
        form = {**HERE, "count": "12", "printer": "kho", "template": TEMPLATE}
        answer = station.post("/tram/in-tem", data=form)
        assert answer.status_code == 303, answer.text
        job = answer.headers["location"]
        first = station.get(job).text
        assert 'http-equiv="refresh"' in first or "Đã in xong" in first
        until(lambda: station.get(f"{job}/tien-do.json").json()["done"])
        page = station.get(job).text
    assert "Đã in xong lượt này" in page
    assert "Lượt này: 12 tem đã in ra." in page
    assert "http-equiv" not in page
    assert account(services) == (12, 0, 0, 0)
    assert len(set(on_paper(services, "kho"))) == 12


def test_stopping_sends_what_has_not_left_back_to_waiting(
    services: Services, station: TestClient
) -> None:
    with printer_named(services, "kho", speed_mm_s=120):
        form = {**HERE, "count": "90", "printer": "kho", "template": TEMPLATE}
        job = station.post("/tram/in-tem", data=form).headers["location"]
        figures = f"{job}/tien-do.json"
        until(lambda: station.get(figures).json()["counts"]["printed"] not in ("", "0"))
        assert "Dừng in" in station.get(job).text
        assert station.post(f"{job}/dung", data={"x": "1"}).status_code == 303
        until(lambda: bool(station.get(figures).json()["done"]))
        page = station.get(job).text
    confirmed, doubted, void, waiting = account(services)
    assert 0 < confirmed < 90
    assert (doubted, void) == (0, 0)
    assert confirmed + waiting == 90
    assert f"{confirmed} tem đã in ra, {waiting} tem chưa in, trở lại chờ in." in page
    assert len(on_paper(services, "kho")) == confirmed


def test_paper_out_is_on_the_page_within_two_seconds_and_printing_goes_on_after_refilling(
    services: Services, station: TestClient
) -> None:
    with printer_named(services, "kho", Faults(paper_out_after=3)) as printer:
        form = {**HERE, "count": "8", "printer": "kho", "template": TEMPLATE}
        job = station.post("/tram/in-tem", data=form).headers["location"]
        until(lambda: printer.printed >= 3)
        until(lambda: "hết giấy" in station.get(f"{job}/tien-do.json").json()["trouble"], 2.0)
        page = station.get(job).text
        assert "Máy in đang chờ bạn" in page
        assert "hết giấy" in page.partition('data-shown="trouble">')[2].partition("</section>")[0]
        assert "hết giấy" in station.get("/tram/may-in").text
        printer.refill()
        until(lambda: bool(station.get(f"{job}/tien-do.json").json()["done"]))
    assert account(services) == (8, 0, 0, 2)
    assert len(set(on_paper(services, "kho"))) == 8


def test_a_print_of_an_earlier_run_leads_to_what_it_left(station: TestClient) -> None:
    answer = station.get("/tram/in-tem/7?lang=en")
    assert answer.status_code == 404
    assert 'href="/tram/in-tem?lang=en"' in answer.text
    assert "started again" in answer.text


def test_pressing_print_twice_prints_once(services: Services, station: TestClient) -> None:
    with printer_named(services, "kho", speed_mm_s=300):
        form = {**HERE, "count": "60", "printer": "kho", "template": TEMPLATE}
        jobs = [station.post("/tram/in-tem", data=form).headers.get("location") for _ in "12"]
        first, second = (job for job in jobs if job is not None)
        until(lambda: bool(station.get(f"{second}/tien-do.json").json()["done"]))
        assert "Lượt này chưa in tem nào." in station.get(second).text
        station.post(f"{first}/dung", data={"x": "1"})
        until(lambda: bool(station.get(f"{first}/tien-do.json").json()["done"]))
    paper = on_paper(services, "kho")
    assert len(paper) == len(set(paper)) == account(services)[0]


def test_a_print_that_never_began_says_so(services: Services, station: TestClient) -> None:
    services.printers.add("xa", "escpos-58", "tcp://127.0.0.1:9")
    form = {**HERE, "count": "3", "printer": "xa", "template": TEMPLATE}
    job = station.post("/tram/in-tem", data=form).headers["location"]
    until(lambda: bool(station.get(f"{job}/tien-do.json").json()["done"]))
    page = station.get(job).text
    assert "Chưa in hết" in page
    assert "127.0.0.1:9" in page.partition('class="ending"')[0]
    assert account(services) == (0, 0, 0, 10)


@pytest.mark.parametrize(
    "path",
    [
        "/tram/in-tem",
        "/tram/in-tem/1/dung",
        "/tram/in-tem/chua-ro",
        "/tram/in-tem/mot-tem",
        "/tram/may-in",
    ],
)
def test_forms_of_other_sites_do_nothing(
    services: Services, station: TestClient, path: str
) -> None:
    silent_printer(services, "kho")
    before = services.views.size
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        form = {
            **HERE,
            "count": "3",
            "printer": "kho",
            "template": TEMPLATE,
            "act": "bo",
            "name": "kho",
        }
        assert station.post(path, data=form, headers=headers).status_code == 403
    assert services.views.size == before
    assert services.labelling.printers() == ["kho"]
