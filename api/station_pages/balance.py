"""What went in, what comes out: the balance of a form as it is typed, before anything is recorded.

The same figures as `ledger.verify.rules.balance` judges; a field that cannot be read counts as
nothing here, for the form itself says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from api.station_pages.fields import Form
from api.station_pages.forms import MOST_INPUTS, MOST_OUTPUTS
from api.station_pages.reading import read_quantity
from ledger.domain.errors import DomainError
from ledger.verify.amounts import kilograms
from ledger.verify.rules.balance import PACK_TOLERANCE

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Balance:
    """Kilograms: `into` what goes in, `out` what comes out, `loss` declared, `rest` what is left.

    `state` is "none" (nothing to compare), "even", "under" (some of it is not accounted for) or
    "over" (more comes out than went in, for packs beyond the tolerance).
    """

    into: Decimal
    out: Decimal
    loss: Decimal
    rest: Decimal
    state: str


def balance_of(
    form: Form, typed: Mapping[str, str], product: Mapping[str, Any] | None
) -> Balance | None:
    """The balance of a form of a kind that has one; `product` is the one being packed."""
    if not form.balance:
        return None
    into = _sum(typed, "in_amount_{n}", MOST_INPUTS)
    loss, allowed = _NOTHING, into
    if form.balance == "processed":
        out = _sum(typed, "out_amount_{n}", MOST_OUTPUTS)
        loss = _mass(typed.get("loss", ""))
    else:
        net = net_kilograms(product)
        out = _NOTHING if net is None else net * _count(typed.get("packs", ""))
        allowed = into * (1 + PACK_TOLERANCE)
    rest = into - out - loss
    if not into or not (out or loss):
        state = "none"
    elif out + loss > allowed:
        state = "over"
    else:
        state = "even" if rest <= 0 else "under"
    return Balance(into, out, loss, rest, state)


def net_kilograms(product: Mapping[str, Any] | None) -> Decimal | None:
    """Mass of one pack in kg; None where the product says none."""
    net = None if product is None else product.get("net_content")
    return None if net is None else kilograms(net)


def _sum(typed: Mapping[str, str], name: str, most: int) -> Decimal:
    masses = (_mass(typed.get(name.format(n=number), "")) for number in range(1, most + 1))
    return sum(masses, _NOTHING)


def _mass(text: str) -> Decimal:
    if not text:
        return _NOTHING
    try:
        return read_quantity(text, "kg").kilograms() or _NOTHING
    except DomainError:
        return _NOTHING


def _count(text: str) -> int:
    digits = text.replace(".", "").replace(" ", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else 0
