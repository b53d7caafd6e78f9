"""What a party may hang a photo on: its products, its sites, its newest lots."""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.dates import day
from api.pages.messages_catalogue import N_, Tongue
from api.routes.services import Services
from ledger.projections.photos import PhotoRow

_LOTS = 60
PRODUCTS, LOTS, SITES = N_("Sản phẩm"), N_("Lô hàng gần đây"), N_("Địa điểm")


@dataclass(frozen=True, slots=True)
class Group:
    """One group of the choice: its title, and (value, words) of each."""

    title: str
    choices: list[tuple[str, str]]


def targets(services: Services, party: str, say: Tongue, chosen: str = "") -> list[Group]:
    """The groups of the choice; `chosen` (an older lot of the party's own) is among them, too."""
    views = services.views
    products = [
        (f"product|{one['gtin']}", f"{one['name']} ({one['gtin']})")
        for one in views.products()
        if one["party"] == party
    ]
    lots = [
        (f"lot|{one.item}|{one.code}", f"{one.name} · {one.code} · {day(one.time[:10])}")
        for one in views.lots(party, _LOTS)
    ]
    older = _older(services, party, chosen)
    if older is not None and older[0] not in {value for value, _ in lots}:
        lots.insert(0, older)
    sites = [
        (f"site|{one['code']}", f"{one['name']} ({one['code']})") for one in views.sites(party)
    ]
    groups = ((PRODUCTS, sorted(products)), (LOTS, lots), (SITES, sorted(sites)))
    return [Group(say(title), choices) for title, choices in groups if choices]


def _older(services: Services, party: str, chosen: str) -> tuple[str, str] | None:
    kind, _, rest = chosen.partition("|")
    item, _, code = rest.partition("|")
    found = services.views.lot(item, code) if kind == "lot" else None
    if found is None or found.facts["party"] != party:
        return None
    return chosen, f"{found.facts['name']} · {code}"


def value_of(row: PhotoRow) -> str:
    """The choice that a photo stands for now."""
    if row.item is not None:
        return f"lot|{row.item}|{row.lot}"
    return f"product|{row.product}" if row.product is not None else f"site|{row.site or ''}"
