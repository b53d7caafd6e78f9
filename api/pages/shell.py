"""What the bar above a page holds: the pages that whoever asks may open, the language, who they are.

The table of access decides what stands there, so that nobody is led to a page that refuses them.
The outermost layer leaves the request in `ASKED`, so that every page, those of refusals and faults
among them, has its bar without being handed the request. A page with a bar is for one reader: no
cache may share it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from api.access.table import TABLE, may
from api.access.viewer import Viewer, viewer_of
from api.pages.addresses import at
from api.pages.messages_catalogue import N_, tongue

_PAGES: Final = (
    ("/tram", N_("Trang trạm"), "scan"),
    ("/quan-ly", N_("Quản lý"), "table"),
    ("/kiem-tra", N_("Tra cứu"), "search"),
    ("/tinh", N_("Toàn tỉnh"), "map"),
    ("/phan-anh", N_("Phản ánh"), "message"),
    ("/nguoi", N_("Người dùng"), "people"),
    ("/huong-dan", N_("Hướng dẫn"), "book"),
)
"""In the order in which they stand; an address without a row in the table of access is left out."""
ASKED: Final[ContextVar[Mapping[str, Any] | None]] = ContextVar("ocop_asked", default=None)
"""The scope of the request that is being answered; None outside of one, and on labels' addresses."""
_STATION: Final = "/tram"
_MOST: Final = 2000
"""Bytes of a query that the language link keeps."""


@dataclass(frozen=True, slots=True)
class PageLink:
    """One page of the bar with the name of its icon; `current` is its aria-current, "" elsewhere."""

    address: str
    word: str
    sign: str
    current: str = ""


@dataclass(frozen=True, slots=True)
class Top:
    """The bar. Addresses are "" where there is no such way."""

    home: str
    pages: tuple[PageLink, ...] = ()
    other: str = ""
    other_lang: str = ""
    name: str = ""
    account: str = ""
    leave: str = ""
    enter: str = ""
    scans: bool = False
    """Whether the page hears a scanner: pages of the station do."""


def shell(scope: Mapping[str, Any], lang: str, current: str = "") -> dict[str, Any]:
    """The bar for `render(..., **shell(request.scope, lang))`; without it `top_now` is shown.

    `current` is the address in the bar that the page belongs to; by default the one its own
    address begins with.
    """
    return {"top": _top(scope, viewer_of(scope), lang, current)}


def top_now(lang: str) -> Top:
    """The bar of the request that is being answered; the mark alone where none is known."""
    scope = ASKED.get()
    return Top(home=at("/", lang)) if scope is None else _top(scope, viewer_of(scope), lang, "")


def _top(scope: Mapping[str, Any], viewer: Viewer, lang: str, current: str) -> Top:
    path = str(scope.get("path", "/"))
    say = tongue(lang)
    shown = [one for one in _PAGES if _open_to(viewer, one[0])]
    here = current or max(
        (one for one, _, _ in shown if path == one or path.startswith(f"{one}/")),
        key=len,
        default="",
    )
    pages = tuple(
        PageLink(at(one, lang), say(word), sign, _current(path, one, here))
        for one, word, sign in shown
    )
    home = next((one for one, _, _ in shown if one != "/huong-dan"), "/toi" if viewer.id else "/")
    return Top(
        home=at(home, lang),
        pages=pages,
        other=_other(scope, path, lang),
        other_lang="vi" if lang == "en" else "en",
        name=viewer.name,
        account=at("/toi", lang) if may(viewer.roles, "/toi", "GET") else "",
        leave=at("/ra", lang),
        enter="" if viewer.id or path.startswith("/vao") else at("/vao", lang),
        scans=path.startswith(_STATION) and _open_to(viewer, _STATION),
    )


def _current(path: str, address: str, here: str) -> str:
    if address != here:
        return ""
    return "page" if path == address else "true"


def _open_to(viewer: Viewer, address: str) -> bool:
    if address.startswith(_STATION) and not viewer.own_machine:
        return False
    return may(viewer.roles, address, "GET")


def _other(scope: Mapping[str, Any], path: str, lang: str) -> str:
    """This page in the other language, with what was asked; "" where it can only be sent to."""
    if scope.get("method", "GET") not in ("GET", "HEAD") and (path, "GET") not in TABLE:
        return ""
    query = bytes(scope.get("query_string", b""))[:_MOST].decode("latin-1")
    try:
        asked = parse_qsl(query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        asked = []
    kept = [(name, value) for name, value in asked if name != "lang"]
    raw = scope.get("raw_path")
    where = raw.decode("latin-1").partition("?")[0] if isinstance(raw, bytes) else quote(path)
    # Two slashes at the beginning would name another site, and lead there.
    where = "/" + where.lstrip("/\\")
    return f"{where}?{urlencode([*kept, ('lang', 'vi' if lang == 'en' else 'en')])}"
