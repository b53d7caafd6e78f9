"""Every route of an application, also those inside routers that it includes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from starlette.routing import BaseRoute, compile_path


@dataclass(frozen=True, slots=True)
class Listed:
    """One route: its template, what its paths look like, and the methods it takes."""

    template: str
    pattern: re.Pattern[str]
    methods: frozenset[str]


def listed(routes: Iterable[BaseRoute]) -> Iterator[Listed]:
    """The routes in the order in which they are asked.

    TypeError for a kind of route whose paths cannot be told (a mount, a websocket): nothing may be
    reachable that the table does not name.
    """
    for route in routes:
        inside = getattr(route, "original_router", None)
        if inside is not None:
            yield from listed(inside.routes)
            continue
        template, methods = getattr(route, "path", None), getattr(route, "methods", None)
        if not isinstance(template, str) or not methods:
            raise TypeError(f"a route that the table of access cannot name: {route!r}")
        yield Listed(template, compile_path(template)[0], frozenset(methods))
