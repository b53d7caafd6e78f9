"""An answer's head and body in one write: one packet to a slow phone, one system call here."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD = b"HTTP/1.1 "


class _Joining:
    """A transport that holds an answer's head back until its first piece of body."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write; a head waits for what follows it."""
        if self._head:
            data, self._head = self._head + data, b""
        elif data.startswith(_HEAD) and not data.startswith(b"100", len(_HEAD)):
            self._head = data
            return
        self._transport.write(data)

    def flush(self) -> None:
        """Send a head that nothing followed."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def close(self) -> None:
        """Close once everything is sent."""
        self.flush()
        self._transport.close()


class OneWrite(HttpToolsProtocol):
    """uvicorn's HTTP/1.1, which of itself writes head and body one after the other."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        self._joining = _Joining(transport)
        super().connection_made(cast("asyncio.Transport", self._joining))

    def on_response_complete(self) -> None:
        """An answer has ended; one without a body (HEAD, 304) has its head still waiting."""
        self._joining.flush()
        super().on_response_complete()
