"""The list of packed lots: how many packs still wait for a printed label, and which are stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from api.pages.addresses import lot_path
from api.pages.messages_catalogue import tongue
from api.pages.words import REASONS, worded
from api.routes.labels_reading import first_party
from api.routes.services import Facts, LotRow, Services

MOST_LOTS = 100
_MOST_SECONDS = 0.5

Place = tuple[str, str]
Account = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LotLine:
    """A packed lot in the list; `path` is that of its dossier below /lo/.

    stopped   "recalled", "held" or ""; `why` in words
    known     whether the account was read in time; without it only `issued` holds
    """

    item: str
    code: str
    name: str
    path: str
    packs: int
    issued: int
    stopped: str = ""
    why: str = ""
    known: bool = False
    printed: int = 0
    waiting: int = 0
    in_doubt: int = 0

    @property
    def left(self) -> int:
        """Packs without a printed label."""
        return max(self.packs - self.printed, 0)

    @property
    def finished(self) -> bool:
        """Every pack has its printed label, and no serial is left over."""
        return self.known and not (self.left or self.waiting or self.in_doubt)


class LotList:
    """Reads the lines. Accounts of finished lots are remembered, so that the list stays quick.

    What is still open is read anew each time, for half a second at most: a lot of thousands of
    labels takes some ten milliseconds, and few lots are open at a time.
    """

    def __init__(
        self,
        services: Services,
        clock: Callable[[], float] = time.monotonic,
        most_seconds: float = _MOST_SECONDS,
    ) -> None:
        self._services = services
        self._clock = clock
        self._most_seconds = most_seconds
        self._finished: dict[Place, tuple[int, LotLine]] = {}

    def lines(self, lang: str) -> list[LotLine]:
        """Lots to print first, then finished ones, then stopped ones; newest first in each."""
        services = self._services
        rows = services.views.lots(party=first_party(services), limit=MOST_LOTS)
        ends = self._clock() + self._most_seconds
        lines = [self._line(row, lang, ends) for row in rows if row.kind == "packed"]
        return sorted(lines, key=lambda one: (bool(one.stopped), one.finished))

    def _line(self, row: LotRow, lang: str, ends: float) -> LotLine:
        place = row.item, row.code
        bare = LotLine(*place, row.name, lot_path(*place), row.packs, row.labels_issued)
        found = self._services.views.lot(*place)
        if found is None:
            return bare
        if row.stopped:
            return replace(bare, stopped=row.stopped, why=why_stopped(found.facts, lang))
        # Whatever opens a finished lot again is a statement about it, so a further step.
        steps = len(found.facts["steps"])
        seen = self._finished.get(place)
        if seen is not None and seen[0] == steps:
            return seen[1]
        if self._clock() >= ends:
            return bare
        account = self._services.labelling.status(*place)
        line = replace(
            bare,
            known=True,
            printed=account["confirmed"],
            waiting=account["waiting"],
            in_doubt=account["in_doubt"],
        )
        if line.finished:
            self._finished[place] = steps, line
        return line


def printable(facts: Facts, account: Account) -> int:
    """Labels that can be printed now: those that wait, and what may still be issued for packs."""
    in_force = account["issued"] - account["void"]
    return max((facts.get("packs") or 0) - in_force + account["waiting"], 0)


def unprinted(facts: Facts, account: Account) -> int:
    """Packs of the lot without a printed label; never below 0."""
    return max((facts.get("packs") or 0) - account["confirmed"], 0)


def why_stopped(facts: Facts, lang: str) -> str:
    """The reason of a hold or recall, in words; "" for a lot that is neither."""
    stopped = facts["stopped"]
    return "" if stopped is None else worded(REASONS, stopped["reason"], tongue(lang))
