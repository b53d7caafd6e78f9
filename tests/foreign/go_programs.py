"""Go programs that are not ours, built against Debian's golang.org/x/mod."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_WANTED = Path("src/golang.org/x/mod/sumdb/tlog")
_HOW = (
    "{why}, and {what} to build such a program is missing; install it (Debian: apt-get install "
    "golang-go golang-golang-x-mod-dev) and run the tests again."
)


def built(source: Path, why: str) -> Path:
    """The program of the Go sources in a folder; gone when the tests end.

    The tests fail, they do not skip, where it cannot be built; `why` says what it is for.
    """
    go = shutil.which("go")
    if go is None:
        pytest.fail(_HOW.format(why=why, what="Go"))
    folder = Path(tempfile.mkdtemp(prefix="ocop-go-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    program = folder / source.name
    # Debian ships Go libraries as sources in one tree: nothing is fetched, no module mode.
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": str(_libraries(why)),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    done = subprocess.run(
        [go, "build", "-o", str(program), "."],
        cwd=source,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return program


def _libraries(why: str) -> Path:
    named = [Path(one) for one in os.environ.get("GOPATH", "").split(os.pathsep) if one]
    for folder in (*named, Path("/usr/share/gocode")):
        if (folder / _WANTED).is_dir():
            return folder
    pytest.fail(_HOW.format(why=why, what="the library golang.org/x/mod/sumdb"))
