"""The client's side of `actors.py`: starts them, talks to them, kills them with SIGKILL."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.store.append_until_killed import write_entries

ROOT = Path(__file__).resolve().parents[2]
_ACTORS = Path(__file__).with_name("actors.py")
_PATIENCE = 60.0


class Actor:
    """One living process and the line to it."""

    def __init__(self, listener: socket.socket) -> None:
        self._line, _ = listener.accept()
        self._line.settimeout(_PATIENCE)
        self._read = b""
        self.role, pid = self.hear()
        self.pid = int(pid)

    def tell(self, text: str) -> None:
        """Send it one line."""
        self._line.sendall(f"{text}\n".encode())

    def hear(self) -> list[str]:
        """The words of its next line; none when it is dead."""
        while b"\n" not in self._read:
            try:
                some = self._line.recv(4096)
            except ConnectionResetError:  # it died with something of ours unread
                some = b""
            if not some:
                return []
            self._read += some
        line, _, self._read = self._read.partition(b"\n")
        return line.decode().split()

    def heard(self) -> list[list[str]]:
        """Every line that has come by now, without waiting for another."""
        said = []
        while b"\n" in self._read or select.select([self._line], [], [], 0)[0]:
            if not (words := self.hear()):
                break
            said.append(words)
        return said

    def kill(self) -> list[list[str]]:
        """SIGKILL; returns what it had still said, once it is gone."""
        with contextlib.suppress(ProcessLookupError):  # it fell by itself: the campaign says so
            os.kill(self.pid, signal.SIGKILL)
        said = []
        while words := self.hear():
            said.append(words)
        self.close()
        return said

    def close(self) -> None:
        """Let go of the line."""
        self._line.close()


class Troupe:
    """One actor of each role asked for; a killed one is replaced by `start`."""

    def __init__(self, listener: socket.socket, parent: subprocess.Popen[str]) -> None:
        self._listener = listener
        self._parent = parent
        self.actors: dict[str, Actor] = {}

    def start(self, role: str) -> Actor:
        """A new process for a role."""
        assert self._parent.stdin is not None
        self._parent.stdin.write(f"{role}\n")
        self._parent.stdin.flush()
        self.actors[role] = Actor(self._listener)
        assert self.actors[role].role == role
        return self.actors[role]

    def kill(self, role: str) -> list[list[str]]:
        """Kill the one of a role; returns what it had still said."""
        return self.actors.pop(role).kill()


@contextmanager
def troupe(folder: Path, entries: list[bytes]) -> Iterator[Troupe]:
    """Actors on one ledger folder and a list of signed entries; all are dead at the end."""
    place = Path(tempfile.mkdtemp(prefix="ocop-"))  # a socket's address must be short
    write_entries(place / "entries", entries)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(place / "s"))
    listener.listen()
    listener.settimeout(_PATIENCE)
    fallen = (place / "fallen").open("w+")
    parent = subprocess.Popen(
        [sys.executable, str(_ACTORS), str(folder), str(place / "entries"), str(place / "s")],
        stdin=subprocess.PIPE,
        stderr=fallen,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    made = Troupe(listener, parent)
    try:
        yield made
    finally:
        for role in list(made.actors):
            made.kill(role)
        assert parent.stdin is not None
        parent.stdin.close()
        parent.wait(timeout=20)
        listener.close()
        fallen.seek(0)
        said = fallen.read()
        fallen.close()
        shutil.rmtree(place)
        print(said, end="")
    assert "Traceback" not in said, "a process fell by itself"
