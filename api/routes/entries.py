"""POST /api/v1/entries: signed entries, singly or in batches; repeating one is harmless."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.routes.api_examples import ENTRIES_OPENAPI
from api.routes.replies import json_bytes, problem
from api.routes.services import Services, Submitted
from ledger.errors import ForkFound, LedgerError
from ledger.verify.canonical import CanonicalRefused
from ledger.verify.entry import EntryRefused
from ledger.verify.keys import KeyRefused
from ledger.verify.note import strict_base64
from ledger.verify.registry import OwnershipRefused
from ledger.verify.signature import SignatureRefused
from ledger.verify.wording import Refusal

MAX_BODY = 4 * 1024 * 1024
MAX_ENTRIES = 100
# Base64 of the largest entry: 16 KiB of payload, its head and 96 bytes behind it.
_LONGEST_TEXT = 24_000

_MALFORMED = (EntryRefused, CanonicalRefused)
_UNAUTHORISED = (KeyRefused, OwnershipRefused, SignatureRefused)


class _Malformed(Exception):
    """A body that is not {"entries": [...]}: code, sentence, position."""

    def __init__(self, code: str, detail: str, position: int | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.position = position


async def bounded_body(request: Request, limit: int) -> bytes | None:
    """The request's body, or None when it is longer than `limit` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


def _read(body: bytes) -> list[bytes]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise _Malformed("not-json", "The body is not JSON; send an object.") from None
    entries = given.get("entries") if isinstance(given, dict) and len(given) == 1 else None
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_ENTRIES:
        detail = f'The body must be {{"entries": [...]}} with 1 to {MAX_ENTRIES} base64 entries.'
        raise _Malformed("body-shape", detail)
    found = []
    for position, text in enumerate(entries):
        if not isinstance(text, str) or len(text) > _LONGEST_TEXT:
            detail = "An entry must be a base64 text of at most 24,000 characters."
            raise _Malformed("not-base64", detail, position)
        try:
            found.append(strict_base64(text))
        except (ValueError, binascii.Error):
            detail = "An entry is not standard base64 with padding; encode it again."
            raise _Malformed("not-base64", detail, position) from None
    return found


def _results(services: Services, done: list[Submitted]) -> list[dict[str, Any]]:
    sealed = services.log.size
    return [
        {
            "id": one.id,
            "index": one.index,
            "status": "known" if one.known else "recorded",
            # An entry is durable when answered; its proof exists once it is sealed.
            "proof": services.log.proof(one.index) if one.index < sealed else None,
        }
        for one in done
    ]


def _status(refusal: Refusal) -> int:
    if isinstance(refusal, ForkFound):
        return 409
    if isinstance(refusal, _MALFORMED):
        return 400
    if isinstance(refusal, _UNAUTHORISED):
        return 403
    if isinstance(refusal, LedgerError) and refusal.code == "store-unwritable":
        return 503
    return 422


def _record(services: Services, raw: list[bytes]) -> Response:
    try:
        done = list(services.ledger.submit(raw))
        services.station.catch_up()
    except Refusal as refusal:
        services.station.catch_up()
        members: dict[str, Any] = {
            "position": getattr(refusal, "position", None),
            "results": _results(services, list(getattr(refusal, "done", []))),
        }
        if isinstance(refusal, ForkFound):
            members["stored"] = base64.b64encode(refusal.stored).decode("ascii")
            members["offered"] = base64.b64encode(refusal.offered).decode("ascii")
        return problem(_status(refusal), refusal.code, refusal.say("en"), **members)
    return Response(json_bytes({"results": _results(services, done)}), 200, _NO_STORE, _JSON)


_JSON = "application/json"
_NO_STORE = {"cache-control": "no-store"}


def entries_routes(services: Services) -> APIRouter:
    """The recording route."""
    router = APIRouter(tags=["entries"])

    async def post_entries(request: Request) -> Response:
        """Record 1 to 100 signed entries in the order given.

        Entries before an offending one stay recorded and are listed in `results`.
        """
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
            return problem(415, "media-type", "Send the entries as application/json.")
        body = await bounded_body(request, MAX_BODY)
        if body is None:
            return problem(413, "too-large", "The body is larger than 4 MiB; send fewer entries.")
        try:
            raw = _read(body)
        except _Malformed as fault:
            return problem(400, fault.code, fault.detail, position=fault.position, results=[])
        return await run_in_threadpool(_record, services, raw)

    router.add_api_route(
        "/api/v1/entries",
        post_entries,
        methods=["POST"],
        response_class=Response,
        **ENTRIES_OPENAPI,
    )
    return router
