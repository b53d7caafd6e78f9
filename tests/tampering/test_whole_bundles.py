"""Bundles of format v2: what is hidden is noticed off line, and what is whole is not suspected."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import pytest

from ledger.verify.bundle import LotBundle
from ledger.verify.checklist import verify_bundle
from ledger.verify.entry import parse_entry
from ledger.verify.graph import Lot
from ledger.verify.report import Report
from ledger.verify.trust import Trust
from tests.ledger_story import GROWER, NOW, TRUST, kg, lot, signer_of, told
from tests.tampering.forgery import Desk, failures
from tests.tampering.indexed import SEEN_AT, Whole, cosigned, indexed, witness

REQUIRED = replace(TRUST, index_required=True)
LOTS = sorted(told().bundles)
# Registrations that no rule of completeness counts; what they lack shows as findings.
UNCOUNTED = {
    "site-registered",
    "item-registered",
    "instrument-registered",
    "instrument-verified",
}


@cache
def whole() -> Whole:
    """The story and a true index of all of it."""
    return Whole(indexed(told().entries))


def indexes_of(of: Lot) -> list[int]:
    """What the exporter takes for a lot."""
    return [one.index for one in LotBundle.parse(told().bundles[of]).entries]


def check(made: LotBundle, trust: Trust = REQUIRED) -> Report:
    """The report of an inspector."""
    return verify_bundle(made.format(), trust, now=NOW)


@pytest.mark.parametrize("of", LOTS, ids=lambda one: one[1])
def test_every_lot_of_the_story_is_complete_as_of_the_index(of: Lot) -> None:
    report = check(whole().bundle(indexes_of(of), of))
    assert report.verdict == "verified", report.as_text("en")
    assert report.complete_as_of is not None
    assert report.complete_as_of.size == len(told().entries)


@pytest.mark.parametrize("of", LOTS, ids=lambda one: one[1])
def test_a_skilfully_hidden_statement_is_noticed_at_every_place(of: Lot) -> None:
    """All proofs and rows made anew by somebody who holds the log; v1 noticed a part of these."""
    for left_out in indexes_of(of):
        rest = [at for at in indexes_of(of) if at != left_out]
        report = check(whole().bundle(rest, of))
        kind = json.loads(parse_entry(whole().entries[left_out]).payload)["type"]
        if kind in UNCOUNTED:
            assert report.verdict == "verified"
        else:
            assert report.verdict == "refused", (left_out, kind)


@pytest.mark.parametrize("of", LOTS, ids=lambda one: one[1])
def test_rows_of_a_ledger_that_never_had_the_statement_do_not_help(of: Lot) -> None:
    """The thief takes rows and proof from a twin ledger without the last statement."""
    for left_out in [at for at in indexes_of(of) if at > 16]:
        twin = Whole(indexed([*told().entries[:left_out], *told().entries[left_out + 1 :]]))
        rest = [at for at in indexes_of(of) if at != left_out]
        made = whole().bundle(rest, of)
        assert made.index is not None
        borrowed = twin.rows_for([row.name for row in made.index.rows])
        moved = replace(made, index=replace(borrowed, entry=whole().index or 0))
        codes = {code for _, _, code in failures(check(moved))}
        assert codes & {"index-unproved", "input-unknown", "product-unknown"}


def test_an_old_index_says_as_of_which_mark_and_newer_statements_may_follow() -> None:
    early = [*indexed(told().entries[:31]), *told().entries[31:]]
    ledger = Whole(early)
    # The recall came after the index: shown or hidden, the bundle is complete as of the older mark.
    recalled = ("HTX-A/che-kho", "K2")
    shown = [at if at < 31 else at + 1 for at in indexes_of(recalled)]
    report = check(ledger.bundle(shown, recalled))
    assert report.verdict == "verified", report.as_text("en")
    assert report.complete_as_of is not None
    assert (report.complete_as_of.size, report.status) == (31, "recalled")
    report = check(ledger.bundle(shown[:-1], recalled))
    assert (report.verdict, report.status) == ("verified", "active")
    assert "mark 31" in report.as_text("en") and "mốc 31" in report.as_text("vi")
    after = len(ledger.entries) - 31 - 1
    assert f"not covered: {after};" in report.as_text("en")
    assert f"chưa bao gồm: {after};" in report.as_text("vi")


def test_an_ancestor_that_nobody_recorded_is_shown_to_be_absent() -> None:
    desk = Desk()
    desk.enrol(GROWER)
    made, used = (f"{GROWER}/che", "K1"), (f"{GROWER}/la", "NEVER")
    body = {
        "site": "X",
        "inputs": [{"lot": lot(*used), "quantity": kg("5")}],
        "outputs": [{"lot": lot(*made), "quantity": kg("1")}],
    }
    desk.add(signer_of(f"{GROWER} station"), "processed", body)
    ledger = Whole(indexed(desk.entries))
    bundle = ledger.bundle(range(desk.size), made)
    assert bundle.index is not None
    absent = {row.name: row.value for row in bundle.index.rows}
    assert absent["lot", *used] is None
    report = check(bundle, replace(desk.trust, index_required=True))
    assert report.verdict == "verified", report.as_text("en")


@cache
def small() -> tuple[Trust, bytes]:
    """Seven entries with an index, co-signed by one witness."""
    desk = Desk()
    desk.enrol(GROWER)
    of = (f"{GROWER}/qua", "Q1")
    body = {"lot": lot(*of), "quantity": kg("5"), "site": "VT-1", "note": "0b" * 32}
    desk.add(signer_of(f"{GROWER} station"), "harvested", body)
    made = Whole(indexed(desk.entries)).bundle(range(desk.size), of)
    trust = replace(desk.trust, index_required=True, witnesses=(witness("tinh"),), quorum=1)
    return trust, replace(made, checkpoint=cosigned(made.checkpoint, "tinh")).format()


def refused(at: int, bit: int) -> bool:
    """True when the bundle with this bit flipped is refused."""
    trust, raw = small()
    flipped = bytearray(raw)
    flipped[at] ^= 1 << bit
    return verify_bundle(bytes(flipped), trust, now=NOW).verdict == "refused"


def test_the_small_bundle_itself_is_complete_and_witnessed() -> None:
    trust, raw = small()
    value = verify_bundle(raw, trust, now=NOW).as_json("vi")
    assert value["verdict"] == "verified"
    assert value["complete_as_of"]["witnesses"] == {"witness.example/tinh": SEEN_AT}


def test_one_bit_of_every_third_byte_counts() -> None:
    _, raw = small()
    assert [at for at in range(0, len(raw), 3) if not refused(at, at // 3 % 8)] == []


@pytest.mark.long
def test_every_bit_of_the_file_counts() -> None:
    _, raw = small()
    assert [at for at in range(len(raw)) if not all(refused(at, bit) for bit in range(8))] == []


@pytest.mark.parametrize("quorum", range(4))
def test_as_many_witnesses_as_the_trust_file_asks_for(quorum: int) -> None:
    names = ("tinh", "thanh-tra", "hoi")
    trust = replace(REQUIRED, witnesses=tuple(map(witness, names)), quorum=quorum)
    lots = [LOTS[0]]
    made = whole().bundle(indexes_of(lots[0]), lots[0])
    for count in range(4):
        note = cosigned(made.checkpoint, *names[:count])
        report = check(replace(made, checkpoint=note), trust)
        assert report.verdict == ("verified" if count >= quorum else "refused")
        expected = set() if count >= quorum else {(3, None, "quorum-missing")}
        assert failures(report) == expected
        strangers = cosigned(made.checkpoint, "ai", "do", "khac")
        report = check(replace(made, checkpoint=strangers), trust)
        assert len(report.unchecked_witnesses) == 3
        assert report.verdict == ("verified" if quorum == 0 else "refused")


def test_a_witness_may_claim_any_time_and_the_report_still_reads() -> None:
    trust = replace(REQUIRED, witnesses=(witness("tinh"),), quorum=1)
    made = whole().bundle(indexes_of(LOTS[0]), LOTS[0])
    for time in (0, SEEN_AT, 2**63 - 1):
        note = cosigned(made.checkpoint, "tinh", time=time)
        report = check(replace(made, checkpoint=note), trust)
        assert report.verdict == "verified"
        assert "witness.example/tinh" in report.as_text("vi")
        assert report.as_text("en").count("\n") > 12


def test_more_lines_than_sixteen_are_refused() -> None:
    made = whole().bundle(indexes_of(LOTS[0]), LOTS[0])
    note = cosigned(made.checkpoint, *(f"w{n}" for n in range(17)))
    assert (2, None, "signature-extra") in failures(check(replace(made, checkpoint=note)))
