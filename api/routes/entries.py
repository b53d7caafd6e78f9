"""POST /api/v1/entries: signed entries, singly or in batches; repeating one is harmless."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from api.access.errors import SideAway
from api.keeping.errors import ReadsOnly
from api.routes.api_examples import ENTRIES_OPENAPI
from api.routes.replies import json_bytes, problem
from api.routes.seal_wait import waiting_for
from api.routes.services import SealingLog, Services
from api.station.errors import Frozen
from api.watching import metrics
from ledger.application import Submitted
from ledger.errors import ForkFound, LedgerError
from ledger.verify.canonical import CanonicalRefused
from ledger.verify.entry import EntryRefused, parse_entry
from ledger.verify.keys import KeyRefused
from ledger.verify.note import strict_base64
from ledger.verify.registry import OwnershipRefused
from ledger.verify.signature import SignatureRefused
from ledger.verify.statement import read_statement
from ledger.verify.wording import Refusal

MAX_BODY = 4 * 1024 * 1024
MAX_ENTRIES = 100
# Base64 of the largest entry: 16 KiB of payload, its head and 96 bytes behind it.
_LONGEST_TEXT = 24_000
# A larger body takes the event loop more than a millisecond to read.
_LARGE_BODY = 32 * 1024

SEAL_PATIENCE = 2.0  # seconds that an answer waits for the seal when it is asked to
_RETRY_AFTER = {"retry-after": "2"}

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


def _asks_for_the_seal(request: Request) -> bool:
    """`?wait=seal`, or the preference `wait` of RFC 7240 (however long: see SEAL_PATIENCE)."""
    if request.query_params.get("wait") == "seal":
        return True
    preferences = ",".join(request.headers.getlist("prefer")).split(",")
    return any(one.partition("=")[0].strip().lower() == "wait" for one in preferences)


def _results(log: SealingLog, done: Sequence[Submitted], *, proofs: bool) -> list[dict[str, Any]]:
    sealed = log.size if proofs else 0
    return [
        {
            "id": one.id,
            "index": one.index,
            "status": "known" if one.known else "recorded",
            # An entry is durable when answered; its proof exists once it is sealed.
            "proof": log.proof(one.index) if one.index < sealed else None,
        }
        for one in done
    ]


async def _results_of(
    services: Services, done: Sequence[Submitted], *, sealed: bool
) -> list[dict[str, Any]]:
    log = services.station.log
    if sealed and done:
        await waiting_for(log).until(max(one.index for one in done), SEAL_PATIENCE)
    # What is new is hardly ever sealed yet: only who waits, or repeats, has the log asked.
    proofs = sealed or any(one.known for one in done)
    if proofs:
        with suppress(LedgerError):  # recorded all the same: the answer comes without a proof
            return await run_sync(lambda: _results(log, done, proofs=True))
    return _results(log, done, proofs=False)


def _status(refusal: Refusal) -> int:
    if isinstance(refusal, ForkFound):
        return 409
    if isinstance(refusal, _MALFORMED):
        return 400
    if isinstance(refusal, _UNAUTHORISED):
        return 403
    if isinstance(refusal, ReadsOnly | Frozen):
        return 403  # to come back later would not help
    # Without the place of an offending entry it is the store's trouble, or the writer's.
    if isinstance(refusal, LedgerError) and refusal.position is None:
        return 503
    return 422


def _note_fork(services: Services, fork: ForkFound) -> None:
    """A cloned station is as much one when its statements come in by this door."""
    hub = services.hub
    stored = parse_entry(fork.stored)
    record = hub.keys().records.get(stored.keyid)
    if services.link is None and record is not None and record.role == "station":
        seq = read_statement(stored.payload).seq
        hub.standings.forked(record.keyid_hex, seq, fork.stored, fork.offered, hub.now())


async def _refused(services: Services, refusal: Refusal, *, sealed: bool) -> Response:
    metrics.refused(refusal.code)
    done: list[Submitted] = list(getattr(refusal, "done", []))
    members: dict[str, Any] = {
        "position": getattr(refusal, "position", None),
        "results": await _results_of(services, done, sealed=sealed),
    }
    if isinstance(refusal, ForkFound):
        members["stored"] = base64.b64encode(refusal.stored).decode("ascii")
        members["offered"] = base64.b64encode(refusal.offered).decode("ascii")
        with suppress(SideAway):  # whoever asked is told in any case
            await run_sync(_note_fork, services, refusal)
    status = _status(refusal)
    answer = problem(status, refusal.code, refusal.say("en"), **members)
    if status == 503:
        answer.headers.update(_RETRY_AFTER)
    return answer


_JSON = "application/json"
_NO_STORE = {"cache-control": "no-store"}


def entries_routes(services: Services) -> APIRouter:
    """The recording route."""
    router = APIRouter(tags=["entries"])

    async def post_entries(request: Request) -> Response:
        """Record 1 to 100 signed entries in the order given.

        Entries before an offending one stay recorded and are listed in `results`. What is answered
        is durable. With `?wait=seal` (or `Prefer: wait`) the answer waits up to two seconds for the
        seal and carries the inclusion proofs; an entry that is not sealed by then has none yet.
        """
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
            return problem(415, "media-type", "Send the entries as application/json.")
        body = await bounded_body(request, MAX_BODY)
        if body is None:
            return problem(413, "too-large", "The body is larger than 4 MiB; send fewer entries.")
        sealed = _asks_for_the_seal(request)
        try:
            raw = _read(body) if len(body) < _LARGE_BODY else await run_sync(_read, body)
        except _Malformed as fault:
            return problem(400, fault.code, fault.detail, position=fault.position, results=[])
        try:
            if services.link is not None and (why := services.link.stopped()) is not None:
                raise why  # a frozen station's key records nothing, whichever way it comes
            done = await asyncio.wrap_future(services.writer.submit(raw))
        except Refusal as refusal:
            return await _refused(services, refusal, sealed=sealed)
        results = await _results_of(services, done, sealed=sealed)
        return Response(json_bytes({"results": results}), 200, _NO_STORE, _JSON)

    router.add_api_route(
        "/api/v1/entries",
        post_entries,
        methods=["POST"],
        response_class=Response,
        **ENTRIES_OPENAPI,
    )
    return router
