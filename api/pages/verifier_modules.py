"""The verifier of api/static/verifier/ as the pages load it: one script, and its sentences."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from api.pages.joined_modules import in_function, joined, without_comments
from api.pages.verifier_tables import (
    LANGUAGES,
    label_outcomes_module,
    sentences_module,
    shapes_module,
)

STATIC = Path(__file__).resolve().parents[1] / "static"
_MAIN = "verifier/main.mjs"
_ARITHMETIC = "vendor/noble-ed25519.js"


@cache
def made_files() -> dict[str, bytes]:
    """What is served beside the files of api/static, by name: made when the program starts."""
    body, names = joined(_MAIN, source_of, later=lambda _: 'import("./arithmetic.mjs")', bare=True)
    texts = {
        "verifier.mjs": f"{body}export {{ {', '.join(names)} }};\n",
        "arithmetic.mjs": without_comments(_ARITHMETIC, source_of(_ARITHMETIC)),
    }
    texts |= {f"sentences.{lang}.mjs": sentences_module(lang) for lang in LANGUAGES}
    return {name: text.encode() for name, text in texts.items()}


def source_of(name: str) -> str:
    """A module by its name below api/static, or one that is made of Python's tables."""
    if name == "verifier/shapes.mjs":
        return shapes_module()
    if name == "verifier/label_outcomes.mjs":
        return label_outcomes_module()
    if name.startswith("verifier/sentences."):
        return sentences_module(name.split(".")[1])
    return (STATIC / name).read_text("utf-8")


def one_script(entry: str) -> str:
    """A module and all it needs, the vendored arithmetic among it, as a script without imports."""
    arithmetic = in_function(_ARITHMETIC, source_of(_ARITHMETIC))
    body, _ = joined(entry, source_of, later=lambda _: "Promise.resolve(vendored())")
    return f'"use strict";\n(() => {{\nconst vendored = {arithmetic};\n{body}}})();\n'
