"""A registry kept in memory, filled by the drafts themselves: what a ledger would know by then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ledger.domain.drafts import Draft

_LOT_MAKERS = ("harvested", "received", "packed")


class RegistryOfDrafts:
    """Answers `api.intake.known.Known` for one party from every draft taken so far."""

    def __init__(self, party: str, drafts: Iterable[Draft] = ()) -> None:
        self.party = party
        self.sites: set[str] = set()
        self.instruments: set[str] = set()
        self.items: set[str] = set()
        self.products: dict[str, dict[str, Any]] = {}
        self.parties: dict[str, tuple[str, str]] = {}
        self.lots: list[tuple[str, str]] = []
        for draft in drafts:
            self.take(draft)

    def take(self, draft: Draft) -> None:
        """Know from now on what `draft` says."""
        body = draft.body
        match draft.type:
            case "site-registered":
                self.sites.add(body["code"])
            case "instrument-registered":
                self.instruments.add(body["code"])
            case "item-registered":
                self.items.add(f"{draft.party}/{body['code']}")
            case "product-registered":
                self.products[body["gtin"]] = body
            case "party-registered":
                for text in (body["code"], body["name"]):
                    self.parties[text] = (body["code"], body["kind"])
            case "processed":
                self.lots += [(o["lot"]["code"], o["lot"]["item"]) for o in body["outputs"]]
            case kind if kind in _LOT_MAKERS:
                self.lots.append((body["lot"]["code"], body["lot"]["item"]))

    def site_exists(self, code: str) -> bool:
        return code in self.sites

    def item(self, code: str) -> str | None:
        full = code if "/" in code else f"{self.party}/{code}"
        return full if full in self.items else None

    def product(self, gtin14: str) -> Mapping[str, Any] | None:
        return self.products.get(gtin14)

    def instrument_exists(self, code: str) -> bool:
        return code in self.instruments

    def party_called(self, text: str) -> tuple[str, str] | None:
        return self.parties.get(text)

    def item_of_lot(self, lot_code: str) -> list[str]:
        return [item for code, item in reversed(self.lots) if code == lot_code]
