"""GET /tram, a form for each kind of record, and the page of a record with its corrections."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.viewer import viewer_of
from api.pages.addresses import at
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.shell import shell
from api.pages.words import REASONS, STAGES, worded
from api.routes.labels_reading import first_party
from api.routes.refusal_status import status_of
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, read_form, station_only
from api.station_pages.errors import FieldFault, FormFault
from api.station_pages.fields import Form
from api.station_pages.form_page import CORRECTED_FOR, FormPage
from api.station_pages.forms import BY_TYPE, FORMS
from api.station_pages.once import SentForms
from api.station_pages.prefill import start_of, values_of
from api.station_pages.record_page import record_html
from api.station_pages.recording import (
    FORM_KEY,
    FieldsRefused,
    Recorded,
    corrected,
    correction_of,
    draft_of,
    record_once,
)
from api.station_pages.records import Record, corrections_of, record_of, standing_body
from api.station_pages.start_page import start_html
from api.station_pages.telling import Teller
from api.station_pages.undoing import refuse_undoing, undone
from ledger.verify.shapes import REASON
from ledger.verify.wording import Refusal

log = logging.getLogger(__name__)
_TOLD = {"": "", "1": "new", "2": "again"}
_CAUSE, _WHY = "cause", "why"


class _Pages:
    """The handlers. Whatever reads or writes runs in a worker thread."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._forms = SentForms(services.folder)

    async def start(self, request: Request) -> Response:
        """GET /tram."""
        lang, party = language(request), first_party(self._services)
        page = await run_in_threadpool(
            start_html,
            self._services,
            party,
            self._forms,
            lang,
            who=viewer_of(request.scope).name,
            search=request.query_params.get("tim", "").strip(),
            bar=shell(request.scope, lang),
        )
        return html(page)

    async def show(self, request: Request) -> Response:
        """GET of a form: values of the last record, then those of the address."""
        form = FORMS[request.scope["path"].rpartition("/")[2]]
        lang, party = language(request), first_party(self._services)

        def made() -> bytes:
            typed = start_of(self._services, party, form, request.query_params)
            page = FormPage(self._services, party, form, lang, typed)
            return page.html("station/form.html", **_new(form), **shell(request.scope, lang))

        return html(await run_in_threadpool(made))

    async def record(self, request: Request) -> Response:
        """POST of a form: recorded, or only tried, or shown again with what is wrong."""
        form = FORMS[request.scope["path"].rpartition("/")[2]]
        lang, party = language(request), first_party(self._services)
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)

        def answered() -> Response:
            refusal: Refusal | None = None
            trying = typed.get("act") == "try"
            try:
                if not trying:
                    done = record_once(
                        self._services,
                        self._forms,
                        typed,
                        lambda now: draft_of(self._services, party, form.type, typed, now),
                    )
                    return _led(done, lang)
            except Refusal as wrong:
                log.info("form %s refused: %s", form.address, wrong.code)
                refusal = wrong
            page = FormPage(
                self._services, party, form, lang, typed, refusal, _key(typed, refusal), trying
            )
            body = page.html("station/form.html", **_new(form), **shell(request.scope, lang))
            return html(body, 200 if refusal is None else status_of(refusal))

        return await run_in_threadpool(answered)

    async def one(self, request: Request) -> Response:
        """GET of a record."""
        lang = language(request)
        told = _TOLD.get(request.query_params.get("moi", ""), "")
        return await run_in_threadpool(self._record_page, request, lang, told)

    def _record_page(
        self, request: Request, lang: str, told: str = "", refusal: Refusal | None = None
    ) -> Response:
        record = self._own(request)
        if record is None:
            return html(notice("no-page", lang), 404)
        page = record_html(
            self._services,
            record,
            lang,
            told=told,
            refusal=refusal,
            bar=shell(request.scope, lang),
        )
        return html(page, 200 if refusal is None else status_of(refusal))

    async def correct(self, request: Request) -> Response:
        """GET and POST of a correction."""
        lang = language(request)
        typed = await read_form(request) if request.method == "POST" else {}
        if typed is None:
            return html(notice("too-large", lang), 422)
        return await run_in_threadpool(self._correct, request, lang, typed)

    def _correct(self, request: Request, lang: str, typed: Mapping[str, str]) -> Response:
        services = self._services
        record = self._own(request)
        if record is None or record.corrects:
            return html(notice("no-page", lang), 404)
        try:
            form = self._correctable(record)
        except FormFault as wrong:
            return self._record_page(request, lang, refusal=wrong)
        standing = standing_body(record, corrections_of(services, record))
        refusal: Refusal | None = None
        shown = typed
        trying = typed.get("act") == "try"
        if request.method != "POST":
            shown = {**values_of(services, record.type, standing), _CAUSE: CORRECTED_FOR[0]}
        elif not trying:
            try:
                return _led(self._corrected(record, typed), lang)
            except Refusal as wrong:
                log.info("correction of %s refused: %s", record.type, wrong.code)
                refusal = wrong
        page = FormPage(
            services,
            record.statement.party,
            form,
            lang,
            shown,
            refusal,
            _key(typed, refusal),
            trying,
            correcting=True,
        )
        say = tongue(lang)
        body = page.html(
            "station/form.html",
            action=f"/tram/phieu/{record.id}/dinh-chinh",
            back=at(f"/tram/phieu/{record.id}", lang),
            old=Teller(services, say).lines(record.statement.party, standing),
            old_time=record.statement.time,
            causes=[(one, worded(REASONS, one, say)) for one in CORRECTED_FOR],
            cause=shown.get(_CAUSE, ""),
            why=shown.get(_WHY, ""),
            stage=worded(STAGES, record.type, say),
            **shell(request.scope, lang),
        )
        return html(body, 200 if refusal is None else status_of(refusal))

    def _own(self, request: Request) -> Record | None:
        """The record asked for; None for one of a party that this machine does not speak for."""
        record = record_of(self._services, request.path_params["entry"])
        own = self._services.station.own_parties()
        return record if record is not None and record.statement.party in own else None

    @staticmethod
    def _correctable(record: Record) -> Form:
        if record.type not in BY_TYPE:
            raise FormFault("not-correctable")
        return BY_TYPE[record.type]

    def _corrected(self, record: Record, typed: Mapping[str, str]) -> Recorded:
        cause = typed.get(_CAUSE, "")
        if cause not in REASON.words:
            raise FieldsRefused({_CAUSE: FieldFault("missing")})
        services = self._services
        # In a correction the moment is that of the step; what was typed there is not read.
        said = {name: text for name, text in typed.items() if name != "time"}

        def made(now: Any) -> Any:
            standing = standing_body(record, corrections_of(services, record))
            return correction_of(services, record, standing, said, cause, now)

        return record_once(services, self._forms, said, made)

    async def undo(self, request: Request) -> Response:
        """POST: the correction that takes everything back."""
        lang = language(request)
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        return await run_in_threadpool(self._undo, request, lang, typed)

    def _undo(self, request: Request, lang: str, typed: Mapping[str, str]) -> Response:
        services = self._services
        record = self._own(request)
        if record is None or record.corrects:
            return html(notice("no-page", lang), 404)

        def made(now: Any) -> Any:
            standing = standing_body(record, corrections_of(services, record))
            refuse_undoing(services, record.type, record.statement.party, standing)
            body = undone(record.type, standing)
            if body == standing:
                raise FormFault("nothing-changed")
            return corrected(record, body, {}, "typing-error", now)

        try:
            self._correctable(record)
            return _led(record_once(services, self._forms, typed, made), lang)
        except Refusal as wrong:
            log.info("undoing %s refused: %s", record.type, wrong.code)
            return self._record_page(request, lang, refusal=wrong)


def _new(form: Form) -> dict[str, Any]:
    """What the template of a form needs for a new record."""
    return {"action": f"/tram/{form.address}", "old": [], "back": "/tram"}


def _key(typed: Mapping[str, str], refusal: Refusal | None) -> str:
    """The form's own key again; a new one when the old one is used up."""
    used = refusal is not None and refusal.code == "sent-before"
    return "" if used else typed.get(FORM_KEY, "")


def _led(done: Recorded, lang: str) -> Response:
    return RedirectResponse(
        at(f"/tram/phieu/{done.entry}", lang, moi="2" if done.before else "1"), 303
    )


def station_page_routes(services: Services) -> list[BaseRoute]:
    """The start page, the forms, and the pages of records."""
    pages = _Pages(services)
    routes: list[BaseRoute] = [Route("/tram", station_only(pages.start))]
    for address in FORMS:
        path = f"/tram/{address}"
        routes.append(Route(path, station_only(pages.show), methods=["GET"]))
        routes.append(Route(path, station_only(pages.record), methods=["POST"]))
    one = "/tram/phieu/{entry}"
    both = station_only(pages.correct)
    return [
        *routes,
        Route(one, station_only(pages.one), methods=["GET"]),
        Route(f"{one}/dinh-chinh", both, methods=["GET", "POST"]),
        Route(f"{one}/hoan-tac", station_only(pages.undo), methods=["POST"]),
    ]
