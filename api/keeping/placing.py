"""Putting a finished folder in its place: also where that is a mounted disk, which no rename can be."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.keeping.errors import KeepingError
from api.keeping.memory import sync_folder
from api.stores import LEDGER_FILE

# What makes a folder that of a ledger goes last: before it, what is there is none.
_LAST = (LEDGER_FILE, "settings.json")


@contextmanager
def scratch(path: Path) -> Iterator[Path]:
    """A folder that only this user can enter, for the time of one piece of work."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        raise KeepingError("backup-under-way", path=path) from None
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def room_in(folder: Path, name: str) -> Iterator[Path]:
    """A scratch folder below `folder`, which is made for it and goes again if the block fails.

    Raises:
        KeepingError: `backup-under-way`.
    """
    new = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with scratch(folder / name) as room:
            yield room
    except BaseException:
        if new:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def put_in_place(parts: Path, folder: Path) -> None:
    """Move everything from `parts` into `folder` on the same disk, durably, the ledger last."""
    for path in parts.rglob("*"):
        if path.is_dir():
            sync_folder(path)
    others = sorted(one.name for one in parts.iterdir() if one.name not in _LAST)
    for name in (*others, *_LAST):
        if (parts / name).exists():
            (parts / name).replace(folder / name)
    sync_folder(folder)
