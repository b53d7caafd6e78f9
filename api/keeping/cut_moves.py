"""Settling a move that was cut off: taken back as long as it was not decided, else finished.

Called whenever a folder is opened, and by the move itself for its last steps, so there is one way
only. Every step may be cut off again and made again.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from api.access.side_opening import ACCESS_FILE
from api.errors import DoorError
from api.keeping.errors import KeepingError
from api.keeping.memory import sync_folder
from api.keeping.move_record import MOVING_FILE, PART, Kind, Moved, MoveRecord, forget
from api.keeping.old_file import put_file_aside, reopen_file
from api.keeping.placing import put_in_place
from api.stores import LEDGER_FILE
from ledger.store.locks import Leaderships

SETTINGS_FILE = "settings.json"
ROLE = "settling"
"""What the one process leads that moves a folder or settles its move."""
_OLD_SETTINGS = "settings.json.moved"
_OLD_PASSWORDS = "pgpass.moved"


def old_passwords(folder: Path) -> Path:
    """Where the password file of a database that was left is put."""
    return folder / "keys" / _OLD_PASSWORDS


@contextmanager
def mover(folder: Path) -> Iterator[bool]:
    """Be the one process that moves this folder or settles its move; False when another is."""
    leaderships = Leaderships(folder / MOVING_FILE)
    try:
        yield leaderships.lead(ROLE)
    finally:
        leaderships.close()


def settle_move(folder: Path) -> None:
    """Bring a move that was cut off to one end or the other, before the folder is used.

    Raises:
        KeepingError: `folder-moved`, the ledger is elsewhere; `move-arriving`, it comes here and
            has not come; `move-unfinished`, what was moved is
            not to be found now; `move-under-way`, another process is about to end it.
        DoorError: `file-unwritable`.
        LedgerError: `store-unwritable`.
    """
    found = MoveRecord.load(folder)
    if found is not None and found.state in {"copying", "decided"}:
        with mover(folder) as leading:
            if leading:
                settle_held(folder)
            # A ledger file is closed for who has it open; a database that is left takes statements.
            elif found.state == "decided" or found.from_database:
                raise KeepingError("move-under-way", path=folder)
    refuse_left(folder)
    refuse_arriving(folder)


def settle_held(folder: Path) -> None:
    """As `settle_move`, for who is the mover already."""
    found = MoveRecord.load(folder)
    try:
        if found is not None and found.state == "copying":
            _take_back(folder, found)
        elif found is not None and found.state == "decided":
            _finish(folder, found)
    except OSError as wrong:
        why = wrong.strerror or str(wrong)
        raise DoorError("file-unwritable", path=wrong.filename or folder, why=why) from wrong


def refuse_left(folder: Path) -> None:
    """Raise `folder-moved` for a folder whose ledger went to another one."""
    found = MoveRecord.load(folder)
    if found is None or (found.state, found.kind) != ("done", "folder"):
        return
    # Settings that were put there since make it the folder of a ledger again.
    if not (folder / SETTINGS_FILE).exists():
        raise KeepingError("folder-moved", path=folder, to=found.to)


def refuse_arriving(folder: Path) -> None:
    """Raise `move-arriving` for a folder into which a ledger's move was begun and not finished."""
    coming = folder / PART / "parts"
    if coming.exists() and not (folder / SETTINGS_FILE).exists():
        raise KeepingError("move-arriving", path=folder)


def moved_before(folder: Path, kind: Kind, to: str) -> Moved | None:
    """Settle a cut move; what it moved, if it was this one and nobody has been told yet.

    Raises:
        KeepingError: `move-unfinished`, `move-under-way`; `folder-moved`, to another folder.
    """
    try:
        settle_move(folder)
    except KeepingError as wrong:
        if wrong.code != "folder-moved":
            raise
        found = MoveRecord.load(folder)
        if found is None or (found.kind, found.to) != (kind, to):
            raise
        return found.moved
    found = MoveRecord.load(folder)
    if found is None or found.kind == "folder":
        return None
    return found.moved if (found.state, found.kind, found.to) == ("done", kind, to) else None


def move_told(folder: Path) -> None:
    """The person knows: the record goes, but for a folder that is no ledger's any more."""
    found = MoveRecord.load(folder)
    if found is not None and found.state == "done" and found.kind != "folder":
        forget(folder)


def _take_back(folder: Path, record: MoveRecord) -> None:
    """The ledger is where it was; nothing of the move is left but, maybe, what is in a database."""
    if not record.from_database:
        reopen_file(folder)
    part = record.part(folder)
    shutil.rmtree(part, ignore_errors=True)
    if record.new_folder:
        with contextlib.suppress(OSError):
            part.parent.rmdir()
    replace(record, state="cut").save(folder)


def _finish(folder: Path, record: MoveRecord) -> None:
    """Put what is new in its place and what is old aside."""
    if record.kind == "folder":
        _finish_folder(folder, record)
    else:
        _finish_here(folder, record)
    shutil.rmtree(record.part(folder), ignore_errors=True)
    replace(record, state="done").save(folder)


def _finish_here(folder: Path, record: MoveRecord) -> None:
    part = record.part(folder)
    _rename(part / LEDGER_FILE, folder / LEDGER_FILE)
    if record.kind == "file" and not (folder / LEDGER_FILE).exists():
        raise KeepingError("move-unfinished", path=folder, to=folder / LEDGER_FILE)
    new, kept = part / "keys" / "pgpass", folder / "keys" / "pgpass"
    # When the new one is in its place already, the old one is aside.
    if record.from_database and (new.exists() or not record.passwords):
        _rename(kept, old_passwords(folder))
    _rename(new, kept)
    if record.kind == "database" or (part / ACCESS_FILE).exists():
        # No copy of people stays behind: of who is erased later it would know nothing.
        for end in ("", "-wal", "-shm"):
            (folder / f"{ACCESS_FILE}{end}").unlink(missing_ok=True)
    _rename(part / ACCESS_FILE, folder / ACCESS_FILE)
    _rename(part / SETTINGS_FILE, folder / SETTINGS_FILE)
    if not record.from_database:
        put_file_aside(folder)


def _finish_folder(folder: Path, record: MoveRecord) -> None:
    parts, to = record.part(folder) / "parts", Path(record.to)
    if not (to / SETTINGS_FILE).exists() and not (parts / SETTINGS_FILE).exists():
        raise KeepingError("move-unfinished", path=folder, to=to)
    if parts.exists():
        put_in_place(parts, to)
    # Without settings the old folder is no ledger any more, whatever it is in.
    _rename(folder / SETTINGS_FILE, folder / _OLD_SETTINGS)
    if record.from_database:
        _rename(folder / "keys" / "pgpass", old_passwords(folder))
    else:
        put_file_aside(folder)


def _rename(path: Path, to: Path) -> None:
    """Durably, if it is (still) there."""
    if path.exists():
        to.parent.mkdir(mode=0o700, exist_ok=True)
        path.replace(to)
        sync_folder(to.parent)
