"""/quan-ly/mau-tem: which template each product's labels usually have, with its picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.access.viewer import viewer_of
from api.labels.fields import sample_label
from api.labels.preferred import PreferredTemplates
from api.pages.addresses import at
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.registers.errors import RegisterRefused
from api.registers.whose import chosen_party, parties_for
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language, read_form
from ledger.verify.wording import Refusal
from printers.design.render import render as draw
from printers.errors import PrintingError

PAGE = "/quan-ly/mau-tem"
_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """One product, its usual template or "", and why that can no longer be used."""

    gtin: str
    name: str
    template: str
    known: bool


class LabelChoicePages:
    """The page, its pictures, and the choice."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._preferred = PreferredTemplates(services.folder)

    def _party(self, request: Request, asked: str) -> tuple[str | None, list[tuple[str, str]]]:
        parties = parties_for(self._services, viewer_of(request.scope))
        return chosen_party(parties, asked), parties

    def _templates(self) -> Iterator[str]:
        """Names of the templates for packs; those of cartons are chosen with the carton."""
        labelling = self._services.labelling
        for name in labelling.templates():
            try:
                if "sscc" not in labelling.desk.templates.get(name).fields:
                    yield name
            except PrintingError:  # a file of the folder that is no good template
                continue

    async def show(self, request: Request) -> Response:
        """Every product of the party with its template."""
        return await run_in_threadpool(self._page, request, request.query_params.get("co-so", ""))

    def _page(
        self, request: Request, asked: str, fault: Refusal | None = None, about: str = ""
    ) -> Response:
        lang = language(request)
        party, parties = self._party(request, asked)
        if party is None and parties:
            return html(notice("not-yours", lang, link="/quan-ly"), 403)
        names, chosen = list(self._templates()), self._preferred.all()
        number = request.query_params.get("trang", "1")
        products = [
            Choice(
                *(str(one["gtin"]), str(one["name"])),
                template=chosen.get(str(one["gtin"]), ""),
                known=chosen.get(str(one["gtin"]), "") in {"", *names},
            )
            for one in self._services.views.products()
            if one["party"] == party
        ]
        products.sort(key=lambda one: one.name)
        pages = max(-(-len(products) // _A_PAGE), 1)
        at = min(int(number), pages) if number.isdecimal() and len(number) < 5 else 1
        at = max(at, 1)
        page = render(
            "registers/label_choice.html",
            lang,
            **shell(request.scope, lang),
            party=party or "",
            party_name=dict(parties).get(party or "", ""),
            parties=parties,
            root=PAGE,
            products=products[(at - 1) * _A_PAGE : at * _A_PAGE],
            page=at,
            pages=pages,
            templates=names,
            fault="" if fault is None else fault.say(lang),
            about=about,
            done=request.query_params.get("xong", ""),
        )
        return html(page, 200 if fault is None else 422)

    async def choose(self, request: Request) -> Response:
        """Keep the choice for one product."""
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", language(request)), 422)
        return await run_in_threadpool(self._choose, request, typed)

    def _choose(self, request: Request, typed: dict[str, str]) -> Response:
        lang, gtin, name = language(request), typed.get("ma", ""), typed.get("template", "")
        party, _ = self._party(request, typed.get("co-so", ""))
        if party is None or self._services.views.owner_of(gtin) != party or "/" in gtin:
            return html(notice("not-yours", lang, link="/quan-ly"), 403)
        if name and name not in self._templates():
            refused = RegisterRefused("register-template", found=name)
            return self._page(request, party, refused, gtin)
        self._preferred.choose(gtin, name)
        return RedirectResponse(at(PAGE, lang, **{"co-so": party, "xong": gtin}), 303)

    async def picture(self, request: Request) -> Response:
        """A template as it prints: of the product's newest lot, else with the longest words."""
        return await run_in_threadpool(self._picture, request)

    def _picture(self, request: Request) -> Response:
        query = request.query_params
        name, gtin = query.get("mau", ""), query.get("ma", "")
        party, _ = self._party(request, query.get("co-so", ""))
        if name not in self._templates() or party is None:
            return html(notice("no-preview", language(request)), 404)
        png = self._of_lot(party, gtin, name)
        if png is None:
            shape = self._services.labelling.desk.templates.get(name)
            png = draw(shape, sample_label(shape)).png()
        return Response(png, 200, {"cache-control": "no-store"}, "image/png")

    def _of_lot(self, party: str, gtin: str, name: str) -> bytes | None:
        for row in self._services.views.lots(party, 200):
            if row.item == gtin and row.kind == "packed":
                try:
                    return self._services.labelling.preview_png(gtin, row.code, name)
                except (Refusal, PrintingError):
                    return None
        return None


def label_choice_routes(services: Services) -> list[BaseRoute]:
    """The choice of templates."""
    pages = LabelChoicePages(services)
    return [
        Route(PAGE, pages.show, methods=["GET"]),
        Route(PAGE, pages.choose, methods=["POST"]),
        Route(f"{PAGE}/xem.png", pages.picture, methods=["GET"]),
    ]
