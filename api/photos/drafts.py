"""Photos that were chosen and not yet recorded: kept for an hour, the newest few.

A browser sends a file once; the form about it may come back with a question, and to another process
of a hub. They are files of the folder `uploads/photos`, for the program's user alone, in no backup.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from pathlib import Path
from typing import Final

from api.keeping.memory import write_durably
from api.photos.encoding import Photo

MOST: Final = 40
"""At once, of all people together: at most 13 MB."""
LIFETIME: Final = 3600.0
"""Seconds."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class PhotoDrafts:
    """The newest chosen photos by the digest of their large form. For any thread and process."""

    def __init__(self, folder: Path) -> None:
        """`folder` is that of the ledger."""
        self._folder = folder / "uploads" / "photos"

    def keep(self, photo: Photo) -> str:
        """Keep a photo; returns its digest. OSError: it cannot be kept."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        said = {"width": photo.width, "height": photo.height, "large": len(photo.large)}
        raw = json.dumps(said).encode() + b"\n" + photo.large + photo.small
        write_durably(self._path(photo.digest), raw)
        self._sweep()
        return photo.digest

    def get(self, digest: str) -> Photo | None:
        """The photo, None when it is not kept any more."""
        if _DIGEST.fullmatch(digest) is None:
            return None
        path = self._path(digest)
        try:
            if _age(path) > LIFETIME:
                return None
            line, _, body = path.read_bytes().partition(b"\n")
            said = json.loads(line)
            large = int(said["large"])
            found = Photo(body[:large], body[large:], int(said["width"]), int(said["height"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if found.digest == digest else None

    def drop(self, digest: str) -> None:
        """It was recorded."""
        if _DIGEST.fullmatch(digest) is not None:
            self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.draft"

    def _sweep(self) -> None:
        """Take away what is too old, what is too much, and what was cut off while it was written."""
        known = sorted(
            ((_age(path), path) for path in self._folder.iterdir()), key=lambda one: one[0]
        )
        for at, (age, path) in enumerate(known):
            if at >= MOST or age > LIFETIME:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    """Seconds since a file was written; 0 for one that has just gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
