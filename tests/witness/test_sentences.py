"""Every sentence about witnesses exists in both languages, takes the same values, and is used."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from api.watching.doctor import witness_checks
from api.witness import asking, errors, fetching, findings
from ledger.verify import policy
from ledger.verify.wording import Refusal

ROOM = Path(errors.__file__).parent
SOURCES = (
    *sorted(ROOM.glob("*.py")),
    *sorted((ROOM.parent / "commands").glob("witness*.py")),
    Path(policy.__file__),
    Path(witness_checks.__file__),
)
TEXTS = [path.read_text(encoding="utf-8") for path in SOURCES]
KINDS: list[type[Refusal]] = [
    errors.WitnessError,
    fetching.FetchFailed,
    asking.AskRefused,
    findings.LogFault,
    findings.LogTrouble,
    policy.PolicyRefused,
    witness_checks.WitnessTold,
]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_sentence_is_there_in_both_languages_and_is_used(kind: type[Refusal]) -> None:
    for code, (english, vietnamese) in kind.catalogue.items():
        if code == "kept":
            continue  # holds two whole sentences
        assert fields(english) == fields(vietnamese), code
        assert english != vietnamese
        # Raised by the name of its kind: two kinds may have one code.
        said = re.compile(rf'(?:cls|{kind.__name__})\(\s*"{code}"')
        assert any(said.search(text) for text in TEXTS), f"{code} is never said"
