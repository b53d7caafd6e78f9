"""A ledger from one store to another: the same bytes, the same tree, one place where it is written.

The old store is closed before the new one is used, never the other way round: if the power fails
between, the folder says "moved" and takes no statement, and the move is made again. Two stores
that both take statements would be a fork.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from api.bootstrap import Services
from api.keeping.backup import scratch
from api.keeping.errors import KeepingError
from api.keeping.into_database import Founding, filled_database, keep_passwords
from api.keeping.memory import sync_folder
from api.keeping.placing import put_in_place, room_in
from api.keeping.snapshot import copy_ledger, snapshot
from api.settings import Settings
from api.stores import LEDGER_FILE
from ledger.store.copying import CopyRefused, Progress
from ledger.verify.checkpoint import Checkpoint

MOVED_FILE = "ledger.db.moved"
# Another process may have the file open: a renamed file would still take its statements.
_CLOSE = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {table}_moved BEFORE INSERT ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'this ledger was moved; start the program anew'); END"
    for table in ("stored_events", "log_leaves")
)
_REOPEN = tuple(f"DROP TRIGGER {table}_moved" for table in ("stored_events", "log_leaves"))


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the ledger was and is now, for people; its size and root, the same in both.

    `still_open` names a database that this program's `role` could still write to, `passwords` is
    the file that holds that role's password.
    """

    size: int
    root: bytes
    before: str
    now: str
    still_open: str | None = None
    role: str | None = None
    passwords: Path | None = None


def move_to_database(
    services: Services, founding: Founding, on_progress: Progress | None = None
) -> Moved:
    """Move a folder's ledger into a new database.

    Raises:
        LedgerError: somebody else is writing, or a store cannot be reached; nothing was changed.
        KeepingError: `database-half-copied`; the ledger is where it was.
    """
    folder, store = services.folder, services.store
    with (
        store.writing(),
        store.sequencing(),
        scratch(folder / "move.part") as room,
        filled_database(founding, room, store, on_progress) as (made, passwords),
    ):
        head, before = _head(services), store.location
        with _old_closed(services):
            keep_passwords(passwords, folder)
            _switch(folder, replace(services.settings, database=made.application_dsn, read_from=()))
        _put_aside(services)
    return _moved(services, head, before, made.database)


def move_to_file(services: Services, on_progress: Progress | None = None) -> Moved:
    """Move a folder's ledger out of its database into `ledger.db` of the folder.

    Raises:
        KeepingError: `move-nowhere`, it is there already.
        LedgerError: as `move_to_database`.
    """
    folder, store = services.folder, services.store
    if services.settings.database is None:
        raise KeepingError("move-nowhere", path=folder)
    if (folder / LEDGER_FILE).exists():
        raise CopyRefused("copy-target-used", where=folder / LEDGER_FILE)
    with store.writing(), store.sequencing(), scratch(folder / "move.part") as room:
        head = copy_ledger(store, room / LEDGER_FILE, on_progress)
        (room / LEDGER_FILE).replace(folder / LEDGER_FILE)
        sync_folder(folder)
        _switch(folder, replace(services.settings, database=None, read_from=()))
        _put_aside(services)
    where = str(folder / LEDGER_FILE)
    return _moved(services, head, store.location, where)


def move_to_folder(services: Services, to: Path, on_progress: Progress | None = None) -> Moved:
    """Move everything of a ledger folder into another folder, its ledger as `ledger.db`.

    Raises:
        KeepingError: `folder-not-empty`.
        LedgerError: as `move_to_database`.
    """
    folder, store = services.folder, services.store
    if to.exists() and any(to.iterdir()):
        raise KeepingError("folder-not-empty", path=to)
    before = store.location
    with (
        store.writing(),
        store.sequencing(),
        room_in(to, "move.part") as room,
    ):
        parts = room / "parts"
        parts.mkdir(mode=0o700)
        head = snapshot(folder, store, parts, whole=True, on_progress=on_progress)
        settings = replace(services.settings, database=None, read_from=())
        settings.save(parts / "settings.json")
        with _old_closed(services):
            put_in_place(parts, to)
        # Without settings the old folder is no ledger any more, whatever it is in.
        (folder / "settings.json").replace(folder / "settings.json.moved")
        _put_aside(services)
    return _moved(services, head, before, str(to / LEDGER_FILE))


def _head(services: Services) -> Checkpoint:
    head = services.station.log.head()
    assert head is not None  # the copy would have refused a log without a checkpoint
    return head


@contextmanager
def _old_closed(services: Services) -> Iterator[None]:
    """An old ledger file refuses statements from here on; not so if the block fails."""
    if services.settings.database is not None:
        yield
        return
    with closing(_plainly(services.folder / LEDGER_FILE)) as db:
        _run(db, _CLOSE)
        try:
            yield
        except BaseException:
            _run(db, _REOPEN)
            raise


def _plainly(path: Path) -> sqlite3.Connection:
    """A connection without the guards, which forbid to change the schema."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _run(connection: sqlite3.Connection, statements: tuple[str, ...]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in statements:
        connection.execute(statement)
    connection.execute("COMMIT")


def _switch(folder: Path, settings: Settings) -> None:
    settings.save(folder / "settings.json")
    sync_folder(folder)


def _put_aside(services: Services) -> None:
    """Rename what is not used any more, so that nobody takes it for the ledger."""
    folder = services.folder
    if services.settings.database is not None:
        passwords = folder / "keys" / "pgpass"
        if passwords.exists():
            passwords.replace(_old_passwords(services))
        return
    # Somebody may have it open (which forbids renaming on some systems): it is closed in any case.
    with contextlib.suppress(OSError, sqlite3.Error):
        with closing(_plainly(folder / LEDGER_FILE)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that one file is the whole of it
        (folder / LEDGER_FILE).replace(folder / MOVED_FILE)
        (folder / MOVED_FILE).chmod(0o400)
        for end in ("-wal", "-shm"):
            (folder / f"{LEDGER_FILE}{end}").unlink(missing_ok=True)
        sync_folder(folder)


def _old_passwords(services: Services) -> Path:
    return services.folder / "keys" / "pgpass.moved"


def _moved(services: Services, head: Checkpoint, before: str, now: str) -> Moved:
    if services.settings.database is None:
        return Moved(head.size, head.root, before, now)
    # Asked for only here: a station on SQLite needs no PostgreSQL library.
    from ledger.store.postgres.address import role_name

    role, kept = role_name(services.settings.database), _old_passwords(services)
    passwords = kept if kept.exists() else None
    return Moved(head.size, head.root, before, now, services.store.location, role, passwords)
