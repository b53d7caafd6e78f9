"""What commands share: options, the open folder, and how they print."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.bootstrap import Services, open_folder
from api.errors import DoorError
from api.settings import default_folder

if TYPE_CHECKING:
    Nouns = argparse._SubParsersAction[argparse.ArgumentParser]  # argparse has no public name
else:
    Nouns = argparse._SubParsersAction

MOST_READ = 64 * 1024 * 1024


def options(
    parser: argparse.ArgumentParser, *, machine: bool = False, folder_needed: bool = True
) -> argparse.ArgumentParser:
    """Add --dir and --lang, and --json where a command has data for programs."""
    known = default_folder()
    parser.add_argument(
        "--dir",
        type=Path,
        default=None if known is None else Path(known),
        required=known is None and folder_needed,
        help="folder of the ledger",
    )
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="file (0600) or descriptor whose first line opens encrypted keys; else it is asked for",
    )
    parser.add_argument("--lang", choices=("vi", "en"), help="language of messages (vi)")
    if machine:
        parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


@contextmanager
def opened(args: argparse.Namespace, *, settle: bool = True) -> Iterator[Services]:
    """The ledger of --dir, closed afterwards; to `settle`, sealed and projected first."""
    services = open_folder(args.dir, settle=settle)
    try:
        yield services
    finally:
        services.close()


def tell(text: str) -> None:
    """Talk to the person, on stderr."""
    print(text, file=sys.stderr, flush=True)


def give(value: Any) -> None:
    """Give data to a program, on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=1))


def read_file(path: Path) -> bytes:
    """A file's bytes, bounded. DoorError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_READ)
    except OSError as wrong:
        raise DoorError(
            "file-unreadable", path=path, why=wrong.strerror or type(wrong).__name__
        ) from wrong


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole. DoorError when it cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as wrong:
        raise DoorError(
            "file-unwritable", path=path, why=wrong.strerror or type(wrong).__name__
        ) from wrong


def choose(lang: str, english: str, vietnamese: str) -> str:
    """One of two wordings."""
    return english if lang == "en" else vietnamese
