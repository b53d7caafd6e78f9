"""GET /healthz, /readyz and /metrics for whoever watches the machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.routes.api_examples import answer, problem_answer
from api.routes.replies import problem
from api.watching.exposition import CONTENT_TYPE
from api.watching.watch import Watch

Endpoint = Callable[[], Awaitable[Response]]
Responses = dict[int | str, dict[str, Any]]
_PLAIN = "text/plain; charset=utf-8"
_NO_STORE = {"cache-control": "no-store"}


def health_routes(watch: Watch) -> APIRouter:
    """Liveness, readiness, and what Prometheus asks for."""
    router = APIRouter(tags=["health"])

    async def healthz() -> Response:
        """The process answers."""
        return Response("ok\n", 200, _NO_STORE, _PLAIN)

    async def readyz() -> Response:
        """Statements can be recorded, sealed and shown; 503 with one sentence per fault when not."""
        faults = await run_in_threadpool(watch.readiness.faults)
        if not faults:
            return Response("ready\n", 200, _NO_STORE, _PLAIN)
        told = [{"code": one.code, "detail": one.say("en")} for one in faults]
        return problem(503, "not-ready", " ".join(one["detail"] for one in told), faults=told)

    async def metrics() -> Response:
        """Prometheus text format, of all processes of this ledger folder together."""
        return Response(await run_in_threadpool(watch.scrape), 200, _NO_STORE, CONTENT_TYPE)

    text = {"type": "string"}
    documented: tuple[tuple[str, Endpoint, Responses], ...] = (
        ("/healthz", healthz, {200: answer("Alive", "text/plain", text, "ok\n")}),
        (
            "/readyz",
            readyz,
            {
                200: answer("Ready", "text/plain", text, "ready\n"),
                503: problem_answer("Not ready", "not-ready", "The ledger cannot be written."),
            },
        ),
        (
            "/metrics",
            metrics,
            {200: answer("Gauges", "text/plain", text, "ocop_views_entries 12\n")},
        ),
    )
    for path, endpoint, responses in documented:
        router.add_api_route(path, endpoint, response_class=Response, responses=responses)
    return router
