"""/quan-ly/bang: sent in, looked at, mended, recorded once; kept for whoever sent it, for an hour."""

from __future__ import annotations

import html
import os
import re
import stat
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.access.viewer import Viewer
from api.app import create_app
from api.bootstrap import Services
from api.registers.whose import parties_for
from api.tables import uploads as uploads_module
from api.tables.errors import TableRefused
from api.tables.uploads import LIFETIME, MOST_OF_ONE
from api.tables.whose import owner_of, party_asked
from tests.pages.cooperative import PARTY
from tests.tables.files import HARVEST, PACKING, RECEIPT, csv_of, xlsx_of

HOME = "/quan-ly/bang"
GOOD = csv_of([HARVEST, RECEIPT, PACKING])
BAD = csv_of([HARVEST, {**RECEIPT, "số lượng": "mười"}, PACKING])


def send(client: TestClient, raw: bytes, name: str = "so.csv", **fields: str) -> str:
    """Send a file and give the address of its page."""
    answer = client.post(HOME, files={"tep": (name, raw)}, data=fields)
    assert answer.status_code == 303, answer.text
    where = str(answer.headers["location"])
    settled(client, where)
    return where


def settled(client: TestClient, where: str) -> dict[str, Any]:
    """Wait until nobody works on a file any more."""
    for _ in range(200):
        found: dict[str, Any] = client.get(f"{where}/tien-do.json").json()
        if found["done"]:
            return found
        time.sleep(0.05)
    raise AssertionError("the work never ended")


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


def record(client: TestClient, where: str, **more: str) -> Any:
    page = client.get(where).text
    answer = client.post(f"{where}/ghi", data={"dau": hidden(page, "dau"), **more})
    settled(client, where)
    return answer


def test_a_good_table_is_shown_then_recorded_and_a_second_time_known(
    here: TestClient, services: Services
) -> None:
    before = services.tables.size
    where = send(here, GOOD)
    page = here.get(where).text
    assert services.tables.size == before
    assert "Ghi 3 dòng vào sổ" in page and "BD-260920" in page
    assert record(here, where).status_code == 303
    done = here.get(where).text
    assert "Đã ghi 3 dòng vào sổ" in done
    assert services.tables.size == before + 3
    again = send(here, GOOD)
    page = here.get(again).text
    assert page.count("đã có trong sổ") >= 3 and "không còn gì để ghi" in page
    assert 'name="dau"' not in page
    assert services.tables.size == before + 3


def test_pressing_record_twice_records_once(here: TestClient, services: Services) -> None:
    where = send(here, GOOD)
    seal = hidden(here.get(where).text, "dau")
    for _ in range(2):
        assert here.post(f"{where}/ghi", data={"dau": seal}).status_code == 303
    settled(here, where)
    assert services.tables.lot(f"{PARTY}/bot-dong", "BD-260920") is not None
    kinds = services.tables.entries_of_type("harvested")
    assert len(kinds) == 2


def test_a_bad_cell_is_marked_in_place_and_listed_and_nothing_is_recorded(
    here: TestClient, services: Services
) -> None:
    before = services.tables.size
    where = send(here, BAD)
    page = here.get(where).text
    assert "Có 1 dòng sai, chưa ghi gì" in page
    cell = re.search(r'<td class="cell-bad" id="o-3-5"[^>]*>(.*?)</td>', page, re.S)
    assert cell and "mười" in cell[1] and 'aria-invalid="true"' in cell[1]
    assert page.count('class="cell-bad"') == 1
    assert 'href="#o-3-5"' in page
    # Without the choice of the good rows nothing is recorded, whatever a form says.
    answer = here.post(f"{where}/ghi", data={"dau": hidden(page, "dau")})
    assert answer.status_code == 303
    settled(here, where)
    assert services.tables.size == before
    assert "Có 1 dòng sai nên chưa ghi gì" in here.get(where).text


def test_only_the_good_rows_are_recorded_when_that_was_chosen(
    here: TestClient, services: Services
) -> None:
    where = send(here, BAD)
    page = here.get(where).text
    assert "Chỉ ghi 2 dòng đúng" in page and "dòng 2, 4" in page
    record(here, where, chon="dong-dung")
    done = here.get(where).text
    assert "Đã ghi 2 dòng vào sổ" in done and "1 dòng sai đã bỏ qua" in done
    assert services.tables.entries_of_type("received") == []


def test_a_cell_mended_on_the_page_makes_the_row_good(here: TestClient, services: Services) -> None:
    where = send(here, BAD)
    answer = here.post(f"{where}/sua", data={"o-3-5": "12,1"})
    assert answer.status_code == 303
    settled(here, where)
    assert "Ghi 3 dòng vào sổ" in here.get(where).text
    record(here, where)
    lot = services.tables.lot(f"{PARTY}/bot-dong", "BD-260920")
    assert lot is not None and lot.facts["balance"]["left_kg"] == "12.1"


def test_what_changed_in_the_ledger_since_the_preview_is_shown_again(
    here: TestClient, services: Services
) -> None:
    where = send(here, GOOD)
    seal = hidden(here.get(where).text, "dau")
    first = send(here, csv_of([HARVEST]))
    record(here, first)
    here.post(f"{where}/ghi", data={"dau": seal})
    settled(here, where)
    page = here.get(where).text
    assert "Sổ đã thay đổi" in page and "Ghi 2 dòng vào sổ" in page
    assert services.tables.entries_of_type("received") == []


def test_files_are_kept_for_their_owner_with_rights_for_nobody_else(
    here: TestClient, services: Services
) -> None:
    where = send(here, GOOD)
    folder = services.folder / "uploads"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    name = where.rpartition("/")[2]
    assert here.get(f"{HOME}/{'0' * 32}").status_code == 404
    assert here.get(f"{HOME}/..%2F{name}").status_code == 404
    store = uploads_module.Uploads(services.folder)
    with pytest.raises(Exception, match="no longer here"):
        store.find(name, "somebody else")


def test_a_file_is_gone_after_an_hour_and_when_it_is_thrown_away(
    here: TestClient, services: Services
) -> None:
    where = send(here, GOOD)
    assert here.post(f"{where}/dung", data={"bo": "1"}).headers["location"] == HOME
    assert list((services.folder / "uploads").iterdir()) == []
    where = send(here, GOOD)
    old = time.time() - LIFETIME - 1
    for path in (services.folder / "uploads").iterdir():
        os.utime(path, (old, old))
    assert here.get(where).status_code == 404
    assert list((services.folder / "uploads").iterdir()) == []


def test_only_so_many_files_wait(here: TestClient) -> None:
    for _ in range(MOST_OF_ONE):
        send(here, GOOD)
    answer = here.post(HOME, files={"tep": ("so.csv", GOOD)})
    assert answer.status_code == 422 and "quá nhiều tệp chờ" in answer.text


@pytest.mark.parametrize(
    ("raw", "name", "said"),
    [
        (b"", "so.csv", "Chưa có tệp nào"),
        (b"%PDF-1.7 x", "so.pdf", "không phải CSV hay bảng tính"),
        (b"\x89PNG\r\n", "anh.png", "không phải CSV hay bảng tính"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "so.xls", "không phải CSV hay bảng tính"),
        (b"PK\x03\x04" + b"x" * 100, "so.xlsx", "Không đọc được bảng tính"),
        (b"\x81\x8d\xff" * 50, "so.csv", "Không đọc được chữ"),
        (b'loai;"thoi gian\r\n', "so.csv", "dấu nháy kép"),
        (b"a" * (5 * 1024 * 1024 + 200_000), "so.csv", "lớn hơn 5 MB"),
        (b"loai\r\n" + b"x\r\n" * 10_001, "so.csv", "hơn 10000 dòng"),
        ((";".join("x" * 61) + "\r\n").encode(), "so.csv", "hơn 60 cột"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(
    here: TestClient, raw: bytes, name: str, said: str
) -> None:
    answer = here.post(HOME, files={"tep": (name, raw)})
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n",
        b"--x--\r\n",
        b"--x\r\nno: name\r\n\r\ny\r\n--x--",
        b"--x\r\n" * 40,
    ],
)
def test_a_broken_form_is_refused(here: TestClient, body: bytes) -> None:
    kind = {"content-type": "multipart/form-data; boundary=x"}
    assert here.post(HOME, content=body, headers=kind).status_code == 422
    assert here.post(HOME, content=body, headers={"content-type": "text/plain"}).status_code == 422


def test_a_name_and_cells_that_hold_markup_are_shown_as_text(here: TestClient) -> None:
    nasty = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    row = {**HARVEST, "số lượng": nasty}
    where = send(here, csv_of([row]), name="<b>x</b>.csv")
    page = here.get(where).text
    assert "<script>alert" not in page and "<img src=x" not in page and "<b>x</b>" not in page


def test_a_workbook_is_read_like_a_csv(here: TestClient) -> None:
    rows = [list(HARVEST), list(HARVEST.values())]
    where = send(here, xlsx_of(rows), name="so.xlsx")
    assert "Ghi 1 dòng vào sổ" in here.get(where).text


def test_which_table_it_is_shows_by_the_headings(here: TestClient) -> None:
    raw = csv_of([{"mã": "KHO-1", "loại": "kho", "tên": "Kho"}], ["mã", "loại", "tên"])
    page = here.get(send(here, raw)).text
    assert "Xem trước: Địa điểm" in page and "Ghi 1 dòng vào sổ" in page
    raw = csv_of([{"GTIN": "8938501000118", "tên": "Miến"}], ["GTIN", "tên"])
    assert "Xem trước: Sản phẩm" in here.get(send(here, raw)).text


def test_work_that_somebody_stops_goes_on_where_it_was(
    here: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{**HARVEST, "lô": f"BD-{number}"} for number in range(40)]
    where = send(here, csv_of(rows))
    name = where.rpartition("/")[2]
    real: Callable[[Any], object] = services.station.record
    count = 0

    def slowly(draft: Any) -> object:
        nonlocal count
        count += 1
        if count == 5:
            (services.folder / "uploads" / f"{name}.stop").touch(0o600)
        time.sleep(0.06)
        return real(draft)

    monkeypatch.setattr(services.station, "record", slowly)
    record(here, where)
    page = here.get(where).text
    assert "Đã dừng giữa chừng" in page
    done = len(services.tables.entries_of_type("harvested")) - 1
    assert 5 <= done < 40
    monkeypatch.setattr(services.station, "record", real)
    here.post(f"{where}/lai", data={"x": "1"})
    settled(here, where)
    assert f"Ghi {40 - done} dòng vào sổ" in here.get(where).text
    record(here, where)
    assert len(services.tables.entries_of_type("harvested")) == 41


def test_every_table_goes_out_as_a_file_and_as_an_empty_form(here: TestClient) -> None:
    page = here.get(HOME).text
    links = [html.unescape(one) for one in re.findall(r'href="(/quan-ly/bang/xuat/[^"]+)"', page)]
    assert len(links) >= 8 * 3
    for link in links:
        answer = here.get(link)
        assert answer.status_code == 200, link
        if ".csv" in link:
            assert answer.content.startswith(b"\xef\xbb\xbf")
        if ".xlsx" in link:
            assert answer.content.startswith(b"PK")
            assert "attachment" in answer.headers["content-disposition"]
    assert here.get(f"{HOME}/xuat/khong-co.csv").status_code == 404
    assert here.get(f"{HOME}/xuat/nhat-ky.exe").status_code == 404
    assert here.get(f"{HOME}/xuat/nhat-ky.csv?co-so=KHAC").status_code == 422


def test_nobody_from_elsewhere_sends_or_takes_a_table(services: Services) -> None:
    away = TestClient(create_app(services), client=("203.0.113.5", 40000), follow_redirects=False)
    assert away.post(HOME, files={"tep": ("so.csv", GOOD)}).status_code == 403
    assert away.get(f"{HOME}/xuat/nhat-ky.csv").status_code == 403
    here = TestClient(
        create_app(services),
        base_url="http://127.0.0.1:8471",
        client=("127.0.0.1", 40000),
        follow_redirects=False,
    )
    other = {"sec-fetch-site": "cross-site"}
    assert here.post(HOME, files={"tep": ("so.csv", GOOD)}, headers=other).status_code == 403


def test_a_manager_works_with_the_own_party_only(services: Services) -> None:
    own = Viewer(frozenset({"manager"}), PARTY, "1", "Lan", "session")
    other = Viewer(frozenset({"manager"}), "HTX-KHAC", "2", "An", "another")
    assert [code for code, _ in parties_for(services, own)] == [PARTY]
    assert parties_for(services, other) == []
    assert party_asked(services, own, "") == PARTY
    for viewer, asked in ((own, "HTX-KHAC"), (other, PARTY), (other, "")):
        with pytest.raises(TableRefused, match="own party"):
            party_asked(services, viewer, asked)
    assert owner_of(own) != owner_of(other)


def test_work_that_wakes_up_late_does_not_record_beside_a_newer_one(
    here: TestClient, services: Services
) -> None:
    where = send(here, GOOD)
    store = uploads_module.Uploads(services.folder)
    (upload,) = store._all()
    assert upload is not None and not store.stop_asked(upload)
    late = uploads_module.Upload(**{**asdict(upload), "run": "older"})
    assert store.stop_asked(late)
    assert here.get(where).status_code == 200
