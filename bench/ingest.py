"""A hub taking statements in: batches of 100, and 64 clients with one statement each."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.bootstrap import Services
from bench.floors import (
    LibraryPostgres,
    LibrarySqlite,
    PlainPostgres,
    PlainSqlite,
    Target,
    rows_of,
)
from bench.ledgers import harvests, hub, stations
from bench.timing import ROUNDS, Stopwatch, ratio
from ledger.verify.entry import parse_entry

Row = tuple[str, str, str]

BATCH = 100
BATCHES = 10
CLIENTS = 64
EACH = 8
_BARS = {"sqlite": ">= 0.75", "postgres": ">= 0.65"}
_PATIENCE = 120.0


def rows() -> list[Row]:
    """(what, measured, bar) for this theme."""
    return [*_batches("sqlite"), *_batches("postgres"), *_clients("sqlite"), *_clients("postgres")]


def _targets(store: str, folder: Path, clients: int = 1) -> tuple[Target, Target]:
    if store == "sqlite":
        return PlainSqlite(folder), LibrarySqlite(folder)
    return PlainPostgres(clients), LibraryPostgres()


def _batches(store: str) -> list[Row]:
    count = BATCH * BATCHES
    verified, plain, library, ours = Stopwatch(), Stopwatch(), Stopwatch(), Stopwatch()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        services = stack.enter_context(hub(store))
        floor, theirs = _targets(store, folder)
        stack.callback(floor.close)
        stack.callback(theirs.close)
        keys = _keys_of(services)
        for _ in range(ROUNDS):
            raw = harvests(services, count)
            batches = [raw[at : at + BATCH] for at in range(0, count, BATCH)]
            work = [_signed(one, keys) for one in raw]
            prepared = [rows_of(batch) for batch in batches]
            with verified.running():
                for key, signature, message in work:
                    key.verify(signature, message)
            with plain.running():
                for rows in prepared:
                    floor.insert(rows)
            with library.running():
                for rows in prepared:
                    theirs.insert(rows)
            with ours.running():
                for batch in batches:
                    services.ledger.submit(batch)
            services.log.seal()
    each = f"{ours.rate(count):.0f} statements/s; plain insert {plain.rate(count):.0f}, "
    each += f"library's recorder {library.rate(count):.0f} (these verify nothing)"
    name = f"ingest in durable batches of {BATCH}, {store}"
    return [
        (f"{name} / raw verify (CPU)", f"{ratio(verified.cpu, ours.cpu):.3f}", _BARS[store]),
        (f"{name} / raw verify (wall)", f"{ratio(verified.wall, ours.wall):.3f}", "-"),
        (f"{name}", each, "-"),
    ]


def _keys_of(services: Services) -> dict[bytes, Ed25519PublicKey]:
    records = services.ledger.history.keys.records
    return {
        keyid: Ed25519PublicKey.from_public_bytes(record.public.raw)
        for keyid, record in records.items()
    }


def _signed(
    raw: bytes, keys: dict[bytes, Ed25519PublicKey]
) -> tuple[Ed25519PublicKey, bytes, bytes]:
    entry = parse_entry(raw)
    return keys[entry.keyid], entry.signature, entry.signed


def _clients(store: str) -> list[Row]:
    count = CLIENTS * EACH
    plain, library, ours = Stopwatch(), Stopwatch(), Stopwatch()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        services = stack.enter_context(hub(store))
        floor, theirs = _targets(store, folder, CLIENTS)
        stack.callback(floor.close)
        stack.callback(theirs.close)
        journals = stations(services, CLIENTS)
        writer = services.writer
        for number in range(ROUNDS + 1):
            raw = [journal.harvests(EACH) for journal in journals]
            inserts = [[[one] for one in rows_of(entries)] for entries in raw]
            watches = (plain, library, ours) if number else (Stopwatch(),) * 3  # the first warms up
            _together(watches[0], floor.insert, inserts)
            _together(watches[1], theirs.insert, inserts)
            _together(
                watches[2],
                lambda batch: writer.submit(batch).result(_PATIENCE),
                [[[one] for one in entries] for entries in raw],
            )
            services.log.seal()
    return [
        (
            f"{CLIENTS} clients, one statement at a time, {store} / plain one-row insert",
            f"{ratio(plain.wall, ours.wall):.2f}",
            ">= 0.6" if store == "postgres" else "-",
        ),
        (
            f"{CLIENTS} clients, one statement at a time, {store}",
            f"{ours.rate(count):.0f} statements/s verified; plain insert {plain.rate(count):.0f}, "
            f"library's recorder {library.rate(count):.0f} ({ratio(plain.wall, library.wall):.2f})",
            "-",
        ),
    ]


def _together(
    watch: Stopwatch,
    send: Callable[[Any], object],
    work: Sequence[Sequence[Any]],
) -> None:
    """Every client is a thread with its own work; measured from the common start to the last end."""
    start, done = threading.Barrier(len(work) + 1), threading.Barrier(len(work) + 1)
    failed: list[BaseException] = []

    def client(mine: Sequence[Any]) -> None:
        start.wait(_PATIENCE)
        try:
            for one in mine:
                send(one)
        except BaseException as wrong:
            failed.append(wrong)
        finally:
            done.wait(_PATIENCE)

    threads = [threading.Thread(target=client, args=(mine,), daemon=True) for mine in work]
    for thread in threads:
        thread.start()
    start.wait(_PATIENCE)
    with watch.running():
        done.wait(_PATIENCE)
    for thread in threads:
        thread.join(_PATIENCE)
    if failed:
        raise failed[0]


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
