"""`ocop serve`: pages and API over one ledger, by one process or by several."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from api.background.errors import BackgroundError
from api.background.lifeline import end_with_parent, until_told
from api.background.projecting import ProjectionLoop
from api.background.sequencer import Sequencer
from api.background.starting import opened_patiently
from api.background.supervisor import Supervisor, Words
from api.background.threads import Role, running
from api.bootstrap import Services
from api.commands.words import Nouns, choose, opened, options, tell
from api.errors import DoorError
from api.keys.wiring import unlock_all
from api.settings import DEFAULT_PORT
from api.station.errors import StationError
from api.watching.logging_setup import set_up_logs

if TYPE_CHECKING:
    import ssl

    import uvicorn

MOST_WORKERS = 64
log = logging.getLogger("ocop.serve")


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    serve = options(nouns.add_parser("serve", help="pages and API over that ledger"))
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"port ({DEFAULT_PORT})")
    serve.add_argument(
        "--workers",
        type=int,
        default=1,
        help="processes that answer, for a hub; more than 1 adds one that seals and one that "
        "projects (1: a station, which does all in one process)",
    )
    serve.add_argument(
        "--tls",
        action="store_true",
        help="speak https with the folder's own certificate (ocop hub certificate)",
    )
    serve.add_argument(
        "--certificate", type=Path, metavar="FILE", help="speak https with this chain (PEM)"
    )
    serve.add_argument("--certificate-key", type=Path, metavar="FILE", help="its private key (PEM)")
    serve.add_argument("--listener", type=int, help=argparse.SUPPRESS)
    serve.add_argument("--lifeline", type=int, help=argparse.SUPPRESS)
    serve.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    set_up_logs()
    if args.listener is not None:
        return _answer(args)
    if not 1 <= args.workers <= MOST_WORKERS:
        raise BackgroundError("workers-wrong", found=args.workers, most=MOST_WORKERS)
    return _alone(args) if args.workers == 1 else _together(args)


def _alone(args: argparse.Namespace) -> int:
    """All in this process, as a station runs."""
    with opened(args) as services:
        unlock_all(services, "admin", "station")  # no server signs with root keys
        _tell_problem(args, services)
        tls = _tls(args)
        listener = listen(args.host, args.port)
        server = server_for(services, tls)

        def end(*_: object) -> None:
            server.should_exit = True

        # The server hands its signals on when it has ended, and SIGTERM would skip the closing.
        before = signal.signal(signal.SIGTERM, end)
        _tell_address(args, listener)
        try:
            with running(*_roles(services)):
                server.run(sockets=[listener])
        finally:
            signal.signal(signal.SIGTERM, before)
    return 0


def _roles(services: Services) -> list[Role]:
    """What a process that does everything runs beside answering."""
    roles: list[Role] = [Sequencer(services).run, ProjectionLoop(services).run]
    if services.link is not None:
        from api.station.loop import StationLoop

        roles.append(StationLoop(services).run)
    return roles


def _together(args: argparse.Namespace) -> int:
    """Several processes that share one address, one that seals, one that projects."""
    if os.name != "posix":
        raise BackgroundError("workers-unsupported", found=args.workers)
    stop = Event()
    with until_told(stop):
        # What is wrong with the folder is said here once, not by every child again and again.
        with opened_patiently(args.dir, stop) as services:
            if services is not None:
                if services.link is not None:
                    raise StationError("one-process")
                _tell_problem(args, services)
        _tls(args)
        with listen(args.host, args.port) as listener:
            supervisor = Supervisor(_children(args, listener.fileno()), [listener.fileno()])
            _tell_address(args, listener)
            supervisor.run(stop)
    return 0


def _children(args: argparse.Namespace, listener: int) -> Mapping[str, Words]:
    def words(*role: str) -> Words:
        return lambda lifeline: [
            *role,
            *("--dir", str(args.dir), "--lang", args.lang, "--lifeline", str(lifeline)),
            *(
                ("--passphrase-file", str(args.passphrase_file))
                if args.passphrase_file is not None
                else ()
            ),
        ]

    tls = ["--tls"] if args.tls else []
    if args.certificate is not None:
        tls += ["--certificate", str(args.certificate)]
        tls += ["--certificate-key", str(args.certificate_key)]
    children = {"sequencer": words("sequence"), "projector": words("project")}
    for number in range(args.workers):
        children[f"worker-{number}"] = words("serve", "--listener", str(listener), *tls)
    return children


def _answer(args: argparse.Namespace) -> int:
    """One of several processes: it answers, and neither seals nor projects by itself."""
    stop = Event()
    with until_told(stop):
        server: uvicorn.Server | None = None

        def end() -> None:
            stop.set()
            if server is not None:
                server.should_exit = True

        if args.lifeline is not None:
            end_with_parent(args.lifeline, end)
        with opened_patiently(args.dir, stop) as services:
            if services is not None:
                server = server_for(services, _tls(args))
                server.should_exit = stop.is_set()
                server.run(sockets=[socket.socket(fileno=args.listener)])
    return 0


def _tell_problem(args: argparse.Namespace, services: Services) -> None:
    """Say at once that pages will be shown but nothing can be recorded."""
    problem = services.memory.problem
    if problem is not None:
        log.warning("nothing is recorded: %s", problem.code, extra={"code": problem.code})
        tell(problem.say(args.lang))


def _tell_address(args: argparse.Namespace, listener: socket.socket) -> None:
    scheme = "https" if args.tls or args.certificate is not None else "http"
    shown = f"{scheme}://{args.host}:{listener.getsockname()[1]}"
    tell(
        choose(
            args.lang,
            f"Serving at {shown} (station: {shown}/tram). Ctrl-C ends it.",
            f"Đang chạy tại {shown} (trạm: {shown}/tram). Ctrl-C để dừng.",
        )
    )


def _tls(args: argparse.Namespace) -> ssl.SSLContext | None:
    """What is spoken instead of plain http; None for nothing.

    Raises:
        CertificateRefused: there is no certificate, or none that can be used.
    """
    if not args.tls and args.certificate is None and args.certificate_key is None:
        return None
    # Read here: most servers stand behind a proxy, or answer on their own machine only.
    from api.hub.certificate import own_certificate, server_context
    from api.hub.certificate_errors import CertificateRefused

    if args.tls and (args.certificate or args.certificate_key) is not None:
        raise CertificateRefused("certificate-twice")
    if not args.tls:
        if args.certificate is None or args.certificate_key is None:
            raise CertificateRefused("certificate-half")
        return server_context(args.certificate, args.certificate_key)
    own = own_certificate(args.dir)
    if own is None:
        raise CertificateRefused("certificate-missing", path=args.dir)
    return server_context(own.path, own.key_path)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. DoorError when the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(512)  # from here on nobody is turned away while the server starts
    except (OSError, OverflowError) as wrong:
        made.close()
        raise DoorError("port-taken", host=host, port=port, why=str(wrong)) from wrong
    return made


def server_for(services: Services, tls: ssl.SSLContext | None = None) -> uvicorn.Server:
    """The HTTP server, quiet: access lines would hold addresses of people."""
    # Read here, not above: a parent of several processes only starts them, and it starts them
    # twice as soon without all that answering takes.
    import uvicorn

    from api.app import create_app
    from api.scans.places import Peers
    from api.serving.bounded_connections import BOUNDS, bounded

    peers = Peers(services.settings.trusted_proxies)
    config = uvicorn.Config(
        create_app(services),
        http=bounded(BOUNDS, peers.trusts),
        log_config=None,
        access_log=False,
        server_header=False,
        # A proxy's headers are not believed: rights hang on the real peer address.
        proxy_headers=False,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=5,
        # Of connections beyond the bounds none is left to answer.
        limit_concurrency=BOUNDS.connections + 1,
    )
    if tls is None:
        return uvicorn.Server(config)
    from api.serving.tls_server import TlsServer

    return TlsServer(config, tls, many_behind=peers.trusts)


@contextmanager
def serving(
    services: Services, listener: socket.socket, tls: ssl.SSLContext | None = None
) -> Iterator[None]:
    """Serve in threads of this process until the block ends."""
    server = server_for(services, tls)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    with running(Sequencer(services).run, ProjectionLoop(services).run):
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(10)
