"""The lock between processes: one holder at a time, whatever happens to its file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from ledger.errors import LedgerError
from ledger.store import locks
from ledger.store.locks import FileLock

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, TURNS = 4, 50

# Reads a number, waits, and writes the next one: two at once would lose a turn.
_COUNTER = """
import sys, time
from pathlib import Path
from ledger.store.locks import FileLock
lock, number = FileLock(Path(sys.argv[1]), keep=True), Path(sys.argv[2])
for _ in range(int(sys.argv[3])):
    with lock.held():
        was = int(number.read_text())
        time.sleep(0.0005)
        number.write_text(str(was + 1))
"""
# Holds the lock from the line "held" on until it is told to end.
_HOLDER = """
import sys
from pathlib import Path
from ledger.store.locks import FileLock
with FileLock(Path(sys.argv[1]), keep=True).held():
    print("held", flush=True)
    sys.stdin.readline()
"""
# Parent and child of a fork, with a lock that was open before: told one after the other.
_FORKED = """
import os, sys
from pathlib import Path
from ledger.errors import LedgerError
from ledger.store import locks
from ledger.store.locks import FileLock
locks._PATIENCE = 0
lock = FileLock(Path(sys.argv[1]), keep=True)
def tried(who):
    try:
        with lock.held():
            print(who, "has it", flush=True)
            return True
    except LedgerError as refused:
        print(who, refused.code, flush=True)
        return False
tried("parent")
come, go = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    with lock.held():
        print("child holds it", flush=True)
        os.write(come[1], b".")
        os.read(go[0], 1)
    os._exit(0)
os.read(come[0], 1)
tried("parent")
os.write(go[1], b".")
os.waitpid(child, 0)
with lock.held():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    other = FileLock(Path(sys.argv[1]), keep=True)
    child = os.fork()
    if child == 0:
        lock = other
        os._exit(10 + tried("child"))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
tried("parent")
"""


# Two locks at one file that this user may only read, the first one kept.
_READER = """
import os, sys
from pathlib import Path
from ledger.errors import LedgerError
from ledger.store import locks
locks._PATIENCE = 0
path = Path(sys.argv[1])
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
for keep in (True, False):
    try:
        with locks.FileLock(path, keep=keep).held():
            print("has it", flush=True)
    except LedgerError as refused:
        print(refused.code, flush=True)
print(locks.Leaderships(path.with_suffix(".db")).lead("role"))
"""


@contextmanager
def python(script: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own, ended with the block."""
    with subprocess.Popen(
        [sys.executable, "-c", script, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def open_files(path: Path) -> list[str]:
    """What this process has open at a path and beside it, by name; one that was removed says so."""
    found = []
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the handle of this very listing
            found.append(str(handle.readlink()))
    return [one for one in found if one.startswith(str(path))]


def test_processes_that_keep_the_file_open_never_hold_it_at_once(tmp_path: Path) -> None:
    number = tmp_path / "number"
    number.write_text("0")
    words = (str(tmp_path / "a.lock"), str(number), str(TURNS))
    with ExitStack() as stack:
        started = [stack.enter_context(python(_COUNTER, *words)) for _ in range(PROCESSES)]
        assert [one.wait(60) for one in started] == [0] * PROCESSES
    assert number.read_text() == str(PROCESSES * TURNS)


@pytest.mark.parametrize("way", ["removed", "replaced by another file"])
def test_a_lock_file_that_is_gone_is_not_relied_on(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.lock"
    lock = FileLock(path, keep=True)
    with lock.held():
        pass
    path.unlink()
    if way != "removed":
        path.touch()
    with python(_HOLDER, str(path)) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        # The file that this process has open could be locked, and would keep nobody out.
        monkeypatch.setattr(locks, "_PATIENCE", 0)
        with pytest.raises(LedgerError) as refused, lock.held():
            pytest.fail("two processes hold it")
        assert refused.value.code == "store-unwritable"
        other.communicate("\n", timeout=30)
    with lock.held():
        assert open_files(path) == [str(path)]


def test_a_lock_file_that_is_replaced_while_it_is_held_is_taken_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    lock = FileLock(path, keep=True)
    with lock.held():
        path.unlink()
    with lock.held():
        assert open_files(path) == [str(path)]


def test_a_lock_that_was_got_but_not_made_sure_of_is_not_kept_from_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "so"
    folder.mkdir()
    one, two = (FileLock(folder / "a.lock", keep=True) for _ in range(2))
    with one.held():
        pass
    folder.rename(tmp_path / "away")
    folder.touch()  # so that looking for the lock file is an error, not merely in vain
    with pytest.raises(LedgerError), one.held():
        pytest.fail("it holds what it cannot see")
    folder.unlink()
    (tmp_path / "away").rename(folder)
    monkeypatch.setattr(locks, "_PATIENCE", 0)
    for lock in (two, one):
        with lock.held():
            pass


def test_a_lock_file_that_may_only_be_read_keeps_nobody_out_and_is_refused() -> None:
    with tempfile.TemporaryDirectory() as room:
        Path(room).chmod(0o755)
        for name in ("a.lock", "a.role.lock"):
            (Path(room) / name).touch(0o444)
        with python(_READER, f"{room}/a.lock") as done:
            said, _ = done.communicate(timeout=60)
    assert said.splitlines() == ["store-unwritable", "store-unwritable", "False"]


def test_a_forked_process_is_another_process(tmp_path: Path) -> None:
    with python(_FORKED, str(tmp_path / "a.lock")) as done:
        said, _ = done.communicate(timeout=60)
    assert said.splitlines() == [
        "parent has it",
        "child holds it",
        "parent store-unwritable",
        "child store-unwritable",
        "10",
        "parent has it",
    ]


def test_a_lock_that_is_kept_is_one_open_file_and_none_after_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    lock = FileLock(path, keep=True)
    for _ in range(3):
        with lock.held():
            assert sorted(tmp_path.iterdir()) == [path]  # and no journal beside it
        assert open_files(path) == [str(path)]
    with lock.held():
        lock.close()
        assert open_files(path) == [str(path)]
    lock.close()
    assert open_files(path) == []
    with lock.held():
        pass


def test_only_the_thread_that_holds_it_is_told_that_it_is_its_own(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.lock", keep=True)
    told: list[bool] = []
    assert not lock.mine()
    with lock.held():
        with lock.held():
            pass
        assert lock.mine()
        other = threading.Thread(target=lambda: told.append(lock.mine()))
        other.start()
        other.join(30)
    assert told == [False]
    assert not lock.mine()


def test_a_block_that_fails_lets_go_of_the_lock(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.lock", keep=True)
    with pytest.raises(ZeroDivisionError), lock.held():
        raise ZeroDivisionError
    with python(_HOLDER, str(tmp_path / "a.lock")) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
