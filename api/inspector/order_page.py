"""/kiem-tra/lo/.../lenh: an order is written, its reach is shown, it is signed; then what happens.

Nothing is recorded before the second step, and nothing at all when the lot changed in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.inspector.addresses import asked_for_lot, tool_at
from api.inspector.authority import Authority, authority_of
from api.inspector.errors import InspectorRefused
from api.pages.addresses import dossier_at
from api.pages.dates import moment
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.pages.words import REASONS, STAGES, worded
from api.recall.errors import OrderRefused
from api.recall.order_form import FIELD_OF, KINDS, ORDER_REASONS, REACHES, read_order, stops_of
from api.recall.ordering import (
    TYPED,
    Preview,
    previewed,
    recorded_order,
    sign,
    step_told,
    what_follows,
)
from api.recall.reach_told import ReachTeller
from api.routes.replies import html
from api.routes.services import Facts, Services
from api.routes.station_guard import language, read_form
from ledger.domain.errors import DomainError
from ledger.errors import LedgerError
from ledger.verify.graph import Lot
from ledger.verify.wording import Refusal

TOOL: Final = "lenh"


class OrderPages:
    """The pages of one order."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def show(self, request: Request) -> Response:
        """The empty form, or after signing what was recorded and what comes next."""
        found = self._lot(request)
        if isinstance(found, Response):
            return found
        lot, facts = found
        if request.query_params.get("phieu"):
            return await self._done(request, lot, facts, request.query_params["phieu"])
        typed = {"kind": request.query_params.get("loai", "")}
        return html(await run_in_threadpool(self._form, request, facts, typed, None))

    async def act(self, request: Request) -> Response:
        """The preview, or with `act=ky` the signing."""
        found = self._lot(request)
        if isinstance(found, Response):
            return found
        (lot, facts), typed = found, await read_form(request)
        if typed is None:
            return html(notice("too-large", language(request)), 422)
        authority = authority_of(self._services, request)
        if isinstance(authority, InspectorRefused):
            page = await run_in_threadpool(self._form, request, facts, typed, authority)
            return html(page, 403)
        return await run_in_threadpool(self._act, request, authority, lot, facts, typed)

    def _act(
        self,
        request: Request,
        authority: Authority,
        lot: Lot,
        facts: Facts,
        typed: Mapping[str, str],
    ) -> Response:
        services = self._services
        try:
            order = read_order(services.views, lot, typed)
        except OrderRefused as refused:
            return html(self._form(request, facts, typed, refused), 422)
        if typed.get("act") == "sua":
            return html(self._form(request, facts, typed, None))
        shown = previewed(services.views, order, facts)
        if typed.get("act") != "ky":
            return html(self._preview(request, authority, facts, shown, None))
        try:
            entry = sign(services, shown, authority.party, typed)
        except (OrderRefused, LedgerError, DomainError, Refusal) as refused:
            status = 409 if isinstance(refused, OrderRefused) else 422
            return html(self._preview(request, authority, facts, shown, refused), status)
        return RedirectResponse(tool_at(lot, TOOL, language(request), phieu=entry), 303)

    def _lot(self, request: Request) -> tuple[Lot, Facts] | Response:
        lot = asked_for_lot(request, TOOL)
        known = None if lot is None else self._services.views.lot(*lot)
        if lot is None or known is None:
            return html(notice("unknown-lot", language(request)), 404)
        return lot, known.facts

    def _form(
        self, request: Request, facts: Facts, typed: Mapping[str, str], refused: Refusal | None
    ) -> bytes:
        lang = language(request)
        say, lot = tongue(lang), (facts["item"], facts["lot"])
        stops = stops_of(self._services.views, lot)
        known = {one.type for one in stops}
        kinds = [
            (kind, say(word), what_follows(kind, say))
            for kind, word in KINDS.items()
            if not kind.startswith("re") or kind == "recalled" or _ended(kind) in known
        ]
        kept = {name: typed.get(name, "") for name in TYPED}
        kept["kind"] = kept["kind"] or ("recalled" if not stops else "")
        kept["reach"] = kept["reach"] or "descendants"
        authority = authority_of(self._services, request)
        return render(
            "inspector/order.html",
            lang,
            **self._about(facts, lang),
            authority=authority,
            may_sign=isinstance(authority, Authority),
            kinds=kinds,
            stops=[step_told(one, say) for one in stops],
            reasons=[(one, say(REASONS[one])) for one in ORDER_REASONS],
            reaches=[(one, say(word)) for one, word in REACHES.items()],
            typed=kept,
            ends=typed.get("ends", ""),
            fault="" if refused is None else refused.say(lang),
            field="" if refused is None else FIELD_OF.get(refused.code, ""),
            **shell(request.scope, lang),
        )

    def _preview(
        self,
        request: Request,
        authority: Authority,
        facts: Facts,
        shown: Preview,
        refused: Refusal | None,
    ) -> bytes:
        lang, order = language(request), shown.order
        say = tongue(lang)
        return render(
            "inspector/order_preview.html",
            lang,
            **self._about(facts, lang),
            authority=authority,
            kind=say(KINDS[order.kind]),
            order=order,
            reason=worded(REASONS, order.reason, say),
            reach_word=say(REACHES[order.reach]) if order.kind == "recalled" else "",
            ends=None if order.ends is None else step_told(order.ends, say),
            reach=ReachTeller(self._services.views.registry, say).tell(shown.reach),
            hidden=shown.hidden(),
            fault="" if refused is None else refused.say(lang),
            **shell(request.scope, lang),
        )

    async def _done(self, request: Request, lot: Lot, facts: Facts, entry: str) -> Response:
        lang = language(request)
        found = await run_in_threadpool(
            recorded_order, self._services.views, lot, entry[:80], KINDS
        )
        if found is None:
            return html(notice("unknown-lot", lang), 404)
        say, said = tongue(lang), found.statement
        page = render(
            "inspector/order_done.html",
            lang,
            **self._about(facts, lang),
            kind=worded(STAGES, said.type, say),
            stops=said.type in ("held", "recalled"),
            recalled=said.type == "recalled",
            order=said.body.get("order", ""),
            entry=found.id,
            index=found.index,
            time=moment(said.time),
            party=said.party,
            labelled=facts.get("product") is not None or said.body.get("reach") == "descendants",
            report=tool_at(lot, "bien-ban.pdf", lang),
            parcel=tool_at(lot, "mang-theo.zip", lang),
            reach=tool_at(lot, "pham-vi", lang),
            again=tool_at(lot, TOOL, lang),
            **shell(request.scope, lang),
        )
        return html(page)

    def _about(self, facts: Facts, lang: str) -> dict[str, Any]:
        lot = facts["item"], facts["lot"]
        return {
            "facts": facts,
            "dossier": dossier_at(lot, lang),
            "action": tool_at(lot, TOOL, lang),
        }


def _ended(kind: str) -> str:
    return {"released": "held", "recall-closed": "recalled"}.get(kind, "")
