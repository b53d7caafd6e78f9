"""The processes of a hub, forked from one parent that has paid the imports, meant to be killed.

    actors.py LEDGER-FOLDER ENTRIES-FILE SOCKET

Each line on stdin names a role; a child is forked for it, which connects to SOCKET and says
"ROLE PID". Nothing that talks to a database is opened before the fork.

A `worker` gets lines "NUMBER UNTIL HOW" and answers "ack NUMBER ID KNOWN" once the entry of that
number is `recorded`, `sealed` (as POST /api/v1/entries?wait=seal answers it, with its proof) or
`shown` (its lot is where the pages read). With HOW `held` it has the answer and keeps it until
another line comes: a slow network. "refused NUMBER CODE" says that a try failed and that it tries
again; "fault NUMBER CODE", that the ledger is no longer what it was. `sequencer` and `projector` do
what they do in a hub.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from api.background import projecting, sequencer
from api.background.projecting import ProjectionLoop
from api.background.sequencer import Sequencer
from api.bootstrap import Services, open_folder
from api.routes import entries, seal_wait
from ledger.application import Submitted
from ledger.errors import LedgerError
from ledger.verify.entry import parse_entry
from ledger.verify.statement import read_statement
from ledger.verify.wording import Refusal
from tests.store.append_until_killed import read_entries
from tests.store.small_ledger import clock

PATIENCE = 30.0
# A hub's own pace would leave most kills to fall into its sleep.
sequencer.PACE = sequencer.PAUSE = projecting.PACE = projecting.PAUSE = 0.005
sequencer.STAND_IN = projecting.STAND_IN = 0.01
seal_wait._POLL = 0.002


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


def work(folder: Path, asked: list[bytes], line: socket.socket) -> None:
    """Record what is asked for until the line ends."""
    services = opened(folder)
    with line.makefile("r") as wishes:
        for number, until, how in map(str.split, wishes):
            raw = asked[int(number)]
            one = record(services, raw, number, line)
            if until == "sealed":
                patiently(partial(sealed, services, one))
            elif until == "shown":
                patiently(partial(shown, services, raw))
            if how == "held":
                wishes.readline()
            line.sendall(f"ack {number} {one.id} {int(one.known)}\n".encode())
    services.close()


def patiently(done: Callable[[], bool]) -> None:
    """Ask until it is so. A database that is away is waited for."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, "nobody seals or projects any more"
        time.sleep(0.002)


def sealed(services: Services, one: Submitted) -> bool:
    """What the route answers to a client that waits for the seal: True with a proof."""
    (told,) = asyncio.run(entries._results_of(services, [one], sealed=True))
    return told["proof"] is not None


def shown(services: Services, raw: bytes) -> bool:
    """True when the harvested lot is in the tables that the pages are made from."""
    lot = read_statement(parse_entry(raw).payload).body["lot"]
    return services.tables.lot(lot["item"], lot["code"]) is not None


def record(services: Services, raw: bytes, number: str, line: socket.socket) -> Submitted:
    """Submit one entry again and again until it is recorded."""
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
            return one


def play(role: str, folder: Path, asked: list[bytes], line: socket.socket) -> None:
    """Do a role's work until killed."""
    if role == "worker":
        work(folder, asked, line)
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
    asked = read_entries(file)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are nobody's concern here
    for role in map(str.strip, sys.stdin):
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            line = socket.socket(socket.AF_UNIX)
            line.connect(address)
            line.sendall(f"{role} {os.getpid()}\n".encode())
            try:
                play(role, folder, asked, line)
            except BaseException:
                traceback.print_exc()  # an actor is to be killed, not to fall
            finally:
                os._exit(1)


if __name__ == "__main__":
    main()
