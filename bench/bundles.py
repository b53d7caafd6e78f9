"""What a lot bundle weighs and what its check costs: a lot of 12 statements, alone and in a season.

The bundle holds besides them genesis, keys, registrations, the index and its rows; the proofs get
longer with the logarithm of the ledger, so it is measured with many others between its statements.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.bootstrap import Services
from bench.ledgers import PARTY, harvests, hub
from ledger.domain.drafts import Draft
from ledger.verify import signature
from ledger.verify.bundle import LotBundle
from ledger.verify.checklist import verify_bundle
from ledger.verify.trust import Trust

Row = tuple[str, str, str]
BETWEEN = (0, 100, 2_000)
ROUNDS = 41
_GTIN = "08938501000125"
_BATCH = 400
_TIME = "2026-09-{:02d}T08:00:00+07:00"


def rows() -> list[Row]:
    """(what, measured, bar) for this theme."""
    return [row for between in BETWEEN for row in _measured(between)]


def _measured(between: int) -> list[Row]:
    """A lot between whose statements so many others were recorded."""
    with hub("sqlite") as services:
        _tell(services, between)
        services.committer.commit()
        services.station.catch_up()
        raw = services.bundle(_GTIN, "P1")
        assert raw is not None
        trust = Trust.parse(services.trust())
        bundle = LotBundle.parse(raw)
        report = verify_bundle(raw, trust)
        assert report.verdict == "verified", report.as_text("en")
        assert report.complete_as_of is not None
        keys = services.ledger.history.keys.records
        work = [
            (Ed25519PublicKey.from_public_bytes(keys[one.keyid].public.raw), one)
            for one in (entry.entry for entry in bundle.entries[-13:-1])
        ]
    floor, checked = _timed(work, raw, trust)
    entries, others = len(bundle.entries), f"in a ledger of {report.tree_size:,} entries"
    proofs = len(bundle.nodes or ()) + (0 if bundle.index is None else len(bundle.index.nodes))
    return [
        (
            f"bundle of a lot of 12 statements, deflated, {others}",
            f"{len(zlib.compress(raw, 9)):,} bytes ({len(raw):,} raw; {entries} entries, "
            f"{proofs} hashes)",
            "<= 12,000 bytes",
        ),
        (
            "the same verified in Python after start-up",
            f"{checked * 1e3:.2f} ms CPU ({checked / floor:.1f} x 12 raw Ed25519 verifies, "
            f"{floor * 1e3:.2f} ms)",
            "<= 10 ms",
        ),
    ]


def _timed(
    work: list[tuple[Ed25519PublicKey, Any]], raw: bytes, trust: Trust
) -> tuple[float, float]:
    """Median CPU seconds of 12 raw verifications and of one check, run in turn."""
    floor, checked = [], []
    for _ in range(ROUNDS):
        started = process_time()
        for key, entry in work:
            key.verify(entry.signature, entry.signed)
        floor.append(process_time() - started)
        signature._is_point.cache_clear()  # an inspector's program has seen none of the keys
        started = process_time()
        verify_bundle(raw, trust)
        checked.append(process_time() - started)
    return median(floor), median(checked)


def _tell(services: Services, between: int) -> None:
    """Register a product, then the lot's twelve statements with others between them."""
    say = _sayer(services)
    say("product-registered", 1, {"gtin": _GTIN, "name": "Miến dong gói 500 g"})
    say("item-registered", 1, {"code": "bot", "name": "Bột dong"})
    roots, flour, packs = (
        _lot(f"{PARTY}/cu-dong", "C1"),
        _lot(f"{PARTY}/bot", "B1"),
        _lot(_GTIN, "P1"),
    )
    second = _lot(f"{PARTY}/cu-dong", "C2")
    kg = {"value": "10", "unit": "kg"}
    told: list[tuple[str, dict[str, Any]]] = [
        ("field-work-recorded", {"site": "VT-01", "activity": "weeding"}),
        ("harvested", {"lot": roots, "quantity": kg, "site": "VT-01"}),
        ("harvested", {"lot": second, "quantity": kg, "site": "VT-01"}),
        ("tested", {"lot": roots, "result": "pass"}),
        (
            "processed",
            {
                "site": "VT-01",
                "inputs": [{"lot": roots, "quantity": kg}, {"lot": second, "quantity": kg}],
                "outputs": [{"lot": flour, "quantity": kg}],
            },
        ),
        ("inspected", {"lot": flour, "result": "pass"}),
        (
            "packed",
            {
                "lot": packs,
                "site": "VT-01",
                "inputs": [{"lot": flour, "quantity": kg}],
                "packs": 20,
                "expiry": "2027-09-01",
            },
        ),
        ("labels-issued", {"lot": packs, "count": 20}),
        ("tested", {"lot": packs, "result": "pass"}),
        ("inspected", {"lot": packs, "result": "pass"}),
        ("shipped", {"lot": packs, "quantity": {"value": "10", "unit": "pack"}, "site": "VT-01"}),
        ("sold", {"lot": packs, "quantity": {"value": "1", "unit": "pack"}}),
    ]
    for day, (kind, body) in enumerate(told, start=2):
        say(kind, day, body)
        raw = harvests(services, between)
        for at in range(0, between, _BATCH):
            services.ledger.submit(raw[at : at + _BATCH])
        services.station.catch_up()


def _sayer(services: Services) -> Callable[[str, int, dict[str, Any]], object]:
    return lambda kind, day, body: services.station.record(
        Draft(kind, PARTY, _TIME.format(day), body)
    )


def _lot(item: str, code: str) -> dict[str, str]:
    return {"item": item, "code": code}


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
