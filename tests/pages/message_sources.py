"""Every message that templates and Python code of the pages use."""

from __future__ import annotations

from pathlib import Path

from babel.messages.extract import extract_python
from jinja2.ext import babel_extract

API = Path(__file__).resolve().parents[2] / "api"
# What marks a message: `_` in templates, `N_` in tables, a `Tongue` called `say` in code.
KEYWORDS = {"_": None, "N_": None, "say": None}
_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true"}


def _first(message: object) -> str | None:
    """The message of a call; None for a call with a variable, which marks nothing."""
    parts = message if isinstance(message, tuple) else (message,)
    # `refusal.say("en")` names a language, not a message.
    kept = (part for part in parts[:1] if isinstance(part, str) and part not in ("", "en", "vi"))
    return next(kept, None)


def used_messages() -> dict[str, set[str]]:
    """Message -> files that use it."""
    found: dict[str, set[str]] = {}
    for path in sorted((API / "pages" / "templates").rglob("*.html")):
        with path.open("rb") as file:
            for _, _, message, _ in babel_extract(file, ["_"], [], _OPTIONS):
                text = _first(message)
                if text is not None:
                    found.setdefault(text, set()).add(path.name)
    # The command line has sentences of its own (api/commands/vietnamese.py).
    for path in sorted(set(API.rglob("*.py")) - set((API / "commands").rglob("*.py"))):
        with path.open("rb") as file:
            for _, _, called, _ in extract_python(file, KEYWORDS, [], {}):
                text = _first(called)
                if text is not None:
                    found.setdefault(text, set()).add(path.name)
    return found
