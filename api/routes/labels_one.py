"""One label: scan it, see what is known of it, void it or print it again, each with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages.addresses import at
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.words import REASONS, worded
from api.routes.labels_reading import packed_facts, scanned_label
from api.routes.labels_refusals import LabelFormRefused
from api.routes.printer_states import PrinterStates
from api.routes.refusal_status import status_of
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, read_form, station_only
from ledger.verify.wording import Refusal
from printers.errors import PrintingError

VOID_REASONS = ("damaged", "wrong-label", "lost", "typing-error", "other")
REPRINT_REASONS = ("damaged", "lost", "customer-request", "other")
_DONE = ("huy", "in-lai")


@dataclass(frozen=True, slots=True)
class OneLabel:
    """A label that was issued here, and its state in the account."""

    item: str
    lot: str
    name: str
    serial: str
    state: str


class _OneLabelPages:
    """The page of one label and the two acts on it."""

    def __init__(self, services: Services, states: PrinterStates) -> None:
        self._services = services
        self._states = states

    def _found(self, scan: str) -> OneLabel:
        item, lot, serial = scanned_label(scan, self._services)
        state = self._services.labelling.states(item, lot).get(serial)
        facts = packed_facts(self._services, item, lot)
        if state is None or facts is None:
            raise LabelFormRefused("serial-nowhere", found=serial)
        return OneLabel(item, lot, facts["name"], serial, state)

    async def show(self, request: Request) -> Response:
        """A field for the scanner; once scanned, the label and what can be done to it."""
        lang, query = language(request), request.query_params
        scan = query.get("scan", "").strip()
        done = query.get("xong", "")
        if not scan:
            return html(await self._page(None, {}, lang, ""))
        try:
            label = await run_in_threadpool(self._found, scan)
        except Refusal as refusal:
            return html(await self._page(None, {"scan": scan}, lang, refusal.say(lang)), 422)
        return html(await self._page(label, {}, lang, "", done if done in _DONE else ""))

    async def _page(
        self,
        label: OneLabel | None,
        typed: Mapping[str, str],
        lang: str,
        fault: str,
        done: str = "",
    ) -> bytes:
        say = tongue(lang)
        jobs = self._services.labelling.jobs()
        states = await self._states.all(lang) if label and label.state == "confirmed" else {}
        return render(
            "labels_one.html",
            lang,
            label=label,
            scan=typed.get("scan", ""),
            done=done,
            fault=fault,
            reason=typed.get("reason", ""),
            void_reasons=[(code, worded(REASONS, code, say)) for code in VOID_REASONS],
            reprint_reasons=[(code, worded(REASONS, code, say)) for code in REPRINT_REASONS],
            printers=list(states.items()),
            templates=list(self._services.labelling.templates()),
            template=typed.get("template", next((one.template for one in jobs), "")),
            printer=typed.get("printer", next((one.printer for one in jobs), "")),
        )

    async def act(self, request: Request) -> Response:
        """Void or reprint; the ledger takes the reason."""
        lang, typed = language(request), await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        label: OneLabel | None = None
        try:
            label = await run_in_threadpool(self._found, typed.get("serial", ""))
            done = await run_in_threadpool(self._acted, label, typed)
        except (Refusal, PrintingError) as refusal:
            if label is not None:
                # What failed may have changed the label: a copy that left is in doubt.
                label = await run_in_threadpool(self._found, label.serial)
            return html(await self._page(label, typed, lang, refusal.say(lang)), status_of(refusal))
        target = at("/tram/in-tem/mot-tem", lang, scan=label.serial, xong=done)
        return RedirectResponse(target, 303)

    def _acted(self, label: OneLabel, typed: Mapping[str, str]) -> str:
        labelling, reason = self._services.labelling, typed.get("reason", "")
        where = label.item, label.lot
        if typed.get("act") == "in-lai":
            if reason not in REPRINT_REASONS:
                raise LabelFormRefused("no-reason")
            if not typed.get("printer"):
                raise LabelFormRefused("no-printer")
            template = typed.get("template", "")
            if template not in labelling.templates():
                raise LabelFormRefused("template-unknown", found=template)
            outcome = labelling.reprint(*where, label.serial, reason, typed["printer"], template)
            if outcome.error is not None:
                raise outcome.error
            return "in-lai"
        if reason not in VOID_REASONS:
            raise LabelFormRefused("no-reason")
        labelling.void(*where, [label.serial], reason)
        return "huy"


def one_label_routes(services: Services, states: PrinterStates) -> list[BaseRoute]:
    """/tram/in-tem/mot-tem."""
    pages = _OneLabelPages(services, states)
    return [
        Route("/tram/in-tem/mot-tem", station_only(pages.show), methods=["GET"]),
        Route("/tram/in-tem/mot-tem", station_only(pages.act), methods=["POST"]),
    ]
