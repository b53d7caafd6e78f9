"""A form with one file in it (multipart/form-data, RFC 7578), bounded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request

from api.routes.entries import bounded_body
from api.tables.cells import MOST_BYTES
from api.tables.errors import TableRefused

_AROUND: Final = 64 * 1024
_MOST_PARTS: Final = 20
_LONGEST_FIELD: Final = 2_000
_BOUNDARY: Final = re.compile(
    r"""multipart/form-data;.*boundary="?([0-9A-Za-z'()+_,./:=? -]{1,70})"?"""
)
_NAME: Final = re.compile(rb'[; ]name="([^"\r\n]*)"')
_FILE: Final = re.compile(rb'[; ]filename="([^"\r\n]*)"')


@dataclass(slots=True)
class Sent:
    """What a form sent: fields by name, and the one file; "" and no bytes without one."""

    fields: dict[str, str] = field(default_factory=dict)
    name: str = ""
    raw: bytes = b""


async def read_upload(request: Request) -> Sent:
    """The form of a request. TableRefused: `too-large`, `form-broken`."""
    found = _BOUNDARY.match(request.headers.get("content-type", ""))
    if found is None:
        raise TableRefused("form-broken")
    body = await bounded_body(request, MOST_BYTES + _AROUND)
    if body is None:
        raise TableRefused("too-large", most=MOST_BYTES // (1024 * 1024))
    return parse(body, found[1].strip().encode("ascii"))


def parse(body: bytes, boundary: bytes) -> Sent:
    """The parts of a multipart body. TableRefused: `form-broken`."""
    mark = b"\r\n--" + boundary
    parts = (b"\r\n" + body).split(mark, _MOST_PARTS)
    # The last part begins with the two hyphens that close the form.
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise TableRefused("form-broken")
    sent = Sent()
    for part in parts[1:-1]:
        head, between, content = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not between or name is None:
            raise TableRefused("form-broken")
        file = _FILE.search(head)
        if file is not None:
            sent.name, sent.raw = file[1].decode("utf-8", "replace"), content
        elif len(content) <= _LONGEST_FIELD:
            sent.fields[name[1].decode("utf-8", "replace")] = content.decode("utf-8", "replace")
    return sent
