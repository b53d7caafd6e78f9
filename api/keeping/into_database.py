"""Filling a new database with a ledger: all of it, or a sentence that says what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.keeping.errors import KeepingError
from ledger.errors import LedgerError
from ledger.store.copying import Progress, copy_store
from ledger.store.postgres.address import read_address, shown
from ledger.store.postgres.founding import Founded
from ledger.store.postgres.store import PostgresStore
from ledger.store.seam import LedgerStore


@dataclass(frozen=True, slots=True)
class Founding:
    """How an empty database becomes a ledger's.

    `owner` is its address as its owner, `new_role` whether a role is made for the program. `make`
    makes schema and role; the role's password file is put below the folder that it is given.
    """

    owner: str
    new_role: bool
    make: Callable[[Path], AbstractContextManager[Founded]]

    @property
    def place(self) -> str:
        """Host, port and database. PostgresError `database-address`."""
        return shown(read_address(self.owner))


@contextmanager
def filled_database(
    founding: Founding,
    scratch: Path,
    source: LedgerStore,
    on_progress: Progress | None,
    half_copied: str = "database-half-copied",
) -> Iterator[tuple[Founded, Path]]:
    """A database with a copy of `source`: how it is reached, and where its password file is.

    Raises:
        LedgerError: the database is not fit or not reached; nothing was changed.
        KeepingError: of the code `half_copied`.
    """
    begun = False
    where = ""
    try:
        with founding.make(scratch) as made:
            where = made.database
            passwords = scratch / "keys" / "pgpass"
            with closing(PostgresStore((made.application_dsn,), passwords=passwords)) as target:
                begun = True
                copy_store(source, target, on_progress)
            yield made, passwords
    except LedgerError as wrong:
        if not begun:
            raise
        raise KeepingError(half_copied, where=where, why=str(wrong)) from wrong


def keep_passwords(passwords: Path, folder: Path) -> None:
    """Put a database's password file where a ledger folder has it."""
    if passwords.exists():
        with contextlib.suppress(FileNotFoundError):
            (folder / "keys" / "pgpass").unlink()
        (folder / "keys").mkdir(mode=0o700, exist_ok=True)
        passwords.replace(folder / "keys" / "pgpass")
