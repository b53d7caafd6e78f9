"""Rules for what may be queued: each key and attempt once, a reprint only after its former end."""

from __future__ import annotations

import hashlib
from typing import cast

from printers.errors import SpoolError
from printers.spooling.database import SpoolFile
from printers.spooling.schema import MAX_LABELS_PER_JOB, PrintItem


def require_job(job_id: str, printer: str, labels: list[PrintItem]) -> None:
    """Raise SpoolError for a job that cannot be, whatever the spool holds."""
    for name, text, most in (("job_id", job_id, 100), ("printer", printer, 100)):
        if not 1 <= len(text) <= most:
            raise SpoolError("spool.bad-job", what=f"{name} of {len(text)}", expected=f"1-{most}")
    if not 1 <= len(labels) <= MAX_LABELS_PER_JOB:
        raise SpoolError(
            "spool.bad-job", what=f"{len(labels)} labels", expected=f"1-{MAX_LABELS_PER_JOB}"
        )
    if len({item.serial for item in labels}) != len(labels):
        raise SpoolError("spool.bad-job", what="a serial twice", expected="each serial once")


def require_printable(file: SpoolFile, item: PrintItem) -> None:
    """Raise SpoolError for a key and attempt already there, or a reprint without reason or end."""
    latest = file.one(
        "SELECT attempt, state FROM label WHERE key = ? ORDER BY attempt DESC LIMIT 1", item.key
    )
    attempt, state = (0, "none") if latest is None else latest
    if cast("int", attempt) >= item.attempt:
        raise SpoolError("spool.serial-used", key=item.key, attempt=item.attempt)
    if item.attempt > 1 and (
        attempt != item.attempt - 1
        or state not in ("confirmed", "void", "cancelled")
        or not item.reason.strip()
    ):
        raise SpoolError(
            "spool.reprint",
            key=item.key,
            attempt=item.attempt,
            before=item.attempt - 1,
            found=state,
        )


def job_digest(printer: str, items: list[PrintItem]) -> str:
    """What makes two jobs the same: printer, labels and their bytes, in order."""
    digest = hashlib.sha256()
    for text in (printer, *(f"{i.key}\0{i.serial}\0{i.attempt}\0{i.reason}" for i in items)):
        raw = text.encode()
        digest.update(len(raw).to_bytes(4, "big") + raw)
    for item in items:
        digest.update(hashlib.sha256(item.payload or b"").digest())
    return digest.hexdigest()
