"""/quan-ly/dien-tap: a lot is picked, its reach is told while the clock runs; nothing is recorded."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.access.viewer import viewer_of
from api.consumer.phones import Phones
from api.disclosure.choices import NOTHING, Disclosures
from api.drill.errors import DrillRefused
from api.drill.partly import as_seen
from api.drill.posting import notice_of, post_of
from api.drill.scene import (
    LOT,
    NOTICE,
    ORDER,
    ROOT,
    Scene,
    clock_of,
    party_of,
    scene_of,
    stamp,
    theirs,
)
from api.drill.telling import DrillTeller
from api.pages.addresses import leading
from api.pages.dates import moment
from api.pages.messages_catalogue import Tongue, tongue
from api.pages.notices import notice
from api.pages.rendering import render
from api.pages.shell import shell
from api.recall.reach import Reach, reach_of
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language
from api.station_scan.meaning import KnownLot, Meanings
from ledger.domain.errors import DomainError
from ledger.verify.wording import Refusal

_LONGEST = 300
_RECENT = 8


class DrillPages:
    """The pages of a drill."""

    def __init__(self, services: Services, disclosures: Disclosures, phones: Phones) -> None:
        self._services = services
        self._disclosures = disclosures
        self._phones = phones

    async def pick(self, request: Request) -> Response:
        """The field for a code; `?ma=` leads on to the lot, and starts the clock."""
        return await run_in_threadpool(self._pick, request)

    async def show(self, request: Request) -> Response:
        """One lot's drill."""
        return await run_in_threadpool(self._show, request)

    async def print_out(self, request: Request) -> Response:
        """The notice for shops."""
        return await run_in_threadpool(self._print_out, request)

    def _pick(self, request: Request) -> Response:
        lang, text = language(request), request.query_params.get("ma", "").strip()[:_LONGEST]
        party, parties = party_of(self._services, request)
        if party is None:
            if parties:
                return html(notice("not-yours", lang, link=leading(lang)(ROOT)), 403)
            return html(self._field(request, None, parties, (), text, None))
        if not text:
            return html(self._field(request, party, parties, (), text, None))
        try:
            found = self._meant(text, party)
        except (DomainError, DrillRefused) as refused:
            return html(self._field(request, party, parties, (), text, refused), 422)
        if len(found) == 1:
            return RedirectResponse(self._begun(found[0], party, lang), 303)
        return html(self._field(request, party, parties, found, text, None))

    def _meant(self, text: str, party: str) -> tuple[KnownLot, ...]:
        meaning = Meanings(self._services, party).of(text)
        lots = (meaning.lot,) if meaning.lot is not None else meaning.lots
        views = self._services.views
        found = tuple(
            one
            for one in lots
            if (known := views.lot(one.item, one.code)) is not None
            and theirs(self._services, known.facts, party)
        )
        if not found:
            raise DrillRefused("drill-no-lot", found=text[:60])
        return found

    def _begun(self, lot: KnownLot, party: str, lang: str) -> str:
        now = stamp(self._services.now())
        asked = {"co-so": party, "item": lot.item, "lot": lot.code, "tu": now}
        return leading(lang)(LOT, **asked)

    def _field(
        self,
        request: Request,
        party: str | None,
        parties: list[tuple[str, str]],
        found: tuple[KnownLot, ...],
        text: str,
        refused: Refusal | None,
    ) -> bytes:
        lang = language(request)
        if party is not None and not found:
            rows = self._services.views.lots(party, _RECENT)
            recent = [KnownLot(one.item, one.code, one.name) for one in rows]
        else:
            recent = []
        return render(
            "drill/pick.html",
            lang,
            party=party,
            parties=parties,
            root=ROOT,
            to=leading(lang),
            text=text,
            fault="" if refused is None else refused.say(lang),
            found=[(self._begun(one, party or "", lang), one) for one in found],
            recent=[(self._begun(one, party or "", lang), one) for one in recent],
            **shell(request.scope, lang),
        )

    def _show(self, request: Request) -> Response:
        lang, now = language(request), self._services.now()
        scene = scene_of(self._services, request)
        if scene is None:
            return html(notice("unknown-lot", lang), 404)
        to = leading(lang)
        clock = clock_of(request.query_params, now)
        asked: dict[str, str] = dict(scene.asked)
        if clock is None:
            return RedirectResponse(to(LOT, **asked, tu=stamp(now)), 303)
        asked["tu"] = stamp(clock.begun)
        if request.query_params.get("act") == "xong":
            return RedirectResponse(to(LOT, **asked, xong=stamp(now)), 303)
        if clock.ended is not None:
            asked["xong"] = stamp(clock.ended)
        reach, left_out = self.reach(request, scene)
        vietnamese = tongue("vi")
        stopped = scene.facts["stopped"]
        page = render(
            "drill/drill.html",
            lang,
            scene=scene,
            facts=scene.facts,
            clock=clock,
            begun=moment(clock.begun.isoformat()),
            ended="" if clock.ended is None else moment(clock.ended.isoformat()),
            asked=asked,
            told=self.teller(scene, tongue(lang)).tell(reach),
            left_out=left_out,
            post=self._post(scene, reach, vietnamese),
            recalled=stopped is not None and stopped["type"] == "recalled",
            way_root=ROOT,
            way_lot=LOT,
            way_notice=NOTICE,
            way_order=ORDER,
            size=self._services.views.size,
            to=to,
            **shell(request.scope, lang),
        )
        return html(page)

    def _print_out(self, request: Request) -> Response:
        lang = language(request)
        scene = scene_of(self._services, request)
        if scene is None:
            return html(notice("unknown-lot", lang), 404)
        say = tongue(lang)
        reach, _ = self.reach(request, scene)
        teller = self.teller(scene, say)
        found = notice_of(
            scene, reach, self._services.views, teller, self._phones.of(scene.party), say
        )
        page = render(
            "drill/notice.html",
            lang,
            scene=scene,
            facts=scene.facts,
            notice=found,
            today=moment(self._services.now().isoformat()),
            back=leading(lang)(LOT, **scene.asked, **self._times(request)),
            **shell(request.scope, lang),
        )
        return html(page)

    def _times(self, request: Request) -> dict[str, str]:
        """The drill's times, to go along; nothing that is no time."""
        clock = clock_of(request.query_params, self._services.now())
        if clock is None:
            return {}
        ended = {} if clock.ended is None else {"xong": stamp(clock.ended)}
        return {"tu": stamp(clock.begun), **ended}

    def _post(self, scene: Scene, reach: Reach, say: Tongue) -> str:
        teller = self.teller(scene, say)
        phone = self._phones.of(scene.party)
        found = notice_of(scene, reach, self._services.views, teller, phone, say)
        return post_of(found, self._services.settings.base_url, say)

    def reach(self, request: Request, scene: Scene) -> tuple[Reach, int]:
        """What a recall of the lot and all made of it reaches, as whoever asks may see it."""
        reach = reach_of(self._services.views, [scene.lot], descendants=True)
        return self.as_shown(request, scene, reach)

    def as_shown(self, request: Request, scene: Scene, reach: Reach) -> tuple[Reach, int]:
        """A reach without what others hide from whoever asks, and how much of it that was."""
        known = self._disclosures.hidden()
        if viewer_of(request.scope).sees_all or known == {}:
            return reach, 0
        of = self._disclosures.of if known is None else lambda party: known.get(party, NOTHING)
        return as_seen(reach, scene.party, of)

    def teller(self, scene: Scene, say: Tongue) -> DrillTeller:
        """Who tells it to whoever asks."""

        def opened(digest: str) -> str | None:
            return self._services.notes.text_of(digest) if scene.private else None

        ranges = self._services.tables.label_ranges
        return DrillTeller(self._services.views.registry, scene.party, ranges, opened, say)
