"""A print under way: how far it is, what the printer waits for, and stopping it."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages.addresses import at, lot_path
from api.pages.notices import notice
from api.pages.print_progress import ProgressView, view_of
from api.pages.rendering import render
from api.routes.labels_missing import no_such_print
from api.routes.labels_pace import Pace
from api.routes.labels_reading import packed_facts
from api.routes.labels_sheet import sheet_of_job
from api.routes.refusal_status import status_of
from api.routes.replies import html, json_bytes, problem
from api.routes.services import PrintJob, Services
from api.routes.station_guard import language, read_form, station_only
from ledger.verify.wording import Refusal
from printers.errors import PrintingError

ACCOUNT = ("issued", "confirmed", "in_doubt", "void", "waiting")


class _ProgressPages:
    """What one print shows until it has ended."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._pace = Pace()

    def _job(self, request: Request) -> PrintJob | None:
        return self._services.labelling.job(request.path_params["job"])

    def _view(self, job: PrintJob, lang: str) -> ProgressView:
        seen = job.progress
        out = sum(seen.get(state, 0) for state in ("sent", "confirmed", "in_doubt"))
        rate = None if job.done else self._pace.rate(job.name, out)
        return view_of(job, rate, lang, on_sheet=sheet_of_job(job) is not None)

    async def show(self, request: Request) -> Response:
        """How far a print is; loads itself again until it is done, also without JavaScript."""
        job, lang = self._job(request), language(request)
        if job is None:
            return no_such_print(lang)
        return await self._page(job, lang, "")

    async def _page(self, job: PrintJob, lang: str, fault: str, status: int = 200) -> Response:
        account = None
        if job.done:
            account = await run_in_threadpool(self._services.labelling.status, job.item, job.lot)
        doubted = account.get("in_doubt", 0) if account else 0
        facts = packed_facts(self._services, job.item, job.lot)
        page = render(
            "labels_progress.html",
            lang,
            job=job,
            goods=facts["name"] if facts else job.item,
            view=self._view(job, lang),
            settled=bool(account) and bool(job.progress.get("in_doubt")) and not doubted,
            account={name: account.get(name, 0) for name in ACCOUNT} if account else None,
            fault=fault,
            sheet=sheet_of_job(job) if doubted else None,
            lot_path=lot_path(job.item, job.lot),
        )
        return html(page, status)

    async def figures(self, request: Request) -> Response:
        """The same as JSON, for the page's module."""
        job = self._job(request)
        if job is None:
            return problem(404, "no-job", "There is no such print in this process.")
        body = json_bytes(self._view(job, language(request)).json())
        return Response(body, 200, {"cache-control": "no-store"}, "application/json")

    async def cancel(self, request: Request) -> Response:
        """Stop a print: what has not left goes back to waiting."""
        job, lang = self._job(request), language(request)
        if job is None:
            return no_such_print(lang)
        if await read_form(request) is None:
            return html(notice("too-large", lang), 422)
        try:
            await run_in_threadpool(self._services.labelling.cancel, job.name)
        except (Refusal, PrintingError) as refusal:
            return await self._page(job, lang, refusal.say(lang), status_of(refusal))
        return RedirectResponse(at(f"/tram/in-tem/{job.name}", lang), 303)


def progress_routes(services: Services) -> list[BaseRoute]:
    """One print below /tram/in-tem/{job}."""
    pages = _ProgressPages(services)
    return [
        Route("/tram/in-tem/{job}/tien-do.json", station_only(pages.figures), methods=["GET"]),
        Route("/tram/in-tem/{job}/dung", station_only(pages.cancel), methods=["POST"]),
        Route("/tram/in-tem/{job}", station_only(pages.show), methods=["GET"]),
    ]
