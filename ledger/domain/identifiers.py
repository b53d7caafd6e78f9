"""What a record is about: an item, and a lot of it. Re-exports the single codes they are made of.

Constructors are strict; the `parse` class methods also take what a person types.
"""

from dataclasses import dataclass, field
from typing import Final, Self

from ledger.domain.codes import (
    Gln,
    Gtin,
    ItemCode,
    LotCode,
    PartyCode,
    SiteCode,
    Sscc,
    require_text,
    typed,
)
from ledger.domain.errors import IdentifierError

__all__ = ["Gln", "Gtin", "Item", "ItemCode", "Lot", "LotCode", "PartyCode", "SiteCode", "Sscc"]

_GTIN_LENGTHS: Final = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """Either a product with a GTIN, or an item code of one party (raw material has no GTIN).

    Exactly one of the two forms; IdentifierError otherwise. Equality, order and hash use
    `text`: the GTIN as 14 digits, or `PARTY/code`.
    """

    text: str = field(init=False)
    gtin: Gtin | None = field(default=None, compare=False, repr=False)
    party: PartyCode | None = field(default=None, compare=False, repr=False)
    code: ItemCode | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.gtin, Gtin) and self.party is None and self.code is None:
            text = self.gtin.gtin14
        elif (
            self.gtin is None
            and isinstance(self.party, PartyCode)
            and isinstance(self.code, ItemCode)
        ):
            text = f"{self.party.text}/{self.code.text}"
        else:
            given = [n for n in ("gtin", "party", "code") if getattr(self, n) is not None]
            raise IdentifierError("item-form", found=" + ".join(given) or "-")
        object.__setattr__(self, "text", text)

    @classmethod
    def parse(cls, text: str, default_party: PartyCode | None = None) -> Self:
        """Read `PARTY/code`, a GTIN, or (with `default_party`) a bare item code.

        Digits alone of a GTIN's length are always a GTIN, so that a mistyped GTIN is refused and
        never becomes somebody's item code. With a default party, 8 digits grouped by hyphens
        (`2024-0001`) are an item code: nobody groups a number as short as a GTIN-8.
        """
        bare = typed(text)
        if "/" in bare:
            party, _, code = bare.partition("/")
            return cls(party=PartyCode(party), code=ItemCode(code))
        digits = bare.replace("-", "")
        if digits.isascii() and digits.isdigit() and len(digits) in _GTIN_LENGTHS:
            grouped_short = digits != bare and len(digits) == min(_GTIN_LENGTHS)
            if default_party is None or not grouped_short:
                return cls(gtin=Gtin(digits))
        if default_party is None:
            raise IdentifierError("item-party", found=bare)
        return cls(party=default_party, code=ItemCode(bare))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, order=True)
class Lot:
    """A lot: an item and a lot code, unique together for ever."""

    item: Item
    code: LotCode

    def __post_init__(self) -> None:
        _require_part(self.item, Item)
        _require_part(self.code, LotCode)

    @classmethod
    def parse(cls, text: str, default_party: PartyCode | None = None) -> Self:
        """Read `item lot`: the lot code is what follows the last space (it has none itself)."""
        require_text(text)
        parts = text.rsplit(maxsplit=1)
        if len(parts) != 2:
            raise IdentifierError("lot-text", found=text)
        return cls(Item.parse(parts[0], default_party), LotCode.parse(parts[1]))

    @property
    def text(self) -> str:
        """`item lot`, for instance `08931234567897 L01`."""
        return f"{self.item.text} {self.code.text}"

    def __str__(self) -> str:
        return self.text


def _require_part(part: object, kind: type) -> None:
    if not isinstance(part, kind):
        raise IdentifierError("lot-text", found=type(part).__name__)
