"""Messages: Vietnamese text is the message id, other languages are catalogues by subject."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).with_name("messages")
SOURCE = "vi"
LANGUAGES = (SOURCE, "en")


def N_(text: str) -> str:  # noqa: N802 - the name that message extractors know
    """Mark a Vietnamese text for the catalogue; it is put into words later, by `Tongue`."""
    return text


class Tongue:
    """One language. Calling it with a Vietnamese message gives the text in that language."""

    __slots__ = ("_texts", "lang")

    def __init__(self, lang: str, texts: dict[str, str]) -> None:
        self.lang = lang
        self._texts = texts

    def __call__(self, message: str, **values: object) -> str:
        """Return the message, its `{name}` places filled in.

        A message that is missing stays Vietnamese: a test, not a reader, must find the gap.
        """
        text = self._texts.get(message, message)
        return text.format_map(values) if values else text


@cache
def tongue(lang: str) -> Tongue:
    """The language `lang`; anything but a known one gives Vietnamese."""
    if lang == SOURCE or lang not in LANGUAGES:
        return Tongue(SOURCE, {})
    texts: dict[str, str] = {}
    for path in sorted(FOLDER.joinpath(lang).glob("*.po")):
        with path.open("rb") as file:
            texts |= {str(m.id): str(m.string) for m in read_po(file, locale=lang) if m.id}
    return Tongue(lang, {message: text for message, text in texts.items() if text})
