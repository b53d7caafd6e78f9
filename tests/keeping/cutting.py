"""Runs `ocop move` in a process of its own and kills it at a chosen moment, with no hook in the product.

A moment is just before this process changes a file (as Python's audit hook tells), and just before
and after each step of copying and founding (as its profiler tells). Run as a program, it forks for
each line of its input, so that nothing is imported twice:
    {"words": ["move", ...], "cut": 7}  ->  {"killed": true, "moments": []}
Killed at moment 0, which never comes, it ends by itself and names the moments that there were.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import api.commands.keeping  # noqa: F401  # or each forked process would import it for itself
import ledger.store.postgres.store  # noqa: F401
from api.commands.main import main

_PATIENCE = 60
_CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"})
_STEPS = {
    ("founding.py", "found_database"),
    ("founding.py", "found_scans"),
    ("passwords.py", "keep_password"),
    ("copying.py", "_append_page"),
    ("copying.py", "flush"),
    ("copying.py", "copy_store"),
    ("half_copied.py", "_drop"),
    ("old_file.py", "_run"),
    ("move_record.py", "save"),
    ("cut_moves.py", "_finish"),
    ("cut_moves.py", "_take_back"),
}
_NAMES = frozenset(name for _, name in _STEPS)


class Cutter:
    """Counts moments and kills this process at one of them."""

    def __init__(self, cut: int) -> None:
        self.cut = cut
        self.seen: list[str] = []

    def _moment(self, name: str) -> None:
        self.seen.append(name)
        if len(self.seen) == self.cut:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """For `sys.addaudithook`."""
        if event in _CHANGES:
            self._moment(event)
        elif event == "open" and isinstance(arguments[2], int):
            writes = arguments[2] & (os.O_WRONLY | os.O_RDWR)
            # Streams that are no files are of no interest.
            if writes and isinstance(arguments[0], str) and not arguments[0].startswith("/dev/"):
                self._moment(event)

    def profile(self, frame: FrameType, event: str, _argument: object) -> None:
        """For `sys.setprofile`."""
        code = frame.f_code
        # The name first: this is called for every call there is.
        if code.co_name not in _NAMES or event not in {"call", "return"}:
            return
        if (code.co_filename.rpartition("/")[2], code.co_name) in _STEPS:
            self._moment(f"{event} {code.co_name}")


def _cut(words: list[str], cut: int, tell: int) -> None:
    """In the forked process: run, and end at the moment or with the command."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    cutter = Cutter(cut)
    sys.addaudithook(cutter.audit)
    sys.setprofile(cutter.profile)
    said: dict[str, object] = {"killed": False}
    try:
        said["status"] = main(words)
        said["moments"] = cutter.seen
    except BaseException as wrong:
        said["wrong"] = repr(wrong)
    finally:
        sys.setprofile(None)
        os.write(tell, json.dumps(said).encode())
        os._exit(0)


def _serve() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        heard, tell = os.pipe()
        child = os.fork()
        if child == 0:
            _cut(asked["words"], asked["cut"], tell)
        os.close(tell)
        with os.fdopen(heard, "rb") as pipe:
            said = pipe.read()  # ends with the child
        os.waitpid(child, 0)
        print((said or b'{"killed": true}').decode(), flush=True)


class Cuts:
    """Asks the program of this file."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def move(self, folder: Path, to: str, cut: int) -> list[str] | None:
        """Move, killed at moment `cut`: None. If it ended before that, well, every moment of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        words = ["move", "--dir", str(folder), "--to", to, "--lang", "en"]
        self._process.stdin.write(json.dumps({"words": words, "cut": cut}) + "\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline())
        assert said["killed"] or said.get("status") == 0, said
        return None if said["killed"] else list(said["moments"])


@contextmanager
def cuts() -> Iterator[Cuts]:
    """The program, running until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.keeping.cutting"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Cuts(process)
        process.communicate(timeout=_PATIENCE)
    finally:
        process.kill()
        process.communicate(timeout=_PATIENCE)


if __name__ == "__main__":
    _serve()
