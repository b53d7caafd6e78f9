"""The parts a template is made of, in dots; each cannot exist with impossible numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from PIL import Image

Align = Literal["left", "center", "right"]
Level = Literal["L", "M", "Q", "H"]
Kind = Literal["gap", "continuous", "mark"]
Part = Literal["whole", "main", "trace"]
# What differs from label to label of one lot; every other field is the lot's.
PER_LABEL = frozenset({"serial", "sscc"})
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")


@dataclass(frozen=True, slots=True)
class Media:
    """Label stock in millimetres.

    `gap_mm` is the space between labels or the height of the black mark; 0 on continuous paper.
    """

    width_mm: float
    height_mm: float
    print_width_mm: float
    kind: Kind
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
    turned: bool = False  # reads upwards
    break_words: bool = False  # a word wider than the block goes on in the next line

    @property
    def room(self) -> tuple[int, int]:
        """Width and height in dots that the text has, in its own reading direction."""
        box = self.box
        return (box.height, box.width) if self.turned else (box.width, box.height)

    @property
    def names(self) -> frozenset[str]:
        """Placeholders used, `serial` among them."""
        return frozenset(PLACEHOLDER.findall(self.text))

    @property
    def per_label(self) -> bool:
        """True when the text differs from label to label of one lot."""
        return bool(PER_LABEL & self.names)


@dataclass(frozen=True, slots=True)
class QrPlace:
    """A square in which the QR code, quiet zone included, is centred.

    Where the text is too long for `level`, `least_level` may do. `signed`: the text carries the
    station's signature, so whoever prints has to sign it.
    """

    box: Box
    module_dots: int
    level: Level
    quiet_modules: int
    least_level: Level = "M"
    signed: bool = False


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


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo of whole dots: `dots` is packed ink, each pixel drawn `scale` dots wide and high."""

    box: Box
    pixels: tuple[int, int]
    dots: bytes
    scale: int

    def image(self) -> Image.Image:
        """The logo as a mode "1" image (a set pixel is ink), scaled."""
        small = Image.frombytes("1", self.pixels, self.dots)
        size = (self.pixels[0] * self.scale, self.pixels[1] * self.scale)
        return small.resize(size, Image.Resampling.NEAREST)

    @property
    def corner(self) -> tuple[int, int]:
        """Top left dot of the logo, centred in its box."""
        return (
            self.box.x + (self.box.width - self.pixels[0] * self.scale) // 2,
            self.box.y + (self.box.height - self.pixels[1] * self.scale) // 2,
        )


@dataclass(frozen=True, slots=True)
class BarcodePlace:
    """A GS1-128 symbol, quiet zones included in the box: `text` is one element string."""

    box: Box
    text: str
    module_dots: int

    @property
    def names(self) -> frozenset[str]:
        """Placeholders used."""
        return frozenset(PLACEHOLDER.findall(self.text))

    @property
    def per_label(self) -> bool:
        """True when the value differs from label to label of one lot."""
        return bool(PER_LABEL & self.names)
