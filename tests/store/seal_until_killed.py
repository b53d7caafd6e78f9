"""Seals or projects copies of a ledger folder, each killed (SIGKILL) one SQL statement later.

    seal_until_killed.py LEDGER-FOLDER seal|project

Sealing is killed on SQLite only, projecting on either store. Prints "NAME killed" for each copy, beside the folder, and "NAME sealed" for the last one, that got
through. Each copy is worked on by a forked child, so the imports are paid once.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path

from api.settings import Settings
from api.stores import open_store
from ledger.projections import projector as projecting
from ledger.projections.projector import Projector
from ledger.projections.schema import open_views
from ledger.sealing import SealedLog
from ledger.signing import load_key
from ledger.store.sqlite import SqliteStore


def work(folder: Path, what: str, statements: int) -> None:
    """Do it, and be killed when SQL statement number `statements` is about to run."""
    seen = count()

    def watch(_sql: str) -> None:
        if next(seen) == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    settings = Settings.load(folder / "settings.json")
    if what == "seal":
        store = SqliteStore(folder / "ledger.db")
        log = SealedLog(store, settings.origin, load_key(folder / "keys" / "log.pem").private)
        with store._connections.one() as connection:  # which it seals on
            connection.set_trace_callback(watch)
        log.seal()
    else:
        projecting.BATCH = 7
        reading = open_store(folder, settings)
        views = open_views(folder / "views.db")
        views.set_trace_callback(watch)
        Projector(reading, views).catch_up()


def main() -> None:
    folder, what = Path(sys.argv[1]), sys.argv[2]
    step = 1 if what == "seal" else int(sys.argv[3])
    for number in count(0, step):
        copy = folder.with_name(f"{what}-{number}")
        shutil.copytree(folder, copy)
        child = os.fork()
        if child == 0:
            work(copy, what, number)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            print(copy.name, "killed")
            continue
        if status:
            sys.exit(f"{copy.name}: status {status}")
        print(copy.name, "sealed")
        return


if __name__ == "__main__":
    main()
