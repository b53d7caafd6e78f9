"""Every sentence of the keys' rooms exists in both languages, takes the same values, and is used."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from api.keys import errors
from api.keys.errors import KeysError
from ledger.key_errors import KeyFileError, RootsNeeded
from ledger.verify.wording import Refusal

ROOT = Path(errors.__file__).parents[2]
SOURCE = "\n".join(
    path.read_text(encoding="utf-8")
    for pattern in ("api/keys/*.py", "api/commands/keys*.py", "ledger/*.py")
    for path in ROOT.glob(pattern)
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("kind", [KeysError, KeyFileError, RootsNeeded])
def test_every_sentence_is_there_in_both_languages_and_is_used(kind: type[Refusal]) -> None:
    for code, (english, vietnamese) in kind.catalogue.items():
        assert fields(english) == fields(vietnamese), code
        assert english != vietnamese
        assert english.endswith((".", "ocop keys root-apply", "ocop keys disputed")), code
        assert SOURCE.count(f'"{code}"') > 1, f"{code} is never said"
