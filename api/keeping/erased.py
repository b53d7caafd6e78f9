"""`erased.txt`: digests of private texts that were erased, so that no restore brings them back.

Digests only: they stand in the ledger anyway and say nothing about the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from api.keeping.memory import write_durably

DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def erased_digests(path: Path) -> frozenset[str]:
    """The digests in the file, none when there is no file; a torn line is no digest."""
    if not path.exists():
        return frozenset()
    return frozenset(DIGEST.findall(path.read_text(encoding="ascii", errors="replace")))


def remember_erased(path: Path, digests: Iterable[str]) -> None:
    """Add digests to the file, whole or not at all, durably; mode 0600."""
    together = sorted(erased_digests(path) | set(digests))
    write_durably(path, "".join(f"{one}\n" for one in together).encode())
