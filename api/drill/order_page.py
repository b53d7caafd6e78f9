"""/quan-ly/dien-tap/lenh: the party's own recall, and later its end. Written, previewed, signed.

The form, its checks and the reach are those of an authority's order (`api/recall`). Nothing is
recorded before the second step, and nothing at all when the lot changed in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.drill.errors import DrillRefused
from api.drill.pages import DrillPages
from api.drill.scene import LOT, NOTICE, ORDER, Scene, scene_of
from api.pages.addresses import at, lot_path
from api.pages.dates import VIETNAM, moment
from api.pages.messages_catalogue import N_, tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.pages.words import REASONS, STAGES, worded
from api.recall.errors import OrderRefused
from api.recall.order_form import FIELD_OF, ORDER_REASONS, REACHES, Order, read_order, stops_of
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
from api.routes.services import Services
from api.routes.station_guard import language, read_form
from ledger.domain.errors import DomainError
from ledger.errors import LedgerError
from ledger.verify.lots import Step
from ledger.verify.wording import Refusal

KINDS: Final = {"recalled": N_("Thu hồi"), "recall-closed": N_("Kết thúc thu hồi")}
_OWNER_REASONS: Final = tuple(one for one in ORDER_REASONS if one != "authority-order")


class OwnOrderPages:
    """The pages of one order."""

    def __init__(self, services: Services, drill: DrillPages) -> None:
        """`drill` shows a reach without what others hide."""
        self._services = services
        self._drill = drill

    async def show(self, request: Request) -> Response:
        """The empty form, or after signing what was recorded and what comes next."""
        return await run_in_threadpool(self._show, request)

    async def act(self, request: Request) -> Response:
        """The preview, or with `act=ky` the signing."""
        typed = await read_form(request)
        if typed is None:
            return html(notice("too-large", language(request)), 422)
        return await run_in_threadpool(self._act, request, typed)

    def _show(self, request: Request) -> Response:
        scene = scene_of(self._services, request)
        if scene is None:
            return html(notice("unknown-lot", language(request)), 404)
        entry = request.query_params.get("phieu", "")[:80]
        if entry:
            return self._done(request, scene, entry)
        return html(self._form(request, scene, {}, None))

    def _act(self, request: Request, typed: Mapping[str, str]) -> Response:
        services = self._services
        scene = scene_of(services, request)
        if scene is None:
            return html(notice("unknown-lot", language(request)), 404)
        missing = self._missing(scene)
        if missing is not None:
            return html(self._form(request, scene, typed, missing), 403)
        try:
            order = self._read(scene, typed)
        except (OrderRefused, DrillRefused) as refused:
            return html(self._form(request, scene, typed, refused), 422)
        if typed.get("act") == "sua":
            return html(self._form(request, scene, typed, None))
        shown = previewed(services.views, order, scene.facts)
        if typed.get("act") != "ky":
            return html(self._preview(request, scene, shown, None))
        try:
            entry = sign(services, shown, scene.party, typed)
        except (OrderRefused, LedgerError, DomainError, Refusal) as refused:
            status = 409 if isinstance(refused, OrderRefused) else 422
            return html(self._preview(request, scene, shown, refused), status)
        return RedirectResponse(at(ORDER, language(request), **scene.asked, phieu=entry), 303)

    def _missing(self, scene: Scene) -> DrillRefused | None:
        """Why nobody signs here: somebody else's lot, or a key that is elsewhere."""
        owner = str(scene.facts["party"])
        if not scene.owned:
            named = str(self._services.views.registry.parties.get(owner, {}).get("name", owner))
            return DrillRefused("drill-not-owner", lot=scene.lot[1], owner=named)
        if (scene.party, "station") not in self._services.station.signers:
            return DrillRefused("drill-no-key", party=scene.party)
        return None

    def _read(self, scene: Scene, typed: Mapping[str, str]) -> Order:
        kind = typed.get("kind", "")
        if kind not in KINDS:
            raise DrillRefused("drill-kind")
        recalls = self._recalls(scene)
        if kind == "recall-closed" and recalls:
            own = [one for one in recalls if one.party == scene.party]
            if not own:
                raise DrillRefused("drill-others-order", party=recalls[0].party)
            chosen = typed.get("ends") if typed.get("ends") in [one.id for one in own] else ""
            typed = {**typed, "ends": chosen or own[0].id}
        return read_order(self._services.views, scene.lot, typed)

    def _recalls(self, scene: Scene) -> list[Step]:
        return [one for one in stops_of(self._services.views, scene.lot) if one.type == "recalled"]

    def _form(
        self, request: Request, scene: Scene, typed: Mapping[str, str], refused: Refusal | None
    ) -> bytes:
        lang = language(request)
        say, recalls, missing = tongue(lang), self._recalls(scene), self._missing(scene)
        own = [one for one in recalls if one.party == scene.party]
        today = self._services.now().astimezone(VIETNAM)
        kept = {name: typed.get(name, "") for name in TYPED}
        kept["kind"] = kept["kind"] or ("recall-closed" if own else "recalled")
        kept["reach"] = kept["reach"] or "descendants"
        if not typed:
            word = "KT" if own else "TH"
            kept["order"] = f"{word}-{scene.lot[1]}-{today:%Y%m%d}"
        fault = refused or missing
        return render(
            "drill/order.html",
            lang,
            **self._about(scene, lang),
            may_sign=missing is None,
            kinds=[
                (kind, say(word), what_follows(kind, say))
                for kind, word in KINDS.items()
                if kind == "recalled" or own
            ],
            recalls=[step_told(one, say) for one in recalls],
            own=[step_told(one, say) for one in own],
            reasons=[(one, say(REASONS[one])) for one in _OWNER_REASONS],
            reaches=[(one, say(word)) for one, word in REACHES.items()],
            typed=kept,
            ends=typed.get("ends", ""),
            fault="" if fault is None else fault.say(lang),
            field=""
            if refused is None
            else {**FIELD_OF, "drill-kind": "kind"}.get(refused.code, ""),
            **shell(request.scope, lang),
        )

    def _preview(
        self,
        request: Request,
        scene: Scene,
        shown: Preview,
        refused: Refusal | None,
    ) -> bytes:
        lang, order = language(request), shown.order
        say = tongue(lang)
        partly, left_out = self._drill.as_shown(request, scene, shown.reach)
        return render(
            "drill/order_preview.html",
            lang,
            **self._about(scene, lang),
            kind=say(KINDS[order.kind]),
            order=order,
            reason=worded(REASONS, order.reason, say),
            reach_word=say(REACHES[order.reach]) if order.kind == "recalled" else "",
            ends=None if order.ends is None else step_told(order.ends, say),
            reach=ReachTeller(self._services.views.registry, say).tell(partly),
            left_out=left_out,
            hidden=shown.hidden(),
            fault="" if refused is None else refused.say(lang),
            **shell(request.scope, lang),
        )

    def _done(self, request: Request, scene: Scene, entry: str) -> Response:
        lang = language(request)
        one = recorded_order(self._services.views, scene.lot, entry, KINDS)
        if one is None:
            return html(notice("unknown-lot", lang), 404)
        item, code = (lot_path(part, "")[:-1] for part in scene.lot)
        packed = scene.facts["kind"] == "packed"
        behind = f"/01/{item}/10/{code}" if packed else f"/lo/{lot_path(*scene.lot)}"
        page = render(
            "drill/order_done.html",
            lang,
            **self._about(scene, lang),
            kind=worded(STAGES, one.statement.type, tongue(lang)),
            recalled=one.statement.type == "recalled",
            order=str(one.statement.body.get("order", "")),
            entry=one.id,
            index=one.index,
            time=moment(one.statement.time),
            label=at(behind, lang),
            **shell(request.scope, lang),
        )
        return html(page)

    def _about(self, scene: Scene, lang: str) -> dict[str, Any]:
        return {
            "scene": scene,
            "facts": scene.facts,
            "back": at(LOT, lang, **scene.asked),
            "printed": at(NOTICE, lang, **scene.asked),
            "action": at(ORDER, lang, **scene.asked),
        }
