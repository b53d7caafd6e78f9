"""Appends signed entries from a file and prints the id of each once it is acknowledged.

append_until_killed.py LEDGER-FOLDER ENTRIES-FILE [--no-seal] [--no-fsync]
"""

from __future__ import annotations

import argparse
import os
import sqlite3
from pathlib import Path

from api.bootstrap import open_folder
from ledger.store import guard
from tests.store.small_ledger import clock


def read_entries(path: Path) -> list[bytes]:
    """Entries of a file of length-prefixed byte strings."""
    raw, found, at = path.read_bytes(), [], 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 4], "big")
        found.append(raw[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def write_entries(path: Path, entries: list[bytes]) -> None:
    """The file that `read_entries` reads."""
    path.write_bytes(b"".join(len(one).to_bytes(4, "big") + one for one in entries))


def say(text: str) -> None:
    """One write, so that an acknowledgement is there whole or not at all."""
    os.write(1, f"{text}\n".encode())


def append(folder: Path, entries: list[bytes], *, seal: bool) -> None:
    """Append `entries`, one durable submission each."""
    services = open_folder(folder, clock)
    for number, raw in enumerate(entries):
        (answer,) = services.ledger.submit([raw])
        if seal:
            services.station.catch_up()
        say(f"ack {number} {answer.id} {int(answer.known)}")
    services.close()
    say("all")


def without_fsync() -> None:
    """The negative control: every connection opened from now on has synchronous=OFF."""
    durable = guard.connect

    def careless(path: str | Path, *, timeout: float = 5.0) -> sqlite3.Connection:
        connection = durable(path, timeout=timeout)
        connection.set_authorizer(None)
        connection.execute("PRAGMA synchronous=OFF")
        return connection

    guard.connect = careless


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("entries", type=Path)
    parser.add_argument("--no-seal", action="store_true")
    parser.add_argument("--no-fsync", action="store_true")
    args = parser.parse_args()
    entries = read_entries(args.entries)
    if args.no_fsync:
        without_fsync()
    append(args.folder, entries, seal=not args.no_seal)


if __name__ == "__main__":
    main()
