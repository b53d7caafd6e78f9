"""Photos put where a lot's facts show them: at the product, at each stage, at each site."""

from __future__ import annotations

from typing import Any

from ledger.projections.photos import MOST, PhotoRow, Photos
from ledger.verify.graph import Lot
from ledger.verify.registry import Registry

Facts = dict[str, Any]


def with_photos(
    facts: Facts, lineage: list[Lot], photos: Photos | None, registry: Registry
) -> None:
    """Fill in `photos` of the facts, their stages and sites, and `image` of their product.

    A photo is as `PhotoRow.shown`, with `by`, its party's name. `photos` of the facts themselves
    are those of the lot and what it was made of that belong to no recorded stage. `image` is the
    photo that the registration names, else the newest of the product; absent when there is none.
    """
    facts["photos"] = []
    for stage in facts["stages"]:
        stage["photos"] = []
        for site in stage["sites"]:
            site["photos"] = []
    product = facts["product"]
    if product is not None:
        # As signed it is a digest; as shown, a photo.
        facts["product"] = product = {k: v for k, v in product.items() if k != "image"}
    if photos is None or not photos.any():
        return

    def shown(row: PhotoRow) -> Facts:
        name = registry.parties.get(row.party, {}).get("name", row.party)
        return {**row.shown(), "by": name}

    if product is not None:
        found = _image(photos.of_product(facts["item"]), _signed_image(registry, facts["item"]))
        if found is not None:
            product["image"] = shown(found)
    stages = {(one["type"], one["item"]): one for one in facts["stages"]}
    for lot, rows in photos.of_lots(lineage).items():
        for row in rows:
            where = stages.get((row.stage or "", lot[0]), facts)
            if len(where["photos"]) < MOST:
                where["photos"].append(shown(row))
    for stage in facts["stages"]:
        for site in stage["sites"]:
            site["photos"] = [shown(row) for row in photos.of_site(site["party"], site["code"])]


def _signed_image(registry: Registry, gtin14: str) -> str | None:
    body = registry.products.get(gtin14, ("", {}))[1]
    return body.get("image")


def _image(rows: list[PhotoRow], signed: str | None) -> PhotoRow | None:
    """Of a product's photos, the newest first, the one that is its picture."""
    named = [one for one in rows if one.photo == signed]
    standing = [one for one in rows if not one.withdrawn]
    return next(iter([*named, *standing, *rows]), None)
