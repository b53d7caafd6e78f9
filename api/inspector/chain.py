"""The chain of a lot as a page shows it: a drawing, a list level by level, a way, what was sought.

Levels are folded up with their counts; one may be opened (`tang`, `trang`), any lot looked for
(`trong`), and the way to any lot shown (`den`). All of it are plain addresses: no script is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.inspector.lineage import Lineage, Placed
from api.inspector.lot_graph import Drawing, Group, Shown, draw
from api.pages.addresses import dossier_at
from api.pages.messages_catalogue import Tongue
from api.pages.words import STATUSES, worded
from ledger.verify.graph import Lot

_FIRST: Final = 20  # lots of a level that is not opened
_PAGE: Final = 200  # of one that is
_MATCHES: Final = 100
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class ChainLine:
    """A lot in a list: its dossier, the address that shows the way to it, and how it stands."""

    link: str
    way: str
    name: str
    code: str
    party: str
    stopped: str
    standing: str
    own: bool


@dataclass(frozen=True, slots=True)
class Level:
    """One level with the lots that are listed now; `more` opens it, `pages` lead through it."""

    number: int
    title: str
    count: int
    stopped: int
    lots: tuple[ChainLine, ...]
    opened: bool
    more: str
    pages: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Everything of a chain that a page shows."""

    drawing: Drawing
    levels: tuple[Level, ...]
    way: tuple[ChainLine, ...]
    wanted: str
    matches: tuple[tuple[ChainLine, str], ...]
    matched: int
    before: int
    after: int
    parties_after: int
    more: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page was asked of a chain; anything that makes no sense is as if it were not asked."""

    level: int | None = None
    page: int = 1
    text: str = ""
    to: Lot | None = None


def asked_in(query: Mapping[str, str]) -> Asked:
    """Of `?tang=3&trang=2&trong=bot&den=HTX-A/bot B01`."""
    level, page = _whole(query.get("tang", "")), _whole(query.get("trang", ""))
    item, _, code = query.get("den", "")[:_LONGEST].rpartition(" ")
    return Asked(
        level,
        max(page or 1, 1),
        query.get("trong", "").strip()[:_LONGEST],
        (item, code) if item and code else None,
    )


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else None


class ChainTeller:
    """Tells one chain in one language."""

    def __init__(self, lineage: Lineage, say: Tongue) -> None:
        self._lineage = lineage
        self._say = say

    def tell(self, asked: Asked) -> Chain:
        """The chain as asked for."""
        lineage, levels = self._lineage, self._lineage.levels()
        way = lineage.path_to(asked.to) if asked.to in lineage.lots and asked.to else []
        found = lineage.matching(asked.text) if asked.text else []
        reached = lineage.reached()
        return Chain(
            self._drawing(levels, [one.lot for one in way]),
            tuple(self._level(level, lots, asked) for level, lots in levels),
            tuple(self._line(one) for one in way),
            asked.text,
            tuple((self._line(one), self._title(one.level)) for one in found[:_MATCHES]),
            len(found),
            sum(len(lots) for level, lots in levels if level < 0),
            len(reached),
            len({one.party for one in reached}),
            lineage.more,
        )

    def _title(self, level: int) -> str:
        say = self._say
        if not level:
            return say("Lô này")
        if level < 0:
            return say("{count} bước trước", count=-level)
        return say("{count} bước sau", count=level)

    def _here(self, **asked: str) -> str:
        return dossier_at(self._lineage.own, self._say.lang, **asked)

    def _line(self, one: Placed) -> ChainLine:
        say = self._say
        return ChainLine(
            dossier_at(one.lot, say.lang),
            self._here(den=" ".join(one.lot)) + "#chuoi",
            one.name,
            one.lot[1],
            one.party,
            one.stopped,
            worded(STATUSES, one.stopped, say) if one.stopped else "",
            one.lot == self._lineage.own,
        )

    def _level(self, level: int, lots: list[Placed], asked: Asked) -> Level:
        opened = asked.level == level
        count, pages, first = len(lots), -(-len(lots) // _PAGE), 0
        shown = min(asked.page, pages) if opened else 1
        first = (shown - 1) * _PAGE if opened else 0
        part = lots[first : first + (_PAGE if opened else _FIRST)]
        anchor = f"#tang{level}"
        return Level(
            level,
            self._title(level),
            count,
            sum(bool(one.stopped) for one in lots),
            tuple(self._line(one) for one in part),
            opened or not level,
            "" if opened or count <= _FIRST else self._here(tang=str(level)) + anchor,
            tuple(
                (str(page), self._here(tang=str(level), trang=str(page)) + anchor, page == shown)
                for page in range(1, pages + 1)
            )
            if opened and pages > 1
            else (),
        )

    def _drawing(self, levels: list[tuple[int, list[Placed]]], way: list[Lot]) -> Drawing:
        say, groups = self._say, {}
        for level, lots in levels:
            items = len({one.name for one in lots})
            title = say("{count} lô", count=len(lots))
            line = lots[0].name if items == 1 else say("{count} mặt hàng", count=items)
            groups[level] = Group(title, line, self._here(tang=str(level)) + f"#tang{level}")
        shown = [
            Shown(
                one.lot,
                level,
                one.name,
                one.lot[1],
                dossier_at(one.lot, say.lang),
                worded(STATUSES, one.stopped, say) if one.stopped else "",
            )
            for level, lots in levels
            for one in lots
        ]
        return draw(self._lineage.own, shown, self._lineage.steps, groups, way)
