"""What a party has registered, as rows of tables: bodies by key, in the order of first mention."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from api.tables.needs import Desk
from ledger.verify.history import Located

Key = tuple[str, ...]
Body = dict[str, Any]

TYPES: Final = {
    "san-pham": ("product-registered",),
    "mat-hang": ("item-registered",),
    "dia-diem": ("site-registered",),
    "giay-chung-nhan": ("certificate-recorded", "certificate-withdrawn"),
    "thiet-bi": ("instrument-registered", "instrument-verified"),
}


def registered(desk: Desk, party: str, table: str) -> dict[Key, Body]:
    """Every row of a register as the party's statements leave it.

    A certificate that was withdrawn has `withdrawn`, its reason. An instrument has a row for each
    verification, or one without any.
    """
    indexes = desk.tables.entries_of_type(*TYPES[table])
    located = desk.views.stories.located_all(indexes)
    own = (one for one in located if one.statement.party == party)
    if table == "giay-chung-nhan":
        return _certificates(own)
    if table == "thiet-bi":
        return _instruments(own)
    key = "gtin" if table == "san-pham" else "code"
    return {(one.statement.body[key],): one.statement.body for one in own}


def _certificates(own: Iterable[Located]) -> dict[Key, Body]:
    found: dict[Key, Body] = {}
    for one in own:
        body = one.statement.body
        key = body["subject"], body["number"]
        if one.statement.type == "certificate-recorded":
            found[key] = dict(body)
        elif key in found:
            found[key]["withdrawn"] = body["reason"]
    return found


def _instruments(own: Iterable[Located]) -> dict[Key, Body]:
    kinds: dict[str, Body] = {}
    verified: dict[str, dict[Key, Body]] = {}
    for one in own:
        body = one.statement.body
        if one.statement.type == "instrument-registered":
            kinds[body["code"]] = body
        else:
            when = body["code"], body["verified_on"], body["valid_to"]
            verified.setdefault(body["code"], {})[when] = body
    found: dict[Key, Body] = {}
    for code, kind in kinds.items():
        nothing: dict[Key, Body] = {(code,): {}}
        for key, last in verified.get(code, nothing).items():
            found[key] = {**last, **kind}
    return found
