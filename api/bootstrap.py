"""Wiring: the one place where a ledger folder becomes objects that know each other."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from api.access.side_opening import open_side
from api.access.side_tables import SideTables
from api.background.heartbeat import Freshness
from api.errors import DoorError
from api.keeping.cut_moves import refuse_arriving, refuse_left, settle_move
from api.keeping.errors import ReadsOnly, RolledBack
from api.keeping.memory import CheckpointMemory
from api.keeping.stopped import StoppedStore
from api.keys.wiring import Roots, enrol_party, make_first_keys, record_genesis, signers_of
from api.labels.account import LabelAccount
from api.labels.desk import Desk
from api.labels.jobs import THREADS
from api.labels.labelling import Labelling
from api.labels.printer_list import PrinterList
from api.labels.template_list import TemplateList
from api.photos.album import Album
from api.private_notes import PrivateNotes
from api.read_side import ReadSide
from api.scans.counter import ScanCounter
from api.scans.opening import open_scans
from api.settings import Settings
from api.station.errors import StationError
from api.station.hub_link import HubLink, hub_link
from api.stores import has_ledger, make_store, open_reading, open_store, reads_only, trusted
from api.watching import metrics
from api.witness.awaited import PATIENCE, caught_up, once_cosigned
from api.witness.cosigned import Cosigned
from ledger.application import TraceLedger
from ledger.completeness.committing import Committer
from ledger.completeness.keeper import IndexKeeper
from ledger.errors import LedgerError
from ledger.export import trust_for_others, trust_of
from ledger.export_errors import ExportRefused
from ledger.founding import log_verifier_key
from ledger.projections.projector import Projector
from ledger.projections.schema import open_views
from ledger.projections.steering import stories_of
from ledger.projections.views import Views
from ledger.sealing import SealedLog
from ledger.signing import Signer, load_key, read_secret
from ledger.station import Station
from ledger.station_export import StationExporter
from ledger.store.seam import LedgerStore
from ledger.verify.note import NoteKey
from ledger.verify.policy import PolicyRefused
from ledger.verify.trust import Trust
from ledger.writer import BatchingWriter

if TYPE_CHECKING:
    from api.hub.hub import Hub

__all__ = ["Services", "create", "enrol_party", "open_folder", "signers_of", "utc_now"]

_ONE_ROOT = Roots()
_LAST_LABELS = 2.0
"""Seconds for print jobs to end before what they read from is closed; more would hold Ctrl-C up."""


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
    exporter: StationExporter
    now: Callable[[], dt.datetime]
    freshness: Freshness
    scans: ScanCounter
    memory: CheckpointMemory
    log_key: NoteKey
    side: SideTables
    committer: Committer
    cosigned: Cosigned = field(init=False)
    album: Album = field(init=False)
    _hub: Hub | None = None
    link: HubLink | None = None
    _writer: BatchingWriter | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.cosigned = Cosigned(self.folder, self.log_key)
        self.album = Album(self.folder, self.tables, self.side)
        self.exporter.best = self.cosigned.best
        self.exporter.lines = self.cosigned.with_lines
        self.index.until = self.cosigned.size

    @property
    def index(self) -> IndexKeeper:
        """The completeness index of this folder."""
        return self.committer.keeper

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

    @property
    def hub(self) -> Hub:
        """The hub's side of stations; made at its first use, for it loads what few commands need."""
        with self._lock:
            if self._hub is None:
                from api.hub.hub import hub_of

                self._hub = hub_of(self)
            return self._hub

    def data_age(self) -> float | None:
        """Seconds since the read models were known to agree with the ledger; None: in step."""
        return self.freshness.age()

    def bundle(self, item: str, lot: str, *, opened: bool = False) -> bytes | None:
        """The lot bundle's bytes, None for an unknown lot. `opened` discloses private texts."""
        if self.link is not None:
            raise StationError("bundle-at-hub", address=self.link.joined.address)
        if self.tables.lot(item, lot) is None:
            return None
        notes = self.notes.opened if opened else None
        made = once_cosigned(
            self.folder,
            lambda: self.exporter.bundle((item, lot), opened=notes),
            self.cosigned.best,
        )
        return made.format()

    def commit_index(self) -> None:
        """Commit to all that is sealed by now, so that a bundle made next is complete as of now.

        Not while witnesses are away: then the older commitment, which they co-signed, goes on.
        """
        self.log.seal()
        first = self.index.committed() is None
        if first or caught_up(self.cosigned, self.store.size(), PATIENCE):
            self.committer.commit()
            if caught_up(self.cosigned, self.store.size(), PATIENCE):
                self.index.follow()
        self.station.catch_up()

    def trust_file(self) -> Trust:
        """Log key and root keys as this ledger's genesis names them."""
        if self.link is not None:
            return self.link.trust
        if self.ledger.history.keys.genesis is None:
            self.ledger.catch_up()
        genesis = self.ledger.history.keys.genesis
        if genesis is None:
            raise LedgerError("store-missing", path=self.folder)
        return trust_of(self.log_key, genesis["roots"])

    def trust(self) -> bytes:
        """The bytes of the trust file to hand out: with its witnesses, and the index required.

        Raises:
            ExportRefused: `policy-unusable`, the witnesses cannot be named in it.
        """
        own = self.trust_file()
        if self.link is not None:
            return own.format()
        try:
            return trust_for_others(own, self.cosigned.policy()).format()
        except (DoorError, PolicyRefused) as wrong:
            raise ExportRefused("policy-unusable", why=str(wrong)) from wrong

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
        self.labelling.running.wait(_LAST_LABELS)
        self.scans.close()
        if self._hub is not None:
            self._hub.close()
        self.side.close()
        self.index.close()
        self.tables.close(spare=THREADS)
        self.projector.connection.close()
        self.notes.close()
        self.ledger.close()
        self.reading.close()
        self.store.close()
        if self.link is not None:
            self.link.close()


def create(
    folder: Path,
    settings: Settings,
    now: Callable[[], dt.datetime] = utc_now,
    roots: Roots = _ONE_ROOT,
) -> Services:
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
    make_first_keys(folder / "keys", roots)
    settings.save(folder / "settings.json")
    make_store(folder, settings)
    services = open_folder(folder, now)
    with ExitStack() as failing:
        failing.callback(services.close)
        record_genesis(services, roots)
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
    link = hub_link(folder, settings.origin)
    if link is not None:
        failing.callback(link.close)
    origin = settings.origin if link is None else link.seal_origin
    store = open_store(folder, settings, None if link is None else link.replica)
    failing.callback(store.close)
    secret = None if reads_only(folder, settings) else load_key(keys / "log.pem")
    if secret is None:
        log_key, reading = trusted(folder).log_key, store
        memory = CheckpointMemory(folder, log_key, never=ReadsOnly("reads-only"))
        store = StoppedStore(store, ReadsOnly("reads-only"))
    else:
        log_key = log_verifier_key(origin, secret.public)
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
    sealing = SealedLog(store, origin, signs, memory)
    commits = None if signs is None or link is not None else Signer.of(signs)
    index = IndexKeeper(store, folder / "index.db")
    failing.callback(index.close)
    log = sealing if reading is store else SealedLog(reading, origin, None)
    projector = Projector(reading, open_views(folder / "views.db"))
    failing.callback(projector.connection.close)
    tables = Views(folder / "views.db")
    failing.callback(tables.close)
    stories = stories_of(reading, tables.connection)
    notes = PrivateNotes(folder / "private.db")
    failing.callback(notes.close)
    scans = open_scans(folder, settings, now)
    failing.callback(scans.close)
    side = open_side(folder, settings.database)
    failing.callback(side.close)
    station = Station(
        *(ledger, sealing, projector, tables, signers_of(keys), notes, now),
        newest=None if link is None else link.newest,
        stopped=None if link is None else link.stopped,
    )
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
        StationExporter(log, stories, tables, index),
        now,
        Freshness(folder, now, in_step),
        scans,
        memory,
        log_key,
        side,
        Committer(index, ledger, sealing, commits, station.now_text),
        link=link,
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
