"""/kiem-tra/lo/.../lenh: an order is written, its reach is shown, it is signed; then what happens.

Nothing is recorded before the second step, and nothing at all when the lot changed in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.inspector.addresses import asked_for_lot, dossier_at, tool_at
from api.inspector.authority import Authority, authority_of
from api.inspector.errors import InspectorRefused
from api.inspector.order_form import (
    FIELD_OF,
    KINDS,
    ORDER_REASONS,
    REACHES,
    Order,
    read_order,
    seen_mark,
    stops_of,
)
from api.inspector.reach import Reach, reach_of
from api.inspector.reach_told import ReachTeller
from api.pages.dates import moment
from api.pages.messages_catalogue import Tongue, tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.pages.words import REASONS, STAGES, worded
from api.routes.replies import html
from api.routes.services import Facts, Services
from api.routes.station_guard import language, read_form
from ledger.domain.errors import DomainError
from ledger.errors import LedgerError
from ledger.station import RECORDED
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
        except InspectorRefused as refused:
            return html(self._form(request, facts, typed, refused), 422)
        reach = reach_of(services.views, order.lots, descendants=order.descendants)
        mark = seen_mark(order, reach, _last_index(facts))
        if typed.get("act") == "sua":
            return html(self._form(request, facts, typed, None))
        if typed.get("act") != "ky":
            return html(self._preview(request, authority, facts, order, reach, mark, None))
        if typed.get("seen") != mark:
            changed = InspectorRefused("lot-changed", lot=lot[1])
            return html(self._preview(request, authority, facts, order, reach, mark, changed), 409)
        entry = ""
        try:
            draft = order.draft(authority.party, services.now())
            entry = str(getattr(services.station.record(draft), "id", ""))
        except (LedgerError, DomainError, Refusal) as refused:
            if refused.code not in RECORDED:
                page = self._preview(request, authority, facts, order, reach, mark, refused)
                return html(page, 422)
        where = tool_at(lot, TOOL, language(request), phieu=entry or order.order)
        return RedirectResponse(where, 303)

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
            (kind, say(word), _what(kind, say))
            for kind, word in KINDS.items()
            if not kind.startswith("re") or kind == "recalled" or _ended(kind) in known
        ]
        kept = {name: typed.get(name, "") for name in ("kind", "order", "reason", "reach", "note")}
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
            stops=[_stop(one, say) for one in stops],
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
        order: Order,
        reach: Reach,
        mark: str,
        refused: Refusal | None,
    ) -> bytes:
        lang = language(request)
        say = tongue(lang)
        hidden = {
            "kind": order.kind,
            "order": order.order,
            "reason": order.reason,
            "reach": order.reach,
            "note": order.note,
            "ends": "" if order.ends is None else order.ends.id,
            "seen": mark,
        }
        return render(
            "inspector/order_preview.html",
            lang,
            **self._about(facts, lang),
            authority=authority,
            kind=say(KINDS[order.kind]),
            order=order,
            reason=worded(REASONS, order.reason, say),
            reach_word=say(REACHES[order.reach]) if order.kind == "recalled" else "",
            ends=None if order.ends is None else _stop(order.ends, say),
            reach=ReachTeller(self._services.views.registry, say).tell(reach),
            hidden=hidden,
            fault="" if refused is None else refused.say(lang),
            **shell(request.scope, lang),
        )

    async def _done(self, request: Request, lot: Lot, facts: Facts, entry: str) -> Response:
        lang = language(request)
        step = await run_in_threadpool(self._recorded, lot, entry[:80])
        if step is None:
            return html(notice("unknown-lot", lang), 404)
        say = tongue(lang)
        page = render(
            "inspector/order_done.html",
            lang,
            **self._about(facts, lang),
            kind=worded(STAGES, step.type, say),
            stops=step.type in ("held", "recalled"),
            recalled=step.type == "recalled",
            order=step.body.get("order", ""),
            entry=step.id,
            index=step.located.index,
            time=moment(step.time),
            party=step.party,
            labelled=facts.get("product") is not None or step.body.get("reach") == "descendants",
            report=tool_at(lot, "bien-ban.pdf", lang),
            parcel=tool_at(lot, "mang-theo.zip", lang),
            reach=tool_at(lot, "pham-vi", lang),
            again=tool_at(lot, TOOL, lang),
            **shell(request.scope, lang),
        )
        return html(page)

    def _recorded(self, lot: Lot, entry: str) -> Any:
        """The order that was recorded, by its id, or by its number when the id is not known."""
        views = self._services.views
        for index in reversed(views.lookup.about([lot], tuple(KINDS))):
            one = views.stories.located(index)
            if entry in (one.id, one.statement.body.get("order")):
                return _AsRecorded(one)
        return None

    def _about(self, facts: Facts, lang: str) -> dict[str, Any]:
        lot = facts["item"], facts["lot"]
        return {
            "facts": facts,
            "dossier": dossier_at(lot, lang),
            "action": tool_at(lot, TOOL, lang),
        }


class _AsRecorded:
    """A located order as the page needs it."""

    def __init__(self, located: Any) -> None:
        self.located = located
        self.id: str = located.id
        self.type: str = located.statement.type
        self.body: dict[str, Any] = located.statement.body
        self.time: str = located.statement.time
        self.party: str = located.statement.party


def _last_index(facts: Facts) -> int:
    return max((int(step["index"]) for step in facts["steps"]), default=0)


def _ended(kind: str) -> str:
    return {"released": "held", "recall-closed": "recalled"}.get(kind, "")


def _what(kind: str, say: Tongue) -> str:
    return {
        "held": say("Lô không được in tem, không được xuất, cho đến khi bỏ tạm giữ."),
        "recalled": say("Người quét tem thấy ngay; mọi bên giữ hàng phải trả lại."),
        "released": say("Lô lưu hành trở lại."),
        "recall-closed": say("Đã thu hồi xong; trang tem không còn báo thu hồi."),
    }[kind]


def _stop(step: Any, say: Tongue) -> dict[str, str]:
    return {
        "id": step.id,
        "what": worded(STAGES, step.type, say),
        "party": step.party,
        "time": moment(step.time),
        "order": str(step.body.get("order", "")),
        "reason": worded(REASONS, step.body["reason"], say),
    }
