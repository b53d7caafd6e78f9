"""Amounts as exact decimals: never a float near a kilogram."""

from __future__ import annotations

from decimal import Decimal

_KILOGRAMS = {"g": Decimal("0.001"), "kg": Decimal(1), "t": Decimal(1000)}


def kilograms(quantity: dict[str, str]) -> Decimal | None:
    """Mass in kg of a quantity object `{"value", "unit"}`; None when the unit is no mass."""
    factor = _KILOGRAMS.get(quantity["unit"])
    return None if factor is None else Decimal(quantity["value"]) * factor


def total_kilograms(quantities: list[dict[str, str]]) -> Decimal | None:
    """Sum in kg, or None as soon as one of them is no mass (or there are none)."""
    masses = [kilograms(quantity) for quantity in quantities]
    known = [mass for mass in masses if mass is not None]
    return sum(known, Decimal(0)) if masses and len(known) == len(masses) else None


def plain(value: Decimal) -> str:
    """Decimal as short text without exponent or trailing zeros: 12.5, 1000, 0."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
