"""A disk of a few megabytes that can be filled to the last byte, and a hub that writes on it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.hub import Client
from tests.reliability.model import leaf

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system of its own at `path`."""

    path: Path

    def fill(self, leave: int) -> None:
        """Take all room but `leave` bytes."""
        free = os.statvfs(self.path)
        room = free.f_bavail * free.f_frsize
        with (self.path / "ballast").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(room - leave, 1))

    def clear(self) -> None:
        """Give the room back."""
        (self.path / "ballast").unlink()

    def remount(self, how: str) -> None:
        """`ro` or `rw`."""
        _run("mount", "-o", f"remount,{how}", str(self.path))


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """A memory disk of its own (which only root may mount), gone at the end."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; test_full_disk.py limits a file's size")
    path = Path(tempfile.mkdtemp(prefix="ocop-disk-"))  # where a database server may go, too
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path))
    try:
        yield SmallDisk(path)
    finally:
        _run("umount", "-l", str(path))
        path.rmdir()


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr


def post_until_refused(client: Client, raws: list[bytes]) -> tuple[int, dict[str, Any]]:
    """Post one entry after another; how many were acknowledged, and the first other answer."""
    for number, raw in enumerate(raws):
        status, found = client.post([raw])
        if status != 200:
            assert status == 503, (status, found)
            return number, found
        assert found["results"][0]["id"] == leaf(raw).hex()
    raise AssertionError("the disk took everything")


def post_rest(client: Client, raws: list[bytes]) -> float:
    """Post what was not acknowledged, as a station does; seconds until the first was."""
    began = time.monotonic()
    client.record(raws[0])
    took = time.monotonic() - began
    for raw in raws[1:]:
        client.record(raw)
    return took


def plain(problem: dict[str, Any]) -> None:
    """The answer is one sentence for a person, not a trace and not a bare number."""
    assert problem["code"] in ("store-unwritable", "store-unreachable", "outcome-unknown"), problem
    assert problem["detail"].endswith("."), problem
    assert len(problem["detail"].split()) > 8, problem
    assert problem["results"] == [], problem
