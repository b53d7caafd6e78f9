"""A thousand lots on ten levels below one harvest, signed and submitted past the form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from api.bootstrap import Services
from ledger.verify.graph import Lot
from ledger.verify.statement import Statement
from tests.inspector.scene import AUTHORITY, found
from tests.store.small_ledger import FARM, GTIN, SETUP, day, kg, lot, say, taken

__all__ = ["AUTHORITY", "LEVELS", "ROOT", "found_thousand"]

LEVELS = (1, 9, 30, 60, 100, 140, 160, 180, 160, 160)
"""Lots of each level: 1,000 together; the last level is packed."""
ROOT: Lot = (f"{FARM}/qua", "GOC")


def found_thousand(folder: Path) -> Services:
    """The scene with the thousand lots, sealed and projected; the caller closes it."""
    services = found(folder)
    for number in range(1, len(LEVELS) - 1):
        body = {"code": f"buoc-{number}", "name": f"Bán thành phẩm bước {number}"}
        say(services, FARM, "item-registered", SETUP, body)
    services.station.catch_up()
    signer = services.station.signers[FARM, "station"]
    head = services.ledger.history.journals[signer.keyid]
    seq, before = head.seq, head.id
    made: dict[Lot, str] = {}
    raws: list[bytes] = []

    def add(kind: str, body: dict[str, Any], links: tuple[str, ...]) -> str:
        nonlocal seq, before
        seq += 1
        entry = signer.sign(Statement(kind, FARM, seq, before, day(2), links, None, body))
        before = entry.id.hex()
        raws.append(entry.raw)
        return before

    first = {"lot": lot(*ROOT), "quantity": kg("100000"), "site": "VT-01"}
    above: list[Lot] = [ROOT]
    made[ROOT] = add("harvested", first, ())
    for level, count in enumerate(LEVELS[1:], start=1):
        last = level == len(LEVELS) - 1
        item = GTIN if last else f"{FARM}/buoc-{level}"
        here: list[Lot] = []
        for number in range(count):
            parent, one = above[number % len(above)], (item, f"T{level}-{number:03d}")
            inputs = [taken(*parent, "2")]
            work: dict[str, Any] = {"site": "XUONG", "inputs": inputs}
            if last:
                work |= {"lot": lot(*one), "packs": 10}
            else:
                work["outputs"] = [{"lot": lot(*one), "quantity": kg("2")}]
            made[one] = add("packed" if last else "processed", work, (made[parent],))
            here.append(one)
        above = here
    for start in range(0, len(raws), 200):
        services.ledger.submit(raws[start : start + 200])
    services.station.catch_up()
    return services
