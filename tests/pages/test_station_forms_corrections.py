"""Corrections and undoing at the station: a new record beside the old one, and both to be seen."""

from __future__ import annotations

import html
import re

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from api.station_pages.forms import BY_TYPE, FORMS
from api.station_pages.recording import FORM_KEY
from api.station_pages.records import corrections_of, record_of
from ledger.domain.drafts import Draft
from tests.pages.cooperative import GTIN, LOT, PARTY, RAW, RAW_LOT
from tests.pages.test_station_forms import RECORDS, key_of, recorded, told, value_of

STAYS = {"dong-goi": "ít nhất một gói", "tiep-nhan": "cân nhận hàng của chính mình"}
# One field of each form that was wrong, and what it should have been.
MENDED = {
    "thu-hoach": ("amount", "11,25", "11,25 tấn"),
    "tiep-nhan": ("amount", "78", "78 kg"),
    "che-bien": ("out_amount_2", "3,25", "3,25 kg"),
    "dong-goi": ("packs", "9", "9"),
    "dong-thung": ("in_amount_1", "11", "11 gói"),
    "xuat-hang": ("partner", "Cửa hàng Cô Tô", "Cửa hàng Cô Tô"),
    "ban-hang": ("amount", "3", "3 kg"),
    "kiem-nghiem": ("result", "fail", "không đạt"),
    "tieu-huy": ("reason", "expired", "hết hạn"),
    "cham-soc": ("interval", "14", "14 ngày"),
}


def fields_of(page: str) -> dict[str, str]:
    """Every field of a form as a browser would send it back, without its buttons."""
    form = page.partition("data-station-form")[2].partition("</form>")[0]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, inner in re.findall(r'<select id="\w+" name="(\w+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    for name, inner in re.findall(
        r'<textarea id="\w+" name="(\w+)".*?>(.*?)</textarea>', form, re.S
    ):
        found[name] = html.unescape(inner)
    return found


def first(services: Services, station: TestClient, address: str) -> str:
    """The id of a record that a form made, with a private note."""
    typed = {**RECORDS[address][0], "note": "ghi chú riêng"}
    return recorded(services, station.post(f"/tram/{address}", data=typed)).id


@pytest.mark.parametrize("address", FORMS)
def test_a_correction_starts_with_the_old_values_and_stands_beside_them(
    services: Services, station: TestClient, address: str
) -> None:
    entry = first(services, station, address)
    old = record_of(services, entry)
    assert old is not None
    where = f"/tram/phieu/{entry}/dinh-chinh"
    typed = fields_of(station.get(where).text)
    assert typed["note"] == "ghi chú riêng" and typed["cause"] == "typing-error"
    size = services.store.size()
    same = station.post(where, data=typed)
    assert same.status_code == 422 and "Chưa có gì khác" in told(same)
    assert services.store.size() == size

    name, right, words = MENDED[address]
    assert typed[name] != right
    answer = station.post(where, data={**typed, name: right, "why": "đọc nhầm cân"})
    correction = recorded(services, answer)
    assert (correction.corrects, correction.type) == (entry, old.type)
    assert services.store.size() == size + 1
    again = record_of(services, entry)
    assert again is not None and again.statement == old.statement  # nothing was erased
    page = station.get(f"/tram/phieu/{entry}").text
    assert "đã đính chính" in page and "đọc nhầm cân" in page
    changed = page.partition('class="changed"')[2].partition("</tr>")[0]
    assert f"<ins>{words}" in changed or words in changed.partition("<ins>")[2]
    assert page.count('class="changed"') == 1
    # The next correction starts from what counts now.
    assert value_of(station.get(where), name) == right
    # The page of the correction itself shows the same two, side by side.
    assert f"<ins>{words}" in station.get(f"/tram/phieu/{correction.id}").text or words in page


@pytest.mark.parametrize("address", [one for one in FORMS if one not in STAYS])
def test_undoing_is_a_correction_to_nothing_and_says_so(
    services: Services, station: TestClient, address: str
) -> None:
    entry = first(services, station, address)
    page = station.get(f"/tram/phieu/{entry}").text
    assert "Trong sổ không xóa được gì" in page and "Ghi thêm phiếu đính chính" in page
    where = f"/tram/phieu/{entry}/hoan-tac"
    assert f'action="{where}"' in page
    key = page.partition(f'name="{FORM_KEY}" value="')[2].partition('"')[0]
    size = services.store.size()
    undone = recorded(services, station.post(where, data={FORM_KEY: key}))
    twice = recorded(services, station.post(where, data={FORM_KEY: key}))
    assert (twice.id, undone.corrects) == (undone.id, entry)
    assert services.store.size() == size + 1
    refused = station.post(where, data={FORM_KEY: "y" * 24})
    assert refused.status_code == 422 and services.store.size() == size + 1
    page = station.get(f"/tram/phieu/{entry}").text
    assert "đã hoàn tác" in page and f'action="{where}"' not in page
    # An undone record can be put right again by a correction.
    where = f"/tram/phieu/{entry}/dinh-chinh"
    typed = {**RECORDS[address][0], "cause": "typing-error"}
    back = recorded(services, station.post(where, data=typed))
    assert back.corrects == entry
    assert "đã hoàn tác" not in station.get(f"/tram/phieu/{entry}").text


def test_the_start_page_marks_what_was_corrected(services: Services, station: TestClient) -> None:
    entry = first(services, station, "tieu-huy")
    chip = "đã đính chính"
    assert chip not in station.get("/tram").text
    recorded(services, station.post(f"/tram/phieu/{entry}/hoan-tac", data={"x": ""}))
    rows = station.get("/tram").text.partition('id="hom-nay"')[2].partition("</section>")[0]
    marked = [entry in row for row in rows.split("<tr>") if chip in row]
    assert marked == [True]
    assert "Đính chính: Tiêu hủy" in rows


def test_undone_goods_are_there_again(services: Services, station: TestClient) -> None:
    def left() -> str:
        found = services.views.lot(RAW, RAW_LOT)
        assert found is not None
        return str(found.facts["balance"]["left_kg"])

    assert left() == "28"
    entry = first(services, station, "che-bien")
    assert left() == "18"
    recorded(services, station.post(f"/tram/phieu/{entry}/hoan-tac", data={"x": ""}))
    assert left() == "28"


def test_what_others_built_on_is_not_undone(services: Services, station: TestClient) -> None:
    typed = {**RECORDS["thu-hoach"][0], "unit": "kg"}
    entry = recorded(services, station.post("/tram/thu-hoach", data=typed)).id
    used = {**RECORDS["dong-goi"][0], "in_lot_1": f"{RAW} TO-1"}
    recorded(services, station.post("/tram/dong-goi", data=used))
    size = services.store.size()
    answer = station.post(f"/tram/phieu/{entry}/hoan-tac", data={"x": ""})
    assert answer.status_code == 422 and "Chưa ghi gì" in told(answer)
    assert services.store.size() == size


@pytest.mark.parametrize("address", STAYS)
def test_what_cannot_be_nothing_is_not_undone_but_corrected(
    services: Services, station: TestClient, address: str
) -> None:
    entry = first(services, station, address)
    page = station.get(f"/tram/phieu/{entry}").text
    assert "hoan-tac" not in page and STAYS[address] in page
    size = services.store.size()
    answer = station.post(f"/tram/phieu/{entry}/hoan-tac", data={"x": ""})
    assert answer.status_code == 422 and STAYS[address] in told(answer)
    assert services.store.size() == size


def test_a_wrong_correction_keeps_what_was_typed(services: Services, station: TestClient) -> None:
    entry = first(services, station, "xuat-hang")
    where = f"/tram/phieu/{entry}/dinh-chinh"
    typed = fields_of(station.get(where).text)
    size = services.store.size()
    answer = station.post(where, data={**typed, "amount": "1.0", "why": "<b>"})
    assert answer.status_code == 422 and 'value="1.0"' in answer.text
    assert 'value="&lt;b&gt;"' in answer.text and key_of(answer) == typed[FORM_KEY]
    without = station.post(where, data={**typed, "amount": "3", "cause": ""})
    assert without.status_code == 422 and 'id="cause_fault"' in without.text
    more = station.post(where, data={**typed, "amount": "1000"})
    assert more.status_code == 422 and "Chưa ghi gì" in told(more)
    assert services.store.size() == size


def test_records_that_are_no_ones_to_correct_say_why(
    services: Services, station: TestClient
) -> None:
    found = services.views.lot(GTIN, LOT)
    assert found is not None
    labels = next(one["id"] for one in found.facts["steps"] if one["type"] == "labels-issued")
    page = station.get(f"/tram/phieu/{labels}")
    assert page.status_code == 200 and "dinh-chinh" not in page.text
    refused = station.get(f"/tram/phieu/{labels}/dinh-chinh")
    assert refused.status_code == 422 and "tem thì hủy" in told(refused)
    registered = services.views.registered(f"party:{PARTY}")
    for path in ("0" * 64, "x", "%00", "A" * 64, *(one.id for one in registered)):
        assert station.get(f"/tram/phieu/{path}").status_code == 404
        assert station.post(f"/tram/phieu/{path}/hoan-tac", data={"x": ""}).status_code == 404


@pytest.mark.parametrize("way", ["dinh-chinh", "hoan-tac"])
def test_another_site_corrects_and_undoes_nothing(
    services: Services, station: TestClient, way: str
) -> None:
    entry = first(services, station, "tieu-huy")
    size = services.store.size()
    typed = {**RECORDS["tieu-huy"][0], "amount": "1", "cause": "other"}
    answer = station.post(
        f"/tram/phieu/{entry}/{way}", data=typed, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert services.store.size() == size


def test_a_partner_whose_name_was_erased_here_stays_in_the_correction(
    services: Services, station: TestClient
) -> None:
    entry = first(services, station, "xuat-hang")
    old = record_of(services, entry)
    assert old is not None
    services.notes.erase([old.body["to"]["digest"], old.body["note"]])
    where = f"/tram/phieu/{entry}/dinh-chinh"
    typed = fields_of(station.get(where).text)
    assert typed["partner"] == "" and typed["note"] == ""
    right = recorded(services, station.post(where, data={**typed, "amount": "39"})).body
    assert (right["to"], right["note"]) == (old.body["to"], old.body["note"])
    assert right["quantity"]["value"] == "39"


def test_a_diary_s_records_can_be_corrected_here(services: Services, station: TestClient) -> None:
    body = {"lot": {"item": GTIN, "code": LOT}, "quantity": {"value": "5", "unit": "pack"}}
    time = "2026-09-24T00:00:00+07:00"
    services.station.record(Draft("sold", PARTY, time, body, {"note": "dòng một\ndòng hai"}))
    found = services.views.lot(GTIN, LOT)
    assert found is not None
    entry = found.facts["steps"][-1]["id"]
    where = f"/tram/phieu/{entry}/dinh-chinh"
    typed = fields_of(station.get(where).text)
    typed["note"] = typed["note"].replace("\n", "\r\n")
    assert station.post(where, data=typed).status_code == 422
    right = recorded(services, station.post(where, data={**typed, "amount": "4"}))
    assert right.body["quantity"]["value"] == "4"
    one = record_of(services, entry)
    assert one is not None and [c.id for c in corrections_of(services, one)] == [right.id]


def test_every_form_has_its_undoing_or_says_why_not() -> None:
    assert set(MENDED) == set(FORMS) and len(BY_TYPE) == len(MENDED)
