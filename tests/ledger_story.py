"""A small, complete ledger told through the real Station, with fixed keys and a fixed clock.

Two parties, five journals: harvest, process, ship, receive, pack, labels, ship; a recall that
reaches descendants; a correction; private notes. Every key follows from a seed, so telling it
twice gives the same bytes. `told()` is the finished story as plain values, made once per session;
`tell(folder)` is a live one; `check_ledger(folder)` re-verifies everything a folder holds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.application import TraceLedger
from ledger.domain.drafts import Draft
from ledger.export import Exporter, trust_of
from ledger.founding import enrolment, log_verifier_key, open_ledger
from ledger.node_blocks import NodeBlocks
from ledger.projections import schema
from ledger.projections.projector import Projector
from ledger.projections.views import Views
from ledger.sealing import SealedLog
from ledger.signing import Signer
from ledger.station import Answer, Station
from ledger.store.sqlite import SqliteStore
from ledger.verify.audit import AuditResult, audit_entries
from ledger.verify.bundle import private_digest
from ledger.verify.checklist import verify_bundle
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.graph import Lot
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.note import NoteKey
from ledger.verify.report import Report
from ledger.verify.trust import Trust
from tests.old_bundles import as_v1

ORIGIN = "ledger.example/story"
GROWER, PACKER = "HTX-A", "CTY-B"
GTIN = "08938501000125"
NOW = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
OPENED = "2026-08-01T08:00:00+07:00"

LEAF, DRIED = f"{GROWER}/la-tuoi", f"{GROWER}/che-kho"
HARVEST_LOT: Lot = (LEAF, "H1")
CLEAN_LOT: Lot = (GTIN, "P1")  # nothing is wrong with it
RECALLED_LOT: Lot = (GTIN, "P2")  # its input K2 was recalled with its descendants
CORRECTED_LOT: Lot = (DRIED, "K3")  # its harvest H3 was corrected
NOTE = "Ghi chú riêng: chị Phượng cân lại"


def signer_of(name: str) -> Signer:
    """The fixed key of a name: its seed is the SHA-256 of the name."""
    return Signer.of(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()))


ROOT, LOG = signer_of("root"), signer_of("log")
LOG_KEY: NoteKey = log_verifier_key(ORIGIN, LOG.public)
TRUST: Trust = trust_of(LOG_KEY, [ROOT.public.hex()])
SIGNERS: dict[tuple[str, str], Signer] = {
    (ROOT_PARTY, "root"): ROOT,
    **{
        (party, role): signer_of(f"{party} {role}")
        for party in (GROWER, PACKER)
        for role in ("admin", "station")
    },
}


@dataclass
class FixedNotes:
    """Private texts with salts that follow from the text, so that bytes can be pinned."""

    texts: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def keep(self, text: str) -> str:
        """Store a text, answer its digest."""
        salt = hashlib.sha256(b"salt" + text.encode()).digest()
        digest = private_digest(salt, text)
        self.texts[digest] = salt, text
        return digest

    def forget(self, digest: str) -> None:
        """Erase one text."""
        self.texts.pop(digest, None)

    def hold(self, raw: bytes, digests: Sequence[str]) -> None:
        """Never asked for: this ledger is a file."""
        raise AssertionError((raw, digests))

    def held(self) -> list[tuple[bytes, list[str]]]:
        """Nothing."""
        return []

    def let_go(self, raw: bytes) -> None:
        """Nothing is held."""


@dataclass
class Story:
    """A live ledger folder. Close it."""

    folder: Path
    store: SqliteStore
    ledger: TraceLedger
    log: SealedLog
    projector: Projector
    views: Views
    station: Station
    exporter: Exporter
    notes: FixedNotes

    def say(self, kind: str, party: str, time: str, body: dict[str, Any], **private: str) -> Answer:
        """Record one draft; `time` is "MM-DD HH:MM" of 2026 in Vietnam, or RFC 3339."""
        text = time if "T" in time else f"2026-{time.replace(' ', 'T')}:00+07:00"
        return self.station.record(Draft(kind, party, text, body, private))

    def entries(self) -> list[bytes]:
        """Every sealed entry in log order."""
        return [raw for _, raw in self.store.sealed(0, 100_000)]

    def old_bundle(self, lot: Lot, *, opened: bool = False) -> bytes:
        """The lot's bundle as format v1 wrote it."""
        texts = self.notes.texts.get if opened else None
        made = self.exporter.bundle(lot, opened=texts)
        return as_v1(made, NodeBlocks(self.store).node).format()

    def close(self) -> None:
        """Close every file."""
        self.views.close()
        self.projector.connection.close()
        self.ledger.close()
        self.store.close()


@dataclass(frozen=True)
class Told:
    """The finished story as values: nothing in it is open."""

    entries: tuple[bytes, ...]
    checkpoints: dict[int, bytes]
    notes: dict[int, str]
    bundles: dict[Lot, bytes]
    opened: dict[Lot, bytes]
    views: str

    @property
    def head(self) -> Checkpoint:
        """The newest checkpoint, as an auditor would have kept it."""
        size = max(self.checkpoints)
        return Checkpoint(ORIGIN, size, self.checkpoints[size])


def open_story(folder: Path, *, fresh: bool = False) -> Story:
    """Open the ledger of a folder with the story's keys; `fresh` makes it first."""
    path = folder / "ledger.db"
    store = SqliteStore.create(path) if fresh else SqliteStore(path)
    ledger = TraceLedger(store)
    log = SealedLog(store, ORIGIN, LOG.private)
    projector = Projector(store, schema.open_views(folder / "views.db"))
    views = Views(folder / "views.db")
    notes = FixedNotes()
    station = Station(ledger, log, projector, views, SIGNERS, notes, lambda: NOW)
    if fresh:
        open_ledger(ledger, ROOT, LOG_KEY, OPENED)
    station.catch_up()
    exporter = Exporter(log, projector, views)
    return Story(folder, store, ledger, log, projector, views, station, exporter, notes)


def tell(folder: Path) -> Story:
    """The whole story, recorded into a new ledger in `folder`."""
    story = open_story(folder, fresh=True)
    _registrations(story)
    _clean_lot(story)
    _recalled_lot(story)
    _corrected_lot(story)
    return story


@cache
def told() -> Told:
    """The story once per session."""
    with tempfile.TemporaryDirectory() as name:
        story = tell(Path(name))
        try:
            lots = [(one["item"], one["lot"]) for one in story.views.lots()]
            return Told(
                tuple(story.entries()),
                dict(story.store.checkpoints()),
                {size: str(story.store.checkpoint(size)) for size, _ in story.store.checkpoints()},
                {lot: story.old_bundle(lot) for lot in lots},
                {lot: story.old_bundle(lot, opened=True) for lot in lots},
                schema.dump(story.projector.connection),
            )
        finally:
            story.close()


def check(raw: bytes, **more: Any) -> Report:
    """Verify one of the story's bundles as an inspector with the right trust file would."""
    return verify_bundle(raw, TRUST, **{"now": NOW, **more})


def check_ledger(folder: Path, *, known: Checkpoint | None = None) -> AuditResult:
    """Re-verify all a ledger folder holds; AssertionError says what does not hold.

    Every entry and checkpoint is audited, the views equal a rebuild, every lot's bundle verifies.
    Trust is read from the folder's own genesis, so this finds damage, not a false ledger.
    """
    store = SqliteStore(folder / "ledger.db")
    live = schema.open_views(folder / "views.db")
    views = Views(folder / "views.db")
    try:
        entries = [raw for _, raw in store.sealed(0, 1_000_000)]
        genesis = Projector(store, live)
        genesis.catch_up()
        opening = genesis.history.keys.genesis
        assert opening is not None
        trust = trust_of(NoteKey.parse(opening["log_key"]), opening["roots"])
        result = audit_entries(entries, dict(store.checkpoints()), trust.roots, known=known)
        assert result.clean, (result.failed_index, str(result.failure))
        assert schema.dump(live) == _rebuilt(store)
        assert store.after(store.sealed_position(), 1) == []
        log = SealedLog(store, opening["origin"], None)
        exporter = Exporter(log, genesis, views)
        for one in views.lots(limit=1000):
            report = verify_bundle(exporter.bundle((one["item"], one["lot"])).format(), trust)
            assert report.verdict == "verified", report.as_text("en")
        return result
    finally:
        views.close()
        live.close()
        store.close()


def _rebuilt(store: SqliteStore) -> str:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        schema.clear(connection)
        Projector(store, connection).catch_up()
        return schema.dump(connection)
    finally:
        connection.close()


# --- the story itself -----------------------------------------------------------------------


def kg(value: str) -> dict[str, str]:
    """A quantity in kilograms."""
    return {"value": value, "unit": "kg"}


def lot(item: str, code: str) -> dict[str, str]:
    """A lot object."""
    return {"item": item, "code": code}


def amount(item: str, code: str, value: str) -> dict[str, Any]:
    """A lot and the kilograms taken from it or made of it."""
    return {"lot": lot(item, code), "quantity": kg(value)}


def _registrations(story: Story) -> None:
    for at, (party, kind) in enumerate(((GROWER, "cooperative"), (PACKER, "company")), start=1):
        name = {"code": party, "kind": kind, "name": f"Cơ sở {party}", "province": "Thái Nguyên"}
        story.say("party-registered", ROOT_PARTY, f"08-0{at} 08:10", name)
        for role, by, tag in (("admin", ROOT_PARTY, None), ("station", party, f"A{at}")):
            new = SIGNERS[party, role]
            time = f"2026-08-0{at}T08:20:00+07:00"
            story.station.record(enrolment(ORIGIN, new, party, role, time, by=by, tag=tag))
    time = "08-03 09:00"
    site = {"code": "VT-1", "kind": "growing-area", "name": "Đồi chè Tân Cương"}
    story.say("site-registered", GROWER, time, site)
    site = {"code": "XUONG", "kind": "processing", "name": "Xưởng sao chè"}
    story.say("site-registered", GROWER, time, site)
    site = {"code": "KHO", "kind": "packing-house", "name": "Nhà đóng gói"}
    story.say("site-registered", PACKER, time, site)
    story.say("item-registered", GROWER, time, {"code": "la-tuoi", "name": "Lá chè tươi"})
    story.say("item-registered", GROWER, time, {"code": "che-kho", "name": "Chè khô"})
    product = {
        "gtin": GTIN,
        "name": "Chè xanh hộp 100 g",
        "net_content": {"value": "100", "unit": "g"},
        "shelf_life_days": 730,
    }
    story.say("product-registered", PACKER, time, product)
    recognition = {
        "kind": "ocop",
        "number": "123/QĐ-UBND",
        "issuer": "UBND tỉnh",
        "subject": f"product:{GTIN}",
        "valid_from": "2026-01-01",
        "valid_to": "2028-12-31",
        "stars": 4,
    }
    story.say("certificate-recorded", PACKER, time, recognition)
    story.say("instrument-registered", PACKER, time, {"code": "CAN-1", "kind": "cân bàn"})
    verified = {"code": "CAN-1", "verified_on": "2026-01-05", "valid_to": "2027-01-05"}
    story.say("instrument-verified", PACKER, time, verified)


def _harvest(story: Story, day: str, code: str, value: str, **private: str) -> Answer:
    body = {"lot": lot(LEAF, code), "quantity": kg(value), "site": "VT-1"}
    return story.say("harvested", GROWER, f"{day} 07:00", body, **private)


def _dry(story: Story, day: str, fresh: str, dried: str, into: str, out: str) -> Answer:
    body = {
        "site": "XUONG",
        "inputs": [amount(LEAF, fresh, into)],
        "outputs": [amount(DRIED, dried, out)],
    }
    return story.say("processed", GROWER, f"{day} 15:00", body)


def _hand_over(story: Story, day: str, dried: str, value: str) -> None:
    moved = {"lot": lot(DRIED, dried), "quantity": kg(value)}
    to = {"kind": "company", "party": PACKER}
    story.say("shipped", GROWER, f"{day} 08:00", {**moved, "site": "XUONG", "to": to})
    taken = {"kind": "cooperative", "party": GROWER}
    body = {**moved, "site": "KHO", "from": taken, "instrument": "CAN-1"}
    story.say("received", PACKER, f"{day} 14:00", body)


def _pack(story: Story, day: str, dried: str, packed: str, value: str, packs: int) -> None:
    body = {
        "lot": lot(GTIN, packed),
        "site": "KHO",
        "inputs": [amount(DRIED, dried, value)],
        "packs": packs,
        "expiry": "2028-08-01",
    }
    story.say("packed", PACKER, f"{day} 09:00", body)
    labels = {"lot": lot(GTIN, packed), "count": packs}
    story.say("labels-issued", PACKER, f"{day} 10:00", labels)


def _clean_lot(story: Story) -> None:
    work = {"site": "VT-1", "activity": "spraying", "interval_days": 14}
    story.say("field-work-recorded", GROWER, "08-05 08:00", work)
    _harvest(story, "08-25", "H1", "100", note=NOTE)
    _dry(story, "08-25", "H1", "K1", "100", "20")
    _hand_over(story, "08-26", "K1", "20")
    _pack(story, "08-27", "K1", "P1", "20", 200)
    void = {
        "lot": lot(GTIN, "P1"),
        "voided": {"tag": "A2", "ranges": [{"first": 7, "last": 8}]},
        "reason": "damaged",
    }
    story.say("labels-voided", PACKER, "08-27 11:00", void)
    shipped = {
        "lot": lot(GTIN, "P1"),
        "quantity": {"value": "150", "unit": "pack"},
        "site": "KHO",
        "to": {"kind": "shop"},
    }
    story.say("shipped", PACKER, "08-28 08:00", shipped, **{"to.digest": "Cửa hàng cô Hạnh"})


def _recalled_lot(story: Story) -> None:
    _harvest(story, "09-05", "H2", "50")
    _dry(story, "09-05", "H2", "K2", "50", "10")
    _hand_over(story, "09-06", "K2", "10")
    _pack(story, "09-07", "K2", "P2", "10", 100)
    recall = {"lots": [lot(DRIED, "K2")], "reach": "descendants", "reason": "contamination"}
    story.say("recalled", GROWER, "09-10 08:00", recall)


def _corrected_lot(story: Story) -> None:
    wrong = _harvest(story, "09-15", "H3", "40")
    right = {"lot": lot(LEAF, "H3"), "quantity": kg("44.5"), "site": "VT-1"}
    correction = {
        "corrects": wrong.id,
        "of": "harvested",
        "reason": "typing-error",
        "body": right,
    }
    story.say("corrected", GROWER, "09-15 09:00", correction)
    _dry(story, "09-15", "H3", "K3", "44.5", "9")
