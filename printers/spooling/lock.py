"""One worker per printer and spool, across processes and operating systems."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from printers.errors import SpoolError

# Long enough that a look at the lock (`is_printing`) never makes a worker believe it is taken.
_TAKE_SECONDS = 1.0


@contextmanager
def printer_lock(spool: Path, printer: str) -> Iterator[None]:
    """Hold the printer's lock file beside the spool. Raises SpoolError when another holds it
    or it cannot be written.

    The lock is SQLite's own exclusive lock on an empty file: portable, and gone with the process,
    however it dies, so that no stale lock must ever be removed by hand.
    """
    path = _path(spool, printer)
    try:
        lock = sqlite3.connect(path, timeout=_TAKE_SECONDS, isolation_level=None)
    except sqlite3.OperationalError as fault:
        raise SpoolError("spool.unwritable", path=path.name, why=str(fault)) from fault
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise SpoolError("spool.unwritable", path=path.name, why=str(fault)) from fault
            raise SpoolError("spool.printer-busy", printer=printer) from fault
        yield
    finally:
        lock.close()


def is_printing(spool: Path, printer: str) -> bool:
    """True while some process holds the printer's lock."""
    path = _path(spool, printer)
    if not path.exists():
        return False
    look = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        look.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        return True
    finally:
        look.close()
    return False


def _path(spool: Path, printer: str) -> Path:
    short = hashlib.sha256(printer.encode()).hexdigest()[:16]
    return spool.with_name(f"{spool.name}.{short}.lock")
