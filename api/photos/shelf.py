"""Where the bytes of photos are: files of a ledger folder, or a table of a hub's database.

Every file is known by the SHA-256 of its bytes and is checked against it whenever it is read, so a
damaged or swapped file is as good as none. On a hub all machines see the table; files that came
into a machine's folder by a restore or a move go on being read, and go into the table when they are.
"""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from api.access.side_tables import SideTables
from api.keeping.erased import erased_digests
from api.keeping.memory import sync_folder, write_durably
from api.photos.limits import LARGE_BYTES, digest_of

FOLDER: Final = "photos"
ERASED: Final = "erased.txt"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ROOM: Final = "photos"
_TABLES: Final = ("CREATE TABLE photo_bytes (digest TEXT PRIMARY KEY, bytes TEXT NOT NULL)",)


class PhotoShelf:
    """The photos of one ledger folder. For any thread; several processes may use it at once."""

    def __init__(self, folder: Path, side: SideTables | None = None) -> None:
        """`side` are the small tables of the folder's ledger; where they are a server's, photos are
        there, too.
        """
        self._folder = folder
        self._side = None if side is None or side.quick else side
        self._erased: tuple[int, frozenset[str]] = (-1, frozenset())
        if self._side is not None:
            # Too much for the copies that are made of these tables: backups take photos as files.
            self._side.found(_ROOM, 1, _TABLES, passing=("photo_bytes",))

    def path_of(self, digest: str) -> Path:
        """Where the file of a digest is, or would be."""
        return self._folder / FOLDER / digest[:2] / f"{digest}.jpg"

    def put(self, raw: bytes) -> str:
        """Keep a file, durably; returns its digest (hex). Again is harmless.

        Raises:
            OSError, SideAway: it was not kept.
        """
        digest = digest_of(raw)
        if self._side is not None:
            _put_in_table(self._side, digest, raw)
            return digest
        path = self.path_of(digest)
        if self._read(path, digest) is None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(path, raw)
            sync_folder(path.parent)
            sync_folder(path.parent.parent)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The file's bytes; None when it is not here, was erased, or is not what its name says."""
        if _DIGEST.fullmatch(digest) is None or digest in self.erased():
            return None
        found = self._read(self.path_of(digest), digest)
        if self._side is None:
            return found
        if found is None:
            return _from_table(self._side, digest)
        _put_in_table(self._side, digest, found)
        return found

    def has(self, digest: str) -> bool:
        """Whether `get` would give it."""
        return self.get(digest) is not None

    def altered(self, digest: str) -> bool:
        """Whether there is something under this name that is not of this digest."""
        return self.path_of(digest).exists() and self._read(self.path_of(digest), digest) is None

    def erase(self, digests: Iterable[str]) -> int:
        """Take files away for good; returns how many there were.

        That they stay away, `erased.txt` says, which the caller writes first.
        """
        gone = 0
        for digest in digests:
            path = self.path_of(digest)
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                path.unlink()
                sync_folder(path.parent)
                gone += 1
            if self._side is not None:
                with self._side.write() as write:
                    sql = "DELETE FROM photo_bytes WHERE digest = ? RETURNING digest"
                    gone += len(write.execute(sql, digest))
        return gone

    def erased(self) -> frozenset[str]:
        """Digests of everything that was erased from this folder, photos and texts."""
        path = self._folder / ERASED
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return frozenset()
        if self._erased[0] != changed:
            self._erased = changed, erased_digests(path)
        return self._erased[1]

    def digests(self) -> Iterator[str]:
        """The names of all files that are here, in order; erased ones left out."""
        names = {path.stem for path in (self._folder / FOLDER).glob("??/*.jpg")}
        if self._side is not None:
            names |= {str(row[0]) for row in self._side.read("SELECT digest FROM photo_bytes")}
        names -= self.erased()
        yield from sorted(name for name in names if _DIGEST.fullmatch(name))

    def copy_into(self, folder: Path) -> int:
        """Write every photo as a file below another folder, as a backup has them; how many."""
        there, done = PhotoShelf(folder), 0
        for digest in self.digests():
            raw = self.get(digest)
            if raw is not None:  # a damaged one is no photo
                path = there.path_of(digest)
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_durably(path, raw)
                done += 1
        return done

    @staticmethod
    def _read(path: Path, digest: str) -> bytes | None:
        try:
            with path.open("rb") as file:
                raw = file.read(LARGE_BYTES + 1)
        except OSError:
            return None
        return raw if digest_of(raw) == digest else None


def _put_in_table(side: SideTables, digest: str, raw: bytes) -> None:
    if side.read("SELECT 1 FROM photo_bytes WHERE digest = ?", digest):
        return
    text = base64.b64encode(raw).decode("ascii")
    with side.write() as write:
        write.execute(
            "INSERT INTO photo_bytes (digest, bytes) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
            *(digest, text),
        )


def _from_table(side: SideTables, digest: str) -> bytes | None:
    rows = side.read("SELECT bytes FROM photo_bytes WHERE digest = ?", digest)
    if not rows:
        return None
    try:
        raw = base64.b64decode(rows[0][0], validate=True)
    except ValueError:
        return None
    return raw if digest_of(raw) == digest else None
