"""A ledger from one store to another: the same bytes, the same tree, one place where it is written.

The old store is closed before the new one is used, never the other way round. A move that is cut
off, by whatever and wherever, is settled by whoever opens the folder next (`cut_moves`), and can
be made again by the same command.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from api.bootstrap import Services
from api.errors import DoorError
from api.keeping.access_tables import access_into_database, keep_access
from api.keeping.cut_moves import SETTINGS_FILE, mover, old_passwords, settle_held
from api.keeping.errors import KeepingError
from api.keeping.into_database import Founding, filled_database
from api.keeping.move_record import PART, Kind, Moved, MoveRecord, sync_tree
from api.keeping.old_file import MOVED_FILE, close_file
from api.keeping.photo_files import photos_into_database
from api.keeping.snapshot import copy_ledger, snapshot
from api.stores import LEDGER_FILE
from ledger.store.copying import CopyRefused, Progress
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.wording import Refusal

__all__ = [
    "MOVED_FILE",
    "Moved",
    "move_to_database",
    "move_to_file",
    "move_to_folder",
    "target_of",
]


def target_of(folder: Path, to: str) -> tuple[Kind, str]:
    """What `ocop move --to` names: its kind, and its place as a record of the move has it.

    Raises:
        LedgerError: `database-address`.
    """
    # A mistyped address must not become a folder with keys in it; one letter is a disk of Windows.
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", to) or "=" in to:
        # Asked for only here: a station on SQLite needs no PostgreSQL library.
        from ledger.store.postgres.address import read_address, shown

        return "database", shown(read_address(to))
    path = Path(to).resolve()
    return ("file" if path == folder.resolve() else "folder"), str(path)


def move_to_database(
    services: Services, founding: Founding, on_progress: Progress | None = None
) -> Moved:
    """Move a folder's ledger into a new database.

    Raises:
        LedgerError: somebody else is writing, or a store cannot be reached; nothing was changed.
        KeepingError: `move-nowhere`; `move-half-copied`, `move-in-use`; the ledger is where it was.
    """
    folder, store, settings = services.folder, services.store, services.settings
    if settings.database is not None and _place(settings.database) == founding.place:
        raise KeepingError("move-nowhere", path=folder)
    cut = MoveRecord.load(folder)
    record = MoveRecord(
        "copying",
        "database",
        founding.place,
        settings.database is not None,
        new_role=founding.new_role,
    )
    with _moving(services, record) as room:
        if cut is not None and (cut.kind, cut.to) == ("database", founding.place):
            from api.keeping.half_copied import take_away_copy

            take_away_copy(founding, store)
        with filled_database(founding, room, store, on_progress, "move-half-copied") as (made, its):
            access_into_database(services.side, made.application_dsn, its)
            photos_into_database(folder, made.application_dsn, its)
            services.side.close()  # its file is put aside whole
            head = _head(services)
            replace(settings, database=made.application_dsn, read_from=()).save(
                room / SETTINGS_FILE
            )
        # From here on nothing undoes the founding: what is decided must stay.
        record = replace(record, passwords=its.exists())
        return _decide(services, record, room, head, made.database)


def move_to_file(services: Services, on_progress: Progress | None = None) -> Moved:
    """Move a folder's ledger out of its database into `ledger.db` of the folder.

    Raises:
        KeepingError: `move-nowhere`, it is there already; `move-in-use`.
        LedgerError: as `move_to_database`.
    """
    folder, store, settings = services.folder, services.store, services.settings
    if settings.database is None:
        raise KeepingError("move-nowhere", path=folder)
    if (folder / LEDGER_FILE).exists():
        raise CopyRefused("copy-target-used", where=folder / LEDGER_FILE)
    record = MoveRecord("copying", "file", str(folder.resolve()), from_database=True)
    with _moving(services, record) as room:
        head = copy_ledger(store, room / LEDGER_FILE, on_progress)
        # Named by their content: more of them in a folder than it needs harm nothing.
        services.album.shelf.copy_into(folder)
        keep_access(services.side, room)
        replace(settings, database=None, read_from=()).save(room / SETTINGS_FILE)
        return _decide(services, record, room, head, str(folder / LEDGER_FILE))


def move_to_folder(services: Services, to: Path, on_progress: Progress | None = None) -> Moved:
    """Move everything of a ledger folder into another folder, its ledger as `ledger.db`.

    Raises:
        KeepingError: `folder-not-empty`, `move-in-use`.
        LedgerError: as `move_to_database`.
    """
    folder, store, settings = services.folder, services.store, services.settings
    cut = MoveRecord.load(folder)
    # A disk that was away when the cut move was settled still has what it left.
    left = {PART} if cut is not None and cut.to == str(to.resolve()) else set()
    if to.exists() and {one.name for one in to.iterdir()} - left:
        raise KeepingError("folder-not-empty", path=to)
    from_database = settings.database is not None
    new = not to.exists()
    record = MoveRecord("copying", "folder", str(to.resolve()), from_database, new_folder=new)
    with _moving(services, record) as room:
        parts = room / "parts"
        parts.mkdir(mode=0o700)
        head = snapshot(folder, store, services.side, parts, whole=True, on_progress=on_progress)
        replace(settings, database=None, read_from=()).save(parts / SETTINGS_FILE)
        return _decide(services, record, room, head, str(to / LEDGER_FILE))


@contextmanager
def _moving(services: Services, record: MoveRecord) -> Iterator[Path]:
    """Both rights of the old store, the record on disk, and an empty room for what is new.

    If the block fails before the move is decided, all is as it was.
    """
    folder, store = services.folder, services.store
    with _alone(folder), store.writing(), store.sequencing():
        # Whoever seals would go on showing, and trying to write, a ledger that has gone.
        if not store.lead("sequencer"):
            raise KeepingError("move-in-use", where=store.location, path=folder)
        record.save(folder)
        try:
            room = record.part(folder)
            shutil.rmtree(room, ignore_errors=True)
            room.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            room.mkdir(mode=0o700)
            yield room
        except BaseException as wrong:
            found = MoveRecord.load(folder)
            if found is not None and found.state == "copying":
                # What failed is told; the next opening tries again to tidy up.
                with contextlib.suppress(Refusal):
                    settle_held(folder)
            if isinstance(wrong, OSError):
                why = wrong.strerror or str(wrong)
                raise DoorError("file-unwritable", path=folder, why=why) from wrong
            raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with mover(folder) as leading:
        if not leading:
            raise KeepingError("move-under-way", path=folder)
        yield


def _decide(
    services: Services, record: MoveRecord, room: Path, head: Checkpoint, now: str
) -> Moved:
    """Close the old store, say so in the record, and put everything in its place."""
    folder, address = services.folder, services.settings.database
    moved = Moved(head.size, head.root, services.store.location, now)
    if address is None:
        close_file(folder)
    else:
        from ledger.store.postgres.address import role_name

        kept = old_passwords(folder) if (folder / "keys" / "pgpass").exists() else None
        where, role = services.store.location, role_name(address)
        moved = replace(moved, still_open=where, role=role, passwords=kept)
    sync_tree(room)
    replace(record, state="decided", moved=moved).save(folder)
    settle_held(folder)
    return moved


def _head(services: Services) -> Checkpoint:
    head = services.station.log.head()
    assert head is not None  # the copy would have refused a log without a checkpoint
    return head


def _place(address: str) -> str:
    from ledger.store.postgres.address import read_address, shown

    return shown(read_address(address))
