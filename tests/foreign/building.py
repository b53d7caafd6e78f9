"""The log's foreign reader, built from its Go source against Debian's golang.org/x/mod."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.foreign.go_programs import built


@cache
def reader() -> Path:
    """The program, built once. The tests fail, they do not skip, where it cannot be built."""
    return built(
        Path(__file__).with_name("reader"),
        "The sealed log has to be readable by a program that is not ours",
    )


def read(
    url: str, log_key: str, *words: str, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run the reader over a served log; `words` are its further arguments."""
    command: Sequence[str] = [str(reader()), "-url", url, "-key", log_key, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout)
