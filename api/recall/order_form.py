"""From a typed order to a draft of the authority: hold, recall, and the end of either."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.intake.times import HANOI
from api.pages.messages_catalogue import N_
from api.pages.words import REASONS
from api.recall.errors import OrderRefused
from api.recall.reach import Reach
from api.routes.services import Views
from ledger.domain.drafts import LONGEST_PRIVATE, Draft
from ledger.verify.graph import Lot, lot_of
from ledger.verify.lots import LotGraph, Step

KINDS: Final = {
    "held": N_("Tạm giữ"),
    "recalled": N_("Thu hồi"),
    "released": N_("Bỏ tạm giữ"),
    "recall-closed": N_("Kết thúc thu hồi"),
}
ENDED_BY: Final = {"released": "held", "recall-closed": "recalled"}
REACHES: Final = {
    "descendants": N_("Lô này và mọi lô làm từ nó"),
    "lots": N_("Chỉ lô này"),
}
ORDER_REASONS: Final = tuple(
    one
    for one in REASONS
    if one not in ("key-lost", "key-stolen", "in-doubt", "typing-error", "replaced", "lost")
)
FIELD_OF: Final = {
    "kind-missing": "kind",
    "nothing-to-end": "kind",
    "order-missing": "order",
    "order-long": "order",
    "ordered-already": "order",
    "reason-missing": "reason",
    "reach-missing": "reach",
    "note-long": "note",
}
"""The field that a refusal is about."""
_LONGEST_ORDER: Final = 80


@dataclass(frozen=True, slots=True)
class Order:
    """A typed order that can be signed. `ends` is the statement that it ends, None for a new one."""

    kind: str
    lot: Lot
    lots: tuple[Lot, ...]
    order: str
    reason: str
    reach: str
    note: str
    ends: Step | None

    def draft(self, party: str, now: dt.datetime) -> Draft:
        """What the authority says; the note stays private, only its digest is signed."""
        body: dict[str, Any] = {
            "lots": [{"item": item, "code": code} for item, code in self.lots],
            "reason": self.reason,
            "order": self.order,
        }
        if self.kind == "recalled":
            body["reach"] = self.reach
        if self.ends is not None:
            body["ends"] = self.ends.id
        time = now.astimezone(HANOI).replace(microsecond=0).isoformat()
        return Draft(self.kind, party, time, body, {"note": self.note} if self.note else {})

    @property
    def descendants(self) -> bool:
        """Whether lots made from these are meant, too."""
        if self.ends is not None:
            return self.ends.body.get("reach") == "descendants"
        return self.kind == "recalled" and self.reach == "descendants"


def stops_of(views: Views, lot: Lot) -> list[Step]:
    """Holds and recalls of this very lot that are in force, in log order."""
    return _orders(views, lot).stops(lot)


def _orders(views: Views, lot: Lot) -> LotGraph:
    return LotGraph(views.stories.located_all(views.lookup.about([lot], tuple(KINDS))))


def read_order(views: Views, lot: Lot, typed: Mapping[str, str]) -> Order:
    """The order of a form. OrderRefused with the first thing that is wrong."""
    kind, order = typed.get("kind", ""), " ".join(typed.get("order", "").split())
    if kind not in KINDS:
        raise OrderRefused("kind-missing")
    graph = _orders(views, lot)
    ends = None
    if kind in ENDED_BY:
        open_ones = [one for one in graph.stops(lot) if one.type == ENDED_BY[kind]]
        wanted = [one for one in open_ones if one.id == typed.get("ends")] or open_ones
        if not wanted:
            raise OrderRefused("nothing-to-end", lot=lot[1])
        ends = wanted[0]
    if not order:
        raise OrderRefused("order-missing")
    if len(order) > _LONGEST_ORDER or not order.isprintable():
        raise OrderRefused("order-long", found=len(order))
    if typed.get("reason") not in ORDER_REASONS:
        raise OrderRefused("reason-missing")
    if kind == "recalled" and typed.get("reach") not in REACHES:
        raise OrderRefused("reach-missing")
    note = typed.get("note", "")
    if len(note) > LONGEST_PRIVATE:
        raise OrderRefused("note-long", found=len(note), most=LONGEST_PRIVATE)
    for one in graph.line(lot).about:
        if (one.type, one.body.get("order")) == (kind, order):
            raise OrderRefused("ordered-already", order=order, lot=lot[1])
    lots = (lot,) if ends is None else tuple(lot_of(one) for one in ends.body["lots"])
    return Order(kind, lot, lots, order, typed["reason"], typed.get("reach", ""), note, ends)


def seen_mark(order: Order, reach: Reach, last_index: int) -> str:
    """A short mark of what a preview showed: another one when anything of it has changed since."""
    shown = (order.kind, order.lots, order.order, order.reason, order.reach, last_index)
    lots = [(one.placed.lot, one.placed.stopped, one.packs) for one in reach.lots]
    return hashlib.sha256(repr((shown, lots)).encode()).hexdigest()[:16]
