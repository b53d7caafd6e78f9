"""A real `ocop serve` in processes of its own, its children by role, and patience with a limit."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from api.bootstrap import Services
from tests.store.small_ledger import signed_harvests

ROOT = Path(__file__).resolve().parents[2]
START = 90.0
"""Seconds to wait for processes to start: a Python that imports everything on a busy machine."""


def until(true: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait until something holds; returns the seconds it took, fails after `seconds`."""
    began = time.monotonic()
    while not true():
        waited = time.monotonic() - began
        assert waited < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.05)  # asking is work for both sides, which others are waiting for
    return time.monotonic() - began


class Command:
    """One `ocop` command in a process of its own; what it says on stderr is kept."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "api.commands.main", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
        self.process.stderr.close()

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    def end(self, number: int = signal.SIGTERM, seconds: float = 20.0) -> float:
        """Send a signal; returns how long it took to end."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(seconds)
        self._reader.join(seconds)
        return time.monotonic() - began

    def kill(self) -> None:
        """End it whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self._reader.join(10)


class Hub(Command):
    """`ocop serve --workers N` over a folder."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        super().__init__(
            *("serve", "--dir", str(folder), "--lang", "en", "--port", "0"),
            *("--workers", str(workers)),
        )
        self.folder = folder
        until(
            lambda: self._address() is not None or self.process.poll() is not None, START, "start"
        )
        assert self.process.poll() is None, self.said
        self.url = str(self._address())

    def _address(self) -> str | None:
        found = re.search(r"Serving at (http://[0-9.:]+)", self.said)
        return None if found is None else found.group(1)

    def children(self) -> dict[str, list[int]]:
        """Process ids of the children by role: sequence, project, serve."""
        return children_of(self.process.pid)

    def get(self, path: str, seconds: float = 10.0) -> tuple[int, str]:
        """Status and text of a page."""
        return fetched(self.url + path, seconds)

    def complete(self, workers: int = 2) -> bool:
        """Whether every child is there, and an answer came."""
        found = {role: len(pids) for role, pids in self.children().items()}
        if found != {"sequence": 1, "project": 1, "serve": workers}:
            return False
        with suppress(OSError):
            return self.get("/healthz", 5)[0] == 200
        return False


def children_of(parent: int) -> dict[str, list[int]]:
    """Live children of a process by the first word of their command."""
    found: dict[str, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError, IndexError):
            state, above = entry.joinpath("stat").read_text().rpartition(")")[2].split()[:2]
            if int(above) != parent or state == "Z":
                continue
            words = entry.joinpath("cmdline").read_bytes().decode().split("\0")
            role = words[words.index("api.commands.main") + 1] if "-m" in words else "?"
            found.setdefault(role, []).append(int(entry.name))
    return found


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def fetched(url: str, seconds: float) -> tuple[int, str]:
    """Status and text of an address, error answers included."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


@contextmanager
def hub(folder: Path, workers: int = 2) -> Iterator[Hub]:
    """A running hub, ended at the end whatever happens."""
    running = Hub(folder, workers)
    try:
        until(lambda: running.complete(workers), START, f"a complete hub\n{running.said}")
        yield running
    finally:
        with suppress(subprocess.TimeoutExpired):
            running.end()
        running.kill()


class Arrivals:
    """Entries that go on arriving from this process while others are killed."""

    def __init__(self, services: Services, count: int = 3_000) -> None:
        self._services = services
        self._entries = [entry.raw for entry in signed_harvests(services, count)]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.acknowledged = 0
        self.wrong: Exception | None = None

    def _run(self) -> None:
        try:
            while not self._stop.wait(0.02) and self.acknowledged < len(self._entries):
                raw = self._entries[self.acknowledged]
                self._services.ledger.submit([raw])
                self.acknowledged += 1
        except Exception as wrong:
            self.wrong = wrong

    def __enter__(self) -> Arrivals:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)
        assert self.wrong is None, self.wrong


def projected(folder: Path) -> int:
    """The size that the read models of a folder have reached."""
    import sqlite3

    connection = sqlite3.connect(folder / "views.db", timeout=10)
    try:
        return int(connection.execute("SELECT size FROM progress").fetchone()[0])
    finally:
        connection.close()
