"""Appends signed entries from a file to a ledger on PostgreSQL and says when each is acknowledged.

    append_and_say.py LEDGER-FOLDER ENTRIES-FILE [--careless | --plain]

With --careless every session asks for commits that do not wait for the disk; with --plain nothing
of the ledger is used besides: each entry is inserted into a table `plain` by such a session.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from api.bootstrap import open_folder
from api.settings import Settings
from ledger.store.postgres import connecting
from ledger.store.postgres.address import addresses
from tests.store.append_until_killed import read_entries
from tests.store.small_ledger import clock


def say(text: str) -> None:
    """One write, so that it is one line of a trace."""
    os.write(1, f"{text}\n".encode())


def append(folder: Path, entries: list[bytes]) -> None:
    """One durable submission each."""
    services = open_folder(folder, clock)
    say("ready")
    for number, raw in enumerate(entries):
        services.writer.submit([raw]).result(30)
        say(f"ack {number} ")
    services.close()


def insert(folder: Path, entries: list[bytes]) -> None:
    """The same bytes without the append function."""
    dsn = Settings.load(folder / "settings.json").database
    assert dsn is not None
    (address,) = addresses((dsn,), folder / "keys" / "pgpass", reading=False)
    with connecting.connect(address) as connection:
        connection.execute("SET synchronous_commit = off")
        say("ready")
        for number, raw in enumerate(entries):
            connection.execute("INSERT INTO plain VALUES (%s)", (raw,))
            say(f"ack {number} ")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("entries", type=Path)
    parser.add_argument("--careless", action="store_true")
    parser.add_argument("--plain", action="store_true")
    args = parser.parse_args()
    entries = read_entries(args.entries)
    if args.careless:
        vars(connecting)["_SESSION"]["synchronous_commit"] = "off"
    if args.plain:
        insert(args.folder, entries)
    else:
        append(args.folder, entries)


if __name__ == "__main__":
    main()
