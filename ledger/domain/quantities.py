"""Quantities: an exact decimal and a unit, and how people in Vietnam type and read them.

No binary floating point anywhere.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from enum import Enum
from typing import Final, Self

from ledger.domain.errors import QuantityError
from ledger.domain.text_match import matched

_CANONICAL: Final = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?")
# Our own context: an embedding program may have set a small precision, and a weight must never be
# rounded silently. 12 + 6 digits times a factor of 1000 fit easily.
_EXACT: Final = Context(prec=40, traps=[Inexact, InvalidOperation])


class Unit(Enum):
    """What a quantity counts in; the value is the symbol that statements carry."""

    GRAM = "g"
    KILOGRAM = "kg"
    TONNE = "t"
    MILLILITRE = "ml"
    LITRE = "l"
    PACK = "pack"
    PIECE = "piece"
    LABEL = "label"

    @property
    def counted(self) -> bool:
        """Whether the unit cannot be split."""
        return self in _COUNTED

    @property
    def vietnamese(self) -> str:
        """The word or symbol shown to a Vietnamese reader."""
        return _VIETNAMESE_NAMES.get(self, self.value)


_COUNTED: Final = frozenset([Unit.PACK, Unit.PIECE, Unit.LABEL])
_VIETNAMESE_NAMES: Final = {
    Unit.TONNE: "tấn",
    Unit.LITRE: "lít",
    Unit.PACK: "gói",
    Unit.PIECE: "cái",
    Unit.LABEL: "tem",
}
_KILOGRAMS: Final = {
    Unit.GRAM: Decimal("0.001"),
    Unit.KILOGRAM: Decimal(1),
    Unit.TONNE: Decimal(1000),
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value of at most 12 digits before and 6 after the point, not negative, and its unit.

    Counts (packs, pieces, labels) are whole. QuantityError otherwise.
    """

    value: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        # Statements reach here from JSON and forms: a float there must be refused, not converted.
        _require(self.value, Decimal)
        _require(self.unit, Unit)
        # The exponent is looked at first: writing out 1E+999999999 would fill the memory.
        digits = self.value.adjusted() if self.value.is_finite() else 99
        if not -7 < digits < 12 or not _CANONICAL.fullmatch(self.text):
            raise QuantityError("canonical", found=str(self.value))
        if self.unit.counted and self.value != self.value.to_integral_value():
            raise QuantityError("not-whole", found=self.text, unit=self.unit.vietnamese)

    @classmethod
    def parse(cls, text: str, unit: str) -> Self:
        """Read the canonical form that statements carry: `("12.500", "kg")`.

        `text` must match `(0|[1-9][0-9]{0,11})(\\.[0-9]{1,6})?` and `unit` be a symbol of `Unit`.
        """
        if not matched(_CANONICAL, text):
            raise QuantityError("canonical", found=text)
        known = {member.value: member for member in Unit}
        if unit not in known:
            raise QuantityError("unit", found=unit, known=", ".join(known))
        return cls(Decimal(text), known[unit])

    @property
    def text(self) -> str:
        """The canonical decimal text without the unit, with the decimals it was given."""
        return format(self.value, "f")

    def kilograms(self) -> Decimal | None:
        """The mass in kilograms, exactly; None for a volume or a count."""
        factor = _KILOGRAMS.get(self.unit)
        return None if factor is None else _EXACT.multiply(self.value, factor)

    def vietnamese(self) -> str:
        """The quantity for a Vietnamese reader: `1.250,75 kg`, `500 g`, `12 gói`."""
        whole, _, decimals = self.text.partition(".")
        grouped = f"{int(whole):,}".replace(",", ".")
        number = f"{grouped},{decimals}" if decimals else grouped
        return f"{number} {self.unit.vietnamese}"

    def __str__(self) -> str:
        return f"{self.text} {self.unit.value}"


def _require(part: object, kind: type) -> None:
    if not isinstance(part, kind):
        raise QuantityError("not-decimal", found=type(part).__name__)


_LONGEST_TYPED: Final = 60
_NUMBER: Final = re.compile(
    r"(0|[1-9][0-9]{0,11}|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,3})(?:,([0-9]{1,6}))?"
)
_NEGATIVE: Final = re.compile("[-\u2010-\u2015\u2212]\\s*[0-9]")
_NET_CONTENT: Final = re.compile(r"\s*([0-9][0-9.,]*)\s*([^\W\d_]+(?:[ -][^\W\d_]+)*)\s*")

_ONE: Final = Decimal(1)
_WORDS: Final[tuple[tuple[Unit, Decimal, str], ...]] = (
    (Unit.GRAM, _ONE, "g gr gam gram"),
    (Unit.GRAM, Decimal(100), "lạng"),
    (Unit.KILOGRAM, _ONE, "kg kí ký kilôgam kilogam ki-lô-gam"),
    (Unit.KILOGRAM, Decimal(10), "yến"),
    (Unit.KILOGRAM, Decimal(100), "tạ"),
    (Unit.TONNE, _ONE, "t tấn"),
    (Unit.MILLILITRE, _ONE, "ml mililít"),
    (Unit.LITRE, _ONE, "l lít"),
    (Unit.PACK, _ONE, "gói hộp chai túi lọ hũ bao bịch thùng pack"),
    (Unit.PIECE, _ONE, "cái chiếc quả trái củ con piece"),
    (Unit.LABEL, _ONE, "tem nhãn label"),
)


def _without_marks(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


_MARKED: Final = {word: (unit, factor) for unit, factor, words in _WORDS for word in words.split()}
_UNMARKED: Final = {_without_marks(word): meaning for word, meaning in _MARKED.items()}


def parse_vietnamese_number(text: str) -> Decimal:
    """Read `1.250,75`: dots between groups of three, a comma before at most 6 decimals.

    `1.250` is one thousand two hundred and fifty. `1.25` and `1,250.75` are refused rather than
    guessed at: a wrong guess is a weight a thousand times too large.
    """
    stripped = _bounded(text).strip()
    match = _NUMBER.fullmatch(stripped)
    if match is None:
        if _NEGATIVE.match(stripped):
            raise QuantityError("negative", found=text)
        raise QuantityError("number", found=text)
    whole, decimals = match.groups()
    plain = whole.replace(".", "")
    return Decimal(f"{plain}.{decimals}" if decimals else plain)


def parse_unit(text: str) -> tuple[Unit, Decimal]:
    """Return (unit, factor) of a typed unit: `tạ` is (kg, 100), `hộp` is (pack, 1).

    Case does not matter and marks may be left out altogether; a word with marks must have the
    right ones, because `lô` (lot) is not `lọ` (jar).
    """
    word = unicodedata.normalize("NFC", _bounded(text)).strip().lower()
    meaning = _MARKED.get(word) or (_UNMARKED.get(word) if word.isascii() else None)
    if meaning is None:
        raise QuantityError("unit", found=text, known=_known_units())
    return meaning


def parse_net_content(text: str) -> Quantity:
    """Read the net content of a label: `500 g`, `0,5 kg`, `250 ml`, `12 gói`."""
    match = _NET_CONTENT.fullmatch(unicodedata.normalize("NFC", _bounded(text)))
    if match is None:
        raise QuantityError("net-content", found=text)
    number = parse_vietnamese_number(match[1])
    unit, factor = parse_unit(match[2])
    return Quantity(_EXACT.multiply(number, factor), unit)


def _bounded(text: object) -> str:
    """Nothing for what is no text, or too much of it: nothing matches nothing further on."""
    return text if isinstance(text, str) and len(text) <= _LONGEST_TYPED else ""


def _known_units() -> str:
    return "g, lạng, kg, yến, tạ, tấn, ml, lít, gói, hộp, chai, túi, lọ, cái, quả, tem"
