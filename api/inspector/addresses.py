"""Addresses of the inspector's pages, in the reader's language."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from api.pages.addresses import at, lot_path
from api.routes.lots import lot_of_path
from ledger.verify.graph import Lot

ROOT: Final = "/kiem-tra"


def tool_at(lot: Lot, tool: str, lang: str, **asked: str) -> str:
    """One of the inspector's tools for a lot, such as `lenh`."""
    return at(f"{ROOT}/lo/{lot_path(*lot)}/{tool}", lang, **asked)


def asked_for_lot(request: Request, tool: str) -> tuple[str, str] | None:
    """The lot of `/kiem-tra/lo/{item}/{lot}/{tool}`; None when it names none."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    scope = {**request.scope, "raw_path": raw.removesuffix(f"/{tool}".encode())}
    return lot_of_path(Request(scope), f"{ROOT}/lo/")
