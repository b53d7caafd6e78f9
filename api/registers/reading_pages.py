"""/quan-ly and the registers below it as they stand: start page, lists, things with their history."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.access.viewer import viewer_of
from api.pages.messages_catalogue import tongue
from api.pages.rendering import render
from api.pages.shell import shell
from api.registers.form_page import called, withdrawal
from api.registers.listing import PAGE, query_of, rows
from api.registers.overview import overview
from api.registers.room import ROOT, SIGNING, NotTheirs, Room, Typed, answered, key_of
from api.registers.versions import facts, versions
from api.routes.refusal_status import heading_of, status_of
from api.routes.replies import html
from api.routes.station_guard import language
from ledger.verify.wording import Refusal


class ReadingPages(Room):
    """What is only looked at."""

    async def start(self, request: Request) -> Response:
        """/quan-ly."""
        return await answered(request, self._start, request)

    def _start(self, request: Request) -> Response:
        lang, viewer = language(request), viewer_of(request.scope)
        party, parties = self.party(viewer, request.query_params.get("co-so", ""))
        if party is None and parties:
            raise NotTheirs
        shown = {} if party is None else overview(self.services, viewer, party, tongue(lang))
        return html(
            render(
                "registers/start.html",
                lang,
                **shell(request.scope, lang),
                party=party,
                party_name=dict(parties).get(party or "", ""),
                parties=parties,
                root=ROOT,
                **({"tiles": [], "ways": [], "attention": None} | dict(shown)),
            )
        )

    async def listed(self, request: Request) -> Response:
        """One register as a list."""
        return await answered(request, self._listed, request)

    def _listed(self, request: Request) -> Response:
        query = request.query_params
        desk, parties = self.desk(request, query.get("co-so", ""))
        searched = query.get("tim", "")[:100]
        found = rows(desk, searched)
        pages = max(-(-len(found) // PAGE), 1)
        asked = query.get("trang", "1")
        page = min(int(asked), pages) if asked.isdecimal() and 0 < len(asked) < 5 else 1
        return html(
            render(
                "registers/list.html",
                language(request),
                **self.shown(request, desk, parties),
                rows=found[(max(page, 1) - 1) * PAGE : max(page, 1) * PAGE],
                count=len(found),
                searched=searched,
                page=max(page, 1),
                pages=pages,
            )
        )

    async def thing(self, request: Request) -> Response:
        """One thing: as it stands, and every statement about it."""
        return await answered(request, self.thing_page, request, {}, None)

    def thing_page(self, request: Request, typed: Typed, refusal: Refusal | None) -> Response:
        """The page of a thing; with the withdrawal as it was typed, and why it was refused."""
        asked: Typed = typed or dict(request.query_params)
        desk, parties = self.desk(request, asked.get("co-so", ""))
        found = desk.thing(key_of(desk, asked))
        if not found.said:
            raise HTTPException(404)
        values = found.values(desk.register)
        signing = refusal is not None and refusal.code in SIGNING
        page = render(
            "registers/thing.html",
            language(request),
            **self.shown(request, desk, parties),
            key=found.key,
            query=query_of(desk, found.key),
            called=called(desk, found.key, values),
            facts=facts(desk, values),
            versions=versions(desk, found),
            vouched=found.vouched_by,
            withdrawn=found.withdrawn,
            reasons=withdrawal(desk, found),
            reason=typed.get("reason", ""),
            base=found.newest,
            done=request.query_params.get("xong", ""),
            fault="" if refusal is None else refusal.say(language(request)),
            heading="" if refusal is None else heading_of(refusal, language(request)),
            signing=signing,
            asking=bool(typed),
        )
        return html(page, 200 if refusal is None else status_of(refusal))
