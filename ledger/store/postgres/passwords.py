"""The password file (`keys/pgpass`, libpq's format): the only place where a password is kept."""

from __future__ import annotations

import os
from pathlib import Path


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
