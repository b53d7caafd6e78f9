"""GS1 Digital Link: the third-party vectors in full, our label form, and what must be refused."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.application_identifiers import APPLICATION_IDENTIFIERS, PRIMARY_KEYS
from ledger.domain.check_digit import CSET82
from ledger.domain.digital_link import GS1_BASE, DigitalLink, Leniency, label_url, parse_link
from ledger.domain.errors import LinkError
from ledger.domain.identifiers import Gtin, LotCode
from ledger.domain.web_address import escape, unescape
from tests.shared_data import shared

relaxed = settings(deadline=None)
GTIN = Gtin("8931234567897")
LOT = LotCode("L01")
SERIAL = "A1000042BCDE"
values = st.text(CSET82, min_size=1, max_size=20).filter(lambda text: text not in (".", ".."))


def cases(name: str) -> list[dict[str, Any]]:
    lines = shared("vectors", "digital-link", name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def unknown_allowed(case: dict[str, Any]) -> bool:
    return case["permitUnknownAIs"] and not case["validateUnknownAInotDLattr"]


def element_string(link: DigitalLink) -> str:
    """As the vectors write it: ^ for FNC1, in front and after each AI of variable length."""
    text = "^"
    for code, value in (*link.path, *link.attributes):
        known = APPLICATION_IDENTIFIERS.get(code)
        text += code + value + ("" if known and known.predefined_length else "^")
    return text.removesuffix("^")


def test_all_118_parse_vectors_agree_and_45_of_them_are_refused() -> None:
    refused = 0
    vectors = cases("parse-uri.jsonl")
    for case in vectors:
        leniency = Leniency(
            zero_suppressed_gtin=case["permitZeroSuppressedGTIN"],
            short_names=case["permitConvenienceAlphas"],
            unknown_attributes=unknown_allowed(case),
        )
        if case["ok"]:
            assert element_string(parse_link(case["in"], leniency)) == case["expect"], case
        else:
            refused += 1
            with pytest.raises(LinkError):
                parse_link(case["in"], leniency)
    assert (len(vectors), refused) == (118, 45)


def test_all_22_build_vectors_agree_and_6_of_them_are_refused() -> None:
    refused = 0
    vectors = cases("generate-uri.jsonl")
    for case in vectors:
        elements = re.findall(r"\(([0-9]{2,4})\)([^(]*)", case["in"])
        base, allowed = case["stem"] or GS1_BASE, unknown_allowed(case)
        if case["ok"]:
            link = DigitalLink.of_elements(elements, base, unknown_allowed=allowed)
            assert link.uri() == case["expect"], case
        else:
            refused += 1
            with pytest.raises(LinkError):
                DigitalLink.of_elements(elements, base, unknown_allowed=allowed)
    assert (len(vectors), refused) == (22, 6)


def test_all_31_escape_vectors_agree() -> None:
    vectors = cases("uri-escape.jsonl")
    kinds = {"URIescape": escape, "URIunescape": unescape}
    for case in vectors:
        turn = kinds[case["kind"]]
        assert turn(case["in"]) == case["path"], case
        assert turn(case["in"], in_query=True) == case["query"], case
    assert len(vectors) == 31


def dictionary() -> dict[str, tuple[str, str]]:
    """AI -> (flags, the rest of its line) of the published syntax dictionary."""
    text = shared("vectors", "gs1-syntax", "gs1-syntax-dictionary.txt").read_text("utf-8")
    rows = {}
    for line in text.splitlines():
        found = re.match(r"([0-9]{2,4})(?:-([0-9]{2,4}))?\s+([*?]*)\s+([^#]*)", line)
        if found:
            first, last, flags, rest = found.groups()
            for number in range(int(first), int(last or first) + 1):
                rows[f"{number:0{len(first)}d}"] = (flags, rest)
    return rows


def test_our_table_says_what_the_published_dictionary_says() -> None:
    published = dictionary()
    for code, ai in APPLICATION_IDENTIFIERS.items():
        flags, rest = published[code]
        assert ai.attribute == ("?" in flags), code
        assert ai.predefined_length == ("*" in flags), code
        parts = re.findall(r"(\[?)[NXYZ](\.\.)?([0-9]+)", rest.split("req=")[0])
        least = sum(1 if dots else int(size) for optional, dots, size in parts if not optional)
        most = sum(int(size) for _, _, size in parts)
        for length, fits in ((least, True), (most, True), (least - 1, False), (most + 1, False)):
            matches = any(ai.pattern.fullmatch(digit * length) for digit in "01")
            assert matches is fits, (code, length)
        key = re.search(r"dlpkey(?:=(\S+))?", rest)
        sequences = [s.split(",") for s in key[1].split("|")] if key and key[1] else []
        assert (ai.qualifiers is not None) == bool(key), code
        assert [list(sequence) for sequence in ai.qualifiers or ()] == sequences, code
    assert {c for c, (_, rest) in published.items() if "dlpkey" in rest} == PRIMARY_KEYS


def test_a_label_link_is_all_capitals_in_the_form_of_the_standard() -> None:
    url = label_url("https://truyxuat.example.vn", GTIN, LOT, SERIAL)
    assert url == f"HTTPS://TRUYXUAT.EXAMPLE.VN/01/08931234567897/10/L01/21/{SERIAL}"
    assert set(url) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")  # QR alphanumeric
    without = label_url("http://a:8080/", GTIN, LOT, None)
    assert without == "HTTP://A:8080/01/08931234567897/10/L01"


def test_a_lot_code_with_lower_case_letters_keeps_its_case() -> None:
    url = label_url("https://a.vn/tem", GTIN, LotCode("Lo1"), SERIAL)
    assert url == f"HTTPS://A.VN/tem/01/08931234567897/10/Lo1/21/{SERIAL}"


def test_a_path_prefix_is_put_in_capitals_with_the_rest() -> None:
    url = label_url("https://a.vn/tem", GTIN, LOT, None)
    assert url == "HTTPS://A.VN/TEM/01/08931234567897/10/L01"


@relaxed
@given(values, values)
def test_a_label_link_reads_back_as_its_gtin_lot_and_serial(lot: str, serial: str) -> None:
    link = parse_link(label_url("https://a.vn/t", GTIN, LotCode(lot), serial))
    assert (link.gtin, link.lot_code, link.serial) == (GTIN, LotCode(lot), serial)


@relaxed
@given(values, values, st.text(CSET82, min_size=1, max_size=90))
def test_a_link_with_attributes_reads_back_as_itself(lot: str, serial: str, note: str) -> None:
    link = DigitalLink(
        "https://a.vn:8443/x",
        (("01", GTIN.gtin14), ("10", lot), ("21", serial)),
        (("17", "281002"), ("3103", "000500"), ("99", note)),
    )
    assert parse_link(link.uri()) == link
    assert link.uri(GS1_BASE).startswith("https://id.gs1.org/01/08931234567897/10/")


@relaxed
@given(st.text(max_size=60) | st.text("/:?#&=%.01389aHtps", max_size=60).map("http://a/".__add__))
def test_any_text_is_either_a_link_or_refused_with_a_sentence(text: str) -> None:
    try:
        link = parse_link(text)
    except LinkError as refused:
        sentences = {refused.say("en"), refused.say("vi")}
        assert len(sentences) == 2, text
    else:
        assert parse_link(link.uri()) == link


@pytest.mark.parametrize(
    "base",
    [
        "",
        "a.vn",
        "ftp://a.vn",
        "https://",
        "https://user@a.vn",
        "https://user:pass@a.vn",
        "https://a.vn:0",
        "https://a.vn:65536",
        "https://a.vn?x=1",
        "https://a.vn?",
        "https://a.vn#x",
        "https://a.vn/#",
        "https://a.vn/../b",
        "https://a.vn/%2e%2E/b",
        "https://a.vn//b",
        "https://a.vn/b%",
        "https://a b.vn",
        "https://nông-sản.vn",
        "https://a..vn",
        "https://-a.vn",
        "https://[::g]",
        "https://a.vn/" + "x" * 3000,
        "https://a.vn\n",
    ],
)
def test_a_base_address_that_labels_could_not_live_on_is_refused(base: str) -> None:
    with pytest.raises(LinkError):
        label_url(base, GTIN, LOT, SERIAL)


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("https://a/01/08931234567890", "check-digit"),
        ("https://a/01/08931234567897/10/LOT/22/V", "qualifier"),
        ("https://a/01/08931234567897/10/A/10/B", "twice"),
        ("https://a/01/08931234567897/10/LOT%2", "escape"),
        ("https://a/01/08931234567897/10/LOT%C3%94", "value"),
        ("https://a/01/08931234567897/10/" + "A" * 21, "value"),
        ("https://a/01/08931234567897/10/%2E%2E", "dots"),
        ("https://a/01/08931234567897?21=A", "belongs-in-path"),
        ("https://a/01/08931234567897?%31%30=A", "belongs-in-path"),
        ("https://a/01/08931234567897?8200=x", "no-attribute"),
        ("https://a/01/08931234567897?17=261301", "value"),
        ("https://a/01/08931234567897?17=260230", "value"),
        ("https://a/01/08931234567897?99", "value"),
        ("https://a/8006/089312345678970002", "value"),
        ("https://a/8006/089312345678970302", "value"),
        ("https://a/401/ABC", "value"),
        ("https://a/8013/1987654Ad4X4bL5ttr2310c3K", "check-digit"),
        ("https://a/01/08931234567897?" + "x" * 2048, "too-long"),
    ],
)
def test_a_broken_link_is_refused_for_its_own_reason(uri: str, code: str) -> None:
    with pytest.raises(LinkError) as refused:
        parse_link(uri)
    assert refused.value.code == code


def test_leap_days_and_whole_months_are_dates() -> None:
    for date in ("280229", "261000"):
        assert parse_link(f"https://a/01/08931234567897?17={date}").get("17") == date


def test_an_empty_link_or_one_without_a_key_cannot_be_made() -> None:
    for path in ((), (("10", "LOT"),)):
        with pytest.raises(LinkError) as refused:
            DigitalLink("https://a", path)
        assert refused.value.code == "no-key"


def test_two_different_values_of_one_ai_are_refused() -> None:
    with pytest.raises(LinkError) as refused:
        DigitalLink.of_elements([("01", GTIN.gtin14), ("10", "A"), ("10", "B")])
    assert refused.value.code == "twice"


def test_a_serial_that_is_no_ai_21_makes_no_label() -> None:
    for serial in ("", "A" * 21, "số 1", ".."):
        with pytest.raises(LinkError):
            label_url("https://a.vn", GTIN, LOT, serial)
