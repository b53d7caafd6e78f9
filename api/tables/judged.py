"""Rows after judgement: what each is, and what is wrong with which cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from api.tables.headings import Headings
from api.tables.problems import Mark, TableProblem
from ledger.domain.drafts import Draft

State = Literal["new", "changed", "known", "bad", "empty"]
TO_RECORD: Final = frozenset({"new", "changed"})


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One row: its line, its cells as they stand, its state, its marks, and what it would say.

    "new" says something new, "changed" registers known things anew, "known" is in the ledger.
    """

    line: int
    cells: tuple[str, ...]
    state: State
    marks: tuple[Mark, ...] = ()
    drafts: tuple[Draft, ...] = ()


@dataclass(slots=True)
class Checked:
    """A whole file after judgement."""

    headings: Headings
    remarks: list[TableProblem] = field(default_factory=list)
    rows: list[JudgedRow] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by state."""
        found: dict[str, int] = dict.fromkeys(("new", "changed", "known", "bad", "empty"), 0)
        for row in self.rows:
            found[row.state] += 1
        return found


class Judge(Protocol):
    """Judges the rows of one file in their order, each on top of those before."""

    def judge(self, line: int, cells: list[Any]) -> JudgedRow: ...
