"""Label pages of the station: which labels came out, void and reprinted ones, the account."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from api.labels.run import Watch
from api.routes.labels_account import account_page
from printers.spooling.outcome import Progress
from tests.pages.cooperative import GTIN, LOT, serial
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

DOUBT_PAGE = f"/tram/in-tem/chua-ro?item={GTIN}&lot={LOT}"
ACCOUNT = f"/tram/in-tem/so-tem?item={GTIN}&lot={LOT}"


def test_labels_in_doubt_are_settled_by_scanning_the_last_good_one(
    services: Services, station: TestClient
) -> None:
    silent_printer(services, "kho")
    job = printed(services, 3, "kho")
    page = station.get(f"/tram/in-tem/{job}").text
    assert "Những tem nào đã ra khỏi máy?" in page
    assert "autofocus" in page.partition('id="last_good"')[2].partition(">")[0]
    # The button that a scanner's Enter presses is the first one of the form.
    form = page.partition('action="/tram/in-tem/chua-ro"')[2].partition("</form>")[0]
    assert form.index("Xác nhận") < form.index('name="none"')
    answer = station.post("/tram/in-tem/chua-ro", data={**HERE, "last_good": link(services, 2)})
    assert answer.status_code == 303, answer.text
    result = station.get(answer.headers["location"]).text
    assert "2 tem tính là đã in, 1 tem bị hủy." in result
    assert serial(services, 3) in result
    assert "In 1 tem còn thiếu ngay" in result
    assert account(services) == (2, 0, 1, 7)


def test_missing_labels_are_printed_at_once_with_new_serials(
    services: Services, station: TestClient
) -> None:
    silent_printer(services, "kho")
    printed(services, 3, "kho")
    answer = station.post("/tram/in-tem/chua-ro", data={**HERE, "last_good": serial(services, 2)})
    page = station.get(answer.headers["location"]).text
    form = page.partition('action="/tram/in-tem"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert (fields["count"], fields["printer"], fields["template"]) == ("1", "kho", TEMPLATE)
    job = station.post("/tram/in-tem", data=fields).headers["location"]
    until(lambda: "chờ xác nhận" in station.get(job).text)
    assert services.labelling.doubted(GTIN, LOT) == [serial(services, 4)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"last_good": ""}, "Chưa quét tem nào"),
        ({"last_good": "A1999999ZZZZ"}, "A1999999ZZZZ"),
        ({"last_good": "https://truyxuat.example.vn/01/08938501000125/10/KHAC/21/A1"}, "KHAC"),
        ({"last_good": "https://truyxuat.example.vn/01/08938501000125/10/L260923A"}, "số tem"),
        ({"last_good": "https://example.vn/"}, ""),
        ({"list": "0" * 16}, "đã thay đổi"),
    ],
)
def test_a_wrong_answer_settles_nothing(
    services: Services, station: TestClient, typed: dict[str, str], said: str
) -> None:
    silent_printer(services, "kho")
    printed(services, 3, "kho")
    answer = station.post("/tram/in-tem/chua-ro", data={**HERE, **typed})
    assert answer.status_code == 422
    assert said in answer.text.partition("<form")[0]
    assert account(services) == (0, 3, 0, 7)


def test_labels_in_doubt_are_settled_by_ticking_those_that_came_out(
    services: Services, station: TestClient
) -> None:
    silent_printer(services, "kho")
    printed(services, 5, "kho")
    page = station.get(f"{DOUBT_PAGE}&cach=tich").text
    names = re.findall(r'type="checkbox" name="(good_\w+)"', page)
    assert names == [f"good_{serial(services, number)}" for number in range(1, 6)]
    listed = re.findall(r'name="list" value="(\w+)"', page)[0]
    nothing = station.post("/tram/in-tem/chua-ro", data={**HERE, "list": listed})
    assert nothing.status_code == 422
    assert "Chưa tích tem nào" in nothing.text
    good = dict.fromkeys((names[0], names[1], names[3]), "1")
    answer = station.post("/tram/in-tem/chua-ro", data={**HERE, "list": listed, **good})
    assert answer.status_code == 303, answer.text
    assert account(services) == (3, 0, 2, 5)
    states = services.labelling.states(GTIN, LOT)
    assert [states[serial(services, n)] for n in (3, 5)] == ["void", "void"]
    again = station.post("/tram/in-tem/chua-ro", data={**HERE, "list": listed, **good})
    assert again.status_code == 422
    assert "không còn tem nào chưa rõ" in again.text


def test_none_came_out_voids_all_of_them(services: Services, station: TestClient) -> None:
    silent_printer(services, "kho")
    printed(services, 3, "kho")
    assert station.post("/tram/in-tem/chua-ro", data={**HERE, "none": "1"}).status_code == 303
    assert account(services) == (0, 0, 3, 7)


def test_a_long_list_is_settled_by_scanning_and_its_page_stays_small(
    services: Services, station: TestClient
) -> None:
    pack(services, "DAI", "2026-09-23", 600)
    silent_printer(services, "kho")
    name = services.labelling.start_printing(GTIN, "DAI", 550, "kho", TEMPLATE)
    job = services.labelling.job(name)
    assert job is not None
    until(lambda: job.done, 60)
    pages = {
        path: station.get(path)
        for path in (
            f"/tram/in-tem/{name}",
            f"/tram/in-tem/chua-ro?item={GTIN}&lot=DAI&cach=tich",
            f"/tram/in-tem/so-tem?item={GTIN}&lot=DAI",
        )
    }
    for path, answer in pages.items():
        assert answer.status_code == 200, path
        assert len(answer.content) < 48 * 1024, path
    assert "Quá nhiều tem" in pages[f"/tram/in-tem/chua-ro?item={GTIN}&lot=DAI&cach=tich"].text
    assert "550 tem" in pages[f"/tram/in-tem/{name}"].text
    last = services.labelling.doubted(GTIN, "DAI")[-1]
    form = {"item": GTIN, "lot": "DAI", "last_good": last}
    assert station.post("/tram/in-tem/chua-ro", data=form).status_code == 303
    assert services.labelling.status(GTIN, "DAI")["confirmed"] == 550


class PowerCutError(Exception):
    """Ends a print where a power cut would."""


def test_a_print_of_a_dead_run_is_settled_and_its_rest_printed(
    services: Services, station: TestClient
) -> None:
    seen: list[str] = []

    def cut(one: Progress) -> None:
        seen.append(one.state)
        if seen.count("confirmed") == 3:
            raise PowerCutError

    with printer_named(services, "kho", speed_mm_s=300):
        with pytest.raises(PowerCutError):
            services.labelling.print_labels(GTIN, LOT, 9, "kho", TEMPLATE, Watch(on_progress=cut))
        page = station.get("/tram/in-tem").text
        queued, doubted = re.findall(r"còn (\d+) tem chưa in, (\d+) tem chưa rõ", page)[0]
        assert int(queued) + int(doubted) == 6
        assert "In nốt" not in page
        until(lambda: len(on_paper(services, "kho")) == 9 - int(queued))
        last = on_paper(services, "kho")[-1]
        answer = station.post("/tram/in-tem/chua-ro", data={**HERE, "last_good": last})
        assert answer.status_code == 303
        page = station.get(answer.headers["location"]).text
        assert f"In nốt {queued} tem" in page
        (job,) = re.findall(r'name="job" value="([^"]+)"', page)
        print_on = station.post("/tram/in-tem/in-not", data={"job": job})
        assert print_on.status_code == 303, print_on.text
        until(lambda: "Đã in xong lượt này" in station.get(print_on.headers["location"]).text)
    paper = on_paper(services, "kho")
    assert len(paper) == len(set(paper)) == 9
    assert account(services) == (9, 0, 0, 1)
    assert "Lượt in trước" not in station.get("/tram/in-tem").text
    assert station.post("/tram/in-tem/in-not", data={"job": job}).status_code == 422


def settled(services: Services, station: TestClient) -> None:
    """Three labels printed and confirmed by scanning the third."""
    silent_printer(services, "kho")
    printed(services, 3, "kho")
    station.post("/tram/in-tem/chua-ro", data={**HERE, "last_good": serial(services, 3)})


def test_a_spoiled_label_is_scanned_and_void_with_a_reason(
    services: Services, station: TestClient
) -> None:
    settled(services, station)
    page = station.get("/tram/in-tem/mot-tem", params={"scan": link(services, 2)}).text
    assert serial(services, 2) in page
    assert "Hủy tem này" in page
    form = {"serial": serial(services, 2), "act": "huy"}
    refused = station.post("/tram/in-tem/mot-tem", data=form)
    assert refused.status_code == 422
    assert "Chưa chọn lý do" in refused.text
    done = station.post("/tram/in-tem/mot-tem", data={**form, "reason": "damaged"})
    assert done.status_code == 303, done.text
    assert f"Đã hủy tem {serial(services, 2)}" in station.get(done.headers["location"]).text
    assert account(services) == (2, 0, 1, 7)
    assert station.post("/tram/in-tem/mot-tem", data={**form, "reason": "lost"}).status_code == 422


def test_a_reprint_keeps_the_serial_and_needs_a_reason(
    services: Services, station: TestClient
) -> None:
    with printer_named(services, "kho"):
        printed(services, 3, "kho")
        form = {
            "serial": serial(services, 2),
            "act": "in-lai",
            "printer": "kho",
            "template": TEMPLATE,
        }
        assert station.post("/tram/in-tem/mot-tem", data=form).status_code == 422
        done = station.post("/tram/in-tem/mot-tem", data={**form, "reason": "damaged"})
        assert done.status_code == 303, done.text
        assert "việc in lại" in station.get(done.headers["location"]).text
        until(lambda: len(on_paper(services, "kho")) == 4)
    assert on_paper(services, "kho")[3] == serial(services, 2)
    assert account(services)[0] == 3


@pytest.mark.parametrize("scan", ["A1999999ZZZZ", "x", "https://example.vn/01/1", "A1000001AAAA"])
def test_a_scan_that_is_no_label_of_ours_is_one_sentence(station: TestClient, scan: str) -> None:
    answer = station.get("/tram/in-tem/mot-tem", params={"scan": scan})
    assert answer.status_code == 422
    assert 'class="banner bad"' in answer.text
    assert "Hủy tem này" not in answer.text


def test_the_account_shows_every_serial_and_totals_that_add_up(
    services: Services, station: TestClient
) -> None:
    settled(services, station)
    services.labelling.void(GTIN, LOT, [serial(services, 1)], "damaged")
    page = station.get(ACCOUNT).text
    assert "Đã cấp 10 = đã in 2 + chưa rõ 0 + đã hủy 1 + chờ in 7." in page
    for number in range(1, 11):
        assert serial(services, number) in page
    only = station.get(f"{ACCOUNT}&la=void").text
    assert serial(services, 1) in only and serial(services, 2) not in only
    found = station.get(ACCOUNT, params={**HERE, "tim": link(services, 2)}).text
    assert serial(services, 2) in found and serial(services, 1) not in found.partition("<main")[2]
    assert station.get(f"{ACCOUNT}&tim=nope").status_code == 200
    assert station.get(f"{ACCOUNT}&trang=x&la=x").status_code == 200


def test_the_account_comes_in_pages_of_a_hundred() -> None:
    states = {f"A1{number:06d}": "void" if number % 2 else "confirmed" for number in range(250)}
    assert [len(account_page(states, "", "", n).rows) for n in (1, 2, 3)] == [100, 100, 50]
    assert account_page(states, "", "", 9).page == 3
    assert account_page(states, "", "void", 2).rows[0] == (202, "A1000201", "void")
    assert account_page(states, "00249", "", 1).rows == ((250, "A1000249", "void"),)
    assert account_page({}, "", "", 1).pages == 1
