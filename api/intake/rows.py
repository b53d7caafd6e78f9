"""What a reader of files hands back for each line."""

from dataclasses import dataclass

from api.intake.problems import IntakeProblem
from ledger.domain.drafts import Draft


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: a draft, or problems, or neither when the line is empty.

    `line` counts from 1 at the top of the file, headings included. `source` is what stood there,
    shortened to 300 characters, to be shown beside the problems; it may hold names and must not
    be logged.
    """

    line: int
    draft: Draft | None
    problems: tuple[IntakeProblem, ...]
    source: str

    @property
    def empty(self) -> bool:
        """Whether nothing stood in the line."""
        return self.draft is None and not self.problems
