"""What this process may do with a path, and how much room its disk has, without trying."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

Room = Callable[[Path], tuple[int, int]]
"""(all, free) bytes of the disk that a path is on."""


def may(path: Path, mode: int) -> bool:
    """Whether this process, as the user it acts for, may use a path so (os.R_OK, W_OK, X_OK)."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def disk_room(path: Path) -> tuple[int, int]:
    """As `Room`, asked from the system."""
    usage = shutil.disk_usage(path)
    return usage.total, usage.free
