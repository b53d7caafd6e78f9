"""The seal in a label's address and the list of stations: what passes, and what never does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.label_seals import LabelSealer, no_seal
from ledger.verify.label_address import LabelAddress
from ledger.verify.label_check import verify_label
from ledger.verify.label_outcomes import OUTCOMES
from ledger.verify.label_seal import SEAL_DIGITS, LabelSeal, SealRefused, sealed_bytes
from ledger.verify.signature import PublicKey
from ledger.verify.station_list import parse_station_list, verify_station_list
from ledger.verify.strict_json import FileRefused
from ledger.verify.trust import Trust
from tests.tampering.indexed import cosigned, witness
from tests.vectors.make_label_vectors import (
    FOLDER,
    LabelCase,
    cases,
    files,
    sealed,
)

CLEAN = (FOLDER / "stations.json").read_bytes()
TRUST = Trust.parse((FOLDER / "trust.json").read_bytes())
Value = dict[str, Any]


def test_the_pinned_vectors_are_what_the_program_makes() -> None:
    made = files()
    assert {path.name for path in FOLDER.iterdir()} == {*made, "README.md"}
    for name, content in made.items():
        assert (FOLDER / name).read_bytes() == content, name


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_every_label_vector_is_judged_as_it_says(case: LabelCase) -> None:
    stations = None if case.stations is None else (FOLDER / case.stations).read_bytes()
    bundle = None if case.bundle is None else (FOLDER / case.bundle).read_bytes()
    report = verify_label(case.text, TRUST, stations=stations, bundle=bundle)
    broken = {one.refusal.code for made in report.evidence for one in made.failures}
    assert (report.code, sorted(broken)) == (case.code, sorted(case.evidence))
    for lang in ("vi", "en"):
        assert "{" not in report.as_text(lang)
        assert report.as_json(lang)["verdict"] == report.verdict


def test_every_outcome_has_a_vector() -> None:
    assert {one.code for one in cases()} >= set(OUTCOMES)


def test_a_seal_can_be_made_again_from_its_vector() -> None:
    vector = json.loads((FOLDER / "seal.json").read_bytes())
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["seed"]))
    message = sealed_bytes(vector["origin"], vector["gtin14"], vector["lot"], vector["serial"])
    assert message.decode() == vector["message"]
    public = PublicKey(private.public_key().public_bytes_raw())
    seal = LabelSeal(public.keyid[:4], private.sign(message))
    assert (seal.text, seal.hint.hex()) == (vector["digits"], vector["hint"])
    assert LabelSeal.read(vector["digits"]).made_by(public, message)
    for one in vector["refused"]:
        with pytest.raises(SealRefused) as refused:
            LabelSeal.read(one["digits"])
        assert refused.value.code == one["code"]


@given(st.binary(min_size=68, max_size=68))
def test_a_seal_has_one_text_and_a_text_one_seal(raw: bytes) -> None:
    seal = LabelSeal(raw[:4], raw[4:])
    assert len(seal.text) == SEAL_DIGITS
    assert LabelSeal.read(seal.text) == seal


@given(st.text(max_size=200))
def test_what_is_no_address_is_refused_in_a_sentence(text: str) -> None:
    report = verify_label(text, TRUST, stations=CLEAN)
    assert report.verdict != "verified"
    assert report.say("vi") != report.say("en")


@pytest.mark.parametrize("part", range(4))
def test_no_part_of_what_is_sealed_can_run_into_the_next(part: int) -> None:
    parts = ["ledger.example/x", "08938501000125", "P1", "A2000003K7QM"]
    assert sealed_bytes(*parts) == b"ocop-ledger/label/v1\n" + "\n".join([*parts, ""]).encode()
    for bad in ("a\nb", "", " ", "ế", "x" * 201):
        with pytest.raises(SealRefused):
            sealed_bytes(*(bad if at == part else one for at, one in enumerate(parts)))


def test_a_seal_for_show_is_as_long_and_vouches_for_nothing() -> None:
    genuine = sealed()
    plain, _, _ = genuine.partition("?")
    shown = plain + no_seal("", "", "")
    assert len(shown) == len(genuine)
    assert verify_label(shown, TRUST, stations=CLEAN).code == "key-strange"


def test_any_changed_digit_of_a_seal_is_noticed() -> None:
    genuine = sealed()
    for at in range(len(genuine) - SEAL_DIGITS, len(genuine)):
        digit = str((int(genuine[at]) + 1) % 10)
        changed = genuine[:at] + digit + genuine[at + 1 :]
        assert verify_label(changed, TRUST, stations=CLEAN).verdict != "verified"


def changed_list(change: Callable[[Value], object]) -> bytes:
    value = json.loads(CLEAN)
    change(value)
    return json.dumps(value).encode()


SPOILT: dict[str, tuple[Callable[[Value], object], str]] = {
    "a field more": (lambda v: v.update(more=1), "fields-differ"),
    "a field less": (lambda v: v.pop("index"), "fields-differ"),
    "a lot bundle's name": (
        lambda v: v.update(format="ocop-ledger/lot-bundle/v2"),
        "value-wrong",
    ),
    "the opening left out": (lambda v: v["entries"].pop(0), "proof_length"),
    "an enrolment left out": (lambda v: v["entries"].pop(3), "proof_length"),
    "a signature changed": (lambda v: v["entries"][3].update(signature="00" * 64), "r_low_order"),
    "an entry moved": (lambda v: v["entries"][-1].update(index=999), "beyond-tree"),
    "a key's row left out": (lambda v: v["index"]["rows"].pop(), "index-unproved"),
    "a key's row changed": (
        lambda v: v["index"]["rows"][0]["value"].update(enrolled=1),
        "index-unproved",
    ),
    "a huge number": (lambda v: v["index"].update(entry=2**70), "value-wrong"),
    "another checkpoint": (
        lambda v: v.update(checkpoint=v["checkpoint"].replace("\n3", "\n4", 1)),
        "bad_signature",
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_list_says_nothing_about_a_label(name: str) -> None:
    change, code = SPOILT[name]
    raw = changed_list(change)
    report, _ = verify_station_list(raw, TRUST)
    found = {one.refusal.code for one in report.failures}
    assert report.verdict == "refused"
    assert found & {code, "rows-count" if code == "index-unproved" else code}, found
    assert verify_label(sealed(), TRUST, stations=raw).code == "evidence-refused"


def test_a_list_too_large_or_cut_is_refused_before_anything_is_believed() -> None:
    for raw in (b" " * (32 * 1024 * 1024 + 1), CLEAN[:-20], b"", b"[]", b"\xff"):
        with pytest.raises(FileRefused):
            parse_station_list(raw)
        assert verify_label(sealed(), TRUST, stations=raw).code == "evidence-refused"


def test_a_quorum_that_the_trust_file_asks_for_is_asked_of_the_list_too() -> None:
    trust = replace(TRUST, witnesses=(witness("one"),), quorum=1)
    report, _ = verify_station_list(CLEAN, trust)
    assert [one.refusal.code for one in report.failures] == ["quorum-missing"]
    seen = changed_list(lambda v: v.update(checkpoint=cosigned(v["checkpoint"], "one")))
    report, _ = verify_station_list(seen, trust)
    assert report.verdict == "verified" and report.complete_as_of is not None
    assert verify_label(sealed(), trust, stations=seen).code == "seal-good"


def test_without_an_index_a_list_serves_whoever_does_not_ask_for_one() -> None:
    raw = (FOLDER / "stations-without-index.json").read_bytes()
    optional = replace(TRUST, index_required=False)
    assert verify_label(sealed(), optional, stations=raw).code == "seal-good"


def test_the_same_label_always_gets_the_same_seal() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    sealer = LabelSealer("a.example/b", private, bytes(32))
    one = sealer("08938501000125", "P1", "A2000003K7QM")
    assert one == sealer("08938501000125", "P1", "A2000003K7QM")
    assert LabelAddress.read(f"HTTPS://A.VN/01/08938501000125/10/P1/21/A2000003K7QM{one}").seal
