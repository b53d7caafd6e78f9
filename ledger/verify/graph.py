"""Lots as a graph: which lots a statement makes, takes from, or is about.

A lot is (item, lot code). The head of a lot is the last statement that made it or
is about it; a statement that only takes from a lot does not become its head, so a
bundle holds a lot's ancestors and nobody else's business (docs/format.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Lot = tuple[str, str]


def lot_of(value: dict[str, str]) -> Lot:
    """The pair (item, lot code) of a lot object in a body."""
    return value["item"], value["code"]


def lots_made(kind: str, body: dict[str, Any]) -> list[Lot]:
    """Lots that a statement brings into being (or adds to)."""
    if kind in {"harvested", "packed"}:
        return [lot_of(body["lot"])]
    if kind == "processed":
        return [lot_of(output["lot"]) for output in body["outputs"]]
    if kind == "corrected":
        return lots_made(body["of"], body["body"])
    return []


def lots_taken(kind: str, body: dict[str, Any]) -> list[Lot]:
    """Lots that a statement takes goods from."""
    if kind in {"processed", "packed"}:
        return [lot_of(taken["lot"]) for taken in body["inputs"]]
    if kind == "aggregated":
        return [lot_of(content["lot"]) for content in body["contents"]]
    if kind == "corrected":
        return lots_taken(body["of"], body["body"])
    return []


def lots_about(kind: str, body: dict[str, Any]) -> list[Lot]:
    """Lots whose head the statement becomes: those it makes and those it is about."""
    if kind == "processed":
        return [lot_of(output["lot"]) for output in body["outputs"]]
    if kind == "aggregated":
        return [lot_of(content["lot"]) for content in body["contents"]]
    if kind == "corrected":
        return lots_about(body["of"], body["body"])
    if "lots" in body:
        return [lot_of(one) for one in body["lots"]]
    return [lot_of(body["lot"])] if "lot" in body else []


def lots_named(kind: str, body: dict[str, Any]) -> list[Lot]:
    """Every lot a statement names, once each, taken ones first."""
    return list(dict.fromkeys([*lots_taken(kind, body), *lots_about(kind, body)]))


def amounts_taken(kind: str, body: dict[str, Any]) -> Iterator[tuple[Lot, dict[str, str]]]:
    """(lot, quantity object) for everything a statement takes for making another lot."""
    if kind in {"processed", "packed"}:
        for taken in body["inputs"]:
            yield lot_of(taken["lot"]), taken["quantity"]
