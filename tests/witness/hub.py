"""A hub with witnesses around it, and witnesses that do not behave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from api.background.sequencer import Sequencer
from api.background.threads import running
from api.bootstrap import Services
from api.witness.cosigned import POLICY_FILE
from api.witness.store import Log
from ledger.verify.note import NoteKey
from tests.store.small_ledger import found, party
from tests.witness.room import Served, made, witness_at

PATIENCE = 15.0


def log_of(services: Services) -> Log:
    """The hub's log as a witness knows it."""
    return Log(services.settings.origin, services.log_key)


def write_policy(
    services: Services, witnesses: Sequence[tuple[NoteKey, str]], needed: int | str
) -> None:
    """`needed` of these witnesses (key, address) have to co-sign."""
    lines = [f"log {services.log_key.format()}"]
    lines += [f"witness w{n} {key.format()} {url}" for n, (key, url) in enumerate(witnesses)]
    names = " ".join(f"w{n}" for n in range(len(witnesses)))
    lines += [f"group all {needed} {names}", "quorum all", ""]
    (services.folder / POLICY_FILE).write_text("\n".join(lines), encoding="utf-8")


@contextmanager
def witnesses(room: Path, services: Services, count: int) -> Iterator[list[Served]]:
    """So many honest witnesses of the hub's log, each on a port of its own."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                witness_at(made(room / f"w{n}", f"w{n}.example/w"), log_of(services))
            )
            for n in range(count)
        ]


def of(served: Sequence[Served]) -> list[tuple[NoteKey, str]]:
    """Keys and addresses for a policy."""
    return [(one.own.vkey, one.url) for one in served]


@contextmanager
def hub(folder: Path) -> Iterator[Services]:
    """A small ledger, sealed; nobody seals it on yet."""
    services = found(folder)
    try:
        yield services
    finally:
        services.close()


@contextmanager
def sealing(services: Services) -> Iterator[None]:
    """The sequencer, and with it the asking of witnesses, until the block ends."""
    with running(Sequencer(services).run):
        yield


_counted: list[int] = []


def append(services: Services) -> int:
    """Record one more statement and let the sequencer seal it; returns the size it will have."""
    _counted.append(len(_counted))
    draft = party(f"CS-{len(_counted)}", "company")
    services.station.record(draft)
    return services.store.size()


def until(true: Callable[[], object], patience: float = PATIENCE) -> float:
    """Wait until something holds; returns after how many seconds it did."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < patience, "it did not come about in time"
        time.sleep(0.02)
    return time.monotonic() - began


def cosigned_size(services: Services) -> int:
    """Size of the newest checkpoint with a quorum; -1 without one."""
    note = services.cosigned.best()
    return -1 if note is None else int(note.split("\n")[1])


Behave = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextmanager
def misbehaving(behave: Behave) -> Iterator[str]:
    """Address of a server that does `behave(handler, request body)` with each request."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            behave(self, self.rfile.read(length))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
