"""A command and a station's server start without the libraries that only others need.

On an old computer every library that is read at the start is waited for at every command.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

_HEAVY = {
    # What every command reads that opens a ledger folder.
    "api.bootstrap": ("psycopg", "fastapi", "uvicorn", "asyncio", "http.client", "usb", "barcode"),
    # What `ocop serve` reads when the ledger is a file.
    "api.app": ("psycopg", "usb", "barcode"),
}


@pytest.mark.parametrize("module", _HEAVY)
def test_nothing_is_read_at_the_start_that_only_others_need(module: str) -> None:
    asked = f"import sys, {module}; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True
    )
    read = set(done.stdout.split())
    assert module in read
    assert read.isdisjoint(_HEAVY[module])
