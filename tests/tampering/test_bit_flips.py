"""Every single bit of a bundle counts: flipped anywhere in the file, the bundle is refused."""

from __future__ import annotations

from functools import cache

import pytest

from ledger.verify.checklist import verify_bundle
from tests.ledger_story import GROWER, NOW, kg, lot, signer_of
from tests.tampering.forgery import Desk, bundled

LOT = (f"{GROWER}/qua", "Q1")
STRIDE = 17  # prime, so that over the fields' fixed widths every column is met


@cache
def small() -> tuple[Desk, bytes]:
    """Five entries: genesis, party, two keys, one harvest."""
    desk = Desk()
    desk.enrol(GROWER)
    body = {"lot": lot(*LOT), "quantity": kg("5"), "site": "VT-1", "note": "0b" * 32}
    desk.add(signer_of(f"{GROWER} station"), "harvested", body)
    return desk, bundled(desk.entries, range(desk.size), LOT)


def refused(at: int, bit: int) -> bool:
    """True when the bundle with this bit flipped is refused."""
    desk, raw = small()
    flipped = bytearray(raw)
    flipped[at] ^= 1 << bit
    return verify_bundle(bytes(flipped), desk.trust, now=NOW).verdict == "refused"


def test_the_small_bundle_itself_verifies() -> None:
    desk, raw = small()
    assert verify_bundle(raw, desk.trust, now=NOW).verdict == "verified"
    assert desk.size == 5


def test_every_bit_of_every_seventeenth_byte_counts() -> None:
    _, raw = small()
    places = range(0, len(raw), STRIDE)
    assert [(at, bit) for at in places for bit in range(8) if not refused(at, bit)] == []
    for name in (
        b'"payload"',
        b'"keyid"',
        b'"signature"',
        b'"path"',
        b'"checkpoint"',
        b'"anchors"',
    ):
        start = raw.rindex(name)
        assert any(start < at < start + len(name) + 40 for at in places), name


def test_one_bit_of_every_other_byte_counts() -> None:
    _, raw = small()
    assert [at for at in range(0, len(raw), 2) if not refused(at, at // 2 % 8)] == []


@pytest.mark.long
def test_every_bit_of_the_file_counts() -> None:
    _, raw = small()
    assert [at for at in range(len(raw)) if not all(refused(at, bit) for bit in range(8))] == []
