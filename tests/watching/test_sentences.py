"""Every sentence of this room exists in both languages, takes the same values, and is used."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from api.watching import errors
from api.watching.doctor import examination
from api.watching.doctor.finding import Finding
from ledger.verify.wording import Refusal

ROOM = Path(errors.__file__).parent
SOURCES = (*sorted(ROOM.rglob("*.py")), ROOM.parent / "routes" / "protection.py")
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)


KINDS: list[type[Refusal]] = [errors.FaultNoted, errors.NotReady, *Finding.__subclasses__()]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_sentence_is_there_in_both_languages_and_is_used(kind: type[Refusal]) -> None:
    assert examination.CHECKS  # which imports every kind of finding
    for code, (english, vietnamese) in kind.catalogue.items():
        assert fields(english) == fields(vietnamese), code
        assert english != vietnamese
        assert SOURCE.count(f'"{code}"') > 1, f"{code} is never said"
        lines = 3 if issubclass(kind, Finding) else 1
        assert len(english.split("\n")) == len(vietnamese.split("\n")) == lines, code
        assert all(line.strip() for line in (*english.split("\n"), *vietnamese.split("\n"))), code
