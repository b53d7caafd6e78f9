"""The log's foreign reader, built from its Go source against Debian's golang.org/x/mod."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_name("reader")
_WANTED = Path("src/golang.org/x/mod/sumdb/tlog")
_HOW = (
    "The sealed log has to be readable by a program that is not ours, and {what} to build one is "
    "missing; install it (Debian: apt-get install golang-go golang-golang-x-mod-dev) and run the "
    "tests again."
)


@cache
def reader() -> Path:
    """The program, built once. The tests fail, they do not skip, where it cannot be built."""
    go = shutil.which("go")
    if go is None:
        pytest.fail(_HOW.format(what="Go"))
    folder = Path(tempfile.mkdtemp(prefix="ocop-reader-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    program = folder / "reader"
    # Debian ships Go libraries as sources in one tree: nothing is fetched, no module mode.
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": str(_libraries()),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    done = subprocess.run(
        [go, "build", "-o", str(program), "."],
        cwd=_SOURCE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return program


def _libraries() -> Path:
    named = [Path(one) for one in os.environ.get("GOPATH", "").split(os.pathsep) if one]
    for folder in (*named, Path("/usr/share/gocode")):
        if (folder / _WANTED).is_dir():
            return folder
    pytest.fail(_HOW.format(what="the library golang.org/x/mod/sumdb"))


def read(
    url: str, log_key: str, *words: str, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run the reader over a served log; `words` are its further arguments."""
    command: Sequence[str] = [str(reader()), "-url", url, "-key", log_key, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout)
