"""`ocop migrate`, and what `ocop init --database` does to a database: found it whole or not at all."""

from __future__ import annotations

import argparse
import contextlib
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

from api.access.side_founding import found_access
from api.commands.words import Nouns, choose, give, options, tell
from api.errors import DoorError
from api.scans.founding import found_scans
from api.settings import Settings
from ledger.errors import LedgerError
from ledger.store.postgres.address import database_name, read_address, shown
from ledger.store.postgres.founding import Founded, found_database, migrate, undo_founding
from ledger.store.postgres.passwords import keep_password

_PASSWORD_BYTES = 24


class DatabaseRefused(DoorError):
    """A database that was named is not the one that is meant."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "database-differs": (
            "The ledger in {path} is not in a database named {found}; name the database that its "
            "settings.json names.",
            "Sổ trong {path} không nằm trong cơ sở dữ liệu tên {found}; hãy ghi đúng cơ sở dữ liệu "
            "có trong settings.json.",
        ),
    }


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    parser = options(
        nouns.add_parser("migrate", help="bring a hub's database to this program's schema"),
        machine=True,
    )
    parser.add_argument(
        "--database",
        required=True,
        metavar="ADDRESS",
        help="address of the ledger's database as its owner: postgresql://owner@host/database",
    )
    parser.set_defaults(run=run_migrate)


def add_init_options(parser: argparse.ArgumentParser) -> None:
    """Add what `ocop init` may be told about a database."""
    parser.add_argument(
        "--database",
        metavar="ADDRESS",
        help="keep the ledger in this PostgreSQL database, which has no schema ocop yet; address as "
        "its owner",
    )
    parser.add_argument(
        "--app-database",
        metavar="ADDRESS",
        help="address as the role that the program will use, if the owner may not create roles",
    )


def run_migrate(args: argparse.Namespace) -> int:
    """Migrate; doing it again changes nothing."""
    named = Settings.load(args.dir / "settings.json").database
    if named is None or database_name(named) != database_name(args.database):
        raise DatabaseRefused("database-differs", path=args.dir, found=database_name(args.database))
    where = shown(read_address(args.database))
    tell(choose(args.lang, f"Migrating {where} ...", f"Đang nâng cấp {where} ..."))
    before, after = migrate(args.database, program=version("ocop-ledger"))
    tell(
        choose(
            args.lang,
            f"Ledger: {_steps('en', before, after)}.",
            f"Sổ: {_steps('vi', before, after)}.",
        )
    )
    role = read_address(named).get("user")
    scans_before, scans_after = found_scans(args.database, role)
    found_access(args.database, role)
    tell(
        choose(
            args.lang,
            f"Scan counts: {_steps('en', scans_before, scans_after)}.",
            f"Lượt quét: {_steps('vi', scans_before, scans_after)}.",
        )
    )
    if args.json:
        give({"ledger": [before, after], "scans": [scans_before, scans_after]})
    return 0


def _steps(lang: str, before: int, after: int) -> str:
    if before == after:
        return choose(lang, f"schema {after}, already current", f"phiên bản {after}, đã mới nhất")
    return choose(lang, f"schema {before} -> {after}", f"phiên bản {before} -> {after}")


@contextmanager
def founded(folder: Path, owner: str, application: str | None) -> Iterator[Founded]:
    """A founded database for a new ledger in `folder`; undone, folder included, if the block fails.

    Raises:
        LedgerError: the database or the folder is not fit; nothing was changed.
    """
    made_folder = not folder.exists()
    if not made_folder and any(folder.iterdir()):
        raise LedgerError("store-exists", path=folder)
    made = found_database(
        owner,
        application=application,
        new_password=secrets.token_urlsafe(_PASSWORD_BYTES),
        program=version("ocop-ledger"),
    )
    try:
        found_scans(owner, made.role)
        found_access(owner, made.role)
        if made.password is not None:
            keep_password(folder / "keys" / "pgpass", made.database, made.role, made.password)
        yield made
    except BaseException:
        # What failed is told; that it could not be tidied up either would only hide it.
        with contextlib.suppress(LedgerError):
            undo_founding(owner, made, created_role=application is None)
        shutil.rmtree(folder, ignore_errors=True)
        if not made_folder:
            folder.mkdir(exist_ok=True)
        raise
