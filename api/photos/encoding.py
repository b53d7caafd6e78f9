"""An uploaded file to the two forms of a photo, in a process of its own with hard limits.

Decoders of pictures are large and written in C, and a small file may ask for hours of work: a
progressive JPEG of 12 MB can. What happens in the other process ends with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Final

from api.photos.errors import PhotoError
from api.photos.limits import LARGE_BYTES, MOST_UPLOADED, SMALL_BYTES, digest_of

SECONDS: Final = 25.0
"""A telephone's photo takes under 1 s on a PC, about 6 s on a Raspberry Pi 3."""
MEMORY: Final = 900 * 1024 * 1024
"""Address space in bytes, where the system can bound it: libraries take 300 MB, 40 million pixels 160."""
_MOST_LINE: Final = 1000
# One at a time: two would take twice the memory of a small machine.
_turn = threading.Lock()
# And few that wait, each of whom holds a file and a thread of the server.
_room = threading.BoundedSemaphore(4)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo ready to be kept and signed: both JPEG files, pixels of the large one."""

    large: bytes
    small: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        """SHA-256 of the large form in hex: what the photo is known by."""
        return digest_of(self.large)

    @property
    def small_digest(self) -> str:
        """SHA-256 of the small form in hex."""
        return digest_of(self.small)


def encoded(raw: bytes, seconds: float = SECONDS) -> Photo:
    """Both forms of an uploaded picture. The same file gives the same bytes on one machine.

    Raises:
        PhotoError: `photo-none`, `photo-too-large`, `photo-kind`, `photo-pixels`, `photo-broken`,
            `photo-slow`, `photo-busy`.
    """
    if not raw:
        raise PhotoError("photo-none")
    if len(raw) > MOST_UPLOADED:
        raise PhotoError("photo-too-large", most=MOST_UPLOADED // 1024 // 1024)
    if not _room.acquire(blocking=False):
        raise PhotoError("photo-busy")
    try:
        return _in_turn(raw, seconds)
    finally:
        _room.release()


def _in_turn(raw: bytes, seconds: float) -> Photo:
    if not _turn.acquire(timeout=seconds):  # others are being read
        raise PhotoError("photo-busy")
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and module, no shell
            [
                sys.executable,
                "-P",
                "-m",
                "api.photos.encoder_process",
                str(MEMORY),
                str(int(seconds) + 1),
            ],
            input=raw,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as wrong:
        raise PhotoError("photo-slow", seconds=round(seconds)) from wrong
    finally:
        _turn.release()
    return _read(done.stdout)


def _read(answer: bytes) -> Photo:
    """The photo in the other process's answer; a process that was ended gave none."""
    line, _, body = answer.partition(b"\n")
    try:
        said = json.loads(line[:_MOST_LINE])
        if "refused" in said:
            raise PhotoError(said.pop("refused"), **said)
        large, small = int(said["large"]), int(said["small"])
        if not (0 < large <= LARGE_BYTES and 0 < small <= SMALL_BYTES):
            raise ValueError(large)
        if len(body) != large + small:
            raise ValueError(len(body))
        return Photo(body[:large], body[large:], int(said["width"]), int(said["height"]))
    except (ValueError, KeyError, TypeError) as wrong:
        raise PhotoError("photo-broken") from wrong
