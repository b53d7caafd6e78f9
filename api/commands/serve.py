"""`ocop serve`: pages and API over one ledger."""

from __future__ import annotations

import argparse
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn

from api.app import create_app
from api.bootstrap import Services
from api.commands.words import Nouns, choose, opened, options, tell
from api.errors import DoorError
from api.settings import DEFAULT_PORT


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    serve = options(nouns.add_parser("serve", help="pages and API over that ledger"))
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"port ({DEFAULT_PORT})")
    serve.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    with opened(args) as services:
        listener = listen(args.host, args.port)
        shown = f"http://{args.host}:{listener.getsockname()[1]}"
        tell(
            choose(
                args.lang,
                f"Serving at {shown} (station: {shown}/tram). Ctrl-C ends it.",
                f"Đang chạy tại {shown} (trạm: {shown}/tram). Ctrl-C để dừng.",
            )
        )
        server_for(services).run(sockets=[listener])
    return 0


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


def server_for(services: Services) -> uvicorn.Server:
    """The HTTP server, quiet: access lines would hold addresses of people."""
    return uvicorn.Server(
        uvicorn.Config(
            create_app(services),
            log_level="warning",
            access_log=False,
            server_header=False,
            # A proxy's headers are not believed: rights hang on the real peer address.
            proxy_headers=False,
            timeout_keep_alive=10,
            timeout_graceful_shutdown=5,
            limit_concurrency=400,
            h11_max_incomplete_event_size=64 * 1024,
        )
    )


@contextmanager
def serving(services: Services, listener: socket.socket) -> Iterator[None]:
    """Serve in a thread of its own until the block ends."""
    server = server_for(services)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
