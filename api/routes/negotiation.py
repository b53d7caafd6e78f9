"""Which form of an answer a client asked for (RFC 9110 section 12.5.1), from raw headers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import parse_qs

HTML = "text/html"
JSON = "application/json"
LINKSET = "application/linkset+json"
_OFFERED = (HTML, JSON, LINKSET)


@lru_cache(maxsize=256)
def chosen_type(accept: str) -> str:
    """The offered type that `accept` likes best; HTML for ties, for nothing and for nonsense."""
    best, best_quality = HTML, 0.0
    wishes = [_wish(part) for part in accept[:1000].split(",")[:30]]
    for offered in _OFFERED:
        quality = _quality(offered, wishes)
        if quality > best_quality:
            best, best_quality = offered, quality
    return best


def _wish(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return name.lower(), quality


def _quality(offered: str, wishes: Iterable[tuple[str, float]]) -> float:
    group = offered.partition("/")[0] + "/*"
    known = dict(wishes)
    for name in (offered, group, "*/*"):
        if name in known:
            return known[name]
    return 0.0


@lru_cache(maxsize=256)
def asked_for(query: bytes) -> tuple[str, str | None]:
    """(language, linkType) of a query string; Vietnamese unless `lang=en`."""
    try:
        fields = parse_qs(query[:2000].decode("latin-1"), max_num_fields=20) if query else {}
    except ValueError:  # no page of ours has so many
        fields = {}
    lang = "en" if fields.get("lang", [""])[-1] == "en" else "vi"
    return lang, fields.get("linkType", [None])[-1]
