"""Office printers: one job becomes one PDF of label sheets, whole in its folder or not there."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from printers.bitmap import Bitmap
from printers.encoders.sheet import SheetLayout, compose_pdf
from printers.errors import SpoolError, TransportError
from printers.profile import Profile
from printers.spooling.outcome import Progress
from printers.spooling.schema import Claimed
from printers.spooling.spool import Spool
from printers.transport.base import Transport

_Next = Callable[[Callable[[int, bytes], bytes]], Claimed | None]


def print_sheets(
    spool: Spool,
    job_id: str,
    transport: Transport,
    profile: Profile,
    next_label: _Next,
    tell: Callable[[Progress], None],
    stop: Callable[[], bool],
) -> str:
    """Write the job's queued labels (PNG payloads) as PRINTER-JOB.pdf into the printer's folder.

    Returns the file's path, "" when nothing was written.

    Nobody sees the paper, so every label is `sent` and in doubt afterwards, until a person says
    which came out. Raises SpoolError for an address that is no folder, TransportError when the
    file cannot be written; then, and when `stop` says so before that, every label is queued again.
    """
    target = _target(spool, job_id, transport)
    claimed: list[Claimed] = []
    try:
        while not stop() and (label := next_label(lambda _, drawn: drawn)) is not None:
            claimed.append(label)
            tell(Progress(label.serial, "sending"))
        if claimed:
            pictures = [Bitmap.from_png(label.drawn) for label in claimed]
            content = compose_pdf(pictures, SheetLayout.shipped(profile.sheet))
            if stop():
                _give_back(spool, claimed)
                return ""
            _write_whole(target, content)
    except BaseException:
        _give_back(spool, claimed)
        raise
    for label in claimed:
        spool.move(label.number, ("sending",), "sent")
        tell(Progress(label.serial, "sent"))
    return str(target) if claimed else ""


def _give_back(spool: Spool, claimed: list[Claimed]) -> None:
    for label in claimed:
        spool.unclaim(label)


def _target(spool: Spool, job_id: str, transport: Transport) -> Path:
    from urllib.request import url2pathname  # brings all of HTTP with it

    parts = urlsplit(transport.address)
    folder = Path(url2pathname(parts.path))
    if parts.scheme != "file" or not folder.is_dir():
        raise SpoolError("spool.sheet-folder", found=transport.address)
    name = re.sub(r"[^0-9A-Za-z.-]+", "-", f"{spool.printer_of(job_id)}-{job_id}")
    number = 1
    # A job that goes on writes a further file: the first one may be on paper already.
    while (target := folder / (f"{name}.pdf" if number == 1 else f"{name}-{number}.pdf")).exists():
        number += 1
    return target


def _write_whole(target: Path, content: bytes) -> None:
    rough = target.with_suffix(".part")
    try:
        with rough.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        rough.replace(target)
    except OSError as fault:
        with contextlib.suppress(OSError):
            rough.unlink()
        raise TransportError(
            "transport.file", 0, address=target.absolute().as_uri(), why=str(fault)
        ) from fault
