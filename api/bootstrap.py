"""Wiring: the one place where a ledger folder becomes objects that know each other."""

from __future__ import annotations

import datetime as dt
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.background.heartbeat import Freshness
from api.keeping.cut_moves import refuse_arriving, refuse_left, settle_move
from api.keeping.errors import ReadsOnly, RolledBack
from api.keeping.memory import CheckpointMemory
from api.keeping.stopped import StoppedStore
from api.labels.account import LabelAccount
from api.labels.desk import Desk
from api.labels.labelling import Labelling
from api.labels.printer_list import PrinterList
from api.labels.template_list import TemplateList
from api.private_notes import PrivateNotes
from api.read_side import ReadSide
from api.scans.counter import ScanCounter
from api.scans.opening import open_scans
from api.settings import Settings
from api.stores import has_ledger, make_store, open_reading, open_store, reads_only, trusted
from api.watching import metrics
from ledger.application import TraceLedger
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.export import Exporter, trust_of
from ledger.founding import enrolment, free_tag, log_verifier_key, open_ledger
from ledger.projections.projector import Projector
from ledger.projections.schema import open_views
from ledger.projections.steering import stories_of
from ledger.projections.views import Views
from ledger.sealing import SealedLog
from ledger.signing import Signer, load_key, read_secret, save_key, write_secret
from ledger.station import Station
from ledger.store.seam import LedgerStore
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.note import NoteKey
from ledger.verify.trust import Trust
from ledger.writer import BatchingWriter

_LABEL_KEY_BYTES = 32


def utc_now() -> dt.datetime:
    """The machine's clock."""
    return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class Services:
    """Everything that commands, pages and routes reach. Close it when done.

    `store` takes statements; `reading` is what is read, a hot standby when one is named, else the
    same. `log` is the sealed log over `reading`. `memory.problem` says why nothing may be recorded.
    """

    folder: Path
    settings: Settings
    store: LedgerStore
    reading: LedgerStore
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
    freshness: Freshness
    scans: ScanCounter
    memory: CheckpointMemory
    log_key: NoteKey
    _writer: BatchingWriter | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def writer(self) -> BatchingWriter:
        """What takes signed entries from many clients; its threads start at the first use."""
        with self._lock:
            if self._writer is None:
                self._writer = BatchingWriter(
                    self.ledger, clock=time.perf_counter, noted=metrics.appended
                )
                stats = self._writer.stats
                metrics.watch("writer_waiting", lambda: {"": stats().waiting})
            return self._writer

    def data_age(self) -> float | None:
        """Seconds since the read models were known to agree with the ledger; None: in step."""
        return self.freshness.age()

    def bundle(self, item: str, lot: str, *, opened: bool = False) -> bytes | None:
        """The lot bundle's bytes, None for an unknown lot. `opened` discloses private texts."""
        if self.tables.lot(item, lot) is None:
            return None
        notes = self.notes.opened if opened else None
        return self.exporter.bundle((item, lot), opened=notes).format()

    def trust_file(self) -> Trust:
        """Log key and root keys as this ledger's genesis names them."""
        if self.ledger.history.keys.genesis is None:
            self.ledger.catch_up()
        genesis = self.ledger.history.keys.genesis
        if genesis is None:
            raise LedgerError("store-missing", path=self.folder)
        return trust_of(self.log_key, genesis["roots"])

    def trust(self) -> bytes:
        """The trust file's bytes."""
        return self.trust_file().format()

    def ready(self) -> str | None:
        """None when everything recorded is sealed and projected, else what lags."""
        if self.memory.problem is not None:
            return f"not written: {self.memory.problem.code}"
        if self.store.after(self.store.sealed_position(), 1):
            return "unsealed entries"
        return None if self.tables.size == self.store.size() else "views behind the log"

    def close(self) -> None:
        """Finish what is being recorded, then close every file."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
        self.scans.close()
        self.tables.close()
        self.projector.connection.close()
        self.notes.close()
        self.ledger.close()
        self.reading.close()
        self.store.close()


def create(folder: Path, settings: Settings, now: Callable[[], dt.datetime] = utc_now) -> Services:
    """Make a new ledger in a folder: keys, genesis, settings.

    Raises:
        LedgerError: there is one already; nothing was changed.
        KeepingError: `folder-moved`, `move-arriving`, one has left it or is on its way into it.
    """
    if has_ledger(folder):
        raise LedgerError("store-exists", path=folder)
    refuse_left(folder)
    refuse_arriving(folder)
    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / "keys"
    for name in ("root", "log"):
        save_key(keys / f"{name}.pem", Ed25519PrivateKey.generate())
    write_secret(keys / "label.key", secrets.token_bytes(_LABEL_KEY_BYTES))
    settings.save(folder / "settings.json")
    make_store(folder, settings)
    services = open_folder(folder, now)
    with ExitStack() as failing:
        failing.callback(services.close)
        open_ledger(
            services.ledger,
            load_key(keys / "root.pem"),
            services.log_key,
            services.station.now_text(),
        )
        services.station.catch_up()
        failing.pop_all()
    return services


def open_folder(
    folder: Path, now: Callable[[], dt.datetime] = utc_now, *, settle: bool = True
) -> Services:
    """Open an existing ledger folder and, to `settle`, bring seal and views up to date.

    A process beside a sequencer and a projector does not: that is their work. A move that was cut
    off is settled first. Whatever is raised, nothing stays open.
    """
    settle_move(folder)
    if not has_ledger(folder) and not (folder / "keys").exists():
        raise LedgerError("store-missing", path=folder)
    settings = Settings.load(folder / "settings.json")
    with ExitStack() as failing:
        services = _wired(folder, settings, now, failing)
        failing.pop_all()
        failing.callback(services.close)
        if settle:
            services.station.catch_up()
        failing.pop_all()
    return services


def _wired(
    folder: Path, settings: Settings, now: Callable[[], dt.datetime], failing: ExitStack
) -> Services:
    """Everything made and nothing asked of it yet; what is open is closed by `failing`."""
    keys = folder / "keys"
    store = open_store(folder, settings)
    failing.callback(store.close)
    secret = None if reads_only(folder, settings) else load_key(keys / "log.pem")
    if secret is None:
        log_key, reading = trusted(folder).log_key, store
        memory = CheckpointMemory(folder, log_key, never=ReadsOnly("reads-only"))
        store = StoppedStore(store, ReadsOnly("reads-only"))
    else:
        log_key = log_verifier_key(settings.origin, secret.public)
        memory = CheckpointMemory(folder, log_key)
        store = _unless_rolled_back(store, memory)
        reading = open_reading(folder, settings, store)
        failing.callback(reading.close)
    # A stopped store goes on being read.
    check = memory.check if memory.problem is None else None
    ledger = TraceLedger(store, check=check)
    failing.callback(ledger.close)
    # Without the key nothing is sealed: what contradicts an issued checkpoint must not be signed.
    signs = secret.private if secret is not None and memory.problem is None else None
    sealing = SealedLog(store, settings.origin, signs, memory)
    log = sealing if reading is store else SealedLog(reading, settings.origin, None)
    projector = Projector(reading, open_views(folder / "views.db"))
    failing.callback(projector.connection.close)
    tables = Views(folder / "views.db")
    failing.callback(tables.close)
    stories = stories_of(reading, tables.connection)
    notes = PrivateNotes(folder / "private.db")
    failing.callback(notes.close)
    scans = open_scans(folder, settings, now)
    failing.callback(scans.close)
    station = Station(ledger, sealing, projector, tables, signers_of(keys), notes, now)
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
    # Only a file of this machine can be asked at once whether it is in step.
    here = settings.database is None and secret is not None
    in_step = (lambda: _in_step(store, tables)) if here else None
    return Services(
        folder,
        settings,
        store,
        reading,
        ledger,
        log,
        projector,
        tables,
        ReadSide(tables, stories, account.in_doubt),
        station,
        labelling,
        printers,
        notes,
        Exporter(log, stories, tables),
        now,
        Freshness(folder, now, in_step),
        scans,
        memory,
        log_key,
    )


def _unless_rolled_back(store: LedgerStore, memory: CheckpointMemory) -> LedgerStore:
    """The store, or one that can only be read when it lacks what this folder saw sealed."""
    try:
        memory.check(store)
    except RolledBack as refused:
        return StoppedStore(store, refused)
    newest = store.checkpoint()
    if newest is not None:
        memory.note(newest)
    return store


def _in_step(store: LedgerStore, tables: Views) -> bool:
    """Whether a ledger that is a file of this machine is sealed and projected to its end."""
    try:
        sealed = store.newest() == store.sealed_position()
        return sealed and tables.size == store.size()
    except (LedgerError, sqlite3.Error):
        return False


def signers_of(keys: Path) -> dict[tuple[str, str], Signer]:
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
