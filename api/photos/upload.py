"""A form with one file, as browsers send it (multipart/form-data, RFC 7578), read strictly.

Small fields and one file: whatever else is in it is refused, and nothing is written anywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from api.photos.errors import PhotoError
from api.photos.limits import MOST_UPLOADED
from api.routes.entries import bounded_body

_MOST_AROUND: Final = 64 * 1024  # bytes of the fields beside the file
_MOST_PARTS: Final = 40
_LONGEST_FIELD: Final = 4000
_BOUNDARY = re.compile(r"boundary=\"?([A-Za-z0-9'()+_,./:=? -]{1,70})\"?", re.ASCII)
_NAME = re.compile(rb"[;\s]name=\"([A-Za-z0-9_-]{1,60})\"")
_FILE = re.compile(rb"[;\s]filename=")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What was sent: typed fields by name, spaces around them gone, and the file's bytes."""

    fields: dict[str, str]
    file: bytes


async def read_upload(request: Request) -> Uploaded:
    """The form with its file; b"" when none was chosen.

    Raises:
        PhotoError: `photo-too-large`, `photo-none` for what is no such form.
    """
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    found = _BOUNDARY.search(rest)
    if kind.strip().lower() != "multipart/form-data" or found is None:
        raise PhotoError("photo-none")
    body = await bounded_body(request, MOST_UPLOADED + _MOST_AROUND)
    if body is None:
        raise PhotoError("photo-too-large", most=MOST_UPLOADED // 1024 // 1024)
    return _read(body, found[1].strip().encode("ascii"))


def _read(body: bytes, boundary: bytes) -> Uploaded:
    # A first line end, so that every mark looks alike.
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary, _MOST_PARTS)
    if len(parts) < 3 or not parts[-1].startswith(b"--"):
        raise PhotoError("photo-none")
    fields: dict[str, str] = {}
    file = b""
    for part in parts[1:-1]:
        head, gap, content = part.partition(b"\r\n\r\n")
        named = _NAME.search(head)
        if not gap or named is None:
            raise PhotoError("photo-none")
        if _FILE.search(head):
            file = file or content
            continue
        try:
            text = content[:_LONGEST_FIELD].decode("utf-8")
        except UnicodeDecodeError as wrong:
            raise PhotoError("photo-none") from wrong
        fields[named[1].decode("ascii")] = text.strip()
    return Uploaded(fields, file)
