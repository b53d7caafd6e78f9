"""A party's figures, read by index: bounded, whatever the ledger has gathered."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from api.figures import counting, stock
from api.figures.labelled import Labels, labels_of
from api.figures.lasting import Lasted, lasted
from api.figures.period import Period
from api.routes.services import Services, Views
from ledger.verify.amounts import kilograms
from ledger.verify.graph import Lot, lot_of, lots_named
from ledger.verify.lots import LotGraph

MOST_STATEMENTS: Final = 20_000
"""Of one period; the newest, when there are more."""
MOST_LOTS: Final = 2_000
"""In stock: those that were spoken of last."""
_MOST_KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class Figures:
    """What a page shows. `labels` by GTIN; `lasted` by (way, item); `more` when something was left out."""

    counted: counting.Counted
    labels: dict[str, Labels]
    lasted: dict[tuple[str, str], Lasted]
    stock: list[stock.InStock]
    statements: int
    more: bool
    more_stock: bool


class FiguresMemory:
    """The figures asked for last, as long as the ledger and this machine's prints stay as they are.

    The page and each of its files ask for the same.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], Figures] = OrderedDict()

    def of(self, party: str, period: Period) -> Figures:
        """All figures of one party and period; stock is that of now.

        Raises:
            LedgerError: the database is away.
        """
        # Read before the rest: figures of a later state under an earlier size are asked for again.
        size, doubts = self._services.views.size, _doubts(self._services)
        key = party, period, size, tuple(sorted(doubts.items()))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = _figures(self._services, party, period, doubts)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found


def _doubts(services: Services) -> dict[Lot, int]:
    """Labels of each lot of which this machine's spool does not know whether they came out."""
    found: dict[Lot, int] = {}
    for job in services.labelling.unfinished():
        where = job.item, job.lot
        found[where] = found.get(where, 0) + job.in_doubt
    return found


def _figures(services: Services, party: str, period: Period, doubts: Mapping[Lot, int]) -> Figures:
    views = services.views
    indexes = views.tallies.within(
        party, counting.TYPES, period.first, period.end, MOST_STATEMENTS + 1
    )
    more, indexes = len(indexes) > MOST_STATEMENTS, indexes[-MOST_STATEMENTS:]
    located = views.stories.located_all(indexes)
    named = dict.fromkeys(
        lot for one in located for lot in lots_named(one.statement.type, one.statement.body)
    )
    stocked, more_stock = _stocked(views, party, period.item)
    # One graph for both: what happened in the period, and all that is known of the lots in stock.
    beside = views.lookup.about(list(named), ()) + views.lookup.about(stocked, stock.TYPES)
    graph = LotGraph([*located, *views.stories.located_all(set(beside) - set(indexes))])
    steps = [graph.steps[one.id] for one in located]
    found = counting.counted(steps, period.months, _net(views), period.item)
    packed = {
        lot_of(one.body["lot"]): None
        for one in steps
        if one.type == "packed" and period.item in ("", one.body["lot"]["item"])
    }
    labelled = {
        lot_of(one.body["lot"]): None
        for one in steps
        if one.type == "labels-issued" and period.item in ("", one.body["lot"]["item"])
    }
    facts = (known.facts for lot in packed if (known := views.lot(*lot)) is not None)
    return Figures(
        found,
        _labels(services, labelled, doubts),
        lasted(facts, party),
        stock.in_stock(graph, stocked, party),
        len(located),
        more,
        more_stock,
    )


def _net(views: Views) -> dict[str, Decimal | None]:
    """Kilograms of one pack of every product; None where its content is no mass."""
    return {
        str(one["gtin"]): kilograms(one["net_content"]) if "net_content" in one else None
        for one in views.products()
    }


def _labels(
    services: Services, lots: Iterable[Lot], doubts: Mapping[Lot, int]
) -> dict[str, Labels]:
    """Labels of these lots, whenever they were issued."""
    found: dict[str, Labels] = {}
    for lot in lots:
        ranges = services.tables.label_ranges(*lot)
        one = labels_of(ranges, services.tables.label_marks(*lot))
        one.doubted = min(doubts.get(lot, 0), one.waiting)
        found.setdefault(lot[0], Labels()).add(one)
    return found


def _stocked(views: Views, party: str, item: str) -> tuple[list[Lot], bool]:
    """Lots that may be in stock: the own, and those that the party received; whether there are more."""
    own = views.lookup.lots_of_party(party, MOST_LOTS + 1)
    received = views.tallies.within(party, ("received",), "0000", "9999", MOST_LOTS)
    others = [lot_of(one.statement.body["lot"]) for one in views.stories.located_all(received)]
    lots = [lot for lot in dict.fromkeys([*own[:MOST_LOTS], *others]) if item in ("", lot[0])]
    return lots, len(own) > MOST_LOTS or len(received) == MOST_LOTS
