"""Rows of the read side, as pages see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

Facts = dict[str, Any]
"""The language-neutral facts of one lot (docs: lot facts), JSON-able."""


class LotFacts(Protocol):
    """A lot as the views know it."""

    @property
    def facts(self) -> Facts: ...


class LabelRow(Protocol):
    """One serial: the lot it was issued for and "issued", "printed", "in_doubt" or "void"."""

    @property
    def lot_code(self) -> str: ...
    @property
    def state(self) -> str: ...


class Container(Protocol):
    """What is in a carton: (item, lot code, quantity object) each, who filled it, first when."""

    @property
    def party(self) -> str: ...
    @property
    def time(self) -> str: ...
    @property
    def contents(self) -> Sequence[tuple[str, str, dict[str, str]]]: ...


class LotRow(Protocol):
    """One line of the list of lots. `kind` is raw or packed, `stopped` held, recalled or None.

    `left_kg` is decimal text; `labels_issued` counts labels in force.
    """

    @property
    def item(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def time(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def left_kg(self) -> str | None: ...
    @property
    def packs(self) -> int: ...
    @property
    def left_packs(self) -> str | None: ...
    @property
    def labels_issued(self) -> int: ...
    @property
    def stopped(self) -> str | None: ...
