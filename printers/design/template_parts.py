"""The parts a template is made of, in dots; each cannot exist with impossible numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center", "right"]
Level = Literal["L", "M", "Q", "H"]
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")


@dataclass(frozen=True, slots=True)
class Media:
    """Label stock in millimetres; `gap_mm` is 0 on continuous paper."""

    width_mm: float
    height_mm: float
    print_width_mm: float
    kind: Literal["gap", "continuous"]
    gap_mm: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in dots from the top left of the printable area."""

    x: int
    y: int
    width: int
    height: int
    where: str

    def overlaps(self, other: Box) -> bool:
        """True when the two share at least one dot."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Text set into a box: tried at `em` dots per em, then smaller down to `min_em`."""

    box: Box
    text: str
    em: int
    min_em: int
    bold: bool
    align: Align
    middle: bool
    max_lines: int
    goods_name: bool

    @property
    def names(self) -> frozenset[str]:
        """Placeholders used, `serial` among them."""
        return frozenset(PLACEHOLDER.findall(self.text))

    @property
    def per_label(self) -> bool:
        """True when the text differs from label to label of one lot."""
        return "serial" in self.names


@dataclass(frozen=True, slots=True)
class QrPlace:
    """A square in which the QR code, quiet zone included, is centred."""

    box: Box
    module_dots: int
    level: Level
    quiet_modules: int


@dataclass(frozen=True, slots=True)
class StarRow:
    """Filled five-pointed stars, as many as the label has, after a bold caption."""

    box: Box
    caption: str
    align: Align


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line drawn as a filled rectangle of dots."""

    box: Box
