"""Every recording form of the station without JavaScript: records, refusals, sent twice."""

from __future__ import annotations

import html
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from api.station_pages.forms import BY_TYPE, FORMS
from api.station_pages.once import FORMS_FILE
from api.station_pages.recording import FORM_KEY
from api.station_pages.records import Record, record_of
from tests.pages.cooperative import GTIN, LOT, PARTY, RAW, RAW_LOT

RAW_TEXT = f"{RAW} {RAW_LOT}"
PACKED_TEXT = f"{GTIN} {LOT}"
SSCC = "389385010000000010"
BAD = "☃ 12 <b>"

# What an operator types, and what must then stand in the record.
RECORDS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "thu-hoach": (
        {"item": RAW, "amount": "12,5", "unit": "tấn", "site": "VT-KV01", "lot": "TO-1"},
        {"quantity": {"value": "12.5", "unit": "t"}, "lot": {"item": RAW, "code": "TO-1"}},
    ),
    "tiep-nhan": (
        {"lot_given": RAW_LOT, "amount": "79 kg", "site": "XCB-01", "partner": "Hộ 07"},
        {"from": {"kind": "household", "number": "07"}, "quantity": {"value": "79", "unit": "kg"}},
    ),
    "che-bien": (
        {
            "in_lot_1": RAW_TEXT,
            "in_amount_1": "10",
            "out_item_1": RAW,
            "out_lot_1": "BD-A",
            "out_amount_1": "6",
            "out_item_5": RAW,
            "out_lot_5": "BD-B",
            "out_amount_5": "3,5",
            "loss": "0,5",
            "site": "XCB-01",
        },
        {
            "outputs": [
                {"lot": {"item": RAW, "code": "BD-A"}, "quantity": {"value": "6", "unit": "kg"}},
                {"lot": {"item": RAW, "code": "BD-B"}, "quantity": {"value": "3.5", "unit": "kg"}},
            ],
            "loss": {"value": "0.5", "unit": "kg"},
        },
    ),
    "dong-goi": (
        {
            "product": GTIN,
            "in_lot_1": RAW_TEXT,
            "in_amount_1": "5",
            "packs": "10",
            "site": "XCB-01",
            "expiry": "01/09/2027",
        },
        {"packs": 10, "expiry": "2027-09-01", "lot": {"item": GTIN, "code": "L261001A"}},
    ),
    "dong-thung": (
        {"container": SSCC, "in_lot_1": PACKED_TEXT, "in_amount_1": "12", "site": "XCB-01"},
        {
            "container": SSCC,
            "contents": [
                {"lot": {"item": GTIN, "code": LOT}, "quantity": {"value": "12", "unit": "pack"}}
            ],
        },
    ),
    "xuat-hang": (
        {"lot_given": LOT, "amount": "40", "site": "XCB-01", "partner": "Siêu thị Hạ Long"},
        {"quantity": {"value": "40", "unit": "pack"}},
    ),
    "ban-hang": (
        {"lot_given": LOT, "amount": "2.5 kg".replace(".", ","), "partner": "Chị Hoa"},
        {"quantity": {"value": "2.5", "unit": "kg"}},
    ),
    "kiem-nghiem": (
        {"lot_given": LOT, "result": "pass", "method": "TCVN 5613", "partner": "Phòng kiểm nghiệm"},
        {"result": "pass", "method": "TCVN 5613"},
    ),
    "tieu-huy": (
        {"lot_given": LOT, "amount": "3", "unit": "gói", "reason": "damaged"},
        {"reason": "damaged", "quantity": {"value": "3", "unit": "pack"}},
    ),
    "cham-soc": (
        {
            "site": "VT-KV01",
            "activity": "spraying",
            "amount": "1,5",
            "unit": "lít",
            "interval": "7",
            "note": "Thuốc trừ nấm",
        },
        {"activity": "spraying", "interval_days": 7, "dose": {"value": "1.5", "unit": "l"}},
    ),
}


def recorded(services: Services, answer: httpx.Response) -> Record:
    """The record that an answer leads to."""
    assert answer.status_code == 303, told(answer)
    found = record_of(services, answer.headers["location"].split("/")[-1].partition("?")[0])
    assert found is not None
    return found


def told(answer: httpx.Response) -> str:
    """The sentences of a refusal."""
    banner = answer.text.partition('id="fault"')[2].partition("</section>")[0]
    return html.unescape(re.sub(r"<[^>]+>", " ", banner))


def key_of(page: httpx.Response) -> str:
    """The key in the form of a page."""
    found = re.search(rf'name="{FORM_KEY}" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def value_of(page: httpx.Response, name: str) -> str:
    """What stands in a field of a page."""
    field = page.text.partition(f'id="{name}"')[2]
    if field.partition(">")[0].count("value="):
        return html.unescape(field.partition('value="')[2].partition('"')[0])
    options = field.partition("</select>")[0]
    chosen = re.search(r'value="([^"]*)" selected', options)
    if chosen is None and "</textarea>" in field:
        return html.unescape(field.partition(">")[2].partition("</textarea>")[0])
    return html.unescape(chosen[1]) if chosen else ""


def test_there_is_a_form_for_every_record_here() -> None:
    assert set(RECORDS) == set(FORMS)
    assert len(BY_TYPE) == len(FORMS)


@pytest.mark.parametrize("address", FORMS)
def test_what_is_typed_becomes_a_record_and_its_page_tells_it(
    services: Services, station: TestClient, address: str
) -> None:
    typed, expected = RECORDS[address]
    page = station.get(f"/tram/{address}")
    answer = station.post(f"/tram/{address}", data={**typed, FORM_KEY: key_of(page)})
    found = recorded(services, answer)
    assert (found.type, found.statement.party) == (FORMS[address].type, PARTY)
    assert {name: found.body[name] for name in expected} == expected
    shown = station.get(answer.headers["location"])
    assert "Đã ghi sổ" in shown.text and "đã niêm phong" in shown.text
    english = station.get(answer.headers["location"] + "&lang=en").text
    assert "Recorded" in english
    assert found.id in station.get("/tram").text


@pytest.mark.parametrize("address", FORMS)
def test_an_empty_form_says_which_fields_are_needed_and_records_nothing(
    services: Services, station: TestClient, address: str
) -> None:
    size = services.store.size()
    answer = station.post(f"/tram/{address}", data={"note": BAD})
    assert answer.status_code == 422
    needed = [one for one in FORMS[address].fields() if one.required]
    assert answer.text.count('aria-invalid="true"') == len(needed)
    for one in needed:
        field = answer.text.partition(f'id="{one.name}"')[2].partition(">")[0]
        assert 'aria-invalid="true"' in field and f"{one.name}_fault" in field
        assert f'<a href="#{one.name}">' in answer.text
    # The cursor is where the work is.
    first = next(one for one in FORMS[address].fields() if one.required)
    assert "autofocus" in answer.text.partition(f'id="{first.name}"')[2].partition(">")[0]
    assert value_of(answer, "note") == BAD
    assert services.store.size() == size


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("address", "wrong", "said"),
    [
        ("thu-hoach", {"amount": "12.5"}, "12.5"),
        ("thu-hoach", {"amount": "0"}, "0"),
        ("thu-hoach", {"amount": "7 gói"}, "gói"),
        ("thu-hoach", {"site": "XYZ"}, "XYZ"),
        ("thu-hoach", {"item": "HTX-MD/khong-co"}, "khong-co"),
        ("thu-hoach", {"lot": "LÔ 1"}, "LÔ"),
        ("thu-hoach", {"time": "31/02/2026"}, "31/02/2026"),
        ("thu-hoach", {"time": "01/01/2031 08:00"}, "2031"),
        ("tiep-nhan", {"lot_given": "KHONG-CO"}, "KHONG-CO"),
        ("tiep-nhan", {"lot_given": "https://truyxuat.example.vn/x"}, ""),
        ("che-bien", {"in_lot_2": RAW_TEXT, "in_amount_2": "1"}, RAW_LOT),
        ("che-bien", {"loss": "-1"}, "-1"),
        ("dong-goi", {"packs": "2,5"}, "2,5"),
        ("dong-goi", {"expiry": "01/01/2026"}, "01/01/2026"),
        ("dong-goi", {"in_lot_1": f"{RAW} KHONG-CO"}, "KHONG-CO"),
        ("dong-thung", {"container": "389385010000000018"}, "389385010000000018"),
        ("xuat-hang", {"amount": "1,2345678"}, "1,2345678"),
        ("kiem-nghiem", {"result": "tuyệt vời"}, "tuyệt vời"),
        ("kiem-nghiem", {"method": "x" * 121}, "121"),
        ("tieu-huy", {"reason": "vui"}, "vui"),
        ("cham-soc", {"interval": "400"}, "400"),
        ("cham-soc", {"activity": "ngủ"}, "ngủ"),
    ],
)
def test_one_wrong_field_is_marked_alone_and_everything_typed_stays(
    services: Services,
    station: TestClient,
    address: str,
    wrong: dict[str, str],
    said: str,
    lang: str,
) -> None:
    size = services.store.size()
    typed = {**RECORDS[address][0], **wrong}
    answer = station.post(f"/tram/{address}?lang={lang}", data=typed)
    assert answer.status_code == 422, address
    marked = re.findall(r'name="([a-z_0-9]+)"[^>]*aria-invalid="true"', answer.text)
    assert marked == [next(iter(wrong))]
    assert said in told(answer)
    for name, text in typed.items():
        assert value_of(answer, name) == text, name
    assert services.store.size() == size


@pytest.mark.parametrize(
    "scanned",
    [
        f"https://truyxuat.example.vn/01/{GTIN}/10/{LOT}/21/A1000001ABCD",
        f"]C101{GTIN}10{LOT}",
        f"(01){GTIN}(10){LOT}",
        f"01{GTIN}10{LOT}\x1d21A1000001ABCD",
        LOT,
        PACKED_TEXT,
    ],
)
def test_what_a_scanner_types_without_javascript_names_its_lot(
    services: Services, station: TestClient, scanned: str
) -> None:
    typed = {**RECORDS["tieu-huy"][0], "lot_given": scanned}
    found = recorded(services, station.post("/tram/tieu-huy", data=typed))
    assert found.body["lot"] == {"item": GTIN, "code": LOT}
    boxed = {**RECORDS["dong-thung"][0], "in_lot_1": scanned, "container": f"]C100{SSCC}"}
    found = recorded(services, station.post("/tram/dong-thung", data=boxed))
    assert found.body["container"] == SSCC


def test_what_contradicts_the_record_is_refused_in_words_and_stays_typed(
    services: Services, station: TestClient
) -> None:
    size = services.store.size()
    typed = {**RECORDS["che-bien"][0], "out_amount_1": "60"}
    answer = station.post("/tram/che-bien", data=typed)
    assert answer.status_code == 422
    assert "Chưa ghi gì" in told(answer)
    assert value_of(answer, "out_amount_1") == "60"
    assert "autofocus" in answer.text.partition('id="in_amount_1"')[2].partition(">")[0]
    assert services.store.size() == size


def test_the_same_form_sent_twice_is_recorded_once_also_after_a_restart(
    services: Services, station: TestClient
) -> None:
    typed = {**RECORDS["xuat-hang"][0], FORM_KEY: key_of(station.get("/tram/xuat-hang"))}
    first = recorded(services, station.post("/tram/xuat-hang", data=typed))
    size = services.store.size()
    again = station.post("/tram/xuat-hang", data=typed)
    assert recorded(services, again).id == first.id
    assert again.headers["location"].endswith("moi=2")
    assert "không ghi thêm lần nữa" in station.get(again.headers["location"]).text
    # The answer of a first try was lost after the statement was safe: its id was never noted.
    forms = services.folder / FORMS_FILE
    assert forms.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(forms)) as db, db:
        db.execute("UPDATE sent SET entry = NULL")
    found = recorded(services, station.post("/tram/xuat-hang", data=typed))
    assert found.id == first.id
    assert services.store.size() == size


def test_a_double_press_is_one_record_and_two_packers_get_two_codes(
    services: Services, station: TestClient
) -> None:
    size = services.store.size()
    typed = {**RECORDS["tieu-huy"][0], FORM_KEY: "d" * 24}

    def sent(key: str) -> Record:
        pack = {**RECORDS["dong-goi"][0], FORM_KEY: key}
        return recorded(services, station.post("/tram/dong-goi", data=pack))

    with ThreadPoolExecutor(4) as threads:
        pressed = [threads.submit(station.post, "/tram/tieu-huy", data=typed) for _ in range(4)]
        packed = [threads.submit(sent, key) for key in ("e" * 24, "f" * 24)]
        assert len({recorded(services, one.result(30)).id for one in pressed}) == 1
        codes = {one.result(30).body["lot"]["code"] for one in packed}
    assert codes == {"L261001A", "L261001B"}
    assert services.store.size() == size + 3


def test_two_equal_records_of_one_minute_stay_two_also_when_one_was_cut_off(
    services: Services, station: TestClient
) -> None:
    typed = {**RECORDS["tieu-huy"][0], "time": "30/09/2026 08:00"}
    first, second = ({**typed, FORM_KEY: letter * 24} for letter in "ab")
    one = recorded(services, station.post("/tram/tieu-huy", data=first))
    # The program ended after the key was written down and before anything was signed.
    forms = services.folder / FORMS_FILE
    with closing(sqlite3.connect(forms)) as db, db:
        row = db.execute("SELECT day, time, said FROM sent").fetchone()
        db.execute("INSERT INTO sent VALUES (?, ?, ?, ?, NULL)", (second[FORM_KEY], *row))
    other = recorded(services, station.post("/tram/tieu-huy", data=second))
    assert other.id != one.id
    assert other.body == one.body


def test_a_form_that_was_recorded_does_not_swallow_other_values(
    services: Services, station: TestClient
) -> None:
    key = key_of(station.get("/tram/xuat-hang"))
    typed = {**RECORDS["xuat-hang"][0], FORM_KEY: key}
    recorded(services, station.post("/tram/xuat-hang", data=typed))
    size = services.store.size()
    other = station.post("/tram/xuat-hang", data={**typed, "amount": "5"})
    assert other.status_code == 422 and "đã ghi sổ rồi" in told(other)
    assert services.store.size() == size
    assert key_of(other) != key and value_of(other, "amount") == "5"
    answer = station.post("/tram/xuat-hang", data={**typed, "amount": "5", FORM_KEY: key_of(other)})
    assert recorded(services, answer).body["quantity"]["value"] == "5"


def test_a_refused_form_can_be_mended_and_sent_under_its_key(
    services: Services, station: TestClient
) -> None:
    key = key_of(station.get("/tram/tieu-huy"))
    typed = {**RECORDS["tieu-huy"][0], FORM_KEY: key, "amount": "nhiều"}
    refused = station.post("/tram/tieu-huy", data=typed)
    assert refused.status_code == 422 and key_of(refused) == key
    answer = station.post("/tram/tieu-huy", data={**typed, "amount": "2"})
    assert recorded(services, answer).body["quantity"] == {"value": "2", "unit": "pack"}


def test_trying_shows_the_balance_and_records_nothing(
    services: Services, station: TestClient
) -> None:
    size = services.store.size()
    typed = {**RECORDS["che-bien"][0], "act": "try"}
    for amount, state in (("6", "even"), ("5", "under"), ("7", "over")):
        page = station.post("/tram/che-bien", data={**typed, "out_amount_1": amount})
        assert page.status_code == 200
        assert f'data-state="{state}"' in page.text
        assert f'<span data-for="{state}"' in page.text
        assert value_of(page, "out_amount_1") == amount
    packing = {**RECORDS["dong-goi"][0], "act": "try"}
    for packs, state in (("10", "even"), ("9", "under"), ("11", "over")):
        page = station.post("/tram/dong-goi", data={**packing, "packs": packs})
        assert f'data-state="{state}"' in page.text, packs
    assert services.store.size() == size


def test_a_form_starts_with_the_last_record_and_with_what_was_scanned(
    services: Services, station: TestClient
) -> None:
    recorded(services, station.post("/tram/xuat-hang", data=RECORDS["xuat-hang"][0]))
    page = station.get("/tram/xuat-hang", params={"lot_given": PACKED_TEXT, "unknown": "x"})
    assert value_of(page, "site") == "XCB-01"
    assert value_of(page, "partner") == "Siêu thị Hạ Long"
    assert value_of(page, "lot_given") == PACKED_TEXT
    assert value_of(page, "amount") == ""
    assert "autofocus" in page.text.partition('id="amount"')[2].partition(">")[0]


def test_a_partner_who_is_registered_is_named_and_another_stays_private(
    services: Services, station: TestClient
) -> None:
    typed = RECORDS["xuat-hang"][0]
    private = recorded(services, station.post("/tram/xuat-hang", data=typed)).body["to"]
    assert private["kind"] == "shop" and set(private) == {"kind", "digest"}
    assert services.notes.text_of(private["digest"]) == "Siêu thị Hạ Long"
    own = {**typed, "partner": PARTY, "amount": "1"}
    named = recorded(services, station.post("/tram/xuat-hang", data=own)).body["to"]
    assert named == {"kind": "cooperative", "party": PARTY}
