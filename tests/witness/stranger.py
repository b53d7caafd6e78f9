"""The foreign witness and witness client, built from Go source against golang.org/x/mod."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_name("foreign")
_WANTED = Path("src/golang.org/x/mod/sumdb/tlog")
_HOW = (
    "Witnesses have to work with programs that are not ours, and {what} to build one is missing; "
    "install it (Debian: apt-get install golang-go golang-golang-x-mod-dev) and run the tests again."
)


@cache
def stranger() -> Path:
    """The program, built once. The tests fail, they do not skip, where it cannot be built."""
    go = shutil.which("go")
    if go is None:
        pytest.fail(_HOW.format(what="Go"))
    folder = Path(tempfile.mkdtemp(prefix="ocop-stranger-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    program = folder / "stranger"
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


def submit(
    log: str, key: str, witness: str, witness_key: str, old: int = 0
) -> subprocess.CompletedProcess[str]:
    """Bring a served log's checkpoint to a witness, as a stranger would."""
    words = ["-log", log, "-key", key, "-witness", witness, "-wkey", witness_key, "-old", str(old)]
    return subprocess.run(
        [str(stranger()), "submit", *words], capture_output=True, text=True, timeout=60
    )


@contextmanager
def foreign_witness(name: str, log_key: str) -> Iterator[tuple[str, str]]:
    """A witness that is not ours: (its verifier key, its submission prefix)."""
    with subprocess.Popen(
        [str(stranger()), "serve", "-name", name, "-key", log_key],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            vkey, url = process.stdout.readline().split()
            yield vkey, url
        finally:
            process.kill()
            process.wait(10)
