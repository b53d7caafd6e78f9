"""Statements that a colluding station signed and the real log key sealed: refused by content.

Every proof of such a bundle holds; what is left to notice is what the entry says and where.
"""

from __future__ import annotations

import json

import pytest

from ledger.verify.bundle import LotBundle
from ledger.verify.entry import make_entry, parse_entry
from ledger.verify.report import Report
from tests.ledger_story import CLEAN_LOT, GROWER, PACKER, SIGNERS, check, signer_of, told
from tests.tampering.forgery import Desk, bundled, failures, resigned, signed

BUNDLE = LotBundle.parse(told().bundles[CLEAN_LOT])
INDEXES = [one.index for one in BUNDLE.entries]
STATION = SIGNERS[PACKER, "station"]


def _report(raw: bytes) -> Report:
    entries = [*told().entries, raw]
    return check(bundled(entries, [*INDEXES, len(entries) - 1], CLEAN_LOT))


def appended(raw: bytes) -> set[tuple[int, int | None, str]]:
    """What fails when a thief with the log key seals one more entry and bundles it too."""
    report = _report(raw)
    assert report.verdict == "refused"
    return failures(report)


NEXT = len(told().entries)  # index of what `appended` seals
LAST = next(raw for raw in reversed(told().entries) if parse_entry(raw).keyid == STATION.keyid)
PLACE = {"seq": json.loads(parse_entry(LAST).payload)["seq"] + 1}
PLACE |= {"prev": parse_entry(LAST).id.hex()}


def _payload(**changes: object) -> bytes:
    value = json.loads(parse_entry(LAST).payload) | PLACE | changes
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


PAYLOADS = {
    "duplicate key": (
        _payload().replace(b'{"anchor"', b'{"anchor":null,"anchor"', 1),
        "duplicate_key",
    ),
    "NFD text": (
        _payload(body={"code": "x", "name": "Che\u0300"}, type="item-registered"),
        "not_nfc",
    ),
    "float": (_payload().replace(b'"seq":', b'"seq":1.0,"seq2":', 1), "not_an_integer"),
    "exponent": (_payload(seq=0).replace(b'"seq":0', b'"seq":1e1', 1), "not_an_integer"),
    "minus zero": (_payload(seq=0).replace(b'"seq":0', b'"seq":-0', 1), "not_canonical"),
    "leading zero": (_payload(seq=0).replace(b'"seq":0', b'"seq":01', 1), "not_json"),
    "2^53": (_payload(seq=2**53), "integer_too_large"),
    "white space": (_payload().replace(b":", b": ", 1), "not_canonical"),
    "needless escape": (_payload().replace(b'"party":"C', b'"party":"\\u0043'), "not_canonical"),
    "key order": (b'{"type":"held","anchor":null}', "not_canonical"),
    "unknown field": (_payload(extra=1), "field-wrong"),
    "unknown type": (_payload(type="gifted"), "type-unknown"),
    "not UTF-8": (b"\xff" + _payload()[1:], "not_utf8"),
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_signed_and_sealed_payload_outside_the_profile_fails_check_1(name: str) -> None:
    payload, expected = PAYLOADS[name]
    raw = signed(payload, STATION)
    if name == "not UTF-8":  # it cannot even be written into a bundle's text
        with pytest.raises(UnicodeDecodeError):
            bundled([*told().entries, raw], [*INDEXES, NEXT], CLEAN_LOT)
        return
    found = appended(raw)
    assert (1, NEXT, expected) in found or (1, NEXT, "not_canonical") in found
    if name not in {"float"}:
        assert (1, NEXT, expected) in found


def test_a_signature_for_another_payload_type_fails_check_5() -> None:
    for kind in ("application/json", "application/vnd.ocop-ledger.key-proof.v1+json", ""):
        assert (5, NEXT, "wrong") in appended(signed(_payload(), STATION, kind))


def test_bytes_that_carry_another_payload_type_are_no_entry() -> None:
    raw = told().entries[0].replace(b"statement.v1", b"statement.v2", 1)
    with pytest.raises(Exception, match="another payload type"):
        parse_entry(raw)
    with pytest.raises(Exception, match="bytes instead of"):
        make_entry(b"{}", bytes(32), bytes(63))


def test_a_statement_in_the_name_of_another_party_fails_check_6() -> None:
    assert (6, NEXT, "party-differs") in appended(resigned(LAST, party=GROWER, **PLACE))


def test_a_forked_journal_position_fails_check_7() -> None:
    for one in BUNDLE.entries[1:]:
        fork = resigned(one.entry.raw, time="2026-09-12T08:00:00+07:00")
        assert (7, NEXT, "seq-gap") in appended(fork)


def test_a_rewritten_link_to_the_entry_before_fails_check_7() -> None:
    last_here = [one for one in BUNDLE.entries if one.entry.keyid == STATION.keyid][-1].entry
    seq = json.loads(last_here.payload)["seq"] + 1
    raw = resigned(last_here.raw, seq=seq, prev="ab" * 32)
    assert (7, NEXT, "prev-differs") in appended(raw)


def test_a_link_to_what_is_not_there_or_named_twice_fails_check_8() -> None:
    shipped = BUNDLE.entries[-1].entry
    link = BUNDLE.entries[-2].entry.id.hex()
    place = {"seq": json.loads(shipped.payload)["seq"] + 1, "prev": shipped.id.hex()}
    for links, expected in ((["ab" * 32], "input-unknown"), ([link, link], "input-twice")):
        assert (8, NEXT, expected) in appended(resigned(shipped.raw, **place, **{"in": links}))
    other = BUNDLE.entries[-3].entry.id.hex()
    doubled, single = max(link, other), min(link, other)
    report = _report(resigned(shipped.raw, **place, **{"in": [single, doubled, doubled]}))
    assert [one.refusal.params for one in report.failures] == [{"found": doubled}]
    # Working on the lot without building on its record is well signed but odd: a finding.
    unlinked = _report(resigned(shipped.raw, **place, **{"in": []}))
    assert "not-linked" in {one.code for one in unlinked.findings}


def test_an_anchor_from_the_future_or_of_another_tree_fails_check_10() -> None:
    shipped = BUNDLE.entries[-1].entry
    place = {"seq": json.loads(shipped.payload)["seq"] + 1, "prev": shipped.id.hex()}
    head = told().checkpoints
    future = {"size": NEXT + 1, "root": head[35].hex()}
    assert (10, NEXT, "anchor-early") in appended(resigned(shipped.raw, anchor=future, **place))
    other = {"size": 35, "root": head[34].hex()}
    assert (10, None, "not_consistent") in appended(resigned(shipped.raw, anchor=other, **place))
    back = {"size": 3, "root": head[3].hex()}
    assert (10, NEXT, "anchor-backwards") in appended(resigned(shipped.raw, anchor=back, **place))
    split = {"size": 18, "root": head[17].hex()}
    found = appended(resigned(shipped.raw, anchor=split, **place))
    assert (10, NEXT, "anchor-split") in found


def test_a_whole_bundle_of_another_ledger_fails_checks_2_and_6() -> None:
    other_root = signer_of("another root")
    desk = Desk([other_root])
    report = check(bundled(desk.entries, [0], CLEAN_LOT))
    assert {(6, 0, "roots-differ"), (6, None, "genesis-absent")} <= failures(report)
