"""One sentence per refusal, in English and Vietnamese.

Every refusal of the verifier is one sentence that says what was found, what was expected and what
to do. The sentences live in catalogues beside the code that raises them; this module only fills
them in, and makes sure that a hostile value cannot spoil a terminal, a log file or a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ledger.verify.system_words import in_vietnamese

Catalogue = Mapping[str, tuple[str, str]]

SHOWN_CHARACTERS = 80
SHOWN_PATH = 240  # a shortened path is of no use in a remedy that is to be copied
SHOWN_WHY = 200  # what another program says of a failure: its end is often the useful part
SHOWN_ITEMS = 5
# Python refuses to print integers of more than 4,300 digits with a ValueError: a refusal must not
# fail while it explains itself.
SHOWN_INTEGER_BITS = 256


def sentence(catalogue: Catalogue, code: str, params: Mapping[str, object], lang: str) -> str:
    """Fill in the sentence `code` of `catalogue` in `lang` ("en" or "vi"; others give English).

    Values are shortened to 80 characters (`why` to 200) and freed of control and bidirectional characters.
    Raises KeyError when the code, or a parameter that its sentence names, does not exist: both
    are programming errors.
    """
    english, vietnamese = catalogue[code]
    template = vietnamese if lang == "vi" else english
    filled = {name: shown(value) for name, value in params.items()}
    if isinstance(why := params.get("why"), str):
        filled["why"] = _printable(in_vietnamese(why) if lang == "vi" else why, SHOWN_WHY)
    return template.format_map(filled)


def shown(value: object) -> str:
    """Return `value` as at most 80 printable characters; never raises, whatever the value is."""
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, int):
        if value.bit_length() > SHOWN_INTEGER_BITS:
            return f"<{value.bit_length()} bit>"
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _shortened(bytes(value[: SHOWN_CHARACTERS + 1]).hex())
    if isinstance(value, list | tuple):
        items = [shown(item) if not isinstance(item, list | tuple) else "…" for item in value[:5]]
        more = ["…"] if len(value) > SHOWN_ITEMS else []
        return _shortened(", ".join(items + more))
    if hasattr(value, "__fspath__"):
        return _printable(str(value), SHOWN_PATH)
    if value is None:
        return "null"
    return f"<{type(value).__name__}>"


def _printable(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """Escape what `str.isprintable` refuses: control, bidirectional, surrogate, odd spaces."""
    if len(text) <= most and text.isprintable():
        return text
    kept = text[: most + 1]
    safe = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in kept)
    if len(text) > most or len(safe) > most:
        return safe[: most - 1] + "…"
    return safe


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


class Refusal(Exception):
    """Root of the verifier's error tree: a code, its parameters, and a sentence in two languages.

    `catalogue` maps code -> (English, Vietnamese), both `str.format` templates over `params`.
    An unknown code is a programming error (KeyError).
    """

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {}

    def __init__(self, code: str, **params: object) -> None:
        if code not in self.catalogue:
            raise KeyError(code)
        super().__init__(code)
        self.code = code
        self.params: dict[str, object] = params

    def say(self, lang: str = "en") -> str:
        """Return the sentence in `lang` ("en" or "vi"; an unknown language gives English)."""
        return sentence(self.catalogue, self.code, self.params, lang)

    def __str__(self) -> str:
        return self.say("en")

    def __reduce__(self) -> tuple[Any, ...]:
        # Signatures are checked in worker processes (threads do not speed Ed25519 up), and the
        # default pickling of exceptions would lose the keyword parameters.
        return _rebuild, (type(self), self.code, self.params)


def _rebuild(kind: type[Refusal], code: str, params: dict[str, object]) -> Refusal:
    return kind(code, **params)
