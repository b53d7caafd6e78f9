"""A script of ours in fewer bytes: without comments and needless spaces, its own names shortened.

It knows JavaScript as ours is written (a formatter ends every statement with a semicolon). A name is
shortened everywhere or nowhere, and only when it is declared here and nowhere stands for a property,
a text or anything that others know: then no meaning can change, whatever the scopes are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from string import ascii_letters
from typing import Final, NamedTuple


class ShorteningFailed(ValueError):
    """A script is written in a way that is not known here: a mistake of ours."""


class _Token(NamedTuple):
    kind: str
    text: str
    line: bool
    """Whether a line ended before it."""


_NAME: Final = r"[A-Za-z_$#][\w$]*"
_PATTERN: Final = re.compile(
    r"""(?P<space>\s+)
    |(?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<template>`)
    |(?P<number>0x[\da-fA-F_]+n?|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?n?)
    |(?P<name>"""
    + _NAME
    + r""")
    |(?P<sign>=>|\.\.\.|\?\.|\?\?=?|&&=?|\|\|=?|===?|!==?|<=|>>>?=?|>=|<<=?|\+\+|--|[-+*/%&|^]=|\*\*"""
    + r"""|[-+*/%&|^~!<>=?:;,.(){}\[\]])""",
    re.VERBOSE,
)
_REGEX: Final = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
# After these a "/" begins a pattern; after anything else it divides.
_BEFORE_PATTERN: Final = frozenset("=(,:[!&|?{};+-*%<>~^") | {"=>", "&&", "||", "??", "===", "!=="}
_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """arguments async await break case catch class const continue debugger default delete do
        else export extends false finally for from function get if import in instanceof let new
        null of return set static super switch this throw true try typeof undefined var void while
        with yield""",
    )
)
_PATTERN_WORDS: Final = frozenset(
    {"return", "typeof", "case", "in", "of", "throw", "yield", "await"}
)
# What browsers give: a name of these stays, even where we declare one of our own beside it.
_GIVEN: Final = frozenset(
    re.findall(
        r"\w+",
        """Array BigInt Boolean DataView Date Error Infinity JSON Map Math NaN Number Object Promise
        RangeError RegExp Set String Symbol SyntaxError TextDecoder TextEncoder TypeError URL
        Uint32Array Uint8Array WeakMap WeakSet atob btoa console crypto decodeURIComponent document
        encodeURIComponent fetch globalThis isNaN location navigator parseFloat parseInt
        performance queueMicrotask self structuredClone window""",
    )
)
_GOES_ON: Final = ";{,([:?=<>&|+-*%!."
_GOES_ON_BEFORE: Final = ")]},;:?.=&|<>*%"
_DECLARING: Final = frozenset({"const", "let", "function", "class"})
_MARK: Final = re.compile(r"^[\w$#]")


def shortened_script(source: str) -> str:
    """The same script in fewer bytes.

    Raises:
        ShorteningFailed: it holds something that is not known here.
    """
    tokens = list(_tokens(source))
    names = _short_names(tokens)
    parts: list[str] = []
    before = ""
    for one in tokens:
        text = names.get(one.text, one.text) if one.kind == "name" else one.text
        if one.line and _line_matters(before, text):
            parts.append("\n")
        elif before and _must_part(before, text):
            parts.append(" ")
        parts.append(text)
        before = text
    return "".join(parts)


def _line_matters(before: str, text: str) -> bool:
    """Whether the end of a line between them could end a statement."""
    return bool(before) and before[-1] not in _GOES_ON and text[0] not in _GOES_ON_BEFORE


def _must_part(before: str, text: str) -> bool:
    if _MARK.match(text) and _MARK.match(before[-1]):
        return True
    return (before[-1] == text[0] and text[0] in "+-/") or (before[-1].isdigit() and text[0] == ".")


def _tokens(source: str) -> Iterator[_Token]:
    at, line, before = 0, False, _Token("sign", ";", line=False)
    while at < len(source):
        found = _PATTERN.match(source, at)
        if found is None:
            raise ShorteningFailed(f"unknown: {source[at : at + 40]!r}")
        kind, text = str(found.lastgroup), found[0]
        if kind in {"space", "comment"} and not text.startswith("/*!"):
            line = line or "\n" in text
            at = found.end()
            continue
        if text in ("/", "/=") and _pattern_may_begin(before):
            pattern = _REGEX.match(source, at)
            if pattern is None:
                raise ShorteningFailed(f"unknown: {source[at : at + 40]!r}")
            kind, text = "pattern", pattern[0]
        elif kind == "template":
            text = _template(source, at)
        before = _Token(kind, text, line)
        yield before
        at, line = at + len(text), False


def _pattern_may_begin(before: _Token) -> bool:
    if before.kind == "sign":
        return before.text in _BEFORE_PATTERN
    return before.kind == "name" and before.text in _PATTERN_WORDS


def _template(source: str, at: int) -> str:
    """A template text with what stands in its `${...}`, other such texts among it, as it is."""
    depth, place = 0, at + 1
    while place < len(source):
        letter = source[place]
        if letter == "\\":
            place += 1
        elif letter == "`" and not depth:
            return source[at : place + 1]
        elif letter == "`":
            place += len(_template(source, place)) - 1
        elif source.startswith("${", place) or (letter == "{" and depth):
            depth += 1
            place += letter == "$"
        elif letter == "}" and depth:
            depth -= 1
        place += 1
    raise ShorteningFailed(f"a text without an end: {source[at : at + 40]!r}")


def _short_names(tokens: list[_Token]) -> dict[str, str]:
    """Name -> shorter name, for those that may be shortened; the commonest get the shortest."""
    counts = Counter(one.text for one in tokens if one.kind == "name")
    kept = _WORDS | _GIVEN | _outward(tokens)
    declared = _declared(tokens)
    candidates = sorted(
        (name for name in declared - kept if not name.startswith("#")),
        key=lambda name: (-counts[name] * len(name), name),
    )
    taken = set(counts) | _WORDS
    fresh = (
        "".join(letters)
        for length in (1, 2, 3)
        for letters in product(ascii_letters + "_$", repeat=length)
    )
    free = (one for one in fresh if one not in taken)
    return {
        name: short for name in candidates if len(name) > 2 and len(short := next(free)) < len(name)
    }


def _declared(tokens: list[_Token]) -> set[str]:
    """Names after const, let, function, class, and parameters of arrow functions and functions."""
    found = set()
    for before, one, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if one.kind == "name" and (before.text in _DECLARING or after.text == "=>"):
            found.add(one.text)
    openings: list[int] = []
    for at, one in enumerate(tokens):
        if one.kind != "sign":
            continue
        if one.text == "(":
            openings.append(at)
        elif one.text == ")" and openings:
            began = openings.pop()
            next_text = tokens[at + 1].text if at + 1 < len(tokens) else ""
            # `(a, b) =>` and `name(a, b) {`; also conditions, whose names are declared elsewhere.
            if next_text in ("=>", "{"):
                inner = tokens[began + 1 : at]
                if all(t.kind == "name" or t.text in ",...=" for t in inner):
                    found |= {t.text for t in inner if t.kind == "name"}
    return found


def _outward(tokens: list[_Token]) -> set[str]:
    """Names that stand for a property somewhere, or in a text: those stay."""
    found: set[str] = set()
    braces: list[str] = []
    for at, one in enumerate(tokens):
        before = tokens[at - 1].text if at else ""
        after = tokens[at + 1].text if at + 1 < len(tokens) else ""
        if one.kind == "sign":
            if one.text in "({[":
                braces.append(one.text)
            elif one.text in ")}]" and braces:
                braces.pop()
        elif one.kind in {"text", "template"}:
            found |= set(re.findall(_NAME, one.text))
        elif one.kind == "name":
            inside = bool(braces) and braces[-1] == "{"
            if _is_property(before, after) or (inside and _may_be_property(before, after)):
                found.add(one.text)
    return found


def _is_property(before: str, after: str) -> bool:
    return before in (".", "?.") or (after == ":" and before != "?")


def _may_be_property(before: str, after: str) -> bool:
    """`{ name, name: ..., name() {`, or the same as an ordinary statement: either way it stays."""
    if before in ("{", ","):
        return after in (",", "}", "=", "(")
    return after == "(" and before in ("}", ";", "async", "get", "set", "static", "*")
