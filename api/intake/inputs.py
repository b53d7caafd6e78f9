"""The columns "từ lô" (`lot=quantity + lot=quantity`) and "hao hụt" (what was lost)."""

import re
from decimal import Decimal
from typing import Any, Final

from api.intake.cells import Cells
from api.intake.columns import Column, looks_like_formula
from api.intake.problems import IntakeProblem
from ledger.domain.errors import DomainError
from ledger.domain.quantities import Unit, parse_unit

MOST_INPUTS: Final = 60

_LOSS: Final = re.compile(r"(?P<number>[-0-9.,]+) ?(?P<unit>[^\W\d]*)")
_PART: Final = re.compile(r"(?P<lot>[^=]+?) ?= ?(?P<number>[-0-9.,]+) ?(?P<unit>[^\W\d]*)")


def read_inputs(cells: Cells, output_item: str | None) -> list[dict[str, Any]]:
    """Return the inputs of a processed or packed row; kilograms unless a unit follows.

    The item is that of the newest lot with the code, other than the item being made: a cooperative
    that calls the bulk and the packed goods alike packs the one into the other.
    """
    text = cells.needed(Column.INPUTS)
    if text is None:
        return []
    parts = [part.strip() for part in text.split("+")]
    if len(parts) > MOST_INPUTS:
        cells.report("inputs-too-many", Column.INPUTS, found=len(parts), most=MOST_INPUTS)
        return []
    found = [_one_input(cells, part, output_item) for part in parts]
    return [one for one in found if one is not None]


def read_loss(cells: Cells) -> dict[str, str] | None:
    """The declared loss of a run, kilograms unless a unit follows; None for none."""
    text = cells.text(Column.LOSS)
    if not text or text == "0":
        return None
    match = _LOSS.fullmatch(text)
    number = cells.number(match["number"] if match else text, Column.LOSS)
    typed = match["unit"] if match else ""
    try:
        unit = parse_unit(typed) if typed else (Unit.KILOGRAM, Decimal(1))
    except DomainError as refusal:
        cells.problems.append(IntakeProblem.refused(refusal, Column.LOSS.value))
        return {}
    if unit[0].counted:
        cells.report("unit-wrong", Column.LOSS, found=typed, expected="kg, g, tấn, lít")
        return {}
    return {} if number is None else cells.amount(number, unit, Column.LOSS)


def _one_input(cells: Cells, part: str, output_item: str | None) -> dict[str, Any] | None:
    match = _PART.fullmatch(part)
    if match is None:
        cells.report("inputs-form", Column.INPUTS, found=part)
        return None
    code = match["lot"].strip()
    if looks_like_formula(code, Column.INPUTS):
        cells.report("formula", Column.INPUTS, found=code)
        return None
    lot_code = cells.lot_code(code, Column.INPUTS)
    number = cells.number(match["number"], Column.INPUTS)
    unit = cells.unit(match["unit"]) if match["unit"] else (Unit.KILOGRAM, Decimal(1))
    if unit is not None and unit[0] is Unit.LABEL:
        cells.report("inputs-form", Column.INPUTS, found=part)
        unit = None
    amount = {} if number is None or unit is None else cells.amount(number, unit, Column.INPUTS)
    if lot_code is None:
        return None
    items = [item for item in cells.known.item_of_lot(lot_code) if item != output_item]
    if not items:
        cells.report("input-unknown", Column.INPUTS, found=lot_code)
        return None
    return {"lot": {"item": items[0], "code": lot_code}, "quantity": amount}
