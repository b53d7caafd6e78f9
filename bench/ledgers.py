"""Ledgers to measure on: real statements made by a real station, as many as asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.bootstrap import Services, create, enrol_party
from ledger.domain.drafts import Draft
from ledger.founding import enrolment
from ledger.signing import Signer
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.statement import Statement
from tests.store import places

PARTY = "HTX-DO"
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"
_START = dt.datetime(2026, 9, 1, 6, tzinfo=dt.timezone(dt.timedelta(hours=7)))


def small_cooperative(folder: Path) -> Services:
    """A new ledger with one party, one site, one item, one scale."""
    settings = places.settings_for(folder, "bench.example/log", "http://127.0.0.1:8471")
    services = create(folder, settings)
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


@contextmanager
def hub(store: str) -> Iterator[Services]:
    """A small cooperative on "sqlite" or "postgres" (a server of our own), gone afterwards."""
    with TemporaryDirectory(prefix="ocop-bench-") as folder, places.ledgers_on(store):
        services = small_cooperative(Path(folder) / "ledger")
        try:
            yield services
        finally:
            services.close()


def stations(services: Services, count: int) -> list[Journal]:
    """Journals of so many new stations of the party, each with an enrolled key of its own."""
    made = []
    origin, time = services.settings.origin, services.station.now_text()
    for number in range(count):
        signer = Signer.of(Ed25519PrivateKey.generate())
        tag = f"{_LETTERS[number // len(_LETTERS)]}{_LETTERS[number % len(_LETTERS)]}"
        services.station.record(
            enrolment(origin, signer, PARTY, "station", time, by=PARTY, tag=tag)
        )
        made.append(Journal(signer, f"T{number}"))
    return made


class Journal:
    """Statements of one key, one after the other; nothing of it is submitted here."""

    def __init__(self, signer: Signer, prefix: str, seq: int = 0, prev: str | None = None) -> None:
        self.signer = signer
        self.prefix = prefix
        self.seq = seq
        self.prev = prev

    def harvests(self, count: int, anchor: tuple[int, str] | None = None) -> list[bytes]:
        """The next `count` signed harvest entries."""
        return [self._next(number, anchor) for number in range(count)]

    def _next(self, number: int, anchor: tuple[int, str] | None) -> bytes:
        self.seq += 1
        body = {
            "lot": {"item": f"{PARTY}/cu-dong", "code": f"{self.prefix}-{self.seq}"},
            "quantity": {"value": f"{100 + number % 80}.{number % 1000:03d}", "unit": "kg"},
            "site": "VT-01",
            "instrument": "CAN-01",
            "from": {"kind": "household", "number": f"{number % 40 + 1:02d}"},
        }
        time = (_START + dt.timedelta(minutes=number)).isoformat(timespec="seconds")
        statement = Statement("harvested", PARTY, self.seq, self.prev, time, (), anchor, body)
        entry = self.signer.sign(statement)
        self.prev = entry.id.hex()
        return entry.raw


def harvests(services: Services, count: int) -> list[bytes]:
    """`count` signed harvest entries that continue the station's journal; not yet submitted."""
    signer: Signer = services.station.signers[PARTY, "station"]
    services.ledger.catch_up()
    head = services.ledger.history.journals.get(signer.keyid)
    seq, prev = (0, None) if head is None else (head.seq, head.id)
    sealed = services.log.head()
    anchor = None if sealed is None else (sealed.size, sealed.root.hex())
    return Journal(signer, "B", seq, prev).harvests(count, anchor)
