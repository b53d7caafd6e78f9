"""The addresses of the registers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.routing import BaseRoute, Route

from api.access.gate import Gate
from api.registers.reading_pages import ReadingPages
from api.registers.room import LISTS, ROOT
from api.registers.writing_pages import WritingPages
from api.routes.services import Services


def register_routes(services: Services, gate: Gate) -> list[BaseRoute]:
    """GET /quan-ly and the registers below /quan-ly/danh-muc."""
    reading = ReadingPages(services)
    writing = WritingPages(services, gate, reading)
    one = f"{LISTS}/{{register}}"
    handlers: tuple[tuple[str, str, Callable[..., Any]], ...] = (
        (ROOT, "GET", reading.start),
        (one, "GET", reading.listed),
        (f"{one}/ghi", "GET", writing.form),
        (f"{one}/ghi", "POST", writing.write),
        (f"{one}/muc", "GET", reading.thing),
        (f"{one}/rut", "POST", writing.withdraw),
    )
    return [Route(path, handler, methods=[method]) for path, method, handler in handlers]
