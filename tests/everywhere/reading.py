"""A page's words as a reader gets them: text, and the attributes that are spoken or shown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = {"script", "style", "template"}
_SHOWN = ("aria-label", "title", "placeholder", "alt")
_CODE = ("code", "kbd", "samp", "pre")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        for name, value in attrs:
            if value and (name in _SHOWN or name.startswith("data-say")):
                self.found.append(value)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append(data.strip())


def texts_of(page: str) -> list[str]:
    """Every text of a page that somebody sees or hears, in its order."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


OPEN, CLOSE = "⟦", "⟧"


def outside(text: str) -> list[str]:
    """The words of a text that stand outside the brackets which a pseudo-language puts around."""
    depth, kept = 0, []
    for letter in text:
        depth += (letter == OPEN) - (letter == CLOSE)
        kept.append(letter if depth == 0 and letter != CLOSE else " ")
    words = re.findall(r"\w{2,}", "".join(kept))
    # What has a digit in it is a code, an id or a number.
    return [word for word in words if not re.search(r"[\d_]", word)]
