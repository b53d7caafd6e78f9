"""The verifier of api/static/verifier/ as the pages load it: one script, and its sentences."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from api.pages.joined_modules import in_function, joined, without_comments
from api.pages.short_scripts import shortened_script
from api.pages.verifier_tables import (
    LANGUAGES,
    label_outcomes_module,
    sentences_module,
    shapes_module,
)

STATIC = Path(__file__).resolve().parents[1] / "static"
_ENTRY = "report.mjs"
_ARITHMETIC = "vendor/noble-ed25519.js"
_HASH = "verifier/sha512.mjs"
_EXAMPLE = re.compile(r'"s":\[("(?:[^"\\]|\\.)*"),("(?:[^"\\]|\\.)*")\]')
PARTS = frozenset({_ENTRY, "words.mjs"})
"""Modules beside those of the verifier that pages load as parts of one script."""
_WORD = re.compile(r'^  "?([a-zA-Z-]+)"?: \[\s*("[^"]+"),\s*("[^"]+"),?\s*\],\n', re.MULTILINE)


@cache
def made_files() -> dict[str, bytes]:
    """What is served beside the files of api/static, by name: made when the program starts."""
    hashing = without_comments(_HASH, source_of(_HASH))
    texts = {"arithmetic.mjs": without_comments(_ARITHMETIC, source_of(_ARITHMETIC)) + hashing}
    texts |= {f"check.{lang}.mjs": _check(lang) for lang in LANGUAGES}
    texts |= {f"sentences.{lang}.mjs": sentences_module(lang) for lang in LANGUAGES}
    return {name: text.encode() for name, text in texts.items()}


def _check(lang: str) -> str:
    """All that a page needs to check and to say what it found: one module, texts of one language."""

    def read(name: str) -> str:
        source = source_of(name)
        if name == "words.mjs":
            return _WORD.sub(
                r'  "\1": [\2, ""],\n' if lang == "vi" else r'  "\1": ["", \3],\n', source
            )
        if name == "verifier/shapes.mjs":
            return _EXAMPLE.sub(r'"s":["",\2]' if lang == "vi" else r'"s":[\1,""]', source)
        return source

    body, names = joined(_ENTRY, read, later=lambda _: 'import("./arithmetic.mjs")', bare=True)
    return shortened_script(f"{body}export {{ {', '.join(names)} }};\n")


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
    hashing = in_function(_HASH, source_of(_HASH))
    given = {_ARITHMETIC: "Promise.resolve(vendored())", _HASH: "Promise.resolve(hashing())"}
    body, _ = joined(entry, source_of, later=given.__getitem__)
    before = f"const vendored = {arithmetic};\nconst hashing = {hashing};\n"
    return f'"use strict";\n(() => {{\n{before}{body}}})();\n'
