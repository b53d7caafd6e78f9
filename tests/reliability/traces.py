"""What strace saw of a server and of its client, on one clock: synced before acknowledged, or not."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_LINE = re.compile(r"(?P<pid>\d+) +(?P<time>\d+\.\d+) (?P<call>.*)")
_ENDED = re.compile(r"= 0 <(?P<took>\d+\.\d+)>$")
_ACK = re.compile(r'write\(1(?:<[^>]*>)?, "(?P<said>ready|ack \d+ )')
_WAL = "/pg_wal/"
_SYNCS = ("fdatasync(", "fsync(")
_WRITES = ("pwrite64(", "pwritev(")


@dataclass(frozen=True, slots=True)
class Seen:
    """Moments in seconds: what the client said, when the log was written, when it was on disk."""

    said: list[float]
    written: list[float]
    synced: list[tuple[float, float]]

    def unsynced(self) -> list[int]:
        """Numbers of the acknowledgements before which not all of their log was on disk."""
        missing = []
        for number, (began, acknowledged) in enumerate(zip(self.said, self.said[1:], strict=False)):
            written = [one for one in self.written if began < one < acknowledged]
            last = max(written, default=None)
            if last is None or not any(
                start >= last and end <= acknowledged for start, end in self.synced
            ):
                missing.append(number)
        return missing


def strace() -> str:
    """The program; the tests fail without it."""
    found = shutil.which("strace")
    if found is None:
        pytest.fail(
            "strace is missing, so nobody can see whether the disk has what was acknowledged; "
            "install it (Debian: apt-get install strace) and run the tests again."
        )
    return found


@contextmanager
def watching(postmaster: int, trace: Path) -> Iterator[None]:
    """Trace a server with all the processes that it has and will have."""
    have = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    told = trace.with_suffix(".told")
    with told.open("wb") as file:
        watcher = subprocess.Popen(
            [
                *(strace(), "-f", "-ttt", "-T", "-y", "-s", "16", "-o", str(trace)),
                *("-e", "trace=fsync,fdatasync,pwrite64,pwritev"),
                *(word for pid in (str(postmaster), *have) for word in ("-p", pid)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        deadline = time.monotonic() + 20
        while (said := told.read_text(errors="replace")).count("ttach") < len(have) + 1:
            # Where a process may trace its children only, run the tests as root.
            assert watcher.poll() is None and time.monotonic() < deadline, said
            time.sleep(0.02)
        # A backend of an earlier session may have ended meanwhile, the server itself may not.
        assert f"Process {postmaster} attached" in said, said
        yield
    finally:
        watcher.terminate()  # strace lets go of what it traces
        watcher.wait(timeout=20)


def read(server: Path, client: Path, acknowledgements: int) -> Seen:
    """Both traces."""
    said = []
    for line in client.read_text(errors="replace").splitlines():
        parts = _LINE.match(line)
        if parts is not None and _ACK.search(parts["call"]):
            said.append(float(parts["time"]))
    assert len(said) == acknowledgements + 1, "the client's trace is not whole"
    written, synced, begun = [], [], dict[str, float]()
    for line in server.read_text(errors="replace").splitlines():
        parts = _LINE.match(line)
        if parts is None:
            continue
        pid, at, call = parts["pid"], float(parts["time"]), parts["call"]
        ended = _ENDED.search(call)
        if call.startswith(_WRITES) and _WAL in call:
            written.append(at)
        elif call.startswith(_SYNCS) and _WAL in call:
            if "<unfinished" in call:
                begun[pid] = at
            elif ended is not None:
                synced.append((at, at + float(ended["took"])))
        elif " resumed>" in call and call.startswith(("<... fdatasync", "<... fsync")):
            start = begun.pop(pid, None)
            if start is not None and ended is not None:
                synced.append((start, at))
    return Seen(said, written, synced)
