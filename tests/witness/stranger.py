"""The foreign witness and witness client, built from Go source against golang.org/x/mod."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.foreign.go_programs import built


@cache
def stranger() -> Path:
    """The program, built once. The tests fail, they do not skip, where it cannot be built."""
    return built(
        Path(__file__).with_name("foreign"),
        "Witnesses have to work with programs that are not ours",
    )


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
