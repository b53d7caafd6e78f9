"""One file with everything of a ledger, made while it is being written."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

from api.bootstrap import Services
from api.errors import DoorError
from api.keeping.archive import Manifest, pack, part_of
from api.keeping.errors import KeepingError
from api.keeping.memory import sync_folder, write_durably
from api.keeping.placing import scratch
from api.keeping.snapshot import snapshot
from api.stores import reads_only
from ledger.store.copying import Progress
from ledger.verify.checkpoint import Checkpoint

LAST_BACKUP_FILE = "last-backup.json"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A finished backup: its `length` in bytes, and the ledger's size (statements) and root in it."""

    length: int
    size: int
    root: bytes


def back_up(
    services: Services, path: Path, *, keys: bool = True, on_progress: Progress | None = None
) -> BackedUp:
    """Write a backup to `path`, whole or not at all, mode 0600. Nobody has to stop writing.

    Raises:
        KeepingError: `backup-there`, `backup-under-way`, `backup-reads-only`.
        DoorError: `file-unwritable`.
        LedgerError: the ledger cannot be read, or is not what was sealed.
    """
    if reads_only(services.folder, services.settings):
        raise KeepingError("backup-reads-only")
    if path.exists():
        raise KeepingError("backup-there", path=path)
    try:
        with scratch(path.with_name(f"{path.name}.part")) as room:
            parts = room / "parts"
            parts.mkdir(mode=0o700)
            head = snapshot(
                services.folder,
                services.store,
                services.side,
                parts,
                keys=keys,
                on_progress=on_progress,
            )
            files = sorted(one for one in parts.rglob("*") if one.is_file())
            manifest = Manifest(
                head.origin,
                services.station.now_text(),
                head.size,
                services.store.checkpoint(head.size) or "",
                keys,
                tuple(part_of(parts, one) for one in files),
            )
            pack(parts, manifest, room / "backup.zip")
            size = (room / "backup.zip").stat().st_size
            (room / "backup.zip").replace(path)
            sync_folder(path.parent)
            _note_down(services, head)
    except OSError as wrong:
        raise DoorError("file-unwritable", path=path, why=wrong.strerror or str(wrong)) from wrong
    return BackedUp(size, head.size, head.root)


def _note_down(services: Services, head: Checkpoint) -> None:
    """Tell the folder that it has a backup; one that was made is not refused for this."""
    said = {"time": services.station.now_text(), "size": head.size, "root": head.root.hex()}
    with contextlib.suppress(OSError):
        write_durably(services.folder / LAST_BACKUP_FILE, json.dumps(said).encode() + b"\n")
