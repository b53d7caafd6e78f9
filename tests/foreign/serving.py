"""A ledger's pages on a real port, and a wire that can be tampered with."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvicorn

from api.app import create_app
from api.bootstrap import Services

_PATIENCE = 20.0
Change = Callable[[str, bytes], bytes]
_Message = MutableMapping[str, Any]
_Send = Callable[[_Message], Awaitable[None]]


class Wire:
    """Between server and client: every body below /log goes through `change(path, body)`."""

    def __init__(self, services: Services) -> None:
        self._app: Any = create_app(services)
        self.change: Change | None = None

    async def __call__(self, scope: _Message, receive: Any, send: _Send) -> None:
        change = self.change
        if change is None or scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def changed(message: _Message) -> None:
            if message["type"] == "http.response.body":
                path = scope["path"].removeprefix("/log/")
                message = {**message, "body": change(path, message["body"])}
            await send(message)

        await self._app(scope, receive, changed)


@contextmanager
def served(wire: Wire) -> Iterator[str]:
    """Address of the log, `http://127.0.0.1:PORT/log`, until the block ends."""
    config = uvicorn.Config(wire, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + _PATIENCE
        while not server.started:
            assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/log"
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)
