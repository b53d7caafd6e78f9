"""Connections that nobody can hold for nothing: bounded in number, in time, in the size of a head.

What an application may leave to the server: how long a request's head takes, what follows an answer
that came before the request's end, and how long an answer waits for its reader. How long a body may
take while somebody waits for it is in `api/serving/timely_bodies.py`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.access.limits import asker, is_own_machine
from api.serving.one_write import OneWrite
from api.serving.timely_bodies import PACE, Pace

_HEAD_LATE: Final = b"HTTP/1.1 408 Request Timeout\r\n"
_HEAD_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
_TOO_MANY: Final = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\n"
_NO_BODY: Final = b"content-length: 0\r\nconnection: close\r\n\r\n"
# Which part of a request is on its way.
_NONE, _HEAD, _BODY = range(3)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds, bytes and connections; each process of a hub counts its own.

    `head` is for a request's first line and headers, from connecting or from its first byte;
    `reader` for a reader who takes nothing of an answer; `linger` for what is still unsent when a
    connection is given up; `pace` for a body that goes on after its answer.
    """

    connections: int = 400
    of_address: int = 200
    head: float = 10.0
    head_bytes: int = 64 * 1024
    reader: float = 60.0
    linger: float = 5.0
    pace: Pace = PACE


BOUNDS: Final = Bounds()


def nobody(_address: str) -> bool:
    """No proxy stands in front."""
    return False


def bounded(
    bounds: Bounds = BOUNDS, many_behind: Callable[[str], bool] = nobody
) -> type[BoundedConnection]:
    """A protocol class whose connections count together.

    An address that has `many_behind` it, such as a proxy's, is not bounded by itself; neither is
    the own machine.
    """
    return type(
        "Bounded",
        (BoundedConnection,),
        {"bounds": bounds, "many_behind": staticmethod(many_behind), "held": Counter()},
    )


class BoundedConnection(OneWrite):
    """One connection within `bounds`. Made by `bounded`."""

    bounds: Bounds = BOUNDS
    many_behind: Callable[[str], bool] = staticmethod(nobody)
    held: Counter[str]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        self._timer: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._begin(_HEAD)
        address = self.client[0] if self.client else ""
        self._who = asker(address)
        self.held[self._who] += 1
        alone = not (is_own_machine(address) or self.many_behind(address))
        if len(self.connections) > self.bounds.connections or (
            alone and self.held[self._who] > self.bounds.of_address
        ):
            self._give_up(_TOO_MANY)
        else:
            self._arm(self.bounds.head)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._disarm()
        self._unstick()
        self.held[self._who] -= 1
        if self.held[self._who] <= 0:
            del self.held[self._who]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some bytes of a request."""
        if self._phase == _NONE:
            self._begin(_HEAD)
        self._came += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._phase == _HEAD and self._came > self.bounds.head_bytes:
            self._give_up(_HEAD_LARGE)
        elif self._phase == _NONE:
            self._disarm()
        elif self._timer is None:
            self._arm(self.bounds.head)

    def on_message_begin(self) -> None:
        """A request begins, perhaps in the same bytes in which the one before it ended."""
        super().on_message_begin()
        if self._phase == _NONE:
            self._begin(_HEAD)

    def on_headers_complete(self) -> None:
        """A request's head is whole."""
        self._begin(_BODY)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._phase = _NONE
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The reader takes less than there is."""
        super().pause_writing()
        self._unstick()
        self._stuck = self.loop.call_later(self.bounds.reader, self._abort)

    def resume_writing(self) -> None:
        """The reader goes on."""
        self._unstick()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came after an answer."""
        self._give_up()

    def _begin(self, phase: int) -> None:
        self._phase, self._came, self._began = phase, 0, self.loop.time()

    def _late(self) -> None:
        """Look whether what comes is late: one timer serves for head and body."""
        self._timer = None
        if self._answering():
            # While an answer is still to come the layer in front of the application counts, and only
            # the time in which it waits for a body. Here goes on what nobody waits for.
            self._arm(self.bounds.head)
            return
        head = self._phase == _HEAD
        limit = self.bounds.head if head else self.bounds.pace.limit(self._came)
        left = self._began + limit - self.loop.time()
        if left > 0:
            self._arm(left)
        else:
            self._give_up(_HEAD_LATE if head else b"")

    def _answering(self) -> bool:
        """Whether the answer to a request is still to come, or to end."""
        return not getattr(self.cycle, "response_complete", True)

    def _arm(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._late)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _unstick(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _give_up(self, said: bytes = b"") -> None:
        """Close, after a last word if no answer is under way; what is not taken then is dropped."""
        self._disarm()
        if self.transport.is_closing():
            return
        if said and not self._answering():
            self.transport.write(said + _NO_BODY)
        self.transport.close()
        self.loop.call_later(self.bounds.linger, self._abort)

    def _abort(self) -> None:
        self.transport.abort()
