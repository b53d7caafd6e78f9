"""The backup file: a ZIP of parts, a manifest with their digests, and a digest over all of it.

The format is docs/format.md, "Backup file". A byte that differs anywhere is noticed before
anything is unpacked; that the content is a true ledger, `restore` finds out.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from api.keeping.errors import KeepingError
from api.keeping.memory import sync_folder
from api.keeping.snapshot import PART
from ledger.verify import strict_json
from ledger.verify.wording import Refusal

FORMAT = "ocop-ledger/backup/v1"
MANIFEST = "manifest.json"
_WHAT = "manifest"
_MOST_MANIFEST = 16 * 1024 * 1024
_MOST_PARTS = 80_000  # photos are two files each
_HEX = 64
_COMMENT = b"sha256:"
_CHUNK = 1024 * 1024
_FIRST = 64  # bytes; the header of the first entry, with its name


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup: name below the folder, bytes, SHA-256 (hex)."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself. `checkpoint` is the signed note its ledger ends with."""

    origin: str
    made: str
    size: int
    checkpoint: str
    keys: bool
    parts: tuple[Part, ...]

    def format(self) -> bytes:
        """The manifest's bytes."""
        return (json.dumps({"format": FORMAT, **asdict(self)}, indent=1) + "\n").encode()

    @classmethod
    def parse(cls, raw: bytes) -> Manifest:
        """Read it strictly; raises FileRefused or KeyError-free refusals of `strict_json`."""
        names = ("format", "origin", "made", "size", "checkpoint", "keys", "parts")
        top = strict_json.object_of(
            strict_json.load(raw, _WHAT, _MOST_MANIFEST), names, "the file", _WHAT
        )
        if top["format"] != FORMAT:
            raise strict_json.FileRefused(
                "value-wrong", where="format", what=_WHAT, found=top["format"], expected=FORMAT
            )
        parts = []
        for one in strict_json.list_of(top["parts"], "parts", _WHAT, _MOST_PARTS):
            fields = strict_json.object_of(one, ("name", "bytes", "sha256"), "parts", _WHAT)
            strict_json.hex_of(fields["sha256"], 32, "sha256", _WHAT)
            name = strict_json.text_of(fields["name"], "name", _WHAT, 200)
            if not PART.fullmatch(name):
                raise strict_json.FileRefused(
                    "value-wrong", where="name", what=_WHAT, found=name, expected="a part's name"
                )
            size = strict_json.whole_of(fields["bytes"], "bytes", _WHAT)
            parts.append(Part(name, size, fields["sha256"]))
        return cls(
            strict_json.text_of(top["origin"], "origin", _WHAT, 200),
            strict_json.text_of(top["made"], "made", _WHAT, 40),
            strict_json.whole_of(top["size"], "size", _WHAT),
            strict_json.text_of(top["checkpoint"], "checkpoint", _WHAT, 1024 * 1024),
            top["keys"] is True,
            tuple(parts),
        )


def part_of(folder: Path, path: Path) -> Part:
    """Name, length and digest of a file below `folder`."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Part(path.relative_to(folder).as_posix(), path.stat().st_size, digest)


def pack(folder: Path, manifest: Manifest, path: Path) -> None:
    """Write the parts of `folder` that the manifest names into a new file, durably; mode 0600."""
    path.touch(mode=0o600, exist_ok=False)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.comment = _COMMENT + b"0" * _HEX
        made.writestr(_entry(MANIFEST), manifest.format(), zipfile.ZIP_DEFLATED)
        for one in manifest.parts:
            # force_zip64: a part's length may pass 4 GiB, which is not known to be so beforehand.
            with (
                (folder / one.name).open("rb") as file,
                made.open(_entry(one.name), "w", force_zip64=True) as into,
            ):
                while chunk := file.read(_CHUNK):
                    into.write(chunk)
    with path.open("r+b") as file:
        digest = _digest(file, path.stat().st_size - _HEX)
        file.seek(-_HEX, os.SEEK_END)
        file.write(digest.encode())
        file.flush()
        os.fsync(file.fileno())


def unpack(path: Path, into: Path) -> Manifest:
    """Check a backup file and write its parts into the empty folder `into` (files 0600).

    Raises:
        KeepingError: `file-unreadable`, `backup-foreign`, `backup-cut`, `backup-altered`,
            `backup-damaged`; what was written until then is for the caller to remove.
    """
    try:
        opened = path.open("rb")
    except OSError as wrong:
        raise KeepingError("file-unreadable", path=path, why=_why(wrong)) from wrong
    try:
        with opened as file:
            _refuse_damaged(file, path)
            with zipfile.ZipFile(file) as found:
                return _unpack(found, path, into)
    except Refusal as wrong:
        if isinstance(wrong, KeepingError):
            raise
        raise _damaged(path, MANIFEST) from wrong
    except OSError as wrong:
        raise KeepingError("file-unreadable", path=path, why=_why(wrong)) from wrong
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, RuntimeError) as wrong:
        # RuntimeError: a part that asks for a password, or is packed in a way that nobody here knows.
        raise _damaged(path, "ZIP") from wrong


def _unpack(found: zipfile.ZipFile, path: Path, into: Path) -> Manifest:
    names = found.namelist()
    if not names or names[0] != MANIFEST:
        raise _damaged(path, MANIFEST)
    with found.open(MANIFEST) as file:
        manifest = Manifest.parse(file.read(_MOST_MANIFEST + 1))
    if names[1:] != [one.name for one in manifest.parts] or len(set(names)) != len(names):
        raise _damaged(path, MANIFEST)
    for one in manifest.parts:
        to = into / one.name
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        to.touch(mode=0o600, exist_ok=False)
        with found.open(one.name) as source, to.open("wb") as made:
            left = one.bytes
            while left and (chunk := source.read(min(left, _CHUNK))):
                made.write(chunk)
                left -= len(chunk)
            over = source.read(1)
            made.flush()
            os.fsync(made.fileno())
        if left or over or part_of(into, to) != one:
            raise _damaged(path, one.name)
    sync_folder(into)
    return manifest


def _entry(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)  # of 1980: no clock and no time zone in the file
    made.compress_type = zipfile.ZIP_DEFLATED
    made.external_attr = 0o600 << 16
    return made


def _refuse_damaged(file: IO[bytes], path: Path) -> None:
    size = path.stat().st_size
    file.seek(max(size - _HEX - len(_COMMENT), 0))
    end = file.read()
    if not end.startswith(_COMMENT) or len(end) != _HEX + len(_COMMENT):
        file.seek(0)
        ours = MANIFEST.encode() in file.read(_FIRST)
        raise KeepingError("backup-cut" if ours else "backup-foreign", path=path)
    if _digest(file, size - _HEX).encode() != end[len(_COMMENT) :]:
        raise KeepingError("backup-altered", path=path)


def _digest(file: IO[bytes], length: int) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while length and (chunk := file.read(min(length, _CHUNK))):
        digest.update(chunk)
        length -= len(chunk)
    return digest.hexdigest()


def _damaged(path: Path, part: str) -> KeepingError:
    return KeepingError("backup-damaged", path=path, part=part)


def _why(wrong: OSError) -> str:
    return wrong.strerror or type(wrong).__name__
