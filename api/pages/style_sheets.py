"""The one stylesheet, joined of its parts; and the consumer's share of it, to be put into the page.

Parts are api/static/style/NN-name.css, joined in the order of their names. The page that a label
opens carries its share in itself: it saves the round trip before anything is painted. Its
Content-Security-Policy names the digest of exactly that text.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parents[1] / "static" / "style"
_CONSUMERS: Final = ("10-tokens.css", "20-base.css", "40-consumer.css")
_COMMENT: Final = re.compile(r"/\*(?:[^*]|\*(?!/))*\*/")
_SPACE: Final = re.compile(r"\s+")
# Spaces around these say nothing. Not around ":", "+" or "-": selectors and calc() need them.
_AROUND: Final = re.compile(r" ?([{};,>]) ?")
_TEXT: Final = re.compile(r'("[^"\n]*")')


def made_styles() -> dict[str, bytes]:
    """The stylesheet of all pages by its name among the static files."""
    return {"style.css": _joined(sorted(one.name for one in FOLDER.glob("*.css"))).encode()}


@cache
def consumer_style() -> str:
    """What stands in the consumer's page between <style> and </style>."""
    return _joined(_CONSUMERS)


@cache
def consumer_style_source() -> str:
    """The source expression that lets that text, and no other, be a style (CSP level 3)."""
    digest = hashlib.sha256(consumer_style().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _joined(names: list[str] | tuple[str, ...]) -> str:
    return "".join(shortened(FOLDER.joinpath(name).read_text(encoding="utf-8")) for name in names)


def shortened(style: str) -> str:
    """A stylesheet without comments and needless spaces; what stands in quotes stays as it is."""
    parts = _TEXT.split(_COMMENT.sub("", style))
    for at in range(0, len(parts), 2):
        part = _AROUND.sub(r"\1", _SPACE.sub(" ", parts[at]))
        parts[at] = part.replace(": ", ":").replace(";}", "}")
    return "".join(parts).strip()
