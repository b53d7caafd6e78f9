"""The set-up file: registry drafts in order, and every fault with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.intake.problems import IntakeError, SetupRefused
from api.intake.setup import read_setup
from tests.shared_data import shared

TIME = "2026-08-01T08:00:00+07:00"


def setup(**changes: Any) -> bytes:
    value: dict[str, Any] = {
        "party": {"code": "HTX-TH", "kind": "cooperative", "name": "Hợp tác xã Thử"},
        "sites": [{"code": "VT-01", "kind": "growing-area", "name": "Vườn"}],
        "products": [{"gtin": "8938503000420", "name": "Hàng", "net_content": "0,5 kg"}],
    }
    return json.dumps(value | changes, ensure_ascii=False).encode()


def faults(raw: bytes) -> list[tuple[str, str | None]]:
    with pytest.raises(SetupRefused) as caught:
        read_setup(raw, TIME)
    assert caught.value.problems[0].vi in caught.value.say("vi")
    return [(problem.code, problem.column) for problem in caught.value.problems]


def certificate(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "ocop",
        "number": "1",
        "issuer": "UBND",
        "subject": "8938503000420",
        "valid_from": "2026-01-01",
        "valid_to": "31/12/2028",
        "stars": 4,
    } | changes


@pytest.mark.parametrize("name", ["mien-dong", "che-shan-tuyet"])
def test_a_scenario_gives_whole_registry_drafts_party_first(name: str) -> None:
    drafts = read_setup(shared("scenarios", f"{name}.setup.json").read_bytes(), TIME)
    assert (drafts[0].type, drafts[0].party) == ("party-registered", "LEDGER")
    party = drafts[0].body["code"]
    assert {draft.party for draft in drafts[1:]} == {party}
    assert all(draft.faults() == [] and draft.time == TIME for draft in drafts)
    kinds = [draft.type for draft in drafts]
    assert kinds.count("instrument-verified") == kinds.count("instrument-registered") == 2
    assert kinds.index("product-registered") < kinds.index("certificate-recorded")
    subjects = [d.body["subject"] for d in drafts if d.type == "certificate-recorded"]
    assert any(one.startswith("product:0893850") for one in subjects)
    assert any(one.startswith(f"site:{party}/") for one in subjects)


def test_net_content_becomes_a_quantity_and_gtins_have_14_digits() -> None:
    (body,) = [d.body for d in read_setup(setup(), TIME) if d.type == "product-registered"]
    assert body["net_content"] == {"value": "0.5", "unit": "kg"}
    assert body["gtin"] == "08938503000420"


def test_an_empty_text_means_absent() -> None:
    site = {"code": "A", "kind": "other", "name": "x", "province": ""}
    drafts = read_setup(setup(sites=[site]), TIME)
    assert drafts[1].body == {"code": "A", "kind": "other", "name": "x"}


def test_partners_are_registered_by_the_ledger() -> None:
    drafts = read_setup(setup(partners=[{"code": "CH", "kind": "shop", "name": "Chợ"}]), TIME)
    assert [(d.party, d.body["code"]) for d in drafts[:2]] == [
        ("LEDGER", "HTX-TH"),
        ("LEDGER", "CH"),
    ]


@pytest.mark.parametrize(
    ("subject", "meant"),
    [
        ("8938503000420", "product:08938503000420"),
        ("VT-01", "site:HTX-TH/VT-01"),
        ("HTX-TH", "party:HTX-TH"),
        ("site:HTX-KHAC/V1", "site:HTX-KHAC/V1"),
    ],
)
def test_the_subject_of_a_certificate_is_spelt_out(subject: str, meant: str) -> None:
    drafts = read_setup(setup(certificates=[certificate(subject=subject)]), TIME)
    assert drafts[-1].body["subject"] == meant
    assert drafts[-1].body["valid_to"] == "2028-12-31"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"prty": {}}, ("key-unknown", None)),
        ({"party": None}, ("key-missing", "party")),
        ({"party": {"code": "thường", "kind": "shop", "name": "x"}}, ("party", "sites[0]")),
        ({"sites": [{"code": "A", "kind": "other"}]}, ("field-wrong", "sites[0].name")),
        ({"sites": [{"code": "A", "x": 1}]}, ("key-unknown", "sites[0]")),
        ({"sites": {}}, ("field-wrong", "sites")),
        ({"sites": ["A"]}, ("field-wrong", "sites")),
        (
            {"products": [{"gtin": "8938503000421", "name": "x"}]},
            ("check-digit", "products[0].gtin"),
        ),
        (
            {"products": [{"gtin": "8938503000420", "name": "x", "net_content": "nhiều"}]},
            ("net-content", "products[0].net_content"),
        ),
        (
            {"certificates": [certificate(subject="LA")]},
            ("subject-unknown", "certificates[0].subject"),
        ),
        (
            {"certificates": [certificate(valid_from="2029-01-01")]},
            ("days-reversed", "certificates[0]"),
        ),
        (
            {"certificates": [certificate(valid_to="31/02/2027")]},
            ("field-wrong", "certificates[0].valid_to"),
        ),
        ({"sites": [{"code": "A", "kind": "other", "name": "x"}] * 2}, ("repeated", "sites")),
        (
            {"partners": [{"code": "HTX-TH", "kind": "shop", "name": "x"}]},
            ("repeated", "partners"),
        ),
        (
            {"instruments": [{"code": "C", "kind": "cân", "verified_on": "2026-01-01"}]},
            ("field-wrong", "instruments[0].valid_to"),
        ),
    ],
)
def test_a_fault_is_reported_with_its_place(
    changes: dict[str, Any], expected: tuple[str, str | None]
) -> None:
    assert expected in faults(setup(**changes))


def test_all_faults_of_a_file_are_reported() -> None:
    raw = setup(sites=[{"code": "A B", "kind": "other", "name": "x"}, {"kind": "nơi"}], lạ=1)
    assert len(faults(raw)) >= 4


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{",
        b'{"party":NaN}',
        b"[" * 50_000,
        b'{"party":' + b"[" * 400 + b"]" * 400 + b"}",
        b'{"a":1,"a":2}',
        b'{"a":"\\ud800"}',
    ],
)
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(IntakeError, match="no JSON"):
        read_setup(raw, TIME)


def test_a_set_up_file_over_2_mebibytes_is_refused() -> None:
    with pytest.raises(IntakeError, match="at most 2097152"):
        read_setup(b" " * 2_097_153, TIME)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "kind", "name", "gtin", "subject", "number", "valid_to"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["party", "sites", "items", "products", "certificates", "instruments", "partners"]
        ),
        _JSON | st.lists(_JSON, max_size=3),
        max_size=4,
    )
)
def test_any_json_is_drafted_or_refused_with_sentences(value: dict[str, Any]) -> None:
    try:
        drafts = read_setup(json.dumps(value).encode(), TIME)
    except IntakeError:
        return
    assert all(draft.faults() == [] for draft in drafts)
