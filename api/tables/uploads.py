"""Files between preview and recording: few, small, for an hour, for whoever sent them.

A folder `uploads` of the ledger's folder, readable by its owner only: a hub's processes share it.
Of each file there are its bytes, what is known of it, and what the check found. Nothing of it is
backed up or moved.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from api.tables.errors import TableRefused

LIFETIME: Final = 3600.0
MOST_FILES: Final = 24
MOST_OF_ONE: Final = 6
# A process that works on a file notes so several times a second.
_SILENCE: Final = 60.0
_ID: Final = re.compile(r"[0-9a-f]{32}")
WORKING: Final = frozenset({"checking", "recording"})


@dataclass(slots=True)
class Upload:
    """A file that waits. `mended` maps "line,column" to what was typed in place of a cell.

    `phase` is new, checking, checked, recording, done, stopped or failed. `fault` is what went
    wrong, in English and Vietnamese. `seal` stands for what the check found, `run` for the work that is
    at it: an older one that wakes up late finds another here, and stops.
    """

    id: str
    name: str
    table: str
    party: str
    owner: str
    mended: dict[str, str] = field(default_factory=dict)
    phase: str = "new"
    done: int = 0
    total: int = 0
    fault: list[str] = field(default_factory=list)
    seal: str = ""
    run: str = ""
    recorded: int = 0
    known: int = 0
    skipped: int = 0
    refused: list[list[Any]] = field(default_factory=list)

    @property
    def working(self) -> bool:
        """Whether a process is at it."""
        return self.phase in WORKING


class Uploads:
    """The files of one ledger folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "uploads"

    def keep(self, raw: bytes, name: str, table: str, party: str, owner: str) -> Upload:
        """Keep a file. TableRefused: `uploads-full`."""
        self._sweep()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        waiting = [one for one in self._all() if one is not None]
        own = [one for one in waiting if one.owner == owner]
        if len(waiting) >= MOST_FILES or len(own) >= MOST_OF_ONE:
            raise TableRefused("uploads-full", found=len(own))
        made = Upload(secrets.token_hex(16), name[:120], table, party, owner)
        _write(self._path(made.id, "raw"), raw)
        self.save(made)
        return made

    def find(self, name: str, owner: str) -> Upload:
        """A file of this owner. TableRefused: `upload-gone`."""
        self._sweep()
        found = self._read(name) if _ID.fullmatch(name) else None
        if found is None or not secrets.compare_digest(found.owner, owner):
            raise TableRefused("upload-gone")
        if found.working and self._age(found.id) > _SILENCE:
            # The process that worked on it has ended; what it recorded will be found as known.
            found.phase = "stopped" if found.phase == "recording" else "new"
        return found

    def of(self, owner: str) -> list[Upload]:
        """The files of this owner, the newest first."""
        self._sweep()
        found = [one for one in self._all() if one is not None and one.owner == owner]
        return sorted(found, key=lambda one: self._age(one.id))

    def raw(self, upload: Upload) -> bytes:
        """The bytes of a file."""
        try:
            return self._path(upload.id, "raw").read_bytes()
        except FileNotFoundError as gone:
            raise TableRefused("upload-gone") from gone

    def save(self, upload: Upload) -> None:
        """Note how a file stands."""
        _write(self._path(upload.id, "json"), json.dumps(asdict(upload)).encode())

    def keep_check(self, upload: Upload, found: dict[str, Any]) -> None:
        """Keep what a check found."""
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        _write(self._path(upload.id, "check"), text.encode())

    def check(self, upload: Upload) -> dict[str, Any]:
        """What the check found."""
        try:
            found = json.loads(self._path(upload.id, "check").read_bytes())
        except FileNotFoundError as gone:
            raise TableRefused("upload-gone") from gone
        assert isinstance(found, dict)
        return found

    def ask_stop(self, upload: Upload) -> None:
        """Ask whoever works on it to stop."""
        _write(self._path(upload.id, "stop"), b"")

    def forget_stop(self, upload: Upload) -> None:
        """Nobody has asked to stop yet."""
        self._path(upload.id, "stop").unlink(missing_ok=True)

    def stop_asked(self, upload: Upload) -> bool:
        """Whether somebody asked to stop, threw the file away, or began anew."""
        return self._path(upload.id, "stop").exists() or not self.ours(upload)

    def ours(self, upload: Upload) -> bool:
        """Whether the file is there, and no newer work has begun on it."""
        found = self._read(upload.id)
        return found is not None and found.run == upload.run

    def claim(self, upload: Upload) -> bool:
        """Take the right to record a file; False while another process has it."""
        try:
            os.close(os.open(self._path(upload.id, "claim"), os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return False
        return True

    def release(self, upload: Upload) -> None:
        """Give that right back: by whoever has it, or once its process has ended."""
        self._path(upload.id, "claim").unlink(missing_ok=True)

    def drop(self, upload: Upload) -> None:
        """Throw a file away."""
        self._drop(upload.id)

    def _path(self, name: str, kind: str) -> Path:
        return self._folder / f"{name}.{kind}"

    def _read(self, name: str) -> Upload | None:
        try:
            return Upload(**json.loads(self._path(name, "json").read_bytes()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _all(self) -> list[Upload | None]:
        return [self._read(path.stem) for path in self._folder.glob("*.json")]

    def _age(self, name: str) -> float:
        try:
            return time.time() - self._path(name, "json").stat().st_mtime
        except FileNotFoundError:
            return LIFETIME

    def _sweep(self) -> None:
        names = {path.name.partition(".")[0] for path in self._folder.glob("*.*")}
        for name in names:
            if self._age(name) >= LIFETIME and not self._young(name):
                self._drop(name)

    def _young(self, name: str) -> bool:
        """Whether its bytes have just come, before anything is known of it."""
        try:
            return time.time() - self._path(name, "raw").stat().st_mtime < LIFETIME
        except FileNotFoundError:
            return False

    def _drop(self, name: str) -> None:
        for path in self._folder.glob(f"{name}.*"):
            path.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: another process may be reading."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    beside.replace(path)
