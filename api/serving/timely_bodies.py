"""A time limit for the body of every request: a floor to its pace, and an end to all patience.

Only the time counts in which the application waits for more, so a busy server refuses nobody.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar, Final

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import DoorError
from api.pages.notices import notice
from api.routes.negotiation import asked_for
from api.routes.replies import html, problem, wants_html


@dataclass(frozen=True, slots=True)
class Pace:
    """How slowly a body may come: `grace` seconds, one more for each `floor` bytes, `most` in all."""

    grace: float = 20.0
    floor: int = 1024
    most: float = 300.0

    def limit(self, came: int) -> float:
        """Seconds that may have been waited when so many bytes have come."""
        return min(self.grace + came / self.floor, self.most)


PACE: Final = Pace()


class SlowRefused(DoorError):
    """A body that nobody waits for any longer."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "too-slow": (
            "The body came too slowly ({came} bytes in {seconds} seconds), so nothing was done; send "
            "it again, in smaller parts when the line is slow.",
            "Nội dung gửi đến quá chậm ({came} byte trong {seconds} giây) nên chưa làm gì; hãy gửi "
            "lại, chia nhỏ hơn nếu đường truyền chậm.",
        ),
    }


class _Late(Exception):
    """Raised where the body is read; no refusal, so that no handler makes an answer of its own of it."""

    def __init__(self, refusal: SlowRefused) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Timely:
    """The layer in front of an application that answers 408 when a body does not come."""

    def __init__(self, app: ASGIApp, pace: Pace = PACE) -> None:
        self._app = app
        self._pace = pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        waited, came, whole, begun = 0.0, 0, False, False
        clock = asyncio.get_running_loop().time

        async def in_time() -> Message:
            nonlocal waited, came, whole
            if whole:  # what is awaited now is the client's leaving
                return await receive()
            since = clock()
            try:
                async with asyncio.timeout(max(self._pace.limit(came) - waited, 0.0)):
                    message = await receive()
            except TimeoutError as late:
                waited += clock() - since
                slow = SlowRefused("too-slow", came=came, seconds=round(waited))
                raise _Late(slow) from late
            waited += clock() - since
            came += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, in_time, noted)
        except _Late as late:
            if begun:
                raise
            await _answer(scope, late.refusal)(scope, receive, send)


def _answer(scope: Scope, slow: SlowRefused) -> Response:
    if wants_html(scope["headers"]) and not scope["path"].startswith("/api/"):
        lang = asked_for(scope["query_string"])[0]
        answer = html(notice("too-slow", lang, detail=slow.say(lang)), 408)
    else:
        answer = problem(408, slow.code, slow.say("en"))
    # The rest of the body may be on its way still: it is nobody's next request.
    answer.headers["connection"] = "close"
    return answer
