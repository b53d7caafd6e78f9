"""Every refusal about passkeys is a sentence in both languages, of the same values, and is said."""

from __future__ import annotations

import string
from pathlib import Path

from api.access import passkey_errors
from api.access.passkey_errors import PasskeyRefused

SOURCE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in Path(passkey_errors.__file__).parent.glob("passkey*.py")
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_sentence_is_there_in_both_languages_and_is_said() -> None:
    for code, (english, vietnamese) in PasskeyRefused.catalogue.items():
        assert fields(english) == fields(vietnamese), code
        assert english != vietnamese
        assert f'PasskeyRefused("{code}"' in SOURCE, f"{code} is never said"
