"""/tram/gui: what waits to be sent to the hub, since when, why, and sending it now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.outbox.waiting import waiting_statements
from api.pages.addresses import at
from api.pages.messages_catalogue import tongue
from api.pages.rendering import render
from api.pages.shell import shell
from api.pages.words import STAGES, worded
from api.photos.waiting import waiting_photos
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, station_only
from api.station.standing import elapsed, standing
from api.watching.lag import unsealed

if TYPE_CHECKING:
    from api.bootstrap import Services as OpenServices
    from api.outbox.sending import SendingNow

PATH = "/tram/gui"
MOST = 50
_PATIENCE = (
    6.0  # seconds that whoever pressed the button waits for an answer before the page goes on
)
_QUIET = 15 * 60  # seconds without an answer of the hub after which its silence is worth a word


@dataclass(frozen=True, slots=True)
class Line:
    """One waiting statement in words."""

    seq: int
    stage: str
    lots: str
    time: str


class OutboxPages:
    """The page, and the button on it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sending: SendingNow | None = None

    async def show(self, request: Request) -> Response:
        """What waits."""
        return html(await run_in_threadpool(self._page, request, language(request)))

    async def send(self, request: Request) -> Response:
        """Send now, then show what still waits. Without a hub there is nothing to send."""
        if self._services.link is not None:
            await run_in_threadpool(self._send)
        return RedirectResponse(at(PATH, language(request)), 303)

    def _send(self) -> None:
        # Read here: the HTTP client and its libraries take long to read, and few press the button.
        from api.outbox.sending import SendingNow

        if self._sending is None:
            self._sending = SendingNow()
        # A folder that is served is an open one, with everything that a round needs.
        self._sending.start(cast("OpenServices", self._services), _PATIENCE)

    def _page(self, request: Request, lang: str) -> bytes:
        services, say = self._services, tongue(lang)
        bar = shell(request.scope, lang)
        if services.link is None:
            alone = unsealed(services.store)
            return render("scan/no_hub.html", lang, **bar, unsealed=alone)
        now = standing(services.link, services.ledger)
        clock = int(services.now().timestamp())
        lines = [
            Line(one.seq, worded(STAGES, one.type, say), ", ".join(one.lots), one.time)
            for one in waiting_statements(services.link, services.ledger, MOST)
        ]
        sending = self._sending
        last = None if sending is None else sending.last
        silent = now.contact is None or clock - now.contact > _QUIET
        return render(
            "scan/outbox.html",
            lang,
            **bar,
            hub=services.link.joined.address,
            standing=now,
            frozen="" if now.frozen is None else now.frozen.say(lang),
            contact="" if now.contact is None else _moment(now.contact),
            ago="" if now.contact is None else elapsed(max(clock - now.contact, 0), lang),
            since=lines[0].time if lines else "",
            silent=silent,
            lines=lines,
            more=max(now.unsent - len(lines), 0),
            unproved=max(now.recorded - now.unsent - now.sealed, 0),
            photos=len(
                waiting_photos(services.album, services.link.state, services.link.joined.party)
            ),
            running=sending is not None and sending.running,
            left=None if sending is None else sending.left,
            sent=None if last is None or last.done is None else last.done.sent,
            fault="" if last is None or last.refusal is None else last.refusal.say(lang),
            why=(services.link.state.trouble() or {}).get(lang, ""),
        )


def _moment(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()


def outbox_routes(services: Services) -> list[BaseRoute]:
    """GET and POST /tram/gui."""
    pages = OutboxPages(services)
    return [
        Route(PATH, station_only(pages.show), methods=["GET"]),
        Route(PATH, station_only(pages.send), methods=["POST"]),
    ]
