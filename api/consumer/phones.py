"""The telephone number that a party shows to people who scan its labels.

Beside the ledger, because numbers change and may be somebody's own. Kept in the side tables, known in
memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from api.access.side_memory import SideMemory
from api.access.side_tables import SideTables
from api.consumer.errors import ReportRefused

ROOM: Final = "phones"
_FIRST: Final = ("CREATE TABLE phone (party TEXT PRIMARY KEY, shown TEXT NOT NULL)",)
_WRITTEN: Final = re.compile(r"\+?[(0-9][0-9 .()-]{3,24}")
# A hotline has four digits at least; ITU-T E.164 ends at 15.
_FEWEST, _MOST = 4, 15


def checked_phone(text: str) -> str:
    """A telephone number as people write it, or "". Raises ReportRefused (`phone-wrong`)."""
    if not text:
        return ""
    digits = sum(one.isdigit() for one in text)
    if not _WRITTEN.fullmatch(text) or not _FEWEST <= digits <= _MOST:
        raise ReportRefused("phone-wrong", found=text[:40])
    return text


def dialled(shown: str) -> str:
    """The same for a `tel:` address (RFC 3966): digits, and a plus before them."""
    return re.sub(r"[^0-9+]", "", shown)


class Phones:
    """Party -> number, as of five seconds ago at most (at once in the process that changed it).

    Reading never waits for a network; until the tables were read once there is no number.
    """

    def __init__(self, side: SideTables) -> None:
        side.found(ROOM, 1, _FIRST)
        self._side = side
        self._memory: SideMemory[Mapping[str, str]] = SideMemory(
            side, "SELECT party, shown FROM phone", _by_party, {}, "telephone numbers"
        )

    @property
    def version(self) -> int:
        """Changes whenever the answers do."""
        return self._memory.version

    def look(self) -> int:
        """Look again when it is time to, and give the version of the answers."""
        self._memory.known()
        return self.version

    def of(self, party: str) -> str:
        """The number that a party shows, "" for none."""
        return self._memory.known().get(party, "")

    def load(self) -> None:
        """Read the tables now. Raises SideAway, except for a hub whose tables were never made."""
        self._memory.load()

    def choose(self, party: str, text: str) -> None:
        """Show this number from now on, "" for none. Raises ReportRefused, SideAway."""
        shown = checked_phone(text)
        with self._side.write() as write:
            write.execute("DELETE FROM phone WHERE party = ?", party)
            if shown:
                write.execute("INSERT INTO phone (party, shown) VALUES (?, ?)", party, shown)
        self.load()


def _by_party(rows: Iterable[Sequence[Any]]) -> dict[str, str]:
    return {str(party): str(shown) for party, shown in rows}
