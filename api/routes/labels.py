"""In tem: choose a lot, see the very label that prints, print in the background, watch it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages.addresses import at
from api.pages.notices import notice
from api.pages.rendering import render
from api.routes.labels_account import account_routes
from api.routes.labels_doubt import doubt_routes
from api.routes.labels_list import LotList
from api.routes.labels_one import one_label_routes
from api.routes.labels_progress import progress_routes
from api.routes.labels_reading import first_party, padded, scanned_lot
from api.routes.labels_refusals import LabelFormRefused
from api.routes.labels_start import start_routes
from api.routes.printer_states import PrinterStates
from api.routes.printers import printer_routes
from api.routes.refusal_status import status_of
from api.routes.replies import html
from api.routes.services import Services, Unfinished
from api.routes.station_guard import language, read_form, station_only
from ledger.verify.wording import Refusal
from printers.errors import PrintingError

__all__ = ["first_party", "label_routes"]


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A print that nobody goes on with and that is not settled; `name` of the goods."""

    job_id: str
    item: str
    lot: str
    name: str
    printer: str
    queued: int
    in_doubt: int


class _ChoosePage:
    """The first page of label printing."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lots = LotList(services)

    async def show(self, request: Request) -> Response:
        """Packed lots, prints under way and left-overs; a scan leads to its lot's count page."""
        lang, query = language(request), request.query_params
        scan = query.get("scan", "").strip()
        if query.get("item") and query.get("lot"):
            where = {"item": padded(query["item"]), "lot": query["lot"]}
            return RedirectResponse(at("/tram/in-tem/lo", lang, **where), 303)
        if not scan:
            return html(await self._page(lang, "", ""))
        try:
            item, lot = await run_in_threadpool(scanned_lot, scan, self._services)
        except Refusal as refusal:
            return html(await self._page(lang, scan, refusal.say(lang)), 422)
        return RedirectResponse(at("/tram/in-tem/lo", lang, item=item, lot=lot), 303)

    async def _page(self, lang: str, scan: str, fault: str) -> bytes:
        services = self._services
        lots = await run_in_threadpool(self._lots.lines, lang)
        unfinished = await run_in_threadpool(services.labelling.unfinished)
        return render(
            "labels.html",
            lang,
            lots=lots,
            left_over=[self._left_over(one) for one in unfinished],
            jobs=[job for job in services.labelling.jobs() if not job.done],
            scan=scan,
            fault=fault,
        )

    async def resume(self, request: Request) -> Response:
        """Print what an earlier process left in its queue."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        try:
            job = await run_in_threadpool(self._resumed, typed.get("job", ""))
        except (Refusal, PrintingError) as refusal:
            return html(await self._page(lang, "", refusal.say(lang)), status_of(refusal))
        return RedirectResponse(at(f"/tram/in-tem/{job}", lang), 303)

    def _resumed(self, job_id: str) -> str:
        labelling = self._services.labelling
        left = next((one for one in labelling.unfinished() if one.job_id == job_id), None)
        if left is None or not left.queued:
            raise LabelFormRefused("left-over-gone")
        if left.in_doubt:
            raise LabelFormRefused("doubt-first", count=left.in_doubt, lot=left.lot)
        return labelling.start_resuming(job_id)

    def _left_over(self, one: Unfinished) -> LeftOver:
        found = self._services.views.lot(one.item, one.lot)
        name = found.facts["name"] if found else one.item
        return LeftOver(one.job_id, one.item, one.lot, name, one.printer, one.queued, one.in_doubt)


def label_routes(services: Services) -> list[BaseRoute]:
    """The routes below /tram/in-tem and /tram/may-in."""
    states = PrinterStates(services)
    page = _ChoosePage(services)
    return [
        Route("/tram/in-tem", station_only(page.show), methods=["GET"]),
        Route("/tram/in-tem/in-not", station_only(page.resume), methods=["POST"]),
        *start_routes(services, states),
        *doubt_routes(services),
        *account_routes(services),
        *one_label_routes(services, states),
        # Last: its last address takes any word below /tram/in-tem.
        *progress_routes(services),
        *printer_routes(services, states),
    ]
