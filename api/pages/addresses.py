"""Addresses of our own pages that keep the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlencode

from api.pages.messages_catalogue import SOURCE

Leading = Callable[..., str]
"""`to(path, **query)`: an address in one language; the global `to` of every template."""

_LEFT_OUT: Final = ("", None)


def at(path: str, lang: str, **query: object) -> str:
    """`path` with what is asked of it; empty values are left out, and so is the source language."""
    fields = {name: value for name, value in query.items() if value not in _LEFT_OUT}
    if lang != SOURCE:
        fields["lang"] = lang
    return f"{path}?{urlencode(fields)}" if fields else path


def leading(lang: str) -> Leading:
    """`at` for one language."""

    def to(path: str, **query: object) -> str:
        return at(path, lang, **query)

    return to


def label_path(gtin14: str, lot: str, serial: str | None = None) -> str:
    """`/01/{gtin}/10/{lot}[/21/{serial}]`, each percent-encoded to the last reserved character."""
    own = f"/01/{quote(gtin14, safe='')}/10/{quote(lot, safe='')}"
    return own if serial is None else f"{own}/21/{quote(serial, safe='')}"


def lot_path(item: str, lot: str) -> str:
    """`{item}/{lot}` for an address, each percent-encoded to the last reserved character."""
    return f"{quote(item, safe='')}/{quote(lot, safe='')}"


def dossier_at(lot: tuple[str, str], lang: str, **asked: object) -> str:
    """The dossier of a lot."""
    return at(f"/lo/{lot_path(*lot)}", lang, **asked)
