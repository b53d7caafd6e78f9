"""One worker per printer and spool, across processes and operating systems."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from printers.errors import SpoolError


@contextmanager
def printer_lock(spool: Path, printer: str) -> Iterator[None]:
    """Hold the printer's lock file beside the spool. Raises SpoolError when another holds it.

    The lock is SQLite's own exclusive lock on an empty file: portable, and gone with the process,
    however it dies, so that no stale lock must ever be removed by hand.
    """
    short = hashlib.sha256(printer.encode()).hexdigest()[:16]
    lock = sqlite3.connect(
        spool.with_name(f"{spool.name}.{short}.lock"), timeout=0, isolation_level=None
    )
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as fault:
            raise SpoolError("spool.printer-busy", printer=printer) from fault
        yield
    finally:
        lock.close()
