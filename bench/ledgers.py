"""Ledgers to measure on: real statements made by a real station, as many as asked for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from api.bootstrap import Services, create, enrol_party
from api.settings import Settings
from ledger.domain.drafts import Draft
from ledger.signing import Signer
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.statement import Statement

PARTY = "HTX-DO"
_START = dt.datetime(2026, 9, 1, 6, tzinfo=dt.timezone(dt.timedelta(hours=7)))


def small_cooperative(folder: Path) -> Services:
    """A new ledger with one party, one site, one item, one scale."""
    services = create(folder, Settings("bench.example/log", "http://127.0.0.1:8471"))
    time = services.station.now_text()
    party = {
        "code": PARTY,
        "kind": "cooperative",
        "name": "Hợp tác xã Đo lường",
        "address": "thôn Đo, xã Lường, tỉnh Hưng Yên",
    }
    services.station.record(Draft("party-registered", ROOT_PARTY, time, party))
    enrol_party(services, PARTY)
    for kind, body in (
        ("site-registered", {"code": "VT-01", "kind": "growing-area", "name": "Vườn 1"}),
        ("item-registered", {"code": "cu-dong", "name": "Củ dong"}),
        ("instrument-registered", {"code": "CAN-01", "kind": "cân bàn"}),
    ):
        services.station.record(Draft(kind, PARTY, time, body))
    return services


def harvests(services: Services, count: int) -> list[bytes]:
    """`count` signed harvest entries that continue the station's journal; not yet submitted."""
    signer: Signer = services.station.signers[PARTY, "station"]
    head = services.ledger.history.journals.get(signer.keyid)
    seq, prev = (1, None) if head is None else (head.seq + 1, head.id)
    sealed = services.log.head()
    anchor = None if sealed is None else (sealed.size, sealed.root.hex())
    made = []
    for number in range(count):
        body = {
            "lot": {"item": f"{PARTY}/cu-dong", "code": f"B-{seq}"},
            "quantity": {"value": f"{100 + number % 80}.{number % 1000:03d}", "unit": "kg"},
            "site": "VT-01",
            "instrument": "CAN-01",
            "from": {"kind": "household", "number": f"{number % 40 + 1:02d}"},
        }
        time = (_START + dt.timedelta(minutes=number)).isoformat(timespec="seconds")
        statement = Statement("harvested", PARTY, seq, prev, time, (), anchor, body)
        entry = signer.sign(statement)
        made.append(entry.raw)
        seq, prev = seq + 1, entry.id.hex()
    return made
