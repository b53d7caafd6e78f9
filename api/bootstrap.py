"""Wiring: the one place where a ledger folder becomes objects that know each other."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.errors import DoorError
from api.labels.account import LabelAccount
from api.labels.desk import Desk
from api.labels.labelling import Labelling
from api.labels.printer_list import PrinterList
from api.labels.template_list import TemplateList
from api.private_notes import PrivateNotes
from api.read_side import ReadSide
from api.settings import Settings
from ledger.application import TraceLedger
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.export import Exporter, trust_of
from ledger.founding import enrolment, free_tag, log_verifier_key, open_ledger
from ledger.projections.projector import Projector
from ledger.projections.schema import open_views
from ledger.projections.views import Views
from ledger.sealing import SealedLog
from ledger.signing import Signer, load_key, read_secret, save_key, write_secret
from ledger.station import Station
from ledger.store.sqlite import SqliteStore
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.trust import Trust

_LABEL_KEY_BYTES = 32


def utc_now() -> dt.datetime:
    """The machine's clock."""
    return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class Services:
    """Everything that commands, pages and routes reach. Close it when done."""

    folder: Path
    settings: Settings
    store: SqliteStore
    ledger: TraceLedger
    log: SealedLog
    projector: Projector
    tables: Views
    views: ReadSide
    station: Station
    labelling: Labelling
    printers: PrinterList
    notes: PrivateNotes
    exporter: Exporter
    now: Callable[[], dt.datetime]

    def bundle(self, item: str, lot: str, *, opened: bool = False) -> bytes | None:
        """The lot bundle's bytes, None for an unknown lot. `opened` discloses private texts."""
        if self.tables.lot(item, lot) is None:
            return None
        notes = self.notes.opened if opened else None
        return self.exporter.bundle((item, lot), opened=notes).format()

    def trust_file(self) -> Trust:
        """Log key and root keys as this ledger's genesis names them."""
        genesis = self.ledger.history.keys.genesis
        if genesis is None:
            raise LedgerError("store-missing", path=self.folder)
        key = load_key(self.folder / "keys" / "log.pem")
        return trust_of(log_verifier_key(self.settings.origin, key.public), genesis["roots"])

    def trust(self) -> bytes:
        """The trust file's bytes."""
        return self.trust_file().format()

    def ready(self) -> str | None:
        """None when everything recorded is sealed and projected, else what lags."""
        if self.store.after(self.store.sealed_position(), 1):
            return "unsealed entries"
        return None if self.tables.size == self.store.size() else "views behind the log"

    def close(self) -> None:
        """Close every file."""
        self.tables.close()
        self.projector.connection.close()
        self.notes.close()
        self.ledger.close()
        self.store.close()


def create(folder: Path, settings: Settings, now: Callable[[], dt.datetime] = utc_now) -> Services:
    """Make a new ledger in a folder: keys, genesis, settings.

    Raises:
        LedgerError: there is one already; nothing was changed.
    """
    if (folder / "ledger.db").exists():
        raise LedgerError("store-exists", path=folder)
    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / "keys"
    for name in ("root", "log"):
        save_key(keys / f"{name}.pem", Ed25519PrivateKey.generate())
    write_secret(keys / "label.key", secrets.token_bytes(_LABEL_KEY_BYTES))
    settings.save(folder / "settings.json")
    SqliteStore.create(folder / "ledger.db").close()
    services = open_folder(folder, now)
    log_key = load_key(keys / "log.pem")
    open_ledger(
        services.ledger,
        load_key(keys / "root.pem"),
        log_verifier_key(settings.origin, log_key.public),
        services.station.now_text(),
    )
    services.station.catch_up()
    return services


def open_folder(folder: Path, now: Callable[[], dt.datetime] = utc_now) -> Services:
    """Open an existing ledger folder and bring seal and views up to date."""
    if (folder / "keys").exists() and not (folder / "ledger.db").exists():
        raise DoorError("ledger-lost", path=folder / "ledger.db")
    store = SqliteStore(folder / "ledger.db")
    settings = Settings.load(folder / "settings.json")
    keys = folder / "keys"
    ledger = TraceLedger(store)
    log = SealedLog(store, settings.origin, load_key(keys / "log.pem").private)
    projector = Projector(store, open_views(folder / "views.db"))
    tables = Views(folder / "views.db")
    notes = PrivateNotes(folder / "private.db")
    station = Station(ledger, log, projector, tables, _signers(keys), notes, now)
    printers = PrinterList(folder / "printers.json")
    label_key = read_secret(keys / "label.key")
    account = LabelAccount(folder, tables, label_key, station.now_text)
    desk = Desk(
        folder,
        settings,
        station,
        tables,
        printers,
        TemplateList(folder),
        label_key,
        station.now_text,
        account,
    )
    labelling = Labelling(desk)
    services = Services(
        folder,
        settings,
        store,
        ledger,
        log,
        projector,
        tables,
        ReadSide(tables, projector, account.in_doubt),
        station,
        labelling,
        printers,
        notes,
        Exporter(log, projector, tables),
        now,
    )
    station.catch_up()
    return services


def _signers(keys: Path) -> dict[tuple[str, str], Signer]:
    """Private keys of this machine by (party, role): root.pem, PARTY.admin.pem, PARTY.station.pem."""
    found: dict[tuple[str, str], Signer] = {}
    if (keys / "root.pem").exists():
        found[ROOT_PARTY, "root"] = load_key(keys / "root.pem")
    for role in ("admin", "station"):
        for path in sorted(keys.glob(f"*.{role}.pem")):
            found[path.name.removesuffix(f".{role}.pem"), role] = load_key(path)
    return found


def enrol_party(services: Services, party: str) -> None:
    """Give a registered party an admin key and a station key on this machine, if it has none."""
    keys, station = services.folder / "keys", services.station
    signers = dict(station.signers)
    for role, by in (("admin", ROOT_PARTY), ("station", party)):
        path = keys / f"{party}.{role}.pem"
        if not path.exists():
            save_key(path, Ed25519PrivateKey.generate())
        signer = signers[party, role] = load_key(path)
        station.signers = signers
        records = services.ledger.history.keys.records
        if signer.keyid in records:
            continue
        taken = {r.tag: r for r in records.values() if r.party == party and r.tag}
        draft: Draft = enrolment(
            services.settings.origin,
            signer,
            party,
            role,
            station.now_text(),
            by=by,
            tag=free_tag(taken) if role == "station" else None,
        )
        station.record(draft)
