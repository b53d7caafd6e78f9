"""The web server speaking TLS: a handshake is bounded in time, and so is their number.

Of itself the server begins to count a connection when its handshake has ended, and waits a minute
for that: whoever connects and says nothing could take every file handle of the process.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import uvicorn

from api.access.limits import asker, is_own_machine
from api.serving.bounded_connections import nobody

_PAUSE: Final = 0.2  # when there is no file handle left to accept with


@dataclass(frozen=True, slots=True)
class Handshakes:
    """How many may be under way in this process, how many of one address, how many seconds each.

    `farewell` is for the other side to say that it has hung up, too.
    """

    most: int = 200
    of_address: int = 50
    seconds: float = 10.0
    farewell: float = 2.0


class TlsServer(uvicorn.Server):
    """A server that accepts by itself and hands on what has shaken hands.

    An address that has `many_behind` it, such as a proxy's, is not bounded by itself; neither is
    the own machine.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        context: ssl.SSLContext,
        bounds: Handshakes | None = None,
        many_behind: Callable[[str], bool] = nobody,
    ) -> None:
        super().__init__(config)
        self._context = context
        self._bounds = Handshakes() if bounds is None else bounds
        self._many_behind = many_behind
        self._held: Counter[str] = Counter()
        self._shaking: set[asyncio.Task[None]] = set()
        self._accepting: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then accept on `sockets`, which are bound."""
        await super().startup(sockets=[])
        for one in sockets or ():
            one.setblocking(False)
            self._accepting.append(asyncio.create_task(self._accept(one)))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, then end as the server does."""
        for task in (*self._accepting, *self._shaking):
            task.cancel()
        await asyncio.gather(*self._accepting, *self._shaking, return_exceptions=True)
        await super().shutdown(sockets)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, address = await loop.sock_accept(listener)
            except OSError:
                await asyncio.sleep(_PAUSE)
                continue
            self._greet(client, address)

    def _greet(self, client: socket.socket, address: Sequence[object]) -> None:
        came_from = str(address[0]) if address else ""
        who = asker(came_from)
        alone = not (is_own_machine(came_from) or self._many_behind(came_from))
        if len(self._shaking) >= self._bounds.most or (
            alone and self._held[who] >= self._bounds.of_address
        ):
            client.close()
            return
        self._held[who] += 1
        task = asyncio.create_task(self._shake(client, who))
        self._shaking.add(task)
        task.add_done_callback(self._shaking.discard)

    async def _shake(self, client: socket.socket, who: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            client.setblocking(False)
            # A client that speaks no TLS, or goes away, is nobody's error.
            with suppress(OSError, TimeoutError):
                await loop.connect_accepted_socket(
                    self._protocol,
                    client,
                    ssl=self._context,
                    ssl_handshake_timeout=self._bounds.seconds,
                    ssl_shutdown_timeout=self._bounds.farewell,
                )
        finally:
            self._held[who] -= 1
            if self._held[who] <= 0:
                del self._held[who]

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]  # as the server itself makes it
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            _loop=asyncio.get_running_loop(),
        )
        return made
