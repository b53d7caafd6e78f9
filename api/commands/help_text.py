"""What `--help` says of commands and options, in Vietnamese: `help.vi.po` beside this file.

The parsers hold the English texts. They are exchanged only when somebody asks for help: reading the
catalogue takes longer than most commands do.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

CATALOGUE = Path(__file__).with_name("help.vi.po")
# Names of printer models, addresses: the same in both languages.
_NAMES_ONLY = ("escpos-58, ", "tcp://", "(9100)", "(lot-ITEM-LOT.json)")
_BY_THE_LIBRARY = frozenset({"show this help message and exit", argparse.SUPPRESS})


@cache
def vietnamese() -> dict[str, str]:
    """English text -> Vietnamese text."""
    with CATALOGUE.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="vi") if one.id}


def texts_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Every English text of a parser and of those below it."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    exchange(parser, note)
    yield from found


def exchange(parser: argparse.ArgumentParser, say: Callable[[str], str]) -> None:
    """Put `say(text)` in the place of each text of a parser and of those below it."""

    def said(text: str | None) -> str | None:
        if not text or text in _BY_THE_LIBRARY or text.startswith(_NAMES_ONLY):
            return text
        return say(text)

    parser.description, parser.epilog = said(parser.description), said(parser.epilog)
    # One option may stand in several parsers, which share it.
    for action in {id(one): one for one in parser._actions}.values():
        action.help = said(action.help)
        if isinstance(action, argparse._SubParsersAction):
            for named in action._choices_actions:
                named.help = said(named.help)
            for below in {id(one): one for one in action.choices.values()}.values():
                exchange(below, say)


def in_vietnamese(parser: argparse.ArgumentParser) -> None:
    """Exchange a parser's texts; what the catalogue lacks stays English: a test finds the gap."""
    known = vietnamese()
    exchange(parser, lambda text: known.get(text, text))
