"""/kiem-tra/lo/.../doi-chieu: the inspector types what a paper says; differences are marked."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.inspector.addresses import asked_for_lot, tool_at
from api.inspector.evidence import file_name
from api.inspector.paper import LONGEST, Compared, as_csv, compared, rows_of
from api.pages.addresses import dossier_at
from api.pages.dates import moment
from api.pages.messages_catalogue import N_, tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.routes.replies import html
from api.routes.services import Facts, Services
from api.routes.station_guard import language, read_form

PAPER: Final = "doi-chieu"
_OUTCOMES: Final = {
    "same": N_("khớp"),
    "differs": N_("KHÁC"),
    "empty": N_("giấy không ghi, hoặc chưa gõ"),
}


class PaperPages:
    """The comparison of one lot. Nothing of it is kept here."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def show(self, request: Request) -> Response:
        """Empty cells beside the ledger's values."""
        facts = self._facts(request)
        if facts is None:
            return html(notice("unknown-lot", language(request)), 404)
        return html(self._page(request, facts, {}, done=False))

    async def act(self, request: Request) -> Response:
        """The differences, as a page or (`act=csv`) as a file."""
        facts, typed, lang = self._facts(request), await read_form(request), language(request)
        if facts is None:
            return html(notice("unknown-lot", lang), 404)
        if typed is None:
            return html(notice("too-large", lang), 422)
        if typed.get("act") != "csv":
            return html(self._page(request, facts, typed, done=True))
        say = tongue(lang)
        words = {code: say(word) for code, word in _OUTCOMES.items()}
        head = (say("Mục"), say("Điều"), say("Sổ ghi"), say("Giấy ghi"), say("Kết quả"))
        lot = facts["item"], facts["lot"]
        headers = {
            "cache-control": "private, no-store",
            "content-disposition": f'attachment; filename="{file_name(lot, "-doi-chieu.csv")}"',
        }
        made = as_csv(compared(rows_of(facts, say), typed), head, words)
        return Response(made, 200, headers, "text/csv; charset=utf-8")

    def _facts(self, request: Request) -> Facts | None:
        lot = asked_for_lot(request, PAPER)
        known = None if lot is None else self._services.views.lot(*lot)
        return None if known is None else known.facts

    def _page(
        self, request: Request, facts: Facts, typed: Mapping[str, str], *, done: bool
    ) -> bytes:
        lang, services = language(request), self._services
        say, lot = tongue(lang), (facts["item"], facts["lot"])
        found = compared(rows_of(facts, say), typed)
        groups: list[tuple[str, list[Compared]]] = [
            (group, list(rows)) for group, rows in groupby(found, key=lambda one: one.row.group)
        ]
        return render(
            "inspector/paper.html",
            lang,
            facts=facts,
            size=services.views.size,
            time=moment(services.now().isoformat()),
            dossier=dossier_at(lot, lang),
            action=tool_at(lot, PAPER, lang),
            groups=groups,
            done=done,
            paper=typed.get("paper", "")[:LONGEST],
            counts={code: sum(one.outcome == code for one in found) for code in _OUTCOMES},
            words={code: say(word) for code, word in _OUTCOMES.items()},
            longest=LONGEST,
            **shell(request.scope, lang),
        )
