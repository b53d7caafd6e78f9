"""The newest checkpoint that a ledger folder has ever seen: what a roll-back cannot take back.

`checkpoint.txt` lies beside the ledger, not in it. Who puts an older ledger file or database in
place (a restored disk image, an administrator, a fail-over that lost transactions) contradicts
it: then reading goes on, and nothing is recorded or sealed, since a second statement at an index
that was sealed before would be a fork.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from api.keeping.errors import RolledBack
from ledger.errors import LedgerError
from ledger.store.locks import FileLock
from ledger.store.seam import LedgerStore
from ledger.verify.checkpoint import Checkpoint, open_checkpoint
from ledger.verify.merkle import root_from_nodes
from ledger.verify.note import NoteKey
from ledger.verify.wording import Refusal

MEMORY_FILE = "checkpoint.txt"


class CheckpointMemory:
    """One folder's memory. `problem` is why nothing may be signed, None while all is well."""

    def __init__(self, folder: Path, log_key: NoteKey, never: LedgerError | None = None) -> None:
        """`never` is why nothing is ever signed here, whatever is remembered."""
        self.problem: LedgerError | None = never
        self._never = never
        self._path = folder / MEMORY_FILE
        self._key = log_key
        self._lock = threading.Lock()
        # Between processes: the older of two that write at once must not have the last word.
        self._writing = FileLock(folder / "checkpoint.lock")
        self._read: tuple[int, int, int] | None = None
        self._known: Checkpoint | None = None

    def known(self) -> Checkpoint | None:
        """The newest checkpoint seen by any process of this folder, None at the very first.

        Raises:
            RolledBack: `memory-unreadable`.
        """
        with self._lock:
            return self._current()

    def _current(self) -> Checkpoint | None:
        try:
            at = self._path.stat()
        except FileNotFoundError:
            return self._known
        stamp = (at.st_mtime_ns, at.st_ino, at.st_size)
        if stamp != self._read:
            try:
                self._known = open_checkpoint(self._path.read_bytes(), self._key)
            except (OSError, Refusal) as wrong:
                raise RolledBack("memory-unreadable", path=self._path) from wrong
            self._read = stamp
        return self._known

    def note(self, note: str) -> None:
        """Remember a checkpoint (a signed note) if it is newer than what is remembered.

        It is sealed already, so nothing is refused here: one that this log's key did not sign is
        left to the audit, and a full disk only makes the memory a little older.
        """
        with self._lock, contextlib.suppress(OSError, Refusal), self._writing.held():
            known, new = self._current(), open_checkpoint(note, self._key)
            if known is not None and new.size <= known.size:
                return
            write_durably(self._path, note.encode())
            sync_folder(self._path.parent)
            at = self._path.stat()
            self._read, self._known = (at.st_mtime_ns, at.st_ino, at.st_size), new

    def check(self, store: LedgerStore) -> None:
        """Return when the store's log continues what is remembered; a few reads by index.

        Raises:
            RolledBack: it is shorter, or another log; `problem` says so from then on.
        """
        try:
            known = self.known()
            if known is not None and known.size:
                refuse_other(store, known, self._path.parent)
        except RolledBack as refused:
            self.problem = refused
            raise
        self.problem = self._never


def refuse_other(store: LedgerStore, known: Checkpoint, folder: Path) -> None:
    """Raise RolledBack unless the sealed log of `store` has `known` as its beginning or its end."""
    size, where = store.size(), store.location
    if size < known.size:
        missing = known.size - size
        raise RolledBack(
            "rolled-back", where=where, size=size, known=known.size, missing=missing, path=folder
        )
    try:
        root = root_from_nodes(known.size, store.node)
    except KeyError:
        root = b""
    if root != known.root:
        raise RolledBack("log-forked", where=where, known=known.size)


def write_durably(path: Path, content: bytes) -> None:
    """Write a small file whole or not at all, so that it outlives a power cut; mode 0600."""
    draft = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Make renames in a folder outlive a power cut (nothing to do where folders cannot be opened)."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
