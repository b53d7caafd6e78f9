"""What the farm did in October: a declared loss, pieces without weight, sales, a record undone."""

from __future__ import annotations

from typing import Any

from api.bootstrap import Services
from api.station_pages.undoing import undone
from ledger.domain.drafts import Draft
from tests.store.small_ledger import FARM, FLOUR, FRUIT, GTIN, kg, lot, taken


def on(number: int, month: int = 10) -> str:
    """A moment of autumn 2026."""
    return f"2026-{month:02}-{number:02}T09:00:00+07:00"


def october(services: Services) -> None:
    """Record it."""

    def said(kind: str, when: str, body: dict[str, Any], **private: str) -> None:
        services.station.record(Draft(kind, FARM, when, body, private))

    said("harvested", on(2), {"lot": lot(FRUIT, "Q10"), "quantity": kg("10.25"), "site": "VT-01"})
    mistaken = {"lot": lot(FRUIT, "Q11"), "quantity": kg("5"), "site": "VT-01"}
    said("harvested", on(2), mistaken)
    said(
        "processed",
        on(5),
        {
            "site": "XUONG",
            "inputs": [taken(FRUIT, "Q10", "10.25")],
            "outputs": [taken(FLOUR, "B10", "6.1"), taken(FLOUR, "B12", "0.15")],
            "loss": kg("3.5"),
        },
    )
    pieces = {"lot": lot(FLOUR, "B13"), "quantity": {"value": "12", "unit": "piece"}}
    inputs = [taken(FRUIT, "Q02", "5")]
    said("processed", on(6), {"site": "XUONG", "inputs": inputs, "outputs": [pieces]})
    said(
        "packed",
        on(12),
        {
            "lot": lot(GTIN, "L10"),
            "site": "XUONG",
            "inputs": [taken(FLOUR, "B10", "6")],
            "packs": 29,
            "expiry": "2027-10-12",
        },
    )
    four, one = ({"value": much, "unit": "pack"} for much in ("4", "1"))
    said(
        "sold",
        on(15),
        {"lot": lot(GTIN, "L10"), "quantity": four, "to": {"kind": "shop", "number": "3"}},
        **{"to.digest": "Tạp hóa bà Tư"},
    )
    said("destroyed", on(16), {"lot": lot(GTIN, "L10"), "quantity": one, "reason": "damaged"})
    wrong = {
        "site": "XUONG",
        "inputs": [taken(FRUIT, "Q02", "3")],
        "outputs": [taken(FLOUR, "B14", "1")],
    }
    said("processed", on(7), wrong)
    body = undone("processed", wrong)
    said("corrected", on(8), {"of": "processed", "reason": "typing-error", "body": body})
    # In November it is noticed that nothing was harvested as Q11.
    body = undone("harvested", mistaken)
    said("corrected", on(3, 11), {"of": "harvested", "reason": "typing-error", "body": body})
