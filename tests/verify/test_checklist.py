"""The bundle checklist: every item runs as far as it can and every failure is listed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from ledger.verify.bundle import MAX_BUNDLE, LotBundle
from ledger.verify.bundle_refusals import BundleRefused
from ledger.verify.checklist import verify_bundle
from ledger.verify.trust import Trust
from tests.ledger_story import (
    CLEAN_LOT,
    CORRECTED_LOT,
    GROWER,
    HARVEST_LOT,
    NOW,
    PACKER,
    RECALLED_LOT,
    ROOT,
    SIGNERS,
    TRUST,
    check,
    kg,
    lot,
    signer_of,
    told,
)
from tests.tampering.forgery import Desk, bundled, failures

BUNDLE = LotBundle.parse(told().bundles[CLEAN_LOT])


def test_a_clean_lot_is_verified_without_findings() -> None:
    report = check(told().bundles[CLEAN_LOT])
    assert (report.verdict, report.status, report.findings) == ("verified", "active", [])
    assert (report.tree_size, report.entries) == (35, 25)
    assert report.signers == [f"{PACKER} (station)", f"{GROWER} (station)"]


def test_a_recalled_input_shows_in_the_lot_made_of_it() -> None:
    report = check(told().bundles[RECALLED_LOT])
    assert (report.verdict, report.status) == ("verified", "recalled")
    assert {one.code for one in report.findings} == {"input-recalled", "lot-recalled"}


def test_a_correction_shows_and_its_amount_counts() -> None:
    report = check(told().bundles[CORRECTED_LOT])
    assert [one.code for one in report.findings] == ["corrected"]


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (dt.datetime(2028, 8, 1, tzinfo=dt.UTC), "active"),
        (dt.datetime(2028, 8, 2, tzinfo=dt.UTC), "expired"),
        (None, "active"),
    ],
)
def test_the_readers_clock_decides_what_is_out_of_date(
    now: dt.datetime | None, status: str
) -> None:
    report = verify_bundle(told().bundles[CLEAN_LOT], TRUST, now=now)
    assert (report.verdict, report.status) == ("verified", status)


def test_several_faults_are_all_listed() -> None:
    entries = list(BUNDLE.entries)
    entries[20] = replace(entries[20], path=entries[20].path[1:])
    broken = replace(BUNDLE, checkpoint=BUNDLE.checkpoint, entries=tuple(entries), anchors=())
    numbers = {number for number, _, _ in failures(check(broken.format(), label=("A1", 9)))}
    assert numbers == {4, 9, 10}


def test_an_entry_that_fails_lends_its_key_to_nobody() -> None:
    """The enrolment of the packer's station is out of the tree: all it signed is unknown."""
    at = next(i for i, one in enumerate(BUNDLE.entries) if one.index == 6)
    entries = list(BUNDLE.entries)
    entries[at] = replace(entries[at], path=(bytes(32), *entries[at].path[1:]))
    found = failures(check(replace(BUNDLE, entries=tuple(entries)).format()))
    assert (4, 6, "not_included") in found
    theirs = [one.index for one in BUNDLE.entries if one.entry.keyid == STATION.keyid]
    assert {(6, index, "key-unknown") for index in theirs} <= found


STATION = SIGNERS[PACKER, "station"]


def test_a_trust_file_of_another_ledger_refuses_by_log_key_and_by_roots() -> None:
    stranger = signer_of("stranger")
    other_roots = Trust(TRUST.log_key, frozenset({stranger.public.hex()}))
    found = failures(verify_bundle(told().bundles[CLEAN_LOT], other_roots, now=NOW))
    assert {(6, 0, "roots-differ"), (6, None, "genesis-absent")} <= found
    log_key = replace(TRUST.log_key, key=replace(TRUST.log_key.key, raw=stranger.public))
    found = failures(verify_bundle(told().bundles[CLEAN_LOT], Trust(log_key, TRUST.roots), now=NOW))
    assert {number for number, _, _ in found} == {2}
    assert (2, 0, "log-key-differs") in found


def test_a_genesis_of_another_origin_fails_check_2() -> None:
    desk = Desk()
    body = {"format": 1, "origin": "ledger.example/y", "log_key": TRUST.log_key.format()}
    body |= {"roots": [ROOT.public.hex()], "threshold": 1}
    desk.entries.clear()
    desk._heads.clear()
    desk.add(ROOT, "ledger-opened", body, party="LEDGER", anchor=None)
    found = failures(verify_bundle(bundled(desk.entries, [0], CLEAN_LOT), TRUST, now=NOW))
    assert (2, 0, "origin-differs") in found


def test_a_backdated_statement_is_shown_as_recorded_late() -> None:
    desk = Desk()
    desk.enrol(GROWER)
    station = SIGNERS[GROWER, "station"]
    for code, day in (("Q1", "2026-09-10"), ("Q2", "2026-09-01")):
        body = {"lot": lot(f"{GROWER}/qua", code), "quantity": kg("5"), "site": "X"}
        desk.add(station, "harvested", body, time=day)
    of = (f"{GROWER}/qua", "Q2")
    raw = bundled(desk.entries, range(4), of)
    assert (8, None, "lot-absent") in failures(verify_bundle(raw, desk.trust, now=NOW))
    report = desk.check((f"{GROWER}/qua", "Q2"))
    assert "recorded-late" in {one.code for one in report.findings}


def test_a_statement_dated_a_week_from_now_is_shown_as_future() -> None:
    late = NOW - dt.timedelta(days=90)
    report = verify_bundle(told().bundles[HARVEST_LOT], TRUST, now=late)
    assert {one.code for one in report.findings} == {"time-in-future"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\x00",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"format":NaN}',
        b"9" * 10_000,
        b'{"format":"\\ud800"}',
        b" " * (MAX_BUNDLE + 1),
    ],
    ids=range(12),
)
def test_what_is_no_bundle_fails_check_1_and_raises_nothing(raw: bytes) -> None:
    report = verify_bundle(raw, TRUST, now=NOW)
    assert [one.check for one in report.failures] == [1]
    assert report.failures[0].say("vi") and report.failures[0].say("en")


def test_every_cut_of_a_bundle_is_refused_and_raises_nothing() -> None:
    raw = told().bundles[HARVEST_LOT]
    for size in range(0, len(raw.rstrip()), 13):
        assert check(raw[:size]).verdict == "refused"


def test_amounts_at_the_end_of_the_scale_are_judged_and_never_crash() -> None:
    desk = Desk()
    desk.enrol(PACKER)
    gtin = "08938501000125"
    admin, of = SIGNERS[PACKER, "admin"], (gtin, "P1")
    most = {"value": "999999999999.999999", "unit": "t"}
    desk.add(
        admin, "product-registered", {"gtin": gtin, "name": "x", "net_content": most}, party=PACKER
    )
    tiny = {"lot": lot(f"{PACKER}/x", "X"), "quantity": {"value": "0.000001", "unit": "g"}}
    body = {"lot": lot(*of), "site": "X", "inputs": [tiny], "packs": 999_999_999}
    desk.add(admin, "packed", body, party=PACKER)
    report = desk.check(of)
    assert report.verdict == "verified"
    assert "packs-exceed-content" in {one.code for one in report.findings}


def test_every_refusal_of_the_bundle_is_worded_in_both_languages() -> None:
    for english, vietnamese in BundleRefused.catalogue.values():
        assert english != vietnamese and english.endswith(".") and vietnamese.endswith(".")
