"""A small ledger made through the real Station, and the check that every scenario ends with."""

from __future__ import annotations

import atexit
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from api.bootstrap import Services, create, enrol_party, open_folder
from api.stores import make_store
from ledger.closing_fields import closing_fields
from ledger.domain.drafts import Draft
from ledger.projections import schema
from ledger.projections.projector import Projector
from ledger.sealing import SealedLog
from ledger.signing import Signer
from ledger.verify.audit import AuditResult, audit_entries
from ledger.verify.checklist import verify_bundle
from ledger.verify.entry import Entry
from ledger.verify.keys import ALLOWED, COMMITTED
from ledger.verify.statement import Statement
from tests.store import places

ORIGIN = "ocop.example/small"
NOW = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
FARM, SHOP = "HTX-A", "CT-B"
GTIN = "08938503000420"
FRUIT, FLOUR = f"{FARM}/qua", f"{FARM}/bot"
SETUP = "2026-08-01T08:00:00+07:00"


def clock() -> dt.datetime:
    """The fixed clock of these ledgers."""
    return NOW


def day(number: int, hour: int = 9) -> str:
    """A moment in September 2026."""
    return f"2026-09-{number:02d}T{hour:02d}:00:00+07:00"


def kg(value: str) -> dict[str, str]:
    """A quantity in kilograms."""
    return {"value": value, "unit": "kg"}


def lot(item: str, code: str) -> dict[str, str]:
    """A lot object."""
    return {"item": item, "code": code}


def taken(item: str, code: str, value: str) -> dict[str, Any]:
    """An input or output: lot and kilograms."""
    return {"lot": lot(item, code), "quantity": kg(value)}


def party(code: str, kind: str) -> Draft:
    """Registration of a party."""
    body = {"code": code, "kind": kind, "name": f"Cơ sở {code}"}
    return Draft("party-registered", "LEDGER", SETUP, body)


def registry_drafts() -> list[Draft]:
    """What the farm and the shop register about themselves."""

    def said(kind: str, by: str, body: dict[str, Any]) -> Draft:
        return Draft(kind, by, SETUP, body)

    return [
        said(
            "site-registered", FARM, {"code": "VT-01", "kind": "growing-area", "name": "Vườn chuối"}
        ),
        said("site-registered", FARM, {"code": "XUONG", "kind": "processing", "name": "Xưởng"}),
        said("item-registered", FARM, {"code": "qua", "name": "Quả tươi"}),
        said("item-registered", FARM, {"code": "bot", "name": "Bột"}),
        said(
            "product-registered",
            FARM,
            {
                "gtin": GTIN,
                "name": "Bột chuối",
                "net_content": {"value": "200", "unit": "g"},
                "shelf_life_days": 365,
            },
        ),
        said("instrument-registered", FARM, {"code": "CAN-01", "kind": "cân"}),
        said(
            "instrument-verified",
            FARM,
            {"code": "CAN-01", "verified_on": "2026-01-01", "valid_to": "2026-12-31"},
        ),
        said("site-registered", SHOP, {"code": "KHO", "kind": "warehouse", "name": "Kho"}),
    ]


def story_drafts() -> list[Draft]:
    """Harvest, receive, process, pack, labels, ship, trade, a correction and a recall."""
    other = {"lot": lot(GTIN, "L02"), "site": "XUONG", "packs": 40}
    harvest = {"lot": lot(FRUIT, "Q01"), "quantity": kg("100"), "site": "VT-01"}
    return [
        Draft(
            "field-work-recorded",
            FARM,
            day(1),
            {"site": "VT-01", "activity": "spraying", "interval_days": 2},
        ),
        Draft("harvested", FARM, day(7), {**harvest, "instrument": "CAN-01"}),
        Draft("harvested", FARM, day(7, 10), {**harvest, "lot": lot(FRUIT, "Q02")}),
        Draft(
            "received",
            FARM,
            day(7, 15),
            {
                "lot": lot(FRUIT, "Q01"),
                "quantity": kg("99"),
                "site": "XUONG",
                "from": {"kind": "household", "number": "07"},
            },
            {"from.digest": "Hộ 07 (Phượng)", "note": "giao tận xưởng"},
        ),
        Draft(
            "processed",
            FARM,
            day(8),
            {
                "site": "XUONG",
                "inputs": [taken(FRUIT, "Q01", "90"), taken(FRUIT, "Q02", "50")],
                "outputs": [taken(FLOUR, "B01", "60")],
            },
        ),
        Draft(
            "packed",
            FARM,
            day(9),
            {
                "lot": lot(GTIN, "L01"),
                "site": "XUONG",
                "inputs": [taken(FLOUR, "B01", "22")],
                "packs": 100,
                "expiry": "2027-09-09",
            },
        ),
        Draft("packed", FARM, day(9, 11), {**other, "inputs": [taken(FLOUR, "B01", "9")]}),
        Draft("labels-issued", FARM, day(9, 12), {"lot": lot(GTIN, "L01"), "count": 60}),
        Draft("labels-issued", FARM, day(9, 13), {"lot": lot(GTIN, "L02"), "count": 30}),
        Draft("labels-issued", FARM, day(9, 14), {"lot": lot(GTIN, "L01"), "count": 40}),
        Draft(
            "labels-voided",
            FARM,
            day(9, 15),
            {
                "lot": lot(GTIN, "L01"),
                "voided": {"tag": "A1", "ranges": [{"first": 5, "last": 6}]},
                "reason": "damaged",
            },
        ),
        Draft(
            "shipped",
            FARM,
            day(10),
            {
                "lot": lot(GTIN, "L01"),
                "quantity": {"value": "80", "unit": "pack"},
                "site": "XUONG",
                "to": {"kind": "company", "party": SHOP},
            },
        ),
        Draft(
            "received",
            SHOP,
            day(11),
            {
                "lot": lot(GTIN, "L01"),
                "quantity": {"value": "80", "unit": "pack"},
                "site": "KHO",
                "from": {"kind": "cooperative", "party": FARM},
            },
        ),
        Draft(
            "corrected",
            FARM,
            day(12),
            {
                "of": "harvested",
                "reason": "typing-error",
                "body": {**harvest, "quantity": kg("101"), "instrument": "CAN-01"},
            },
        ),
        Draft(
            "recalled",
            FARM,
            day(13),
            {"lots": [lot(GTIN, "L02")], "reach": "descendants", "reason": "test-failed"},
        ),
    ]


def found(folder: Path) -> Services:
    """A new ledger on the chosen store, both parties registered; the caller closes it.

    Made once per test process and copied: all of these have the same keys.
    """
    return open_folder(places.copy_of(_made(places.chosen(), told=False), folder), clock)


def told(folder: Path) -> Services:
    """As `found`, with the whole story recorded."""
    return open_folder(places.copy_of(_made(places.chosen(), told=True), folder), clock)


@cache
def _made(store: str, *, told: bool) -> Path:
    """The folder of a closed ledger on a store, to be copied."""
    room = Path(tempfile.mkdtemp(prefix="ocop-so-"))
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    with places.ledgers_on(store):
        services = found(room / "so") if told else found_anew(room / "so")
    if told:
        tell(services)
    services.close()
    return room / "so"


def found_anew(folder: Path) -> Services:
    """As `found`, with keys that no other ledger has."""
    services = create(folder, places.settings_for(folder, ORIGIN), clock)
    for code, kind in ((FARM, "cooperative"), (SHOP, "company")):
        services.station.record(party(code, kind))
        enrol_party(services, code)
    for draft in registry_drafts():
        services.station.record(draft)
    return services


def create_empty(folder: Path, like: Services) -> Services:
    """A ledger folder with the keys of another, without any entry."""
    shutil.copytree(like.folder / "keys", folder / "keys")
    settings = places.settings_for(folder, like.settings.origin, like.settings.base_url)
    settings.save(folder / "settings.json")
    make_store(folder, settings)
    return open_folder(folder, clock)


def tell(services: Services) -> None:
    """Record the whole story."""
    for draft in story_drafts():
        services.station.record(draft)


@contextmanager
def opened(folder: Path) -> Iterator[Services]:
    """An existing ledger, closed at the end."""
    services = open_folder(folder, clock)
    try:
        yield services
    finally:
        services.close()


def signed_harvests(
    services: Services, count: int, *, by: str = FARM, prefix: str = "K"
) -> list[Entry]:
    """The next `count` entries of a party's station journal, signed but not submitted."""
    signer = services.station.signers[by, "station"]
    services.ledger.catch_up()
    head = services.ledger.history.journals.get(signer.keyid)
    seq, before = (0, None) if head is None else (head.seq, head.id)
    made: list[Entry] = []
    for number in range(1, count + 1):
        entry = signed(signer, by, seq + number, before, f"{prefix}{number:05d}")
        before = entry.id.hex()
        made.append(entry)
    return made


def signed(signer: Signer, by: str, seq: int, before: str | None, code: str) -> Entry:
    """One signed harvest of a lot of the party's own item `qua`."""
    body = {"lot": lot(f"{by}/qua", code), "quantity": kg("1.5"), "site": "VT-01"}
    return signer.sign(Statement("harvested", by, seq, before, day(2), (), None, body))


def say(services: Services, by: str, kind: str, time: str, body: dict[str, Any]) -> str:
    """Sign and submit a statement past the station's form, as if it came from elsewhere.

    It is signed by the party's station key, or by its admin key for what only that may say.
    Returns the entry id; nothing is sealed or projected yet.
    """
    role = "station" if kind in ALLOWED["station"] else "admin"
    signer = services.station.signers[by, role]
    services.station.catch_up()
    head = services.ledger.history.journals.get(signer.keyid)
    seq, before = (0, None) if head is None else (head.seq, head.id)
    links = tuple(services.station._links(kind, by, body))
    entry = signer.sign(Statement(kind, by, seq + 1, before, time, links, None, body))
    services.ledger.submit([entry.raw])
    return entry.id.hex()


def audit(services: Services) -> AuditResult:
    """Audit of everything sealed, with every checkpoint issued."""
    entries = [raw for _, raw in services.store.sealed(0, 1_000_000)]
    checkpoints = dict(services.store.checkpoints())
    return audit_entries(entries, checkpoints, services.trust_file().roots)


def rebuilt_dump(services: Services) -> str:
    """The tables' text after projecting the whole log into new tables."""
    path = services.folder / "rebuilt.db"
    path.unlink(missing_ok=True)
    connection = schema.open_views(path)
    try:
        Projector(services.store, connection).catch_up()
        return schema.dump(connection)
    finally:
        connection.close()


def said(services: Services, first: int = 0) -> list[tuple[int, bytes]]:
    """(log index, entry) of all that is sealed from `first` on, but for commitments to the index.

    Those a running ledger makes by itself.
    """
    rows = services.store.sealed(first, 1_000_000)
    return [(index, raw) for index, raw in rows if closing_fields(raw).type != COMMITTED]


def check_ledger(folder: Path, *, bundles: int = 1_000) -> int:
    """Re-verify everything in a ledger folder: audit, dense log, tree, views, bundles.

    Returns the number of entries, so that a caller can say how many it expects; commitments to the
    index, which a running ledger makes by itself, are not counted.
    """
    with opened(folder) as services:
        result = audit(services)
        assert result.clean, (result.failed_index, str(result.failure))
        head = services.log.head()
        assert head is not None
        assert (head.size, head.root) == (result.entries, result.root)
        rows = services.store.after(0, 1_000_000)
        sealed = services.store.sealed(0, 1_000_000)
        assert [raw for _, raw in rows] == [raw for _, raw in sealed]
        assert [index for index, _ in sealed] == list(range(len(sealed)))
        assert services.ready() is None
        assert schema.dump(services.projector.connection) == rebuilt_dump(services)
        # Read the tree again through a log without a key: it can only read.
        assert SealedLog(services.store, ORIGIN, None).root(head.size) == head.root
        for one in services.tables.lots(limit=bundles):
            raw = services.bundle(one["item"], one["lot"])
            assert raw is not None
            report = verify_bundle(raw, services.trust_file(), now=NOW)
            assert report.verdict == "verified", report.as_text("en")
        return result.entries - result.types.get(COMMITTED, 0)
