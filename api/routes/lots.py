"""GET /api/v1/lots/{item}/{lot}, its bundle, and the trust file.

Read from the raw path: an item may be `PARTY%2Fcode` and a lot code may hold `%2F`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access.viewer import viewer_of
from api.disclosure.bundles import tells_no_more, whole_for
from api.disclosure.choices import DisclosureRefused, Disclosures
from api.disclosure.sight import seen, sight_of
from api.pages.dates import today
from api.routes.api_examples import ITEM, LOT, UNKNOWN_LOT, answer, problem_answer
from api.routes.lot_scans import NOT_KNOWN, lot_scans
from api.routes.replies import json_bytes, problem
from api.routes.services import Facts, Services
from api.station.errors import StationError
from api.station_wire.entry_bodies import zipped
from ledger.domain.errors import DomainError
from ledger.domain.identifiers import Item, LotCode
from ledger.projections.views import Views

_JSON = "application/json"
_FRESH = {"cache-control": "public, max-age=60"}
_SHARED = {"cache-control": "public, max-age=60", "vary": "cookie"}
_PRIVATE = {"cache-control": "private, no-store", "vary": "cookie"}


def lot_of_path(request: Request, before: str) -> tuple[str, str] | None:
    """(item, lot code) out of `{before}{item}/{lot}[/bundle]`; None when they are neither."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    rest = raw.decode("latin-1").removeprefix(before).removesuffix("/bundle").rstrip("/")
    item, slash, lot = rest.partition("/")
    if "/" in lot:
        # An unescaped PARTY/code, which some servers and people write.
        party, item_code, *more = rest.split("/")
        item, lot = f"{party}/{item_code}", "/".join(more)
    if not slash or len(rest) > 400:
        return None
    try:
        item, lot = (unquote_to_bytes(part).decode("ascii") for part in (item, lot))
        return Item.parse(item).text, LotCode(lot).text
    except (UnicodeDecodeError, DomainError):
        return None


def facts_of(services: Services, where: tuple[str, str] | None) -> Facts | None:
    """The facts of a lot, None for an unknown one."""
    found = None if where is None else services.views.lot(*where)
    return None if found is None else found.facts


@dataclass(frozen=True, slots=True)
class Shown:
    """A lot as one viewer sees it, and how long others may keep the answer."""

    facts: Facts
    headers: dict[str, str]


def lot_for(services: Services, disclosures: Disclosures, request: Request, facts: Facts) -> Shown:
    """What whoever asks sees of a lot. Only what the public sees may be kept by a cache between."""
    viewer, views = viewer_of(request.scope), services.views
    hidden = disclosures.hidden()
    if hidden is not None and not hidden:
        return Shown(facts, _FRESH)
    found = seen(facts, sight_of(viewer, facts, hidden, views), views)
    private = viewer.sees_all or viewer.party is not None
    return Shown(found, _PRIVATE if private else _SHARED)


def gives_whole(
    services: Services, disclosures: Disclosures, request: Request, facts: Facts
) -> bool:
    """True when whoever asks may have the lot's signed file, which cannot be given in part."""
    hidden = disclosures.hidden()
    if hidden is not None and not hidden:
        return True
    return whole_for(viewer_of(request.scope), facts, hidden, services.views)


def lots_routes(services: Services, disclosures: Disclosures) -> APIRouter:
    """Lots as JSON, their bundles, and the trust file."""
    router = APIRouter(tags=["lots"])
    unknown = "No such lot is in the ledger; check item and lot code."

    async def get_bundle(request: Request, item: str = ITEM, lot: str = LOT) -> Response:
        """Everything needed to check the lot offline, with `ocop-verify` or in a browser."""
        del item, lot
        if services.link is not None:
            away = StationError("bundle-at-hub", address=services.link.joined.address)
            return problem(409, away.code, away.say("en"))
        where = lot_of_path(request, "/api/v1/lots/")
        facts, hidden = facts_of(services, where), disclosures.hidden()
        fresh = _FRESH
        if facts is not None and (hidden is None or hidden):
            viewer = viewer_of(request.scope)
            if not gives_whole(services, disclosures, request, facts):
                refused = DisclosureRefused("hidden-bundle")
                return problem(403, refused.code, refused.say("en"))
            fresh = _PRIVATE if viewer.sees_all or viewer.party is not None else _SHARED
        bundle = None if where is None else await run_in_threadpool(services.bundle, *where)
        if where is None or bundle is None:
            return problem(404, "unknown-lot", unknown)
        if facts is not None and (hidden is None or hidden):
            viewer, views = viewer_of(request.scope), services.views
            if not await run_in_threadpool(tells_no_more, viewer, facts, hidden, views, bundle):
                refused = DisclosureRefused("hidden-bundle")
                return problem(403, refused.code, refused.say("en"))
        name = "".join(c if c.isalnum() and c.isascii() else "-" for c in "-".join(where))
        headers = {**fresh, "content-disposition": f'attachment; filename="lot-{name}.json"'}
        headers["vary"] = ", ".join(filter(None, [fresh.get("vary"), "accept-encoding"]))
        if "gzip" in request.headers.get("accept-encoding", ""):
            bundle = await run_in_threadpool(zipped, bundle)
            headers["content-encoding"] = "gzip"
        return Response(bundle, 200, headers, _JSON)

    async def get_lot(request: Request, item: str = ITEM, lot: str = LOT) -> Response:
        """The lot's story, lineage, mass balance, certificates and findings.

        `scans` and `scan_findings` are counted by this server outside the ledger: hints where to
        look, signed by nobody, in no bundle; null when they cannot be read now.
        """
        del item, lot
        facts = facts_of(services, lot_of_path(request, "/api/v1/lots/"))
        if facts is None:
            return problem(404, "unknown-lot", unknown)
        status = Views.status(facts, today(services.now()))
        scans = await lot_scans(services, facts)
        shown = lot_for(services, disclosures, request, facts)
        told = NOT_KNOWN if scans is None else scans.members()
        return Response(
            json_bytes({**shown.facts, "status": status, **told}), 200, shown.headers, _JSON
        )

    async def get_trust() -> Response:
        """The log key and root keys that `ocop-verify` needs. Get them by another way too."""
        return Response(await run_in_threadpool(services.trust), 200, _FRESH, _JSON)

    lot_example = {
        "item": "08938501000125",
        "lot": "L260923A",
        "status": "active",
        "packs": 250,
        "scans": {"about": 31, "first_day": "2026-10-01", "last_day": "2026-10-09"},
        "scan_findings": [],
    }
    router.add_api_route(
        "/api/v1/lots/{item:path}/{lot}/bundle",
        get_bundle,
        response_class=Response,
        responses={
            200: answer("A lot bundle", _JSON, {"type": "object"}, {"format": _BUNDLE}),
            403: problem_answer(
                "Not allowed", "hidden-bundle", DisclosureRefused("hidden-bundle").say("en")
            ),
            404: UNKNOWN_LOT,
            409: problem_answer(
                "Not here", "bundle-at-hub", StationError("bundle-at-hub", address=_HUB).say("en")
            ),
        },
    )
    router.add_api_route(
        "/api/v1/lots/{item:path}/{lot}",
        get_lot,
        response_class=Response,
        responses={200: answer("A lot", _JSON, {"type": "object"}, lot_example), 404: UNKNOWN_LOT},
    )
    router.add_api_route(
        "/api/v1/trust",
        get_trust,
        response_class=Response,
        responses={200: answer("The trust file", _JSON, {"type": "object"}, {"format": _TRUST})},
    )
    return router


_HUB = "https://truyxuat.example.vn"
_BUNDLE = "ocop-ledger/lot-bundle/v2"
_TRUST = "ocop-ledger/trust/v2"
