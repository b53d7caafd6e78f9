"""The station's page of printers: states, adding, trying, finding, removing."""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.testclient import TestClient

from api.bootstrap import Services
from printers.profile import SHIPPED
from printers.virtual.server import VirtualPrinter
from tests.pages.packing_table import (
    HERE,
    TEMPLATE,
    account,
    printer_named,
    silent_printer,
    until,
)


def test_a_printer_is_ready_only_when_it_said_so(services: Services, station: TestClient) -> None:
    silent_printer(services, "tep")
    services.printers.add("xa", "escpos-58", "tcp://127.0.0.1:9")
    with printer_named(services, "kho"):
        page = station.get("/tram/may-in").text
    states = dict(re.findall(r"<h2>(\w+).*?<p class=\"state (\w+)\">", page, re.S))
    assert states == {"tep": "unknown", "xa": "bad", "kho": "good"}


def test_printers_are_added_from_a_list_that_names_its_sources(
    services: Services, station: TestClient
) -> None:
    page = station.get("/tram/may-in").text
    assert 'value="escpos-58"' in page
    assert "public ESC/POS command reference" in page
    form = {"act": "them", "name": "kho-1", "profile": "escpos-58", "address": "tcp://127.0.0.1:9"}
    for field in ("name", "profile", "address"):
        wrong = station.post("/tram/may-in", data={**form, field: "Sai địa chỉ"})
        assert wrong.status_code == 422
        assert wrong.text.count('class="banner bad"') == 1
        kept = next(value for name, value in form.items() if name not in (field, "act"))
        assert f'value="{kept}"' in wrong.text
    assert services.labelling.printers() == []
    assert station.post("/tram/may-in", data=form).status_code == 303
    assert station.post("/tram/may-in", data=form).status_code == 422
    assert services.labelling.printers() == ["kho-1"]
    gone = station.post("/tram/may-in", data={"act": "bo", "name": "kho-1"})
    assert gone.status_code == 303
    assert services.labelling.printers() == []


def test_what_is_missing_of_a_printer_is_named_in_one_sentence(station: TestClient) -> None:
    whole = {"name": "kho-1", "profile": "escpos-58", "address": "tcp://127.0.0.1:9"}
    labels = {"name": "Tên gọi", "address": "Địa chỉ", "profile": "Loại máy"}
    for field, label in labels.items():
        answer = station.post("/tram/may-in", data={"act": "them", **whole, field: ""})
        assert answer.status_code == 422
        assert f"còn trống: {label};" in answer.text
    empty = station.post("/tram/may-in", data={"act": "them"})
    assert "còn trống: Tên gọi, Địa chỉ, Loại máy;" in empty.text
    assert empty.text.count('class="banner bad"') == 1
    english = station.post("/tram/may-in?lang=en", data={"act": "them"})
    assert "this is empty: Name, Address, Kind" in english.text


def test_kinds_of_printers_stand_in_groups_with_one_place_for_sources(station: TestClient) -> None:
    page = station.get("/tram/may-in").text
    groups = dict(re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, re.S))
    assert list(groups) == [
        "Máy in nhiệt ESC/POS",
        "Máy in tem TSPL",
        "Máy in văn phòng, tờ tem A4",
        "Máy in ảo để tập",
    ]
    offered = [re.findall(r'value="([^"]+)"', group) for group in groups.values()]
    assert sorted(name for group in offered for name in group) == sorted(SHIPPED)
    assert offered[3] == ["virtual", "virtual-tspl"]
    sources = page.partition("thông tin lấy từ đâu</summary>")[2].partition("</details>")[0]
    for name in SHIPPED:
        assert f"<dt>{name}</dt>" in sources


def test_only_printers_known_to_do_it_are_sent_changes_alone(
    services: Services, station: TestClient
) -> None:
    form = {"act": "them", "name": "com", "address": "tcp://127.0.0.1:9", "send": "changes"}
    refused = station.post("/tram/may-in", data={**form, "profile": "escpos-58"})
    assert refused.status_code == 422
    assert 'name="send" value="changes" checked' in refused.text
    assert station.post("/tram/may-in", data={**form, "profile": "virtual"}).status_code == 303
    assert services.printers.get("com").send == "changes"
    assert "chỉ gửi phần khác nhau giữa các tem</small>" in station.get("/tram/may-in").text


def test_a_test_label_comes_out_without_a_serial(services: Services, station: TestClient) -> None:
    with printer_named(services, "kho") as printer:
        answer = station.post("/tram/may-in", data={"act": "thu", "name": "kho"})
        assert answer.status_code == 303, answer.text
        until(lambda: printer.printed == 1)
    assert account(services) == (0, 0, 0, 10)
    unknown = station.post("/tram/may-in", data={"act": "thu", "name": "nope"})
    assert unknown.status_code == 422


def test_a_test_sheet_of_an_office_printer_is_a_pdf_in_its_folder(
    services: Services, station: TestClient
) -> None:
    folder = services.folder / "to-tem"
    add = {
        "act": "them",
        "name": "vp",
        "profile": "a4-50x40",
        "address": folder.absolute().as_uri(),
    }
    assert station.post("/tram/may-in", data=add).status_code == 422
    folder.mkdir()
    assert station.post("/tram/may-in", data=add).status_code == 303
    form = {"act": "thu", "name": "vp"}
    assert station.post("/tram/may-in", data=form).status_code == 303
    assert (folder / "vp-test.pdf").read_bytes().startswith(b"%PDF")
    (folder / "vp-test.pdf").unlink()
    folder.rmdir()
    refused = station.post("/tram/may-in", data=form)
    assert refused.status_code == 422
    assert refused.text.count('class="banner bad"') == 1


def test_a_printer_is_looked_for_only_where_somebody_said(
    services: Services, station: TestClient
) -> None:
    with VirtualPrinter(services.folder) as printer:
        form = {"act": "tim", "where": "127.0.0.1", "port": str(printer.port)}
        found = station.post("/tram/may-in", data=form).text
        assert "Tìm thấy 1 máy trả lời ở 127.0.0.1" in found
        assert f"dia-chi=tcp%3A%2F%2F127.0.0.1%3A{printer.port}#name" in found
        assert "đang trực tuyến" in found
    quiet = station.post("/tram/may-in", data=form).text
    assert "Tìm thấy 0 máy" in quiet
    for port in ("x", "0", "65536"):
        assert station.post("/tram/may-in", data={**form, "port": port}).status_code == 422
    for where in ("", "10.0.0.0/8", "192.168.1.0/x", "a b"):
        refused = station.post("/tram/may-in", data={"act": "tim", "where": where})
        assert refused.status_code == 422, where
        assert refused.text.count('class="banner bad"') == 1
        assert f'name="where" value="{where}"' in refused.text
    filled = station.get("/tram/may-in", params={"dia-chi": "tcp://127.0.0.77:9100"}).text
    assert 'name="address" value="tcp://127.0.0.77:9100"' in filled


def test_pages_keep_the_language(services: Services, station: TestClient) -> None:
    with printer_named(services, "kho"):
        form = {**HERE, "count": "2", "printer": "kho", "template": TEMPLATE}
        job = station.post("/tram/in-tem?lang=en", data=form).headers["location"]
        assert job.endswith("?lang=en")
        until(lambda: "This print: 2 labels came out." in station.get(job).text)
    assert 'href="/tram/in-tem?lang=en"' in station.get(job).text


def test_a_lot_code_with_odd_letters_finds_its_pages(station: TestClient) -> None:
    assert (
        station.get(f"/tram/in-tem/lo?item={quote('HTX-MD/bot-dong')}&lot=BD-260915").status_code
        == 404
    )
