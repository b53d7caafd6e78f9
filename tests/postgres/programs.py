"""Where PostgreSQL's programs are on this machine, and as whom they may run."""

from __future__ import annotations

import os
import pwd
import shutil
from functools import cache
from pathlib import Path

import pytest

_HOW = (
    "PostgreSQL's server programs are missing, and without them nobody knows whether a hub keeps "
    "what it acknowledged; install them (Debian: apt-get install postgresql) and run the tests again."
)


@cache
def programs() -> Path:
    """Folder of initdb, postgres, pg_ctl and pg_basebackup, of the newest version installed.

    The tests fail, they do not skip, when there is none.
    """
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    initdb = shutil.which("initdb")
    if initdb is None:
        pytest.fail(_HOW)
    return Path(initdb).resolve().parent


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
