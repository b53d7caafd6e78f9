"""GET /healthz, /readyz and /metrics for whoever watches the machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.routes.api_examples import answer, problem_answer
from api.routes.replies import problem
from api.routes.services import Services

Endpoint = Callable[[], Awaitable[Response]]
Responses = dict[int | str, dict[str, Any]]
_PLAIN = "text/plain; charset=utf-8"
_NO_STORE = {"cache-control": "no-store"}


def health_routes(services: Services) -> APIRouter:
    """Liveness, readiness, and a few Prometheus gauges."""
    router = APIRouter(tags=["health"])

    async def healthz() -> Response:
        """The process answers."""
        return Response("ok\n", 200, _NO_STORE, _PLAIN)

    async def readyz() -> Response:
        """The ledger can be read and written; 503 with one sentence when not."""
        fault = await run_in_threadpool(services.ready)
        if fault is not None:
            return problem(503, "not-ready", fault)
        return Response("ready\n", 200, _NO_STORE, _PLAIN)

    async def metrics() -> Response:
        """Prometheus text format: sizes of the log and of the views, labels by state."""
        sealed, seen = services.log.size, services.views.size
        lines = [
            "# HELP ocop_log_sealed_entries Entries under the newest checkpoint.",
            "# TYPE ocop_log_sealed_entries gauge",
            f"ocop_log_sealed_entries {sealed}",
            "# HELP ocop_views_entries Entries that the read side has taken in.",
            "# TYPE ocop_views_entries gauge",
            f"ocop_views_entries {seen}",
            "# HELP ocop_print_jobs Print jobs of this process: running, ended with a fault.",
            "# TYPE ocop_print_jobs gauge",
            *(
                f'ocop_print_jobs{{state="{state}"}} {count}'
                for state, count in sorted(services.labelling.printing().items())
            ),
        ]
        return Response("\n".join(lines) + "\n", 200, _NO_STORE, "text/plain; version=0.0.4")

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
