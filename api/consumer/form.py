"""/phan-anh/01/{gtin}/10/{lot}[/21/{serial}]: whoever has scanned a label says what is wrong with it.

Works without JavaScript, for labels that lead nowhere, too: those are the ones worth hearing of.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.errors import SideAway
from api.access.gate import Gate
from api.access.limits import asker, is_own_machine
from api.consumer.errors import ReportRefused
from api.consumer.label_pages import label_page
from api.consumer.lot_page import contact_of
from api.consumer.phones import Phones
from api.consumer.reports import (
    CONTACT_DAYS,
    KEPT_DAYS,
    LONGEST_CONTACT,
    LONGEST_TEXT,
    About,
    Reports,
    Said,
    checked,
)
from api.consumer.words import KIND_WORDS
from api.pages.addresses import at, label_path
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.routes.link_path import LabelPath, read_label_path
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, read_form
from api.scans.places import Peers
from ledger.domain.errors import DomainError

ROOT: Final = "/phan-anh"
_ONCE: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_NUMBER: Final = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
# Texts come from anywhere: odd spaces become plain ones, what no keyboard types is taken out.
_SPACES: Final = re.compile(r"[^\S\n]")
_UNTYPED: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")
_STATUS: Final = {"reports-enough": 429, "reports-too-quick": 429, "side-away": 503}
# Which field a refusal is about.
_FIELDS: Final = {
    "kind-unchosen": "kind",
    "text-too-long": "said",
    "text-missing": "said",
    "contact-too-long": "contact",
}


class ReportForm:
    """The form, and the thanks after it."""

    def __init__(
        self, services: Services, gate: Gate, peers: Peers, reports: Reports, phones: Phones
    ) -> None:
        self._services = services
        self._limits = gate.limits
        self._peers = peers
        self._reports = reports
        self._phones = phones

    async def show(self, request: Request) -> Response:
        """The empty form of one label; with `?so=` the thanks for the report of that number."""
        lang = language(request)
        path = _path_of(request)
        if isinstance(path, DomainError):
            return html(label_page("not-a-label", lang, detail=path.say(lang)), 404)
        number = request.query_params.get("so", "")
        written = _NUMBER.fullmatch(number) is not None
        if written and await run_in_threadpool(self._reports.has, number):
            return html(self._thanks(path, lang, number))
        return html(self._page(path, lang, Said(secrets.token_urlsafe(16), "", "")))

    async def take(self, request: Request) -> Response:
        """Keep what was written; on a refusal all of it stays in the form."""
        lang = language(request)
        path = _path_of(request)
        if isinstance(path, DomainError):
            return html(label_page("not-a-label", lang, detail=path.say(lang)), 404)
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", lang), 422)
        said = _said(typed)
        try:
            checked(said)
            self._hold_back(request)
            number = await run_in_threadpool(self._reports.add, self._about(path), said)
        except (ReportRefused, SideAway) as refusal:
            page = self._page(path, lang, said, refusal.say(lang), _FIELDS.get(refusal.code, ""))
            return html(page, _STATUS.get(refusal.code, 422))
        where = at(_address(path), lang)
        return RedirectResponse(f"{where}{'&' if '?' in where else '?'}so={number}", 303)

    def _hold_back(self, request: Request) -> None:
        """Count one report of an address. Raises ReportRefused (`reports-too-quick`)."""
        sender = self._peers.sender(request.scope)
        if is_own_machine(sender):
            return
        for kind in ("report", "report-day"):
            wait = self._limits.take(kind, asker(sender))
            if wait is not None:
                raise ReportRefused("reports-too-quick", seconds=int(wait) + 1)

    def _about(self, path: LabelPath) -> About:
        party = self._services.views.owner_of(path.gtin14) or ""
        serial = "".join(one for one in path.serial or "" if one.isprintable())
        return About(path.gtin14, path.lot, serial, party)

    def _page(
        self, path: LabelPath, lang: str, said: Said, fault: str = "", field: str = ""
    ) -> bytes:
        say = tongue(lang)
        name, party = self._known(path)
        return render(
            "consumer/report.html",
            lang,
            path=path,
            product=name,
            party=party,
            back=at(label_path(path.gtin14, path.lot, path.serial), lang),
            action=at(_address(path), lang),
            kinds=[(code, say(word), code == said.kind) for code, word in KIND_WORDS.items()],
            said=said,
            longest_text=LONGEST_TEXT,
            longest_contact=LONGEST_CONTACT,
            kept_days=KEPT_DAYS,
            contact_days=CONTACT_DAYS,
            fault=fault,
            field=field,
        )

    def _thanks(self, path: LabelPath, lang: str, number: str) -> bytes:
        owner = self._services.views.owner_of(path.gtin14)
        body = self._services.views.registry.parties.get(owner or "", {})
        return render(
            "consumer/thanks.html",
            lang,
            number=number,
            back=at(label_path(path.gtin14, path.lot, path.serial), lang),
            contact=contact_of(body, self._phones.of(owner or "")),
        )

    def _known(self, path: LabelPath) -> tuple[str, str]:
        """Names of the product and of whose it is, "" where they are not registered here."""
        registry = self._services.views.registry
        product = registry.products.get(path.gtin14)
        if product is None:
            return "", ""
        party, body = product
        return str(body["name"]), str(registry.parties.get(party, {}).get("name", party))


def _path_of(request: Request) -> LabelPath | DomainError:
    """The label that the address names, or why it names none."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    try:
        return read_label_path(raw.partition(b"?")[0].removeprefix(ROOT.encode()))
    except DomainError as refusal:
        return refusal


def _address(path: LabelPath) -> str:
    return ROOT + label_path(path.gtin14, path.lot, path.serial)


def _said(typed: dict[str, str]) -> Said:
    once = typed.get("once", "")
    if not _ONCE.fullmatch(once):
        once = secrets.token_urlsafe(16)
    # Browsers send line breaks as two characters, but count them as one.
    text = _typed(typed.get("said", "").replace("\r\n", "\n"))
    contact = " ".join(_typed(typed.get("contact", "")).split())
    return Said(once, typed.get("kind", ""), text, contact, typed.get("only") == "1")


def _typed(text: str) -> str:
    return _UNTYPED.sub("", _SPACES.sub(" ", text)).strip()


def form_routes(form: ReportForm) -> list[BaseRoute]:
    """GET and POST of the form."""
    return [
        Route(f"{ROOT}/{{rest:path}}", form.show, methods=["GET"]),
        Route(f"{ROOT}/{{rest:path}}", form.take, methods=["POST"]),
    ]
