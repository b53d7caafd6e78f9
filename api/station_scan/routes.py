"""/tram/quet: a scanned or typed code, what it is, and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.table import may
from api.access.viewer import viewer_of
from api.pages.addresses import Leading, at, leading, lot_path
from api.pages.messages_catalogue import Tongue, tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.routes.labels_reading import first_party
from api.routes.negotiation import JSON, chosen_type
from api.routes.replies import html, json_bytes
from api.routes.services import Facts, Services
from api.routes.station_guard import language, read_form, station_only
from api.station_pages.forms import BY_TYPE
from api.station_scan.choices import ICONS, PACK, PRINT, SPOILT, STORY, WORDS, likely_acts
from api.station_scan.meaning import KnownLot, Meaning, Meanings
from api.station_scan.sayings import plain_text, said_of
from ledger.domain.errors import DomainError

PATH = "/tram/quet"
_FIELD = "ma"
_INTO_FORM = {"processed": "in_lot_1", "packed": "in_lot_1", "aggregated": "in_lot_1"}
_LOT = "lot_given"
_RECENT = 30  # newest lots that are looked through for what is usually done with an item


@dataclass(frozen=True, slots=True)
class Choice:
    """One button of the page."""

    address: str
    words: str
    icon: str


class ScanPages:
    """What was scanned, as a page for people and as JSON for the page that heard the scanner."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def show(self, request: Request) -> Response:
        """The page of one code, `?ma=`; without it the field to scan or type into."""
        lang, text = language(request), request.query_params.get(_FIELD, "")
        if not text.strip():
            return html(await run_in_threadpool(self._field, request, lang, "", ""))
        try:
            found = await run_in_threadpool(self._meanings().of, text)
        except DomainError as refusal:
            told = refusal.say(lang)
            return html(await run_in_threadpool(self._field, request, lang, text, told), 422)
        return html(await run_in_threadpool(self._page, request, found, lang))

    async def scanned(self, request: Request) -> Response:
        """A code that was sent: the way to its page, or JSON for whoever asks for that."""
        lang, as_json = language(request), chosen_type(request.headers.get("accept", "")) == JSON
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        text = typed.get(_FIELD, "")
        try:
            found = await run_in_threadpool(self._meanings().of, text)
        except DomainError as refusal:
            told = refusal.say(lang)
            if as_json:
                return _json({"kind": "unread", "tone": "bad", "text": told})
            return html(await run_in_threadpool(self._field, request, lang, text, told), 422)
        where = at(PATH, lang, **{_FIELD: found.scan.text})
        if as_json:
            return _json(await run_in_threadpool(self._answer, found, where, lang))
        return RedirectResponse(where, 303)

    def _meanings(self) -> Meanings:
        return Meanings(self._services, first_party(self._services))

    def _answer(self, found: Meaning, where: str, lang: str) -> dict[str, Any]:
        said, lot = said_of(found, tongue(lang)), found.lot
        return {
            "kind": found.kind,
            "tone": said.tone,
            "text": " ".join((f"{said.title}.", *said.lines)),
            "lot": "" if lot is None else lot.text,
            "code": "" if lot is None else lot.code,
            "item": (lot.item if lot else found.reading.item) or "",
            "serial": found.reading.serial or "",
            "sscc": found.reading.sscc or "",
            "plain": plain_text(found, self._services.settings.base_url),
            "page": where,
        }

    def _page(self, request: Request, found: Meaning, lang: str) -> bytes:
        say, to = tongue(lang), leading(lang)
        party = first_party(self._services)
        choices = []
        if found.lot is not None and found.facts is not None:
            choices = self._choices(request, found, found.lot, found.facts, say, to)
        elif found.kind == "unknown" and found.reading.item and found.reading.lot:
            unknown = KnownLot(found.reading.item, found.reading.lot, "")
            choices = self._form(request, "received", unknown, say, to)
        elif found.kind == "product":
            choices = self._of_product(request, found, party, say, to)
        return render(
            "scan/found.html",
            lang,
            **shell(request.scope, lang),
            said=said_of(found, say),
            choices=choices,
            lots=[(to(PATH, **{_FIELD: lot.text}), lot.name, lot.code) for lot in found.lots],
            kind=found.kind,
            scanned=found.scan.text,
            to=to,
        )

    def _choices(
        self,
        request: Request,
        scanned: Meaning,
        lot: KnownLot,
        facts: Facts,
        say: Tongue,
        to: Leading,
    ) -> list[Choice]:
        found = []
        party = first_party(self._services)
        usual = self._went_into(lot.item, party)
        for kind in likely_acts(facts, party, went_into=usual, label=scanned.state):
            if kind == STORY:
                path = f"/lo/{lot_path(lot.item, lot.code)}"
                found.append(Choice(to(path), say(WORDS[kind]), ICONS[kind]))
            elif kind == PRINT:
                path = to("/tram/in-tem/lo", item=lot.item, lot=lot.code)
                found.append(Choice(path, say(WORDS[kind]), ICONS[kind]))
            elif kind == SPOILT:
                path = to("/tram/in-tem/mot-tem", scan=scanned.reading.serial or "")
                found.append(Choice(path, say(WORDS[kind]), ICONS[kind]))
            else:
                found += self._form(request, kind, lot, say, to)
        return found

    def _form(
        self, request: Request, kind: str, lot: KnownLot, say: Tongue, to: Leading
    ) -> list[Choice]:
        """The button to a recording form with the lot filled in; none where there is no such form."""
        form = BY_TYPE.get(kind)
        roles = viewer_of(request.scope).roles
        if form is None or not may(roles, f"/tram/{form.address}", "GET"):
            return []
        fields = {_INTO_FORM.get(kind, _LOT): lot.text}
        return [Choice(to(f"/tram/{form.address}", **fields), say(WORDS[kind]), ICONS[kind])]

    def _of_product(
        self, request: Request, found: Meaning, party: str, say: Tongue, to: Leading
    ) -> list[Choice]:
        """Whoever scans the number of an own product is about to pack it."""
        item = found.reading.item or ""
        if self._services.views.owner_of(item) != party:
            return []
        made = [
            Choice(
                to("/tram/nhanh", product=item),
                say("Thu hoạch đến tem"),
                "label",
            )
        ]
        form = BY_TYPE.get(PACK)
        if form is not None and may(viewer_of(request.scope).roles, f"/tram/{form.address}", "GET"):
            path = to(f"/tram/{form.address}", product=item)
            made.insert(0, Choice(path, say(WORDS[PACK]), ICONS[PACK]))
        return made

    def _went_into(self, item: str, party: str) -> str:
        """What the newest lot of an item became here: "packed", "processed", or "" for no word."""
        views = self._services.views
        for row in views.lots(party, _RECENT):
            facts = None if row.item != item else views.lot(row.item, row.code)
            for child in [] if facts is None else facts.facts["children"]:
                made = views.lot(child["item"], child["lot"])
                if made is not None:
                    return "packed" if made.facts["kind"] == "packed" else "processed"
        return ""

    def _field(self, request: Request, lang: str, typed: str, fault: str) -> bytes:
        return render(
            "scan/field_page.html",
            lang,
            **shell(request.scope, lang),
            typed=typed,
            fault=fault,
        )


def _json(answer: dict[str, Any]) -> Response:
    return Response(json_bytes(answer), 200, {"cache-control": "no-store"}, JSON)


def scan_routes(services: Services) -> list[BaseRoute]:
    """GET and POST /tram/quet."""
    pages = ScanPages(services)
    return [
        Route(PATH, station_only(pages.show), methods=["GET"]),
        Route(PATH, station_only(pages.scanned), methods=["POST"]),
    ]
