"""What a label shows, as plain values: the one thing the label law's rules are asked about.

Whoever draws labels makes a `LabelFace` of what was truly set, with sizes in millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Part = Literal["whole", "main", "trace"]

ITEMS: Final = (
    "name",
    "producer",
    "address",
    "origin",
    "quantity",
    "made-on",
    "expiry",
    "ingredients",
    "warning",
    "usage",
    "storage",
)
"""The items of information that rules speak of (Decree 43/2017/ND-CP art. 10 and annex I, food)."""


@dataclass(frozen=True, slots=True)
class FaceText:
    """One block of text as it is set.

    text     all its words, `literal` those that the template itself brings
    items    (item, the value shown) of every mandatory item in it
    cap_mm   height of its capitals, `x_mm` of its small letters without ascender
    """

    text: str
    literal: str
    items: tuple[tuple[str, str], ...]
    cap_mm: Decimal
    x_mm: Decimal


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the ledger says of the goods. Days are ISO text.

    `stars` are those that a recognition in force on the packing day gives; `lapsed` is
    (number, last day) of a recognition that was over or not begun. `known` are the items for
    which the product's record has a text at all.
    """

    gtin14: str
    lot: str
    packed_on: str
    expiry: str | None
    group: str
    stars: int
    lapsed: tuple[str, str] | None
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class LabelFace:
    """A label of `width_mm` x `height_mm`; `texts` in the template's order.

    part    "whole": this label carries everything; "main": all but what a rule lets the pack carry;
            "trace": the pack itself carries the rest; None: the template does not say
    stars   how many are drawn; `code` the text of its machine-readable code, "" for none
    """

    width_mm: Decimal
    height_mm: Decimal
    texts: tuple[FaceText, ...]
    part: Part | None
    stars: int
    code: str
    recorded: Recorded

    @property
    def area_cm2(self) -> Decimal:
        """Area of the face in square centimetres."""
        return self.width_mm * self.height_mm / 100

    def value(self, item: str) -> str | None:
        """What the label shows for an item, None when it does not show it."""
        return next((value for t in self.texts for name, value in t.items if name == item), None)
