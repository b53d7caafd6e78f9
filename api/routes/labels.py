"""In tem: choose a lot, see the very label that prints, print in the background, watch it."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages.consumer_page import lot_path
from api.pages.notices import notice
from api.pages.rendering import render
from api.routes.replies import html
from api.routes.services import Facts, PrintJob, Services
from api.routes.station_drafts import FormRefused, read_lot
from api.routes.station_guard import language, read_form, station_only
from ledger.domain.digital_link import Leniency, parse_link
from ledger.verify.wording import Refusal
from printers.errors import PrintingError

MOST_LABELS = 100_000
_COUNTS = ("issued", "confirmed", "in_doubt", "void", "waiting")


def first_party(services: Services) -> str:
    """The party that this station records for; "" on a machine without a station key."""
    return next(iter(services.station.own_parties()), "")


def unlabelled(facts: Facts) -> int:
    """Packs of the lot without a label in force; never below 0."""
    labels = facts.get("labels") or {}
    in_force = (labels.get("issued") or 0) - (labels.get("voided") or 0)
    return max((facts.get("packs") or 0) - in_force, 0)


class _LabelPages:
    """The pages of label printing on one station."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def _facts(self, item: str, lot: str) -> Facts | None:
        found = self._services.views.lot(item, lot)
        return None if found is None or found.facts.get("kind") != "packed" else found.facts

    async def choose(self, request: Request) -> Response:
        """The list of packed lots, or the count form of the lot in the query."""
        lang = language(request)
        query = request.query_params
        fault = ""
        item, lot = query.get("item", ""), query.get("lot", "")
        if query.get("scan"):
            try:
                item, lot = read_lot(
                    query["scan"].strip(), self._services, first_party(self._services)
                )
            except Refusal as refusal:
                fault = refusal.say(lang)
        if item and lot:
            facts = self._facts(item, lot)
            if facts is not None:
                return html(self._count_page(facts, str(unlabelled(facts)), "", lang, ""))
            fault = FormRefused("lot-unknown", found=lot).say(lang)
        rows = self._services.views.lots(party=first_party(self._services), limit=100)
        packed = [row for row in rows if row.kind == "packed" and not row.stopped]
        page = render("labels.html", lang, lots=packed, fault=fault, urlencode=urlencode)
        return html(page, 422 if fault else 200)

    def _count_page(self, facts: Facts, count: str, printer: str, lang: str, fault: str) -> bytes:
        where = {"item": facts["item"], "lot": facts["lot"]}
        return render(
            "labels_count.html",
            lang,
            facts=facts,
            count=count,
            chosen=printer,
            printers=list(self._services.labelling.printers()),
            preview=f"/tram/in-tem/xem-truoc.png?{urlencode(where)}",
            fault=fault,
        )

    async def print_labels(self, request: Request) -> Response:
        """Start printing and lead to the page that shows how far it is."""
        lang = language(request)
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        item, lot = typed.get("item", ""), typed.get("lot", "")
        facts = self._facts(item, lot)
        if facts is None:
            return html(notice("unknown-lot", lang), 422)
        text, printer = typed.get("count", ""), typed.get("printer", "")
        digits = text.replace(".", "")
        start = self._services.labelling.start_printing
        try:
            right = digits.isascii() and digits.isdigit() and len(digits) < 9
            if not right or not 0 < int(digits) <= MOST_LABELS:
                raise FormRefused("whole", found=text)
            job = await run_in_threadpool(start, item, lot, int(digits), printer)
        except Refusal as refusal:
            return html(self._count_page(facts, text, printer, lang, refusal.say(lang)), 422)
        return RedirectResponse(f"/tram/in-tem/{job}", 303)

    async def preview(self, request: Request) -> Response:
        """The label as it will print, as PNG."""
        item, lot = (request.query_params.get(name, "") for name in ("item", "lot"))
        draw = self._services.labelling.preview_png
        try:
            png = (
                None if self._facts(item, lot) is None else await run_in_threadpool(draw, item, lot)
            )
        except (Refusal, PrintingError) as refusal:
            detail = refusal.say(language(request))
            return html(notice("no-preview", language(request), detail=detail), 422)
        if png is None:
            return html(notice("unknown-lot", language(request)), 404)
        return Response(png, 200, {"cache-control": "no-store"}, "image/png")

    async def progress(self, request: Request) -> Response:
        """Counts of one print; loads itself again until it is done."""
        job = self._services.labelling.job(request.path_params["job"])
        if job is None:
            return html(notice("no-page", language(request)), 404)
        return self._progress_page(job, language(request), "")

    async def decide(self, request: Request) -> Response:
        """Settle labels in doubt by the last good label that came out, or by "none came out"."""
        lang = language(request)
        job = self._services.labelling.job(request.path_params["job"])
        if job is None:
            return html(notice("no-page", lang), 404)
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        resolve = self._services.labelling.resolve
        try:
            if not typed.get("last_good") and typed.get("none") != "1":
                raise FormRefused("no-last-good")
            last_good = _serial(typed["last_good"]) if typed.get("last_good") else None
            await run_in_threadpool(resolve, job.item, job.lot, last_good)
        except (Refusal, PrintingError) as refusal:
            return self._progress_page(job, lang, refusal.say(lang), 422)
        return RedirectResponse(f"/tram/in-tem/{request.path_params['job']}", 303)

    def _progress_page(self, job: PrintJob, lang: str, fault: str, status: int = 200) -> Response:
        counts = self._services.labelling.status(job.item, job.lot)
        return html(
            render(
                "labels_progress.html",
                lang,
                job=job,
                counts={name: counts.get(name, 0) for name in _COUNTS},
                fault=fault or job.fault(lang),
                lot_path=lot_path(job.item, job.lot),
            ),
            status,
        )


def _serial(scanned: str) -> str:
    """The serial of a scanned label, or what was typed."""
    if scanned[:4].lower() != "http":
        return scanned.upper()
    serial = parse_link(scanned, Leniency(zero_suppressed_gtin=True)).serial
    if serial is None:
        raise FormRefused("no-last-good")
    return serial


def label_routes(services: Services) -> list[BaseRoute]:
    """The routes below /tram/in-tem."""
    pages = _LabelPages(services)
    return [
        Route("/tram/in-tem", station_only(pages.choose), methods=["GET"]),
        Route("/tram/in-tem", station_only(pages.print_labels), methods=["POST"]),
        Route("/tram/in-tem/xem-truoc.png", station_only(pages.preview), methods=["GET"]),
        Route("/tram/in-tem/{job}", station_only(pages.progress), methods=["GET"]),
        Route("/tram/in-tem/{job}", station_only(pages.decide), methods=["POST"]),
    ]
