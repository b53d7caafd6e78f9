"""The error tree of the printing room: every refusal is one sentence in two languages."""

from __future__ import annotations

from typing import Literal

from printers.sentences import SENTENCES

Lang = Literal["vi", "en"]


class PrintingError(Exception):
    """Something about printing was refused or failed.

    `code` names the sentence (`template.unknown-key`), `params` are the facts put into it. The
    sentence says what was found, what was expected and what to do. `str(error)` is English.
    """

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(self.say("en"))

    def say(self, lang: str) -> str:
        """The sentence in Vietnamese (`vi`) or English (`en`)."""
        return SENTENCES[self.code]["vi" if lang == "vi" else "en"].format(**self.params)

    def __reduce__(self) -> tuple[object, ...]:
        # The default pickling would call the class with the English text as its code.
        return (_rebuild, (type(self), self.code, self.params))


def _rebuild(kind: type[PrintingError], code: str, params: dict[str, object]) -> PrintingError:
    return kind(code, **params)


class LabelError(PrintingError):
    """A label's own words are not printable as given."""


class TemplateError(PrintingError):
    """A template file is wrong, or a label does not fit it."""


class BitmapError(PrintingError):
    """Bytes offered as a bitmap are not one."""


class ProfileError(PrintingError):
    """A printer profile is wrong or unknown."""


class EncodingError(PrintingError):
    """A bitmap cannot be said safely in the printer's language."""


class AddressError(PrintingError):
    """A printer address is malformed or of a kind this version does not speak."""


class TransportError(PrintingError):
    """The way to the printer failed; `bytes_sent` of the current payload may have left."""

    def __init__(self, code: str, bytes_sent: int = 0, **params: object) -> None:
        self.bytes_sent = bytes_sent
        super().__init__(code, **params)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_failed, (type(self), self.code, self.bytes_sent, self.params))


def _rebuild_failed(
    kind: type[TransportError], code: str, bytes_sent: int, params: dict[str, object]
) -> TransportError:
    return kind(code, bytes_sent, **params)


class AttentionError(PrintingError):
    """The printer said, or its silence shows, that a person must go to it."""


class SpoolError(PrintingError):
    """The spool was asked for something that would lose or double a label."""
