"""/tram/nhanh: harvest, packing and labels on one screen, the print on the next."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages.addresses import at
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.shell import shell
from api.routes.labels_reading import first_party
from api.routes.refusal_status import status_of
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, read_form, station_only
from api.station_pages.form_page import FormPage
from api.station_pages.forms import BY_TYPE
from api.station_pages.once import SentForms
from api.station_pages.prefill import start_of
from api.station_pages.recording import FORM_KEY
from api.station_quick.form import ADDRESS, FORM
from api.station_quick.running import Done, run
from ledger.verify.wording import Refusal

log = logging.getLogger(__name__)
PATH = f"/tram/{ADDRESS}"
_SELDOM = tuple(one.name for one in FORM.fields() if one.seldom)


class QuickPages:
    """The form, and what becomes of it. Whatever reads or writes runs in a worker thread."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._forms = SentForms(services.folder)

    async def show(self, request: Request) -> Response:
        """The form as the last harvest and the last packing were; the address fills in more."""

        def made() -> bytes:
            return self._page(request, self._start(request.query_params))

        return html(await run_in_threadpool(made))

    async def record(self, request: Request) -> Response:
        """Record, begin to print, and lead to the print."""
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", language(request)), 422)
        return await run_in_threadpool(self._recorded, request, typed)

    def _recorded(self, request: Request, typed: dict[str, str]) -> Response:
        lang, services = language(request), self._services
        try:
            done = run(services, self._forms, first_party(services), typed)
        except Refusal as refusal:
            log.info("quick form refused: %s", refusal.code)
            used = refusal.code == "sent-before"
            again = {**typed, FORM_KEY: ""} if used else typed
            return html(self._page(request, again, refusal), status_of(refusal))
        if done.job:
            return RedirectResponse(at(f"/tram/in-tem/{done.job}", lang), 303)
        if done.packed is None:
            return html(self._half(request, typed, done), 422)
        # Everything is on record; what keeps labels from printing stands on the page of the lot.
        item, lot = done.packed
        fields = {"item": item, "lot": lot, "count": typed.get("count", "")}
        return RedirectResponse(at("/tram/in-tem/lo", lang, **fields), 303)

    def _half(self, request: Request, typed: dict[str, str], done: Done) -> bytes:
        """The form again after the harvest alone was recorded: the rest goes on from its lot."""
        lot = " ".join(done.harvested or ())
        refusal = done.refusal if isinstance(done.refusal, Refusal) else None
        rest = {**typed, "in_lot_1": lot}
        code = done.harvested[1] if done.harvested else ""
        return self._page(request, rest, refusal, harvested=code)

    def _start(self, query: Mapping[str, str]) -> dict[str, str]:
        services, party = self._services, first_party(self._services)
        harvest = start_of(services, party, BY_TYPE["harvested"], {})
        packing = start_of(services, party, BY_TYPE["packed"], {})
        found = {
            "item": harvest.get("item", ""),
            "site": harvest.get("site", ""),
            "product": packing.get("product", ""),
            "pack_site": packing.get("site", ""),
        }
        named = {one.name for one in FORM.fields()}
        asked = {name: text.strip()[:400] for name, text in query.items() if name in named}
        return {**self._only_ones(), **{k: v for k, v in found.items() if v}, **asked}

    def _only_ones(self) -> dict[str, str]:
        """What there is only one of need not be chosen, also before the first record."""
        views, party = self._services.views, first_party(self._services)
        own = [str(p["gtin"]) for p in views.products() if p["party"] == party]
        items = [f"{party}/{one['code']}" for one in views.items(party)]
        sites = [str(one["code"]) for one in views.sites(party)]
        known = {"product": own, "item": items, "site": sites, "pack_site": sites}
        return {name: only[0] for name, only in known.items() if len(only) == 1}

    def _page(
        self,
        request: Request,
        typed: Mapping[str, str],
        refusal: Refusal | None = None,
        *,
        harvested: str = "",
    ) -> bytes:
        services, lang = self._services, language(request)
        page = FormPage(
            services, first_party(services), FORM, lang, typed, refusal, typed.get(FORM_KEY, "")
        )
        printers = [one.name for one in services.printers.all()]
        templates = list(services.labelling.templates())
        last = next(iter(services.labelling.jobs()), None)
        usual = (typed.get("printer", ""), last.printer if last else "", *printers)
        say = tongue(lang)
        return page.html(
            "scan/quick.html",
            printers=printers,
            printer=next((one for one in usual if one in printers), ""),
            templates=templates,
            chosen=typed.get("template", ""),
            harvested=say("Đã ghi thu hoạch lô {lot}.", lot=harvested) if harvested else "",
            seldom_open=any(not typed.get(one) or one in page.faults for one in _SELDOM),
            **shell(request.scope, lang),
        )


def quick_routes(services: Services) -> list[BaseRoute]:
    """GET and POST /tram/nhanh."""
    pages = QuickPages(services)
    return [
        Route(PATH, station_only(pages.show), methods=["GET"]),
        Route(PATH, station_only(pages.record), methods=["POST"]),
    ]
