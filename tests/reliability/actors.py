"""The processes of a hub, forked from one parent that has paid the imports, meant to be killed.

    actors.py LEDGER-FOLDER ENTRIES-FILE SOCKET

Each line on stdin names a role; a child is forked for it, which connects to SOCKET and says
"ROLE PID". Nothing that talks to a database is opened before the fork.

A `worker` gets lines "submit NUMBER" or "hold NUMBER" and answers "ack NUMBER ID KNOWN" once the
entry of that number is recorded. After "hold" it says "committed" first and waits for a line, so
that it stands between commit and acknowledgement. "refused NUMBER CODE" says that a try failed and
that it tries again; "fault NUMBER CODE", that the ledger is no longer what it was. `sequencer` and
`projector` do what they do in a hub.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path

from api.background import projecting, sequencer
from api.background.projecting import ProjectionLoop
from api.background.sequencer import Sequencer
from api.bootstrap import Services, open_folder
from ledger.errors import LedgerError
from ledger.verify.wording import Refusal
from tests.store.append_until_killed import read_entries
from tests.store.small_ledger import clock

PATIENCE = 30.0
# A hub's own pace would leave most kills to fall into its sleep.
sequencer.PACE = sequencer.PAUSE = projecting.PACE = projecting.PAUSE = 0.002
sequencer.STAND_IN = projecting.STAND_IN = 0.01


def opened(folder: Path) -> Services:
    """The ledger, as soon as its database is there."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return open_folder(folder, clock, settle=False)
        except LedgerError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def work(folder: Path, entries: list[bytes], line: socket.socket) -> None:
    """Record what is asked for until the line ends."""
    services = opened(folder)
    with line.makefile("r") as asked:
        for word, number in map(str.split, asked):
            answer = record(services, entries[int(number)], number, line)
            if word == "hold":
                line.sendall(b"committed\n")
                asked.readline()
            line.sendall(f"ack {number} {answer}\n".encode())
    services.close()


def record(services: Services, raw: bytes, number: str, line: socket.socket) -> str:
    """Submit one entry again and again until it is recorded; its id, and 1 if it was known."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            (one,) = services.writer.submit([raw]).result(PATIENCE)
        except LedgerError as refused:
            line.sendall(f"refused {number} {refused.code}\n".encode())
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        except Refusal as refused:  # "seq-gap", say: what it follows is not there any more
            line.sendall(f"fault {number} {refused.code}\n".encode())
            raise
        else:
            return f"{one.id} {int(one.known)}"


def play(role: str, folder: Path, entries: list[bytes], line: socket.socket) -> None:
    """Do a role's work until killed."""
    if role == "worker":
        work(folder, entries, line)
        return
    services = opened(folder)
    stop = threading.Event()
    if role == "sequencer":
        Sequencer(services).run(stop)
    else:
        ProjectionLoop(services).run(stop)


def main() -> None:
    """Fork a child for each line."""
    folder, file, address = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    entries = read_entries(file)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are nobody's concern here
    for role in map(str.strip, sys.stdin):
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            line = socket.socket(socket.AF_UNIX)
            line.connect(address)
            line.sendall(f"{role} {os.getpid()}\n".encode())
            try:
                play(role, folder, entries, line)
            except BaseException:
                traceback.print_exc()  # an actor is to be killed, not to fall
            finally:
                os._exit(1)


if __name__ == "__main__":
    main()
