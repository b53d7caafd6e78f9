"""A backup back into a folder: checked whole before anything is put anywhere.

What is restored is the past. If a checkpoint is known that it does not reach, statements are
missing that somebody else may hold; recording on would give their places in the log, and in the
journals of this machine's keys, to other statements. So such a backup is refused, or, if the
operator accepts it, restored as a ledger that can be read and not written (`memory`).

How far a station's own journal went, nobody knows after its disk is lost. So its backup always comes
back to be read only, and its station joins anew with another key (`api.station.carrying`).
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from api.access.side_opening import ACCESS_FILE
from api.access.side_sqlite import SqliteSide
from api.bootstrap import signers_of
from api.keeping.access_tables import access_into_database, renew_access
from api.keeping.archive import Manifest, unpack
from api.keeping.erased import erased_digests, remember_erased
from api.keeping.errors import KeepingError
from api.keeping.extending import Behind, Journal, Known, compare, journals_at_risk
from api.keeping.into_database import Founding, filled_database, keep_passwords
from api.keeping.memory import MEMORY_FILE, write_durably
from api.keeping.photo_files import photos_into_database
from api.keeping.placing import put_in_place, room_in
from api.keeping.snapshot import ERASED_FILE, RESTORED_FILE
from api.keeping.station_errors import StationKeepingError
from api.keeping.truth import Truth, verified
from api.photos.shelf import PhotoShelf
from api.private_notes import PrivateNotes
from api.settings import Settings
from api.station.errors import Frozen
from api.station.joined import STATE_FILE, Joined, joined_of
from api.station.state import StationState
from api.stores import LEDGER_FILE
from ledger.store.copying import Progress
from ledger.store.sqlite import SqliteStore
from ledger.verify.wording import Refusal

_MAY_LIE_THERE = {MEMORY_FILE, ERASED_FILE}
# After a restore nobody knows what came out of the printer since: a person decides, as after any
# other doubt, and nothing is sent by itself.
_DOUBT = (
    "UPDATE label SET state = 'in_doubt', payload = x'' "
    "WHERE state IN ('queued', 'sending', 'sent')"
)


class OlderBackup(KeepingError):
    """The backup is older than a checkpoint that is known. Carries how far, and who would fork."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "restore-older": (
            "The backup {path} ends at {size} statements, but {known} had been sealed: {missing} are "
            "missing, from number {size} on. Whoever recorded on would fork the log and the journals "
            "of: {journals}. Nothing was restored. Take a newer backup; or restore this one with "
            "--accept-older, to read it and to add what is missing with ocop restore --resubmit FILE.",
            "Bản sao lưu {path} chỉ có {size} phiếu, trong khi đã từng niêm phong {known}: thiếu "
            "{missing} phiếu, từ số {size} trở đi. Nếu ghi tiếp sẽ rẽ nhánh sổ và nhật ký của: "
            "{journals}. Chưa khôi phục gì. Hãy dùng bản mới hơn; hoặc khôi phục bản này với "
            "--accept-older để xem và bổ sung phần thiếu bằng ocop restore --resubmit TỆP.",
        ),
    }

    def __init__(self, path: Path, behind: Behind, journals: Sequence[Journal]) -> None:
        super().__init__(
            "restore-older",
            path=path,
            size=behind.size,
            known=behind.known.checkpoint.size,
            missing=behind.missing,
            journals=[f"{one.party} {one.role}" for one in journals],
        )
        self.behind = behind
        self.journals = tuple(journals)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: tree size and root; how far it is behind; what had to be set right.

    `doubtful` labels may have been printed since the backup; `erased` private texts were in the
    backup and are erased again; `where` the ledger is now, for people. `findings` are wrong with the
    ledger itself, by log index, and were so before the backup; `station` is whose it was.
    """

    size: int
    root: bytes
    behind: Behind | None
    journals: tuple[Journal, ...]
    doubtful: int
    erased: int
    keys: bool
    where: str
    findings: tuple[tuple[int, Refusal], ...] = ()
    station: Joined | None = None


def restore(
    path: Path,
    folder: Path,
    *,
    checkpoints: Sequence[Path] = (),
    accept_older: bool = False,
    founding: Founding | None = None,
    now: Callable[[], dt.datetime],
    on_progress: Progress | None = None,
) -> Restored:
    """Restore the backup `path` into `folder`, which is new or holds only what it remembers.

    `founding` makes the database that the ledger goes to, None for a file in the folder.
    `checkpoints` are signed notes kept elsewhere. A station's ledger is frozen there.

    Raises:
        StationKeepingError: `station-in-folder`, `station-checkpoint`.
        OlderBackup: it does not reach a known checkpoint, and that was not accepted.
        KeepingError: `folder-not-empty`, `backup-damaged`, `backup-refused`, `restore-forked`,
            `database-half-copied`. Whatever is raised, the folder is as it was.
        NoteRefused: a checkpoint is not of this log.
    """
    refuse_used(folder)
    with room_in(folder, "restore.part") as room:
        parts = room / "parts"
        parts.mkdir(mode=0o700)
        manifest = unpack(path, parts)
        station = joined_of(parts)
        if station is not None and founding is not None:
            raise StationKeepingError("station-in-folder", path=path)
        if station is not None and checkpoints:
            raise StationKeepingError("station-checkpoint", path=path)
        made = _prepare(path, folder, parts, manifest, checkpoints, accept_older, now, station)
        if founding is None:
            put_in_place(parts, folder)
            return replace(made, where=str(folder / LEDGER_FILE))
        with (
            closing(SqliteStore(parts / LEDGER_FILE)) as source,
            filled_database(founding, room / "database", source, on_progress) as (new, passwords),
        ):
            source.close()
            _access_into(parts, new.application_dsn, passwords)
            photos_into_database(parts, new.application_dsn, passwords)
            keep_passwords(passwords, parts)
            settings = Settings.load(parts / "settings.json")
            replace(settings, database=new.application_dsn).save(parts / "settings.json")
            for left in parts.glob(f"{LEDGER_FILE}*"):
                left.unlink()
            put_in_place(parts, folder)
            return replace(made, where=new.database)


def refuse_used(folder: Path) -> None:
    """Raise unless a folder is new, empty, or holds only what a lost ledger is remembered by."""
    if folder.exists() and {one.name for one in folder.iterdir()} - _MAY_LIE_THERE:
        raise KeepingError("folder-not-empty", path=folder)


def _prepare(
    path: Path,
    folder: Path,
    parts: Path,
    manifest: Manifest,
    checkpoints: Sequence[Path],
    accept_older: bool,
    now: Callable[[], dt.datetime],
    station: Joined | None,
) -> Restored:
    """Check the unpacked parts and set right in them what time has made wrong."""
    with closing(SqliteStore(parts / LEDGER_FILE)) as store:
        truth = verified(path, store, parts, manifest)
        head = truth.head
        known = [] if station is not None else _known(truth, folder, parts, checkpoints)
        behind = compare(store, known, path)
        keys = {who: one.keyid for who, one in signers_of(parts / "keys").items()}
        journals = journals_at_risk(store, keys) if behind else ()
        newest = store.checkpoint() or ""
    if behind is None:
        write_durably(parts / MEMORY_FILE, newest.encode())
    elif accept_older:
        write_durably(parts / MEMORY_FILE, behind.known.note)
        _mark(parts / RESTORED_FILE, behind, head.root, now())
    else:
        raise OlderBackup(path, behind, journals)
    settings = Settings.load(parts / "settings.json")
    replace(settings, database=None, read_from=()).save(parts / "settings.json")
    if station is not None:
        _freeze(parts, station)
    renew_access(parts)
    doubtful, erased = doubt_labels(parts / "spool.db"), _erase_again(folder, parts)
    return Restored(
        *(head.size, head.root, behind, journals, doubtful, erased, manifest.keys, ""),
        truth.findings,
        station,
    )


def _known(truth: Truth, folder: Path, parts: Path, checkpoints: Sequence[Path]) -> list[Known]:
    """Checkpoints of this log that were kept: elsewhere, in the folder, in the backup."""
    assert truth.log_key is not None  # of whatever is no station's
    remembered = (one / MEMORY_FILE for one in (folder, parts))
    kept = [*checkpoints, *(one for one in remembered if one.exists())]
    return [Known.read(one, truth.log_key) for one in kept]


def _freeze(parts: Path, station: Joined) -> None:
    """A station that was frozen for good before stays so for its first reason."""
    replace(station, stopped=station.stopped or "restored").save(parts)
    with closing(StationState(parts / STATE_FILE)) as state:
        state.freeze(Frozen("restored"))


def _access_into(parts: Path, database: str, passwords: Path) -> None:
    """Put the side tables of a backup into a hub's database, and not into the folder."""
    with closing(SqliteSide(parts / ACCESS_FILE)) as source:
        access_into_database(source, database, passwords)
    for left in parts.glob(f"{ACCESS_FILE}*"):
        left.unlink()


def _mark(path: Path, behind: Behind, root: bytes, now: dt.datetime) -> None:
    """What an operator accepted: kept with the folder, and in its later backups, for an inspector."""
    at = behind.known.checkpoint
    said = {
        "accepted": "restored from an older backup",
        "time": now.isoformat(timespec="seconds"),
        "by": "unknown",
        "known": {"size": at.size, "root": at.root.hex()},
        "restored": {"size": behind.size, "root": root.hex()},
        "resubmitted": None,
    }
    write_durably(path, (json.dumps(said, indent=1) + "\n").encode())


def doubt_labels(spool: Path) -> int:
    """Put labels that were on their way when a spool was copied in doubt; returns how many."""
    if not spool.exists():
        return 0
    with closing(sqlite3.connect(spool)) as db, db:
        return db.execute(_DOUBT).rowcount


def _erase_again(folder: Path, parts: Path) -> int:
    digests = erased_digests(folder / ERASED_FILE) | erased_digests(parts / ERASED_FILE)
    if not digests:
        return 0
    remember_erased(parts / ERASED_FILE, digests)
    PhotoShelf(parts).erase(sorted(digests))
    with closing(PrivateNotes(parts / "private.db")) as notes:
        return notes.erase(digests)
