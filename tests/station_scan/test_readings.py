"""A scanned text is read the same whatever scanner it came from, and nonsense is refused in words."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.application_identifiers import APPLICATION_IDENTIFIERS
from ledger.domain.check_digit import CSET82
from ledger.domain.codes import PartyCode
from ledger.domain.element_strings import GS, bracketed, with_separators, without_separators
from ledger.domain.errors import DomainError
from ledger.domain.scanned_codes import LONGEST_SCAN, Reading, read_scan
from tests.shared_data import shared
from tests.station_scan.scanners import SCANNERS

GTIN = "08938501000125"
EAN13 = "8938501000125"
LOT = "L260923A"
SERIAL = "A1000001ABCD"
SSCC = "389385010000000010"


def named(reading: Reading) -> tuple[str | None, str | None, str | None, str | None]:
    return reading.item, reading.lot, reading.serial, reading.sscc


@pytest.mark.parametrize("scanner", SCANNERS)
def test_every_scanner_says_the_same_of_a_label(scanner: str) -> None:
    found = read_scan(SCANNERS[scanner](GTIN, LOT, SERIAL))
    assert (GTIN, LOT, SERIAL, None) in [named(one) for one in found.readings]
    if "lost" not in scanner:
        assert len(found.readings) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LOT, (None, LOT, None, None)),
        (EAN13, (GTIN, None, None, None)),
        (f"]E0{EAN13}", (GTIN, None, None, None)),
        ("893-8501-00012-5", (GTIN, None, None, None)),
        (GTIN, (GTIN, None, None, None)),
        (f"01{GTIN}", (GTIN, None, None, None)),
        (SSCC, (None, None, None, SSCC)),
        (f"]C100{SSCC}", (None, None, None, SSCC)),
        (f"(00){SSCC}", (None, None, None, SSCC)),
        (f"00{SSCC}", (None, None, None, SSCC)),
        (f"HTTPS://TRUYXUAT.EXAMPLE.VN/00/{SSCC}", (None, None, None, SSCC)),
        (SERIAL.lower(), (None, None, SERIAL, None)),
        (f"{GTIN} {LOT}", (GTIN, LOT, None, None)),
        ("bot-dong BD-1", ("HTX-MD/bot-dong", "BD-1", None, None)),
        ("HTX-KHAC/la-che LC-7", ("HTX-KHAC/la-che", "LC-7", None, None)),
        (f"https://id.gs1.org/01/{GTIN}/10/{LOT}", (GTIN, LOT, None, None)),
        (f"https://shop.example/gtin/{EAN13}/lot/{LOT}", (GTIN, LOT, None, None)),
        (f"]C102{GTIN}3710{GS}10{LOT}", (GTIN, LOT, None, None)),
        (f"]C101{GTIN}10{LOT}{GS}9912AB", (GTIN, LOT, None, None)),
    ],
)
def test_other_codes_are_read_for_what_they_are(
    text: str, expected: tuple[str | None, ...]
) -> None:
    found = read_scan(text, PartyCode("HTX-MD"))
    assert named(found.readings[0]) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \r\n", "empty"),
        (GS * 5, "empty"),
        ("]C1", "empty"),
        ("x" * (LONGEST_SCAN + 1), "too-long"),
        ("]d2" + "10A" * 300, "too-long"),
        ("L26Ă", "marks"),
        ("HTTPS://TRỸUAT.EXAMPLE.VN/01/", "marks"),  # Telex
        ("ăâê89385", "marks"),  # digits of the Vietnamese keyboard
        ("&é\"'(-è_çà", "marks"),  # digits of a French keyboard
        ("httpsÖ--truyxuat", "marks"),  # an address through a German one
        ("https:!!truyxuat.example.vn", "layout"),
        ("HTTPS>&&TRUYXUAT", "layout"),
        ("L26\x000923", "control"),
        ("\x1b[31mL260923A", "control"),
        ("[)>\x1e06\x1d1P123\x1e\x04", "control"),
        ("<script>alert(1)</script>", "no-code"),
        ("' OR 1=1 --", "no-code"),
        ("{{7*7}}", "no-code"),
        ("]C1ZZ12", "elements"),
        (f"]C101{GTIN}x", "elements"),
        (f"]C101{GTIN[:-1]}6", "check-digit"),
        (f"https://truyxuat.example.vn/01/{GTIN[:-1]}6/10/A", "check-digit"),
        ("https://truyxuat.example.vn/about", "no-key"),
        ("https://user@evil.example/01/08938501000125", "host"),
        (f"]C101{GTIN}10A{GS}10B", "twice"),
    ],
)
def test_what_is_no_code_is_refused_in_one_sentence_of_each_language(text: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_scan(text)
    assert refused.value.code == code
    for lang in ("vi", "en"):
        said = refused.value.say(lang)
        assert said.endswith(".") and len(said) < 400
        assert not any(ord(char) < 32 or ord(char) == 127 for char in said)


def test_a_number_that_is_nearly_a_gtin_is_a_lot_code_with_a_doubt() -> None:
    found = read_scan(EAN13[:-1] + "0")
    assert [named(one) for one in found.readings if one.lot] == [
        (None, EAN13[:-1] + "0", None, None)
    ]
    assert found.doubt is not None and found.doubt.code == "check-digit"


def test_a_link_tells_whose_address_it_has() -> None:
    ours = read_scan(f"HTTPS://TRUYXUAT.EXAMPLE.VN/01/{GTIN}/10/{LOT}")
    assert ours.base == "https://truyxuat.example.vn"
    assert read_scan(f"http://la.example:8080/x/01/{GTIN}").base == "http://la.example:8080/x"
    assert read_scan(LOT).base is None


_VALUES = st.text(CSET82, min_size=1, max_size=20)


@given(lot=_VALUES, serial=_VALUES)
def test_whatever_lot_and_serial_hold_separators_keep_them_apart(lot: str, serial: str) -> None:
    elements = (("01", GTIN), ("10", lot), ("21", serial))
    assert with_separators(f"01{GTIN}10{lot}{GS}21{serial}") == elements
    assert elements in without_separators(f"01{GTIN}10{lot}21{serial}") or (
        len(without_separators(f"01{GTIN}10{lot}21{serial}")) == 32
    )


@given(st.text(max_size=300))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    said = answered(text)
    assert said and all(said)


def answered(text: str) -> list[object]:
    """The readings of a text, or the refusal in both languages."""
    try:
        return [*read_scan(text).readings]
    except DomainError as refused:
        return [refused.say("vi"), refused.say("en")]


@pytest.mark.parametrize(
    "text", ["10" * 190, "01" + GTIN + "10" * 180, "(10)" * 500, "21" + "1021" * 90, "|" * 2000]
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    started = time.process_time()
    for prefix in ("", "]d2", "]C1"):
        try:
            read_scan(prefix + text)
        except DomainError:
            continue
    assert time.process_time() - started < 0.5


def _elements(marked: str) -> list[tuple[str, str]] | None:
    """What a vector's expected text (`^` for FNC1) says, by our own table; None beyond it."""
    try:
        return list(with_separators(marked.replace("^", GS)))
    except DomainError:
        return None


def test_brackets_are_read_as_the_published_syntax_engine_reads_them() -> None:
    checked = 0
    for line in shared("vectors/gs1-syntax/bracketed-ai.jsonl").read_text("utf-8").splitlines():
        vector = json.loads(line)
        text, expected = vector["in"], vector.get("expect")
        codes = [part.partition(")")[0] for part in text.split("(")[1:]]
        plain = "\\" not in text and all(code in APPLICATION_IDENTIFIERS for code in codes)
        if vector["ok"] and expected and plain and _elements(expected):
            assert bracketed(text) == tuple(_elements(expected) or ()), vector["src"]
            checked += 1
    assert checked >= 3


def test_scanner_data_is_read_as_the_published_syntax_engine_writes_it() -> None:
    checked = 0
    for line in shared("vectors/gs1-syntax/scan-data.jsonl").read_text("utf-8").splitlines():
        vector = json.loads(line)
        given_text, expected = vector["in"], vector.get("expect")
        if not expected or not given_text.startswith("^01"):
            continue
        wanted = _elements(given_text)
        if (
            wanted
            and expected.startswith(("]Q3", "]d2", "]C1", "]J1", "]e0"))
            and "|" not in expected
        ):
            assert list(read_scan(expected).readings[0].elements) == wanted, vector["src"]
            checked += 1
    assert checked >= 5
