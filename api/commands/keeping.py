"""`ocop backup`, `ocop restore`, `ocop move`, `ocop erase`: keeping a ledger for years."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager
from pathlib import Path

from api.bootstrap import utc_now
from api.commands.database import founded
from api.commands.keeping_told import (
    erased_text,
    erasure_data,
    erasure_text,
    moved_text,
    older_data,
    restored_data,
    restored_text,
    station_backup_text,
)
from api.commands.progress import progress
from api.commands.words import Nouns, choose, give, opened, options, tell
from api.keeping.backup import back_up
from api.keeping.cut_moves import SETTINGS_FILE, move_told, moved_before
from api.keeping.erasing import erase, erasures
from api.keeping.errors import KeepingError
from api.keeping.into_database import Founding
from api.keeping.move_record import Kind, Moved
from api.keeping.moving import move_to_database, move_to_file, move_to_folder, target_of
from api.keeping.restore import OlderBackup, restore
from api.keeping.resubmission import resubmit
from api.keeping.station_errors import StationKeepingError
from api.settings import Settings
from api.station.joined import joined_of
from ledger.store.postgres.founding import Founded


def add_to(nouns: Nouns) -> None:
    """Add the commands."""
    backup = options(
        nouns.add_parser("backup", help="one file with everything, while writing goes on"),
        machine=True,
    )
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.add_argument("--without-keys", action="store_true", help="leave the private keys out")
    backup.set_defaults(run=run_backup)

    back = options(
        nouns.add_parser("restore", help="a backup into a new folder, verified"), machine=True
    )
    back.add_argument("file", type=Path, metavar="FILE", nargs="?")
    _database_options(back)
    back.add_argument(
        "--checkpoint",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="a checkpoint kept elsewhere that the backup must reach; may be repeated",
    )
    back.add_argument(
        "--accept-older",
        action="store_true",
        help="restore it although statements are missing: to be read, not written",
    )
    back.add_argument(
        "--resubmit",
        type=Path,
        metavar="FILE",
        nargs="+",
        help="bring back missing statements from newer backups, bundles or log tiles",
    )
    back.set_defaults(run=run_restore)

    move = options(
        nouns.add_parser("move", help="move the ledger into a database, or back"), machine=True
    )
    move.add_argument(
        "--to",
        required=True,
        metavar="WHERE",
        help="postgresql://owner@host/database, this folder again, or another folder",
    )
    move.add_argument(
        "--app-database",
        metavar="ADDRESS",
        help="address as the role that the program will use, if the owner may not create roles",
    )
    move.set_defaults(run=run_move)

    gone = options(nouns.add_parser("erase", help="erase private texts for good"), machine=True)
    which = gone.add_mutually_exclusive_group(required=True)
    which.add_argument("--containing", metavar="TEXT", help="texts that contain this")
    which.add_argument("--digest", metavar="HEX", help="the text of this digest")
    gone.add_argument("--yes", action="store_true", help="do it; without it nothing is erased")
    gone.set_defaults(run=run_erase)


def _database_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database",
        metavar="ADDRESS",
        help="restore the ledger into this PostgreSQL database, which has no schema ocop yet; "
        "address as its owner",
    )
    parser.add_argument(
        "--app-database",
        metavar="ADDRESS",
        help="address as the role that the program will use, if the owner may not create roles",
    )


def _founding(owner: str, application: str | None) -> Founding:
    def make(folder: Path) -> AbstractContextManager[Founded]:
        return founded(folder, owner, application)

    return Founding(owner, application is None, make)


def run_backup(args: argparse.Namespace) -> int:
    """Write a backup file."""
    with opened(args) as services:
        made = back_up(
            services,
            args.file,
            keys=not args.without_keys,
            on_progress=progress(args.lang, "copied", "đã chép"),
        )
    precious = choose(
        args.lang,
        "It holds the private keys: whoever has it can sign for this ledger. Lock it up."
        if not args.without_keys
        else "The private keys are not in it: keep the folder keys/ elsewhere, or nothing can be "
        "signed after a restore.",
        "Tệp có cả khóa riêng: ai có tệp đều ký được thay sổ này. Hãy cất giữ như giữ khóa."
        if not args.without_keys
        else "Tệp không có khóa riêng: hãy giữ thư mục keys/ ở nơi khác, nếu không sau khi khôi phục "
        "sẽ không ký được.",
    )
    told = choose(
        args.lang,
        f"Wrote {args.file}: {made.size} statements, root {made.root.hex()}, {made.length} bytes. ",
        f"Đã ghi {args.file}: {made.size} phiếu, gốc {made.root.hex()}, {made.length} byte. ",
    )
    tell(told + precious)
    if services.link is not None:
        tell(station_backup_text(args.lang))
    if args.json:
        give(
            {
                "file": str(args.file),
                "bytes": made.length,
                "size": made.size,
                "root": made.root.hex(),
                "keys": not args.without_keys,
            }
        )
    return 0


def run_restore(args: argparse.Namespace) -> int:
    """Restore a backup, or bring missing statements back.

    1 when the backup is too old, and when it was restored with what was wrong with the ledger itself.
    """
    if args.resubmit:
        return _resubmit(args)
    if args.file is None:
        raise KeepingError("restore-what")
    founding = None if args.database is None else _founding(args.database, args.app_database)
    try:
        made = restore(
            args.file,
            args.dir,
            checkpoints=args.checkpoint,
            accept_older=args.accept_older,
            founding=founding,
            now=utc_now,
            on_progress=progress(args.lang, "copied", "đã chép"),
        )
    except OlderBackup as older:
        tell(older.say(args.lang))
        if args.json:
            give(older_data(older))
        return 1
    tell(restored_text(args.lang, args.dir, made))
    if args.json:
        give(restored_data(made))
    return 1 if made.findings else 0


def _resubmit(args: argparse.Namespace) -> int:
    made = resubmit(
        args.dir,
        args.resubmit,
        now=utc_now,
        on_progress=progress(args.lang, "put back", "đã đưa lại"),
    )
    tell(
        choose(
            args.lang,
            f"{made.added} missing statements are back: {made.size} statements, root "
            f"{made.root.hex()}, as it was sealed before. Recording can go on; restart ocop serve.",
            f"Đã bổ sung {made.added} phiếu bị thiếu: {made.size} phiếu, gốc {made.root.hex()}, đúng "
            "như đã niêm phong. Có thể ghi tiếp; hãy khởi động lại ocop serve.",
        )
    )
    if args.json:
        give({"added": made.added, "size": made.size, "root": made.root.hex()})
    return 0


def run_move(args: argparse.Namespace) -> int:
    """Move the ledger, or finish a move to the same place that was cut off."""
    kind, place = target_of(args.dir, args.to)
    if kind == "database" and joined_of(args.dir) is not None:
        raise StationKeepingError("station-in-folder", path=args.dir)
    made = moved_before(args.dir, kind, place)
    if made is None:
        _refuse_connected(args.dir)
        made = _move(args, kind)
    tell(moved_text(args.lang, made))
    if args.json:
        give(
            {
                "size": made.size,
                "root": made.root.hex(),
                "from": made.before,
                "to": made.now,
                "still_open": made.still_open,
            }
        )
    move_told(args.dir)
    return 0


def _refuse_connected(folder: Path) -> None:
    """A database that is left could still be written to by whoever is connected to it."""
    if not (folder / SETTINGS_FILE).exists():
        return  # opening says what is missing
    settings = Settings.load(folder / SETTINGS_FILE)
    if settings.database is not None:
        # Asked for only here: a station on SQLite needs no PostgreSQL library.
        from api.keeping.connected import refuse_connected

        refuse_connected(folder, settings)


def _move(args: argparse.Namespace, kind: Kind) -> Moved:
    told = progress(args.lang, "copied", "đã chép")
    with opened(args) as services:
        if kind == "database":
            return move_to_database(services, _founding(args.to, args.app_database), told)
        if kind == "file":
            return move_to_file(services, told)
        return move_to_folder(services, Path(args.to), told)


def run_erase(args: argparse.Namespace) -> int:
    """List what would go, or erase it."""
    with opened(args) as services:
        found = erasures(services, containing=args.containing, digest=args.digest)
        gone = 0
        if args.yes and found:
            gone = erase(services, [one.digest for one in found])
    if args.json:
        give({"erased": gone, "found": [erasure_data(one) for one in found]})
    else:
        for one in found:
            print(erasure_text(args.lang, one))
    tell(erased_text(args.lang, len(found), gone, done=args.yes))
    return 0
