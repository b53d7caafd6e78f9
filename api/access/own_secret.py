"""`keys/access.key`: the secret under which this folder keeps PINs, and counts unknown accounts.

It is of this machine alone and goes nowhere but into backups: the label key, which every station of
a hub is given, must open nothing here.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from api.access.errors import SideAway
from ledger.errors import LedgerError
from ledger.signing import read_secret, write_secret

FILE = "access.key"
SECRET_BYTES = 32


def secret_in(keys: Path) -> Callable[[], bytes]:
    """What gives the secret of a folder's `keys`; it is made at the first call, and read once.

    A call raises SideAway when the file cannot be made or read, or others can read it.
    """
    known: list[bytes] = []

    def secret() -> bytes:
        if not known:
            known.append(_read_or_made(keys / FILE))
        return known[0]

    return secret


def _read_or_made(path: Path) -> bytes:
    try:
        if not path.exists():
            _make(path)
        found = read_secret(path)
    except (OSError, LedgerError) as wrong:
        raise SideAway("side-away", where=path, why=str(wrong)) from wrong
    if len(found) != SECRET_BYTES:
        raise SideAway("side-away", where=path, why=f"{len(found)} bytes")
    return found


def _make(path: Path) -> None:
    """Several processes may need it at once: it appears whole, and the first one stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_secret(draft, secrets.token_bytes(SECRET_BYTES))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
