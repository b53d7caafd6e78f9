"""The telephone number that a party shows to people who scan its labels.

Beside the ledger, because numbers change and may be somebody's own. Kept in the side tables, known in
memory.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping
from typing import Final

from api.access.errors import SideAway
from api.access.side_tables import SideTables
from api.consumer.errors import ReportRefused

ROOM: Final = "phones"
_FIRST: Final = ("CREATE TABLE phone (party TEXT PRIMARY KEY, shown TEXT NOT NULL)",)
_FRESH: Final = 5.0
_WRITTEN: Final = re.compile(r"\+?[(0-9][0-9 .()-]{3,24}")
# A hotline has four digits at least; ITU-T E.164 ends at 15.
_FEWEST, _MOST = 4, 15
_log = logging.getLogger("ocop.consumer")


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
        self._lock = threading.Lock()
        self._known: Mapping[str, str] = {}
        self._until = 0.0
        self._looking = False
        self.version = 0
        """Changes whenever the answers do."""

    def of(self, party: str) -> str:
        """The number that a party shows, "" for none."""
        self.look()
        return self._known.get(party, "")

    def look(self) -> int:
        """Look again when it is time to, and give the version of the answers."""
        if time.monotonic() >= self._until and not self._looking:
            self._look_again()
        return self.version

    def load(self) -> None:
        """Read the tables now. Raises SideAway, except for a hub whose tables were never made."""
        try:
            rows = self._side.read("SELECT party, shown FROM phone")
        except SideAway as away:
            if away.code != "side-unfounded":
                raise
            rows = []
        found = {str(party): str(shown) for party, shown in rows}
        with self._lock:
            if found != self._known:
                self.version += 1
            self._known = found
            self._until = time.monotonic() + _FRESH

    def choose(self, party: str, text: str) -> None:
        """Show this number from now on, "" for none. Raises ReportRefused, SideAway."""
        shown = checked_phone(text)
        with self._side.write() as write:
            write.execute("DELETE FROM phone WHERE party = ?", party)
            if shown:
                write.execute("INSERT INTO phone (party, shown) VALUES (?, ?)", party, shown)
        self.load()

    def _look_again(self) -> None:
        with self._lock:
            if self._looking:
                return
            self._looking = True
        if self._side.quick:
            self._look()
        else:
            threading.Thread(target=self._look, name="phones", daemon=True).start()

    def _look(self) -> None:
        try:
            self.load()
        except SideAway as away:
            _log.warning("telephone numbers are as they were: %s", away.code)
            self._until = time.monotonic() + _FRESH
        finally:
            self._looking = False
