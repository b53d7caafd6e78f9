"""How many labels, which template, which printer; then printing starts."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.labels.check import require_lawful
from api.labels.preferred import PreferredTemplates
from api.pages.addresses import at, lot_path
from api.pages.notices import notice
from api.pages.rendering import render
from api.routes.labels_choices import (
    PrinterChoice,
    TemplateChoice,
    dots_wide,
    require_fit,
    shared_faults,
    templates_for,
)
from api.routes.labels_list import printable, unprinted, why_stopped
from api.routes.labels_missing import no_such_lot
from api.routes.labels_reading import MOST_LABELS, packed_facts, read_count
from api.routes.labels_refusals import LabelFormRefused
from api.routes.printer_states import PrinterStates
from api.routes.refusal_status import status_of
from api.routes.replies import html
from api.routes.services import Facts, Services
from api.routes.station_guard import language, read_form, station_only
from ledger.verify.wording import Refusal
from printers.bitmap import DOTS_PER_MM
from printers.errors import PrintingError


class _StartPages:
    """The count page of one lot, its pictures, and the start of a print."""

    def __init__(self, services: Services, states: PrinterStates) -> None:
        self._services = services
        self._states = states

    async def show(self, request: Request) -> Response:
        """The count page; `count`, `printer` and `template` in the query are filled in."""
        lang, query = language(request), request.query_params
        facts = packed_facts(self._services, query.get("item", ""), query.get("lot", ""))
        if facts is None:
            return no_such_lot(lang)
        return html(await self._page(facts, query, lang, ""))

    async def _page(self, facts: Facts, typed: Mapping[str, str], lang: str, fault: str) -> bytes:
        services, where = self._services, (facts["item"], facts["lot"])
        if facts["stopped"]:
            return _stopped_page(facts, lang)
        templates = await run_in_threadpool(templates_for, services, *where, lang)
        states = await self._states.all(lang)
        printers = [
            PrinterChoice(one.name, dots_wide(one) // DOTS_PER_MM, states[one.name])
            for one in services.printers.all()
            if one.name in states
        ]
        errors, warnings = shared_faults(templates)
        account = await run_in_threadpool(services.labelling.status, *where)
        most = min(printable(facts, account), MOST_LABELS)
        return render(
            "labels_count.html",
            lang,
            facts=facts,
            left=unprinted(facts, account),
            account=account,
            count=typed.get("count", str(most) if most else ""),
            templates=templates,
            template=self._usual_template(typed.get("template", ""), facts["item"], templates),
            printers=printers,
            printer=self._usual_printer(typed.get("printer", ""), printers),
            errors=errors,
            warnings=warnings,
            rules=next((one.rules for one in templates if one.rules), ""),
            fault=fault,
        )

    def _usual_printer(self, typed: str, choices: list[PrinterChoice]) -> str:
        """The one typed, else that of the last print, else the first not known to be in trouble."""
        known = [one.name for one in choices]
        able = [one.name for one in choices if one.state.tone != "bad"]
        last = next((job.printer for job in self._services.labelling.jobs()), "")
        return next((one for one in (typed, last, *able, *known) if one in known), "")

    def _usual_template(self, typed: str, gtin14: str, choices: list[TemplateChoice]) -> str:
        """The one typed, else the one chosen for the product, else that of the last print."""
        usable = [one.name for one in choices if one.usable]
        chosen = PreferredTemplates(self._services.folder).of(gtin14)
        last = next((job.template for job in self._services.labelling.jobs()), "")
        return next((one for one in (typed, chosen, last, *usable) if one in usable), "")

    async def start(self, request: Request) -> Response:
        """Start printing and lead to the page that shows how far it is."""
        lang = language(request)
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        facts = packed_facts(self._services, typed.get("item", ""), typed.get("lot", ""))
        if facts is None:
            return no_such_lot(lang, 422)
        try:
            job = await run_in_threadpool(self._started, facts, typed)
        except (Refusal, PrintingError) as refusal:
            return html(await self._page(facts, typed, lang, refusal.say(lang)), status_of(refusal))
        return RedirectResponse(at(f"/tram/in-tem/{job}", lang), 303)

    def _started(self, facts: Facts, typed: Mapping[str, str]) -> str:
        count = read_count(typed.get("count", ""))
        return start_print(
            self._services, facts, count, typed.get("printer", ""), typed.get("template", "")
        )

    async def preview(self, request: Request) -> Response:
        """The label as it will print, as PNG: one dot of paper is one pixel."""
        lang, query = language(request), request.query_params
        item, lot = query.get("item", ""), query.get("lot", "")
        facts = packed_facts(self._services, item, lot)
        if facts is None:
            return no_such_lot(lang)
        item = facts["item"]
        labelling = self._services.labelling
        try:
            known = list(labelling.templates())
            template = query.get("template", known[0])
            if template not in known:
                raise LabelFormRefused("template-unknown", found=template)
            png = await run_in_threadpool(labelling.preview_png, item, lot, template)
        except (Refusal, PrintingError) as refusal:
            return html(notice("no-preview", lang, detail=refusal.say(lang)), 422)
        return Response(png, 200, {"cache-control": "no-store"}, "image/png")


def start_print(services: Services, facts: Facts, count: int, printer: str, template: str) -> str:
    """Begin to print labels of a packed lot; the job's name.

    Raises:
        LabelFormRefused: no printer, an unknown template, labels in doubt, more than there are packs.
        Refusal, PrintingError: the label is not lawful, or does not fit the printer.
    """
    labelling, where = services.labelling, (facts["item"], facts["lot"])
    if not printer:
        raise LabelFormRefused("no-printer")
    if not template or template not in labelling.templates():
        raise LabelFormRefused("template-unknown", found=template)
    account = labelling.status(*where)
    if account["in_doubt"]:
        raise LabelFormRefused("doubt-first", count=account["in_doubt"], lot=facts["lot"])
    most = printable(facts, account)
    if count > most:
        raise LabelFormRefused(
            "too-many", found=count, most=most, packs=facts["packs"], lot=facts["lot"]
        )
    require_lawful(labelling.check(*where, template))
    require_fit(services.printers.get(printer), labelling.desk.templates.get(template))
    return labelling.start_printing(*where, count, printer, template)


def _stopped_page(facts: Facts, lang: str) -> bytes:
    return render(
        "labels_stopped.html",
        lang,
        facts=facts,
        stopped=facts["stopped"]["type"],
        why=why_stopped(facts, lang),
        lot_path=lot_path(facts["item"], facts["lot"]),
    )


def start_routes(services: Services, states: PrinterStates) -> list[BaseRoute]:
    """Count page, pictures, and POST /tram/in-tem."""
    pages = _StartPages(services, states)
    return [
        Route("/tram/in-tem", station_only(pages.start), methods=["POST"]),
        Route("/tram/in-tem/lo", station_only(pages.show), methods=["GET"]),
        Route("/tram/in-tem/xem-truoc.png", station_only(pages.preview), methods=["GET"]),
    ]
