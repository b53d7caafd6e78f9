"""A paper kept beside the ledger: a statement holds its SHA-256, so a changed byte of it shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from ledger.verify.bundle import LotBundle
from ledger.verify.checklist import verify_bundle
from ledger.verify.entry import make_entry
from tests.ledger_story import GROWER, NOW, kg, lot, signer_of
from tests.tampering.forgery import Desk, failures
from tests.tampering.indexed import Whole, indexed

_PAPER = "Phiếu kết quả thử nghiệm số 12: đạt.\n".encode() * 4
_LOT = (f"{GROWER}/qua", "Q1")


def _tested() -> tuple[Desk, LotBundle]:
    desk = Desk()
    desk.enrol(GROWER)
    station = signer_of(f"{GROWER} station")
    body = {"lot": lot(*_LOT), "quantity": kg("5"), "site": "VT-1"}
    made = desk.add(station, "harvested", body)
    body = {"lot": lot(*_LOT), "result": "pass", "document": hashlib.sha256(_PAPER).hexdigest()}
    desk.add(station, "tested", body, links=[made])
    return desk, Whole(indexed(desk.entries)).bundle(range(desk.size), _LOT)


def _named(raw: bytes) -> str:
    """The digest that a bundle's test result names."""
    said = [json.loads(one["payload"]) for one in json.loads(raw)["entries"]]
    return next(str(one["body"]["document"]) for one in said if one["type"] == "tested")


def test_every_flipped_bit_of_a_paper_differs_from_what_the_verified_bundle_names() -> None:
    desk, bundle = _tested()
    raw = bundle.format()
    assert verify_bundle(raw, replace(desk.trust, index_required=True), now=NOW).verdict == (
        "verified"
    )
    assert hashlib.sha256(_PAPER).hexdigest() == _named(raw)
    for at in range(len(_PAPER)):
        changed = bytearray(_PAPER)
        changed[at] ^= 1 << at % 8
        assert hashlib.sha256(changed).hexdigest() != _named(raw)


def test_a_statement_made_to_name_the_changed_paper_is_refused() -> None:
    desk, bundle = _tested()
    other = hashlib.sha256(b"x" + _PAPER).hexdigest()
    entries = list(bundle.entries)
    at = next(n for n, one in enumerate(entries) if b'"tested"' in one.entry.payload)
    entry = entries[at].entry
    payload = entry.payload.replace(hashlib.sha256(_PAPER).hexdigest().encode(), other.encode())
    assert payload != entry.payload
    entries[at] = replace(entries[at], entry=make_entry(payload, entry.keyid, entry.signature))
    report = verify_bundle(replace(bundle, entries=tuple(entries)).format(), desk.trust, now=NOW)
    index = entries[at].index
    assert {(4, None, "entries-unproved"), (5, index, "wrong")} <= failures(report)
