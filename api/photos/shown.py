"""Photos on pages: lot facts told what was erased here, and the lines of the manager's list."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from api.pages.messages_catalogue import N_, Tongue
from api.pages.words import STAGES, worded
from api.photos.album import MOST_LISTED, Album, State
from api.routes.services import Facts, Services
from ledger.projections.photos import PhotoRow

STATES: dict[State, str] = {
    "here": N_("ảnh có trên máy này"),
    "missing": N_("tệp ảnh chưa về máy này"),
    "altered": N_("tệp ảnh bị hỏng, không hiện được"),
    "gone": N_("ảnh đã gỡ"),
}


def without_erased(facts: Facts, erased: Collection[str]) -> Facts:
    """The facts with `gone` set on photos whose bytes were erased here; the same object without any."""
    if not erased:
        return facts

    def told(photos: list[Facts]) -> list[Facts]:
        return [_told(one, erased) for one in photos]

    shown = {**facts, "photos": told(facts.get("photos") or [])}
    product = facts.get("product")
    if product and product.get("image"):
        shown["product"] = {**product, "image": _told(product["image"], erased)}
    shown["stages"] = [
        {
            **stage,
            "photos": told(stage.get("photos") or []),
            "sites": [
                {**site, "photos": told(site.get("photos") or [])} for site in stage["sites"]
            ],
        }
        for stage in facts.get("stages") or []
    ]
    return shown


def _told(photo: Facts, erased: Collection[str]) -> Facts:
    if photo["digest"] not in erased and photo["small"] not in erased:
        return photo
    return {**photo, "digest": "", "small": "", "alt": "", "gone": True}


def listed(services: Services, party: str, say: Tongue) -> list[dict[str, Any]]:
    """A party's photos for the list, the newest first, with how each stands here."""
    return [
        _line(services, services.album, row, say)
        for row in services.album.table.of_party(party, MOST_LISTED)
    ]


def _line(services: Services, album: Album, row: PhotoRow, say: Tongue) -> dict[str, Any]:
    state = album.state(row)
    photo = row.shown()
    photo["gone"] = state == "gone"
    return {
        "photo": photo,
        "entry": row.entry,
        "of": target_words(services, row, say),
        "state": say(STATES[state]),
        "bad": state == "altered",
        "standing": not row.withdrawn,
    }


def target_words(services: Services, row: PhotoRow, say: Tongue) -> str:
    """What a photo shows, in words."""
    if row.item is not None:
        name = services.views.known_for(row.party)
        item = name.product(row.item)
        words = f"{item['name'] if item else row.item} · {row.lot}"
        return f"{words} · {worded(STAGES, row.stage, say)}" if row.stage else words
    if row.product is not None:
        known = services.views.known_for(row.party).product(row.product)
        return str(known["name"]) if known else row.product
    if row.site is not None:
        names = {str(one["code"]): str(one["name"]) for one in services.views.sites(row.party)}
        return names.get(row.site, row.site)
    return ""
