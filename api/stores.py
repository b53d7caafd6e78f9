"""Which database a folder's ledger is in: `ledger.db` in the folder, or PostgreSQL by its settings.

Settings that name where to read (`read_from`) and nowhere to write make a machine that only reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from api.errors import DoorError
from api.settings import Settings
from ledger.store.seam import LedgerStore, Replica
from ledger.store.sqlite import SqliteStore
from ledger.verify.trust import Trust

LEDGER_FILE = "ledger.db"


def has_ledger(folder: Path) -> bool:
    """True when the folder is that of a ledger, wherever its entries are."""
    if (folder / LEDGER_FILE).exists():
        return True
    path = folder / "settings.json"
    if not path.exists():
        return False
    settings = Settings.load(path)
    return settings.database is not None or bool(settings.read_from)


class Named(Protocol):
    """Which databases a machine's settings name."""

    @property
    def database(self) -> str | None: ...
    @property
    def read_from(self) -> Sequence[str]: ...


def reads_only(folder: Path, settings: Named) -> bool:
    """True on a machine that reads a hub's ledger and has no right to record in it."""
    if settings.database is not None or not settings.read_from:
        return False
    return not (folder / LEDGER_FILE).exists()


def trusted(folder: Path) -> Trust:
    """The trust file of a machine that has not the log's key itself.

    Raises:
        DoorError: `file-unreadable`.
        FileRefused: it is no trust file.
    """
    path = folder / "trust.json"
    try:
        return Trust.parse(path.read_bytes())
    except OSError as wrong:
        why = wrong.strerror or type(wrong).__name__
        raise DoorError("file-unreadable", path=path, why=why) from wrong


def open_store(folder: Path, settings: Settings, replica: Replica | None = None) -> LedgerStore:
    """The store that takes statements; on a machine that only reads, the one that is read.

    `replica` says whose part the file holds, in the folder of a station of a hub.

    Raises:
        LedgerError: it is missing, newer than this program, or cannot be reached.
    """
    if reads_only(folder, settings):
        from ledger.store.postgres.store import PostgresStore

        return PostgresStore(settings.read_from, passwords=folder / "keys" / "pgpass", reading=True)
    if settings.database is not None:
        # Asked for only here: a station on SQLite needs no PostgreSQL library.
        from ledger.store.postgres.store import PostgresStore

        return PostgresStore((settings.database,), passwords=folder / "keys" / "pgpass")
    path = folder / LEDGER_FILE
    if (folder / "keys").exists() and not path.exists():
        raise DoorError("ledger-lost", path=path)
    return SqliteStore(path, replica)


def make_store(folder: Path, settings: Settings) -> None:
    """Make `ledger.db`; a database has been made before, by its owner (`ocop init --database`)."""
    if settings.database is None:
        SqliteStore.create(folder / LEDGER_FILE).close()


def open_reading(folder: Path, settings: Settings, store: LedgerStore) -> LedgerStore:
    """The store that pages, bundles and projections read: a hot standby when one is named.

    When none of them answers, the primary itself.
    """
    if not settings.read_from or settings.database is None:
        return store
    from ledger.store.postgres.store import PostgresStore

    addresses = (*settings.read_from, settings.database)
    return PostgresStore(addresses, passwords=folder / "keys" / "pgpass", reading=True)
