"""A consistent copy of everything a ledger folder holds, while it is being used.

The order matters: the spool before the ledger, so that every label in the copied spool is issued
in the copied ledger; private texts after it, so that no copied statement lacks its text; erased
digests last, so that what was erased meanwhile is erased again by whoever restores the copy. Of a
station the state follows the ledger, since whatever was adopted has its place there.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from api.access.side_tables import SideTables
from api.keeping.access_tables import keep_access
from api.keeping.memory import MEMORY_FILE, write_durably
from api.labels.preferred import PREFERRED_FILE
from api.photos.shelf import PhotoShelf
from api.station.joined import HUB_FILE, STATE_FILE
from api.stores import LEDGER_FILE
from ledger.store.copying import Progress, copy_store, newest_checkpoint
from ledger.store.seam import LedgerStore
from ledger.store.sqlite import SqliteStore
from ledger.verify.checkpoint import Checkpoint

ERASED_FILE = "erased.txt"
RESTORED_FILE = "restored.json"
PLAIN = (
    "settings.json",
    "printers.json",
    PREFERRED_FILE,
    "trust.json",
    HUB_FILE,
    "witnesses.txt",
    ERASED_FILE,
    RESTORED_FILE,
)
# Everything that a copy may hold. The password of a database belongs to that database alone.
PART = re.compile(
    r"(ledger|spool|private|scans|access|station)\.db|"
    r"(settings|printers|label-templates|trust|restored|hub)\.json|"
    r"(checkpoint|erased|witnesses)\.txt|photos/[0-9a-f]{2}/[0-9a-f]{64}\.jpg|templates/[a-z0-9][a-z0-9-]{0,39}\.toml|keys/(?!pgpass)[A-Za-z0-9][A-Za-z0-9._-]{0,79}",
    re.ASCII,
)


def snapshot(
    folder: Path,
    store: LedgerStore,
    side: SideTables,
    into: Path,
    *,
    keys: bool = True,
    whole: bool = False,
    on_progress: Progress | None = None,
) -> Checkpoint:
    """Copy a folder's parts into the empty folder `into`; returns the ledger's newest checkpoint.

    The ledger becomes an SQLite file, whatever it is in. It ends at a checkpoint, or, if `whole`,
    takes the statements not yet sealed along (the caller then holds both of the store's locks). Of
    the side tables, wherever they are, goes what lasts.

    Raises:
        LedgerError: the ledger cannot be read, or is not what was sealed.
        OSError, sqlite3.Error: a file cannot be read or written.
    """
    before = _read(folder / MEMORY_FILE)
    copy_database(folder / "spool.db", into)
    place = _place(folder / STATE_FILE)
    up_to = None if whole else newest_checkpoint(store)
    head = copy_ledger(store, into / LEDGER_FILE, on_progress, up_to)
    for name in ("private.db", "scans.db", STATE_FILE):
        copy_database(folder / name, into)
    _put_back(into / STATE_FILE, place)
    keep_access(side, into)
    for name in PLAIN:
        if (folder / name).is_file():
            _copy(folder / name, into / name)
    PhotoShelf(folder, side).copy_into(into)
    for path in _own_files(folder, keys=keys):
        _copy(path, into / path.relative_to(folder))
    note = store.checkpoint(head.size) or ""
    # What this folder remembers may be ahead of a ledger that was put back: that goes along.
    write_durably(into / MEMORY_FILE, _newer(before, note))
    return head


def copy_ledger(
    store: LedgerStore, path: Path, on_progress: Progress | None = None, up_to: int | None = None
) -> Checkpoint:
    """Copy any store into a new ledger file at `path`; nothing is left there when that fails."""
    target = SqliteStore.create(path)
    try:
        head = copy_store(store, target, on_progress, up_to)
    except BaseException:
        target.close()
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()
        raise
    target.close()
    return head


def _own_files(folder: Path, *, keys: bool) -> Iterator[Path]:
    rooms = ("templates", "keys") if keys else ("templates",)
    for path in (one for room in rooms for one in sorted((folder / room).glob("*"))):
        if path.is_file() and PART.fullmatch(path.relative_to(folder).as_posix()):
            yield path


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    to.touch(mode=0o600)
    shutil.copyfile(path, to)


def _place(state: Path) -> list[tuple[str, str]]:
    """How far a station had taken what it needs, as its state says it."""
    if not state.exists():
        return []
    with closing(sqlite3.connect(state, timeout=30)) as db:
        return db.execute(
            "SELECT name, value FROM state WHERE name IN ('after', 'from')"
        ).fetchall()


def _put_back(state: Path, place: list[tuple[str, str]]) -> None:
    """What came since is not in the copied ledger, so the copy must ask for it again."""
    if not state.exists():
        return
    with closing(sqlite3.connect(state)) as db, db:
        db.execute("DELETE FROM state WHERE name IN ('after', 'from')")
        db.executemany("INSERT INTO state VALUES (?, ?)", place)


def copy_database(path: Path, into: Path) -> None:
    """SQLite's own online copy of a file, if it is there: one state, while others write it."""
    if not path.exists():
        return
    to = into / path.name
    to.touch(mode=0o600)
    with closing(sqlite3.connect(path, timeout=30)) as source, closing(sqlite3.connect(to)) as made:
        source.backup(made)
        # A log beside the file would not travel along; whoever opens it sets what it needs.
        made.execute("PRAGMA journal_mode=DELETE")


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _newer(remembered: bytes, note: str) -> bytes:
    """The note of the larger tree; what cannot be read is no memory."""
    try:
        kept = Checkpoint.parse(remembered.decode().split("\n\n", maxsplit=1)[0] + "\n").size
    except Exception:  # torn or foreign: the ledger's own checkpoint stands in
        return note.encode()
    ours = Checkpoint.parse(note.split("\n\n", maxsplit=1)[0] + "\n").size
    return remembered if kept > ours else note.encode()
