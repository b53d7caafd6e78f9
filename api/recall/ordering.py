"""What is done with a typed order, whoever gives it: seen with its reach, signed, looked at again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from api.pages.dates import moment
from api.pages.messages_catalogue import Tongue
from api.pages.words import REASONS, STAGES, worded
from api.recall.errors import OrderRefused
from api.recall.order_form import Order, seen_mark
from api.recall.reach import Reach, reach_of
from api.routes.services import Facts, Services, Views
from ledger.domain.errors import DomainError
from ledger.errors import LedgerError
from ledger.station import RECORDED
from ledger.verify.graph import Lot
from ledger.verify.history import Located
from ledger.verify.lots import Step
from ledger.verify.wording import Refusal

TYPED = ("kind", "order", "reason", "reach", "note")
"""The fields of an order's form."""


@dataclass(frozen=True, slots=True)
class Preview:
    """An order with the reach that whoever signs it has seen; `mark` stands for both."""

    order: Order
    reach: Reach
    mark: str

    def hidden(self) -> dict[str, str]:
        """The fields that bring it back when it is signed or changed."""
        kept = {name: str(getattr(self.order, name)) for name in TYPED}
        ends = "" if self.order.ends is None else self.order.ends.id
        return {**kept, "ends": ends, "seen": self.mark}


def previewed(views: Views, order: Order, facts: Facts) -> Preview:
    """The order as of now; `facts` are those of its lot."""
    reach = reach_of(views, order.lots, descendants=order.descendants)
    last = max((int(step["index"]) for step in facts["steps"]), default=0)
    return Preview(order, reach, seen_mark(order, reach, last))


def sign(services: Services, shown: Preview, party: str, typed: Mapping[str, str]) -> str:
    """Record what was seen in the party's name; the statement's id, or the order's number.

    Raises:
        OrderRefused: `lot-changed` since `typed["seen"]`.
        LedgerError, DomainError, Refusal: the ledger does not take it.
    """
    if typed.get("seen") != shown.mark:
        raise OrderRefused("lot-changed", lot=shown.order.lot[1])
    try:
        answer = services.station.record(shown.order.draft(party, services.now()))
    except (LedgerError, DomainError, Refusal) as refused:
        if refused.code not in RECORDED:
            raise
        return shown.order.order
    return str(getattr(answer, "id", "")) or shown.order.order


def recorded_order(views: Views, lot: Lot, entry: str, kinds: Collection[str]) -> Located | None:
    """The newest order about a lot with this id, or with this number."""
    for index in reversed(views.lookup.about([lot], tuple(kinds))):
        one = views.stories.located(index)
        if entry in (one.id, one.statement.body.get("order")):
            return one
    return None


def step_told(step: Step, say: Tongue) -> dict[str, str]:
    """One order in force, in words."""
    return {
        "id": step.id,
        "what": worded(STAGES, step.type, say),
        "party": step.party,
        "time": moment(step.time),
        "order": str(step.body.get("order", "")),
        "reason": worded(REASONS, step.body["reason"], say),
    }


def what_follows(kind: str, say: Tongue) -> str:
    """What an order of this kind means for those who have the goods."""
    return {
        "held": say("Lô không được in tem, không được xuất, cho đến khi bỏ tạm giữ."),
        "recalled": say("Người quét tem thấy ngay; mọi bên giữ hàng phải trả lại."),
        "released": say("Lô lưu hành trở lại."),
        "recall-closed": say("Đã thu hồi xong; trang tem không còn báo thu hồi."),
    }[kind]
