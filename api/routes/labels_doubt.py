"""Which labels came out: by the last good label, by ticking a list, or none at all."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages.addresses import at
from api.pages.notices import notice
from api.pages.rendering import render
from api.routes.labels_missing import no_such_lot, no_such_print
from api.routes.labels_reading import packed_facts, scanned_serial
from api.routes.labels_refusals import LabelFormRefused
from api.routes.labels_sheet import sheet_of_lot
from api.routes.refusal_status import status_of
from api.routes.replies import html
from api.routes.services import Facts, PrintJob, Services
from api.routes.station_guard import language, read_form, station_only
from ledger.verify.wording import Refusal
from printers.errors import PrintingError

MOST_TICKED = 100
"""The longest list to tick (a form has at most 200 fields); a longer one is settled by scanning."""
_OUTCOMES_KEPT = 100
_SERIALS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was settled; `missing` labels of the same print did not come out."""

    item: str
    lot: str
    confirmed: int
    void: tuple[str, ...]
    missing: int
    printer: str
    template: str


class _DoubtPages:
    """The question after a print, and its result."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()
        self._settled = 0

    async def show(self, request: Request) -> Response:
        """The labels in doubt of a lot: a field for the scanner, or the list to tick."""
        query, lang = request.query_params, language(request)
        facts = packed_facts(self._services, query.get("item", ""), query.get("lot", ""))
        if facts is None:
            return no_such_lot(lang)
        return html(await self._page(facts, query.get("cach") == "tich", {}, lang, ""))

    async def _page(
        self, facts: Facts, ticking: bool, typed: Mapping[str, str], lang: str, fault: str
    ) -> bytes:
        where = {"item": facts["item"], "lot": facts["lot"]}
        doubted = await run_in_threadpool(self._services.labelling.doubted, *where.values())
        sheet = await run_in_threadpool(sheet_of_lot, self._services, *where.values())
        return render(
            "labels_doubt.html",
            lang,
            sheet=sheet if doubted else None,
            facts=facts,
            where=where,
            doubted=len(doubted),
            ticking=ticking,
            listed=list(doubted) if ticking and len(doubted) <= MOST_TICKED else [],
            most=MOST_TICKED,
            list_digest=digest_of(doubted),
            ticked=set(_ticked(typed)),
            typed=typed.get("last_good", ""),
            fault=fault,
        )

    async def settle(self, request: Request) -> Response:
        """Take the answer to the ledger and lead to the page that says what came of it."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        facts = packed_facts(self._services, typed.get("item", ""), typed.get("lot", ""))
        if facts is None:
            return no_such_lot(lang, 422)
        ticking = "list" in typed
        try:
            outcome = await run_in_threadpool(self._settle, facts["item"], facts["lot"], typed)
        except (Refusal, PrintingError) as refusal:
            page = await self._page(facts, ticking, typed, lang, refusal.say(lang))
            return html(page, status_of(refusal))
        self._settled += 1
        key = str(self._settled)
        self._outcomes[key] = outcome
        while len(self._outcomes) > _OUTCOMES_KEPT:
            self._outcomes.popitem(last=False)
        return RedirectResponse(at(f"/tram/in-tem/ket-qua/{key}", lang), 303)

    def _settle(self, item: str, lot: str, typed: Mapping[str, str]) -> Outcome:
        labelling = self._services.labelling
        doubted = labelling.doubted(item, lot)
        if not doubted:
            raise LabelFormRefused("nothing-doubted", lot=lot)
        if typed.get("none") == "1":
            confirmed, void = labelling.resolve(item, lot, None)
        elif "list" in typed:
            if typed["list"] != digest_of(doubted):
                raise LabelFormRefused("list-changed")
            good = [serial for serial in _ticked(typed) if serial in set(doubted)]
            if not good:
                raise LabelFormRefused("none-ticked")
            confirmed, void = labelling.resolve_listed(item, lot, good)
        elif typed.get("last_good"):
            last = scanned_serial(typed["last_good"], lot, self._services)
            confirmed, void = labelling.resolve(item, lot, last)
        else:
            raise LabelFormRefused("no-last-good")
        job = self._last_job(item, lot)
        unsent = max(job.count - _left_the_queue(job), 0) if job is not None and job.done else 0
        return Outcome(
            item,
            lot,
            len(confirmed),
            tuple(void),
            len(void) + unsent,
            "" if job is None else job.printer,
            "" if job is None else job.template,
        )

    def _last_job(self, item: str, lot: str) -> PrintJob | None:
        jobs = self._services.labelling.jobs()
        return next((one for one in jobs if (one.item, one.lot) == (item, lot)), None)

    async def result(self, request: Request) -> Response:
        """What was confirmed and void, and the offer to print what is missing."""
        lang = language(request)
        outcome = self._outcomes.get(request.path_params["key"])
        if outcome is None:
            return no_such_print(lang)
        where = outcome.item, outcome.lot
        account = await run_in_threadpool(self._services.labelling.status, *where)
        facts = packed_facts(self._services, *where)
        unfinished = await run_in_threadpool(self._services.labelling.unfinished)
        return html(
            render(
                "labels_outcome.html",
                lang,
                outcome=outcome,
                queued=[one for one in unfinished if (one.item, one.lot) == where and one.queued],
                shown=outcome.void[:_SERIALS_SHOWN],
                account=account,
                goods=facts["name"] if facts else outcome.item,
            )
        )


def digest_of(serials: Sequence[str]) -> str:
    """Tells whether a list is still the one that was shown; not a secret."""
    return hashlib.sha256("\n".join(serials).encode()).hexdigest()[:16]


def _ticked(typed: Mapping[str, str]) -> list[str]:
    return [name.removeprefix("good_") for name in typed if name.startswith("good_")]


def _left_the_queue(job: PrintJob) -> int:
    return sum(job.progress.get(state, 0) for state in ("confirmed", "in_doubt", "void", "sent"))


def doubt_routes(services: Services) -> list[BaseRoute]:
    """/tram/in-tem/chua-ro and its results."""
    pages = _DoubtPages(services)
    return [
        Route("/tram/in-tem/chua-ro", station_only(pages.show), methods=["GET"]),
        Route("/tram/in-tem/chua-ro", station_only(pages.settle), methods=["POST"]),
        Route("/tram/in-tem/ket-qua/{key}", station_only(pages.result), methods=["GET"]),
    ]
