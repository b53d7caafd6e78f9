"""Label sheets for office printers: the file is named before anybody is asked what came out."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services, open_folder
from tests.pages.cooperative import GTIN, LOT, NOW, serial
from tests.pages.packing_table import HERE, printed, silent_printer

DOUBT_PAGE = f"/tram/in-tem/chua-ro?item={GTIN}&lot={LOT}"


def office_printer(services: Services) -> Path:
    """An office printer, whose sheets go into the folder that is returned."""
    folder = services.folder / "to tem"
    folder.mkdir()
    services.printers.add("vp", "a4-50x40", folder.absolute().as_uri())
    return folder


def named_file(page: str) -> Path:
    """The path that a page names, above its question."""
    before = page.partition("Những tem nào đã ra khỏi máy?</h2>")[0]
    found = re.search(r'<p class="code">([^<]+)</p>', before)
    assert found, before
    assert "in ở tỉ lệ 100 %, rồi mới trả lời bên dưới" in before
    return Path(unescape(found.group(1)))


def test_a_sheet_is_made_not_printed_and_its_file_is_named_before_the_question(
    services: Services, station: TestClient
) -> None:
    folder = office_printer(services)
    job = printed(services, 3, "vp")
    page = station.get(f"/tram/in-tem/{job}").text
    assert ">Đã tạo tờ tem</h1>" in page
    assert "Đã in hết" not in page
    written = named_file(page)
    assert written.parent == folder
    assert written.read_bytes().startswith(b"%PDF")
    assert named_file(station.get(DOUBT_PAGE).text) == written
    assert "Label sheet made" in station.get(f"/tram/in-tem/{job}?lang=en").text


def test_once_answered_no_file_is_asked_to_be_opened(
    services: Services, station: TestClient
) -> None:
    office_printer(services)
    job = printed(services, 3, "vp")
    station.post("/tram/in-tem/chua-ro", data={**HERE, "last_good": serial(services, 3)})
    for path in (f"/tram/in-tem/{job}", DOUBT_PAGE):
        assert "tỉ lệ 100 %" not in station.get(path).text


def test_a_printer_with_paper_of_its_own_names_no_file(
    services: Services, station: TestClient
) -> None:
    silent_printer(services, "kho")
    job = printed(services, 3, "kho")
    for path in (f"/tram/in-tem/{job}", DOUBT_PAGE):
        page = station.get(path).text
        assert "tỉ lệ 100 %" not in page
        assert "Đã tạo tờ tem" not in page


def test_after_a_restart_the_folder_of_the_sheets_is_named(services: Services) -> None:
    folder = office_printer(services)
    printed(services, 3, "vp")
    again = open_folder(services.folder, lambda: NOW)
    base = "http://127.0.0.1:8471"
    with TestClient(create_app(again), base_url=base, client=("127.0.0.1", 40000)) as station:
        page = station.get(DOUBT_PAGE).text
    assert named_file(page) == folder
    again.close()
