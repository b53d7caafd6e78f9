"""What pages, commands and intake read: the views, and the registry as of the newest statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from api.errors import DoorError
from ledger.domain.errors import DomainError
from ledger.domain.identifiers import Gtin
from ledger.projections.lookup import Lookup
from ledger.projections.stock import Stock
from ledger.projections.stories import Stories
from ledger.projections.tallies import Tallies
from ledger.projections.views import Container, LabelRow, LotFacts, Views
from ledger.registrations import Registrations
from ledger.verify.amounts import kilograms, plain
from ledger.verify.history import Located
from ledger.verify.registry import Registry


@dataclass(frozen=True, slots=True)
class LotRow:
    """One line in a list of lots. `left_kg` is decimal text, `stopped` held, recalled or None."""

    item: str
    code: str
    name: str
    time: str
    kind: str
    left_kg: str | None
    packs: int
    left_packs: str | None
    labels_issued: int
    stopped: str | None


class ReadSide:
    """One object for everything that is only read."""

    def __init__(
        self, views: Views, stories: Stories, in_doubt: Callable[[str, str, int], bool]
    ) -> None:
        """`in_doubt` asks this machine's spool about (GTIN, tag, counter)."""
        self._views = views
        self._stories = stories
        self._in_doubt = in_doubt
        self._registrations = Registrations(views, stories.located_all)

    @property
    def registry(self) -> Registry:
        """Registered parties, sites, items, products, certificates and instruments."""
        return self._stories.history.registry

    def registered(self, *subjects: str) -> list[Located]:
        """Every registry statement about these, in log order; subjects as `Registrations` has them."""
        return self._registrations.about(subjects)

    @property
    def stories(self) -> Stories:
        """Lots as their statements tell them, and the keys that signed."""
        return self._stories

    @property
    def lookup(self) -> Lookup:
        """Finding by words and codes; of the thread that asks."""
        return Lookup(self._views.connection())

    @property
    def tallies(self) -> Tallies:
        """Counts over the whole ledger; of the thread that asks."""
        return Tallies(self._views.connection())

    @property
    def stock(self) -> Stock:
        """Lots that run out of time, and those stopped."""
        return Stock(self._views)

    @property
    def size(self) -> int:
        return self._views.size

    def owner_of(self, item: str) -> str | None:
        """The party that an item belongs to."""
        return self.registry.owner_of(item)

    def lot(self, item: str, code: str) -> LotFacts | None:
        return self._views.lot(item, code)

    def label(self, gtin14: str, serial_tag: str, counter: int) -> LabelRow | None:
        """A serial's lot and state; in_doubt is known only where its printer is."""
        return self.label_at(gtin14, serial_tag, counter)[1]

    def label_at(self, gtin14: str, serial_tag: str, counter: int) -> tuple[int, LabelRow | None]:
        """The same after the tree size that it speaks of."""
        size, found = self._views.label_at(gtin14, serial_tag, counter)
        if found is None or found.state != "issued":
            return size, found
        doubted = self._in_doubt(gtin14, serial_tag, counter)
        return size, LabelRow(found.lot_code, "in_doubt") if doubted else found

    def container(self, sscc: str) -> Container | None:
        return self._views.container(sscc)

    def lots(self, party: str | None = None, limit: int = 200) -> list[LotRow]:
        """Lots with the newest statement first."""
        return [row_of(one) for one in self._views.lots(party, limit)]

    def lots_handled(self, party: str, limit: int) -> list[LotRow]:
        """As `lots`, with those of others that the party said something of, as received goods."""
        found = self._views.lots(party, limit)
        for one in self._views.lots(None, limit):
            if one["party"] != party and any(step["party"] == party for step in one["steps"]):
                found.append(one)
        found.sort(key=lambda one: -int(one["last_index"]))
        return [self._row_for(party, one) for one in found[:limit]]

    def _row_for(self, party: str, facts: dict[str, Any]) -> LotRow:
        """A line as `party` has the lot: of a part that came from others, what is left of that."""
        row = row_of(facts)
        if facts["party"] == party:
            return row
        own = [step for step in facts["steps"] if step["party"] == party]
        came = _mass(step["quantity"] for step in own if step["type"] == "received")
        if came is None:
            return row
        lot = facts["item"], facts["lot"]
        children = [self._views.lot(one["item"], one["lot"]) for one in facts["children"]]
        taken = _mass(
            parent["quantity"]
            for child in children
            if child is not None and child.facts["party"] == party
            for parent in child.facts["parents"]
            if (parent["item"], parent["lot"]) == lot
        )
        return replace(row, left_kg=plain(came - (taken or Decimal(0))))

    def products(self) -> list[dict[str, Any]]:
        return [{**body, "party": party} for party, body in self.registry.products.values()]

    def items(self, party: str) -> list[dict[str, Any]]:
        return [
            {**body, "item": item}
            for item, body in self.registry.items.items()
            if item.startswith(f"{party}/")
        ]

    def sites(self, party: str) -> list[dict[str, Any]]:
        return [body for (owner, _), body in self.registry.sites.items() if owner == party]

    def instruments(self, party: str) -> list[dict[str, Any]]:
        return [
            {"code": code, "valid_to": max((until for _, until in seen), default=None)}
            for (owner, code), seen in self.registry.instruments.items()
            if owner == party
        ]

    def parties(self) -> list[dict[str, Any]]:
        return list(self.registry.parties.values())

    def item_named(self, text: str) -> str:
        """Item text from what a person types: a GTIN of any length, PARTY/code, or a bare code.

        Raises:
            DoorError: no or several items are meant.
        """
        if "/" in text:
            return text
        try:
            return Gtin.parse(text).gtin14
        except DomainError:
            found = [item for item in self.registry.items if item.partition("/")[2] == text]
        if len(found) == 1:
            return found[0]
        known = sorted([*self.registry.items, *self.registry.products])[:20]
        raise DoorError("item-unclear", found=text, known=", ".join(known))

    def known_for(self, party: str) -> KnownHere:
        """What intake may ask, from the side of one party."""
        return KnownHere(party, self._views, self.registry)


def _mass(quantities: Iterable[dict[str, str] | None]) -> Decimal | None:
    """Their kilograms together; None when there is none by weight."""
    masses = [kilograms(one) for one in quantities if one is not None]
    known = [mass for mass in masses if mass is not None]
    return sum(known, Decimal(0)) if known else None


def row_of(facts: dict[str, Any]) -> LotRow:
    """The line of a list for a lot's facts."""
    return LotRow(
        facts["item"],
        facts["lot"],
        facts["name"],
        facts["steps"][-1]["time"],
        facts["kind"],
        facts["balance"]["left_kg"],
        facts["packs"],
        facts["balance"]["left_packs"],
        facts["labels"]["issued"] - facts["labels"]["voided"],
        None if facts["stopped"] is None else facts["stopped"]["type"],
    )


class KnownHere:
    """`api.intake.known.Known` over this ledger, live."""

    def __init__(self, party: str, views: Views, registry: Registry) -> None:
        self._party = party
        self._views = views
        self._registry = registry

    def site_exists(self, code: str) -> bool:
        return (self._party, code) in self._registry.sites

    def item(self, code: str) -> str | None:
        full = code if "/" in code else f"{self._party}/{code}"
        return full if full in self._registry.items else None

    def product(self, gtin14: str) -> dict[str, Any] | None:
        found = self._registry.products.get(gtin14)
        return None if found is None else found[1]

    def instrument_exists(self, code: str) -> bool:
        return (self._party, code) in self._registry.instruments

    def party_called(self, text: str) -> tuple[str, str] | None:
        for code, body in self._registry.parties.items():
            if text in {code, body["name"]}:
                return code, body["kind"]
        return None

    def item_of_lot(self, lot_code: str) -> list[str]:
        return [item for item, _ in self._views.lots_with_code(lot_code)]
