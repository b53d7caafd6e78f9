"""What a form is made of: fields, rows of fields that repeat, and what becomes of them on a page.

The names of fields are an agreement with scanners and links, which fill a form by its address:
`?lot_given=` the lot it is about, `?in_lot_1=` ... the lots that go in, `?product=`, `?item=`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One field; label and hint are messages.

    `kind` is "text", "words" (several lines), "number", "whole", "lot", "sscc", "choice", "day",
    "moment" or "partner". `offers` names the list it is chosen from, "" for none. A field that is
    `seldom` needed lies behind one more press.
    """

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    hint: str = ""
    offers: str = ""
    seldom: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Fields that repeat, `{n}` in their names counted from 1: `shown` at once, `most` in all."""

    name: str
    label: str
    fields: tuple[Field, ...]
    shown: int
    most: int
    more: str

    def row(self, number: int) -> tuple[Field, ...]:
        """The fields of one row; only those of the first must be filled in."""
        return tuple(
            replace(
                field,
                name=field.name.format(n=number),
                required=field.required and number == 1,
            )
            for field in self.fields
        )


Part = Field | Rows


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its address below /tram/, title, icon, statement type and parts in their order.

    `balance` is "processed" or "packed" where the form shows what comes out of what went in.
    """

    address: str
    title: str
    icon: str
    type: str
    parts: tuple[Part, ...]
    balance: str = ""

    def fields(self) -> Iterator[Field]:
        """Every field, those of all rows too."""
        for part in self.parts:
            if isinstance(part, Field):
                yield part
            else:
                for number in range(1, part.most + 1):
                    yield from part.row(number)

    def labelled(self) -> dict[str, str]:
        """Label (a message) by name of field."""
        return {field.name: field.label for field in self.fields()}
