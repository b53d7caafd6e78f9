"""The password file (`keys/pgpass`, libpq's format): the only place where a password is kept."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

_FIELD = re.compile(r"((?:\\.|[^:\\])*)(?::|$)")
_FIELDS = 5


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:")


def keep_password(path: Path, database: str, role: str, password: str) -> None:
    """Add or replace one line, for every host (fail-over goes to another); mode 0600.

    Written whole or not at all. Host and port are `*`.
    """
    start = f"*:*:{_escaped(database)}:{_escaped(role)}:"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if not line.startswith(start)]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in (*kept, start + _escaped(password))))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def with_password(params: Mapping[str, str]) -> dict[str, str]:
    """Connection parameters with the password that their `passfile` holds for database and user.

    libpq would let PGPASSWORD, which is somebody else's, go before the file. Looked up for each
    connection, so that a password may change while the program runs. Lines for one host only, and
    a file that others may read, are left to libpq.
    """
    found = dict(params)
    if "password" in found or "passfile" not in found or "user" not in found:
        return found
    path, user = Path(found["passfile"]), found["user"]
    try:
        if os.name != "nt" and path.stat().st_mode & 0o077:
            return found
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return found
    for line in lines:
        fields = [re.sub(r"\\(.)", r"\1", one) for one in _FIELD.findall(line)[:_FIELDS]]
        if fields[:-1] == ["*", "*", found.get("dbname", user), user]:
            found["password"] = fields[-1]
            break
    return found
