"""What intake refuses: a whole file (IntakeError), or one row of it (IntakeProblem)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from api.intake.sentences import FILES, ROWS
from ledger.verify.wording import Refusal, sentence


class IntakeError(Refusal):
    """The file as a whole cannot be read; nothing of it may be recorded."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = FILES


@dataclass(frozen=True, slots=True)
class IntakeProblem:
    """One thing that is wrong with one row, as a sentence in English and in Vietnamese.

    `column` is the Vietnamese heading (or the JSON path) it was found under, None for the row as
    a whole; `code` is stable and meant for programs.
    """

    code: str
    column: str | None
    en: str
    vi: str

    @classmethod
    def of(cls, code: str, column: str | None = None, **params: object) -> Self:
        """Fill in the sentence `code`; unknown codes are a fault of the program (KeyError)."""
        params["column"] = column or ""
        english, vietnamese = (_with_own_lists(text, params) for text in ROWS[code])
        filled = {code: (english, vietnamese)}
        return cls(
            code,
            column,
            sentence(filled, code, params, "en"),
            sentence(filled, code, params, "vi"),
        )

    @classmethod
    def refused(cls, refusal: Refusal, column: str | None = None) -> Self:
        """The same sentence as a refusal of another room."""
        return cls(refusal.code, column, refusal.say("en"), refusal.say("vi"))

    def say(self, lang: str = "en") -> str:
        """Return the sentence in `lang` ("en" or "vi"; an unknown language gives English)."""
        return self.vi if lang == "vi" else self.en


# Our own lists of what is allowed, never what was found: these may be longer than the 80 characters
# that `sentence` leaves of a value, and half a list is no help.
_OWN_LISTS = ("known", "expected", "expected_vi")


def _with_own_lists(template: str, params: dict[str, object]) -> str:
    for name in _OWN_LISTS:
        if name in params:
            text = str(params[name]).replace("{", "{{").replace("}", "}}")
            template = template.replace(f"{{{name}}}", text)
    return template


class SetupRefused(IntakeError):
    """A set-up file with problems; all of them are in `problems`."""

    def __init__(self, problems: Sequence[IntakeProblem]) -> None:
        super().__init__("setup-problems", count=len(problems))
        self.problems = tuple(problems)

    def say(self, lang: str = "en") -> str:
        """How many problems there are, and the first of them."""
        return f"{super().say(lang)} {self.problems[0].say(lang)}"

    def __reduce__(self) -> tuple[type["SetupRefused"], tuple[tuple[IntakeProblem, ...]]]:
        # The parent rebuilds from code and parameters, which would lose the list.
        return type(self), (self.problems,)
