"""The record of sign-ins and privileged acts: appended to, never changed, kept for a time.

No password, no PIN and no name is in it: people stand in it by a random number, so that erasing
somebody takes the name away and leaves what happened. An unknown account is not written down
either, because people type passwords into the wrong field.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.access.side_tables import SideTables, Write
from api.scans.places import network_of

KEPT_DAYS: Final = 400
MOST_SHOWN: Final = 1000
WHAT: Final = (
    "first-administrator",
    "person-added",
    "person-role",
    "person-reset",
    "person-removed",
    "password-set",
    "password-changed",
    "signed-in",
    "sign-in-refused",
    "sign-in-limited",
    "signed-out",
    "signed-out-everywhere",
    "pin-added",
    "pin-removed",
    "pin-opened",
    "pin-refused",
    "pin-limited",
    "disclosure-changed",
    "passkey-added",
    "passkey-removed",
    "passkey-signed-in",
    "passkey-refused",
    "passkey-limited",
    "passkey-cloned",
    "passkey-only",
    "password-again",
    "password-not-enough",
    "reader-added",
    "reader-removed",
    "act",
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One line. `at` is POSIX seconds; `who` the number of a person or PIN, "" for nobody known.

    `about` is another person's number, a party, or method, route and status of an act; `place` the
    network that it came from (the first three bytes of an address), "" for the command line.
    """

    number: int
    at: int
    what: str
    who: str
    about: str
    place: str


class Record:
    """The record of one ledger folder or hub."""

    def __init__(self, side: SideTables, now: Callable[[], dt.datetime]) -> None:
        self._side = side
        self._now = now

    def add(self, what: str, who: str, about: str = "", address: str = "") -> None:
        """Append one line; what is older than KEPT_DAYS goes. Raises SideAway."""
        with self._side.write() as write:
            self.add_to(write, what, who, about, address)

    def add_to(self, write: Write, what: str, who: str, about: str = "", address: str = "") -> int:
        """The same within a transaction of the act itself; the line's number."""
        assert what in WHAT, what
        at = int(self._now().timestamp())
        write.execute("DELETE FROM happening WHERE at < ?", at - KEPT_DAYS * 86_400)
        ((number,),) = write.execute(
            "INSERT INTO happening (number, at, what, who, about, place) "
            "SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ? FROM happening RETURNING number",
            *(at, what, who, about[:200], _place(address)),
        )
        return int(number)

    def take_back(self, number: int, what: str, who: str) -> None:
        """Take back a line that was written beforehand, and whose happening did not happen."""
        with self._side.write() as write:
            write.execute(
                "DELETE FROM happening WHERE number = ? AND what = ? AND who = ?", number, what, who
            )

    def newest(self, most: int = 200) -> list[Happening]:
        """The newest lines, newest first."""
        rows = self._side.read(
            "SELECT number, at, what, who, about, place FROM happening "
            "ORDER BY number DESC LIMIT ?",
            min(most, MOST_SHOWN),
        )
        return [Happening(*row) for row in rows]

    def count_in(self, write: Write, what: str, who: str, since: int) -> int:
        """How often something happened to somebody since a moment (POSIX seconds)."""
        found = write.execute(
            "SELECT count(*) FROM happening WHERE at > ? AND what = ? AND who = ?", since, what, who
        )
        return int(found[0][0])


def _place(address: str) -> str:
    """The network of an address, for people: `203.0.113.*`; never the whole address."""
    found = network_of(address)
    if not found:
        return ""
    if len(found) == 3:
        return ".".join(map(str, found)) + ".*"
    return ":".join(found[at : at + 2].hex() for at in range(0, len(found), 2)) + "::"
