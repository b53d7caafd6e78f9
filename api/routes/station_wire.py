"""/api/v1/station/…: what stations ask of their hub (docs/station-wire.md), and the roll of them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Awaitable, Callable
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from api.access.limits import asker, is_own_machine
from api.access.viewer import viewer_of
from api.disclosure.choices import DisclosureRefused
from api.disclosure.stations import may_have, may_see
from api.errors import DoorError
from api.hub.asking import Asking
from api.hub.errors import STATUSES as HUB_STATUSES
from api.hub.errors import HubRefused
from api.hub.hub import Hub
from api.hub.pulling import MOST_BODY as MOST_PULL
from api.hub.pulling import PullRequest
from api.hub.pushing import PushRefused
from api.keeping.errors import ReadsOnly
from api.photos.receiving import JPEG, MOST_QUESTION, asked_digests, lacking, take
from api.photos.receiving import MOST_BYTES as MOST_PHOTO
from api.photos.wire_examples import PHOTO_OPENAPI, PHOTOS_OPENAPI
from api.routes.entries import bounded_body
from api.routes.replies import json_bytes, problem
from api.routes.services import Services
from api.routes.station_wire_examples import (
    BUNDLE_OPENAPI,
    ENROL_OPENAPI,
    JOIN_OPENAPI,
    PULL_OPENAPI,
    PUSH_OPENAPI,
    ROLL_OPENAPI,
    STATUS_OPENAPI,
)
from api.scans.places import Peers
from api.station_wire.entry_bodies import (
    ENTRIES_TYPE,
    MOST_BYTES,
    decoded,
    unpacked_entries,
    zipped,
)
from api.station_wire.errors import STATUSES as WIRE_STATUSES
from api.station_wire.errors import WireRefused
from api.watching import metrics
from ledger.domain.errors import DomainError
from ledger.domain.identifiers import Item, LotCode
from ledger.errors import ForkFound, LedgerError
from ledger.verify.canonical import CanonicalRefused
from ledger.verify.entry import EntryRefused
from ledger.verify.keys import KeyRefused
from ledger.verify.registry import OwnershipRefused
from ledger.verify.signature import SignatureRefused
from ledger.verify.wording import Refusal

BASE = "/api/v1/station/"
MOST_JOIN = 4096
_JSON = "application/json"
_KEY = re.compile(r"[0-9a-f]{64}")
_PROOF = re.compile(r"[0-9a-f]{128}")
_LONGEST_CODE = 60
_WORTH_ZIPPING = 1024
_UNKNOWN = "No such lot is in the ledger; check item and lot code."
_STATUSES = {**WIRE_STATUSES, **HUB_STATUSES}
_FIRST_MATCH: tuple[tuple[type[Refusal] | tuple[type[Refusal], ...], int], ...] = (
    (ForkFound, 409),
    (ReadsOnly, 403),  # to come back later would not help
    ((EntryRefused, CanonicalRefused), 400),
    ((KeyRefused, OwnershipRefused, SignatureRefused), 403),
)


def station_wire_routes(services: Services) -> APIRouter:
    """The routes of stations."""
    router = APIRouter(tags=["stations"])
    peers = Peers(services.settings.trusted_proxies)

    def hub() -> Hub:
        """Made at the first request."""
        return services.hub

    async def join(request: Request) -> Response:
        """Begin to join with a ticket: what the new station must sign, and the trust file."""
        return await _told(
            hub(), lambda: _joining(hub(), peers, request, ("code", "key"), hub().enrolments.join)
        )

    async def enrol(request: Request) -> Response:
        """Finish joining: the hub records the station's key. Repeating it is harmless."""

        def enrolled(code: str, key: str, proof: str, shown: str = "") -> dict[str, Any]:
            done = hub().enrolments.enrol(code, key, proof, shown)
            return {
                "id": done.id,
                "index": done.index,
                # What a station prints is scanned here.
                "label_key": services.labelling.label_key.hex() if done.confided else None,
                "base_url": services.settings.base_url,
            }

        return await _told(
            hub(),
            lambda: _joining(
                hub(), peers, request, ("code", "key", "proof"), enrolled, optional="shown"
            ),
        )

    async def push(request: Request) -> Response:
        """Record entries of the signing station's own journal, 1 to 400 of them.

        What is answered is durable; repeating a push is harmless. Entries before an offending one
        stay recorded.
        """
        return await _told(hub(), lambda: _pushed(hub(), request))

    async def pull(request: Request) -> Response:
        """What the signing station needs, from its place on, with proofs under a checkpoint."""
        return await _told(hub(), lambda: _pulled(hub(), request))

    async def bundle(request: Request) -> Response:
        """The bundle of a lot that the signing station's party may see whole."""
        return await _told(hub(), lambda: _bundled(services, request))

    async def photos(request: Request) -> Response:
        """Which files of photos of the signing station's party the hub lacks."""
        return await _told(hub(), lambda: _photos_asked(services, request))

    async def photo(request: Request) -> Response:
        """Keep one file of a photo that a sealed statement of the station's party names."""
        return await _told(hub(), lambda: _photo_taken(services, request))

    async def status(request: Request) -> Response:
        """How the hub stands towards the signing station; also for a key that was ended."""
        return await _told(hub(), lambda: _asked(hub(), request))

    async def roll(request: Request) -> Response:
        """Every station, or those of the asking manager's party: last contact, how far, stopped."""
        rows = await run_sync(hub().roll, viewer_of(request.scope).party)
        return _json({"stations": [row.shown() for row in rows]})

    for name, answer, method, described in (
        ("join", join, "POST", JOIN_OPENAPI),
        ("enrol", enrol, "POST", ENROL_OPENAPI),
        ("push", push, "POST", PUSH_OPENAPI),
        ("pull", pull, "POST", PULL_OPENAPI),
        ("bundle", bundle, "POST", BUNDLE_OPENAPI),
        ("photos", photos, "POST", PHOTOS_OPENAPI),
        ("photo", photo, "POST", PHOTO_OPENAPI),
        ("status", status, "GET", STATUS_OPENAPI),
    ):
        router.add_api_route(
            BASE + name, answer, methods=[method], response_class=Response, **described
        )
    router.add_api_route(
        "/api/v1/stations", roll, methods=["GET"], response_class=Response, **ROLL_OPENAPI
    )
    return router


def _json(value: object, status: int = 200) -> Response:
    return Response(json_bytes(value), status, {"cache-control": "no-store"}, _JSON)


async def _told(hub: Hub, work: Callable[[], Awaitable[Response]]) -> Response:
    """The answer, or the problem document of what was refused."""
    try:
        hub.refuse_unless_hub()
        return await work()
    except PushRefused as refused:
        metrics.refused(refused.refusal.code)
        return _problem(hub, refused.refusal, **refused.members)
    except Refusal as refused:
        return _problem(hub, refused)


def _problem(hub: Hub, refused: Refusal, **members: Any) -> Response:
    status = _status(refused, members.get("position"))
    if refused.code == "clock-differs":
        members["now"] = hub.now()
    answer = problem(status, refused.code, refused.say("en"), **members)
    if status == 401:
        answer.headers["www-authenticate"] = 'Signature realm="ocop-station"'
    elif status == 429:
        answer.headers["retry-after"] = str(refused.params["seconds"])
    elif status == 503:
        answer.headers["retry-after"] = "5"
    return answer


def _status(refused: Refusal, position: object) -> int:
    if isinstance(refused, HubRefused | WireRefused):
        return _STATUSES[refused.code]
    if refused.code == "seq-gap":
        return 409
    for kind, status in _FIRST_MATCH:
        if isinstance(refused, kind):
            return status
    # Without the place of an offending entry it is the store's trouble, the writer's or the tables'.
    away = isinstance(refused, LedgerError) and position is None
    return 503 if away or isinstance(refused, DoorError) else 422


async def _body(request: Request, kind: str, most: int, *, signed: bool = True) -> bytes:
    """A request's body of one media type, as sent; not read at all when it ought to be signed and
    is not.

    Raises:
        HubRefused: `query-unexpected`, `media-type`.
        WireRefused: `signature-missing`, `too-large`.
    """
    if request.url.query:
        raise HubRefused("query-unexpected")
    if signed and "signature" not in request.headers:
        raise WireRefused("signature-missing")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != kind:
        raise HubRefused("media-type", expected=kind)
    body = await bounded_body(request, most)
    if body is None:
        raise WireRefused("too-large", most=most)
    return body


async def _joining(
    hub: Hub,
    peers: Peers,
    request: Request,
    names: tuple[str, ...],
    act: Callable[..., dict[str, Any]],
    *,
    optional: str = "",
) -> Response:
    address = peers.sender(request.scope)
    if not is_own_machine(address):
        seconds = hub.limits.take("join", asker(address))
        if seconds is not None:
            raise HubRefused("too-many", seconds=math.ceil(seconds))
    body = await _body(request, _JSON, MOST_JOIN, signed=False)
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise WireRefused("body-malformed", why="not JSON") from wrong
    if isinstance(given, dict) and optional and optional in given:
        names = (*names, optional)
    if not isinstance(given, dict) or set(given) != set(names):
        raise WireRefused("body-malformed", why="fields")
    values = [given[name] for name in names]
    for name, value in zip(names, values, strict=True):
        form = {"key": _KEY, "proof": _PROOF, "shown": _PROOF}.get(name)
        good = isinstance(value, str) and len(value) <= (2 * _LONGEST_CODE + 8)
        if not good or (form is not None and not form.fullmatch(value)):
            raise WireRefused("body-malformed", why=name)
    return _json(await run_sync(lambda: act(*values)))


async def _admitted(hub: Hub, request: Request, body: bytes, *, ended: bool = False) -> Asking:
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw
    ]
    path = request.scope["path"]
    return await run_sync(
        lambda: hub.doorkeeper.admit(request.method, path, headers, body, ended=ended)
    )


async def _pushed(hub: Hub, request: Request) -> Response:
    body = await _body(request, ENTRIES_TYPE, MOST_BYTES)
    asking = await _admitted(hub, request, body)
    coding = request.headers.get("content-encoding")
    entries = await run_sync(lambda: unpacked_entries(decoded(body, coding)))
    return _json(await hub.pushing.push(asking, entries))


async def _pulled(hub: Hub, request: Request) -> Response:
    body = await _body(request, _JSON, MOST_PULL)
    asking = await _admitted(hub, request, body)
    asked = PullRequest.parse(decoded(body, request.headers.get("content-encoding"), MOST_PULL))
    packs = "gzip" in request.headers.get("accept-encoding", "")

    def work() -> Response:
        found = json_bytes(hub.pulling.pull(asking, asked))
        headers = {"cache-control": "no-store", "vary": "accept-encoding"}
        if packs and len(found) > _WORTH_ZIPPING:
            found = zipped(found)
            headers["content-encoding"] = "gzip"
        return Response(found, 200, headers, _JSON)

    return await run_sync(work)


async def _bundled(services: Services, request: Request) -> Response:
    body = await _body(request, _JSON, MOST_JOIN)
    asking = await _admitted(services.hub, request, body)
    try:
        given = json.loads(decoded(body, request.headers.get("content-encoding"), MOST_JOIN))
        assert set(given) == {"item", "lot"}
        item, lot = Item.parse(given["item"]).text, LotCode(given["lot"]).text
    except (ValueError, RecursionError, AssertionError, TypeError, AttributeError) as wrong:
        raise WireRefused("body-malformed", why="fields") from wrong
    except DomainError:
        return problem(404, "unknown-lot", _UNKNOWN)

    def work() -> Response:
        if not may_see(services, asking.record.party, item, lot):
            refused = DisclosureRefused("hidden-bundle")
            return problem(403, refused.code, refused.say("en"))
        found = services.bundle(item, lot)
        if found is None:
            return problem(404, "unknown-lot", _UNKNOWN)
        if not may_have(services, asking.record.party, item, lot, found):
            refused = DisclosureRefused("hidden-bundle")
            return problem(403, refused.code, refused.say("en"))
        return Response(found, 200, {"cache-control": "no-store"}, _JSON)

    return await run_sync(work)


async def _photos_asked(services: Services, request: Request) -> Response:
    body = await _body(request, _JSON, MOST_QUESTION)
    asking = await _admitted(services.hub, request, body)
    digests = asked_digests(body)
    return _json(await run_sync(lambda: lacking(services.album, asking.record.party, digests)))


async def _photo_taken(services: Services, request: Request) -> Response:
    body = await _body(request, JPEG, MOST_PHOTO)
    asking = await _admitted(services.hub, request, body)
    return _json(await run_sync(lambda: take(services.album, asking.record.party, body)))


async def _asked(hub: Hub, request: Request) -> Response:
    if request.url.query:
        raise HubRefused("query-unexpected")
    body = await bounded_body(request, 0)
    if body is None:
        raise WireRefused("too-large", most=0)
    asking = await _admitted(hub, request, body, ended=True)
    return _json(await run_sync(lambda: hub.status(asking)))
