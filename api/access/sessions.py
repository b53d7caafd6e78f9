"""Sessions: opaque 256-bit tokens, of which only the SHA-256 is kept; they end by themselves."""

from __future__ import annotations

import datetime as dt
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.access.people import digest_of
from api.access.schema import found_people
from api.access.side_tables import SideTables

IDLE: Final = {"person": 3_600, "pin": 12 * 3_600}
"""Seconds without a request after which a session has ended."""
LONGEST: Final = {"person": 12 * 3_600, "pin": 12 * 3_600}
"""Seconds after which it has ended in any case: a working day, a shift."""
MOST_SESSIONS: Final = 10
"""Of one person at a time; signing in once more ends the oldest."""
_TRUSTED: Final = 2.0
_REMEMBERED: Final = 2_048
_NOTED: Final = 60

_PERSON = (
    "SELECT person.id, name, role, party, session.made, seen, until FROM session "
    "JOIN person ON person.id = who WHERE digest = ? AND kind = 'person' AND secret <> ''"
)
_PIN = (
    "SELECT pin.id, name, 'operator', party, session.made, seen, until FROM session "
    "JOIN pin ON pin.id = who WHERE digest = ? AND kind = 'pin'"
)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in by a token. `digest` names the session; `made` is POSIX seconds."""

    digest: str
    who: str
    name: str
    role: str
    party: str
    made: int


class Sessions:
    """Sessions of one folder or hub. What is known is believed for two seconds, then asked anew.

    Every method may raise SideAway.
    """

    def __init__(self, side: SideTables, now: Callable[[], dt.datetime]) -> None:
        self._side = found_people(side)
        self._now = now
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], tuple[Session | None, float]] = OrderedDict()

    def begin(self, who: str, kind: str = "person", instead_of: str = "") -> str:
        """Begin a session of a person or PIN; its token. `instead_of` is a digest that ends."""
        token, now = secrets.token_urlsafe(32), self._time()
        with self._side.write() as write:
            write.execute("DELETE FROM session WHERE digest = ? OR until <= ?", instead_of, now)
            for (digest,) in write.execute(
                "SELECT digest FROM session WHERE who = ? ORDER BY made DESC, digest", who
            )[MOST_SESSIONS - 1 :]:
                write.execute("DELETE FROM session WHERE digest = ?", digest)
            write.execute(
                "INSERT INTO session (digest, who, kind, made, seen, until) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                *(digest_of(token), who, kind, now, now, now + LONGEST[kind]),
            )
        self.forget()
        return token

    def find(self, token: str, kind: str = "person") -> Session | None:
        """Whose token it is; None when it is nobody's, or has ended."""
        digest = digest_of(token)
        with self._lock:
            known = self._known.get((kind, digest))
        if known is not None and time.monotonic() - known[1] < _TRUSTED:
            return known[0]
        found = self._look(digest, kind)
        with self._lock:
            self._known[kind, digest] = found, time.monotonic()
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found

    def _look(self, digest: str, kind: str) -> Session | None:
        rows = self._side.read(_PERSON if kind == "person" else _PIN, digest)
        if not rows:
            return None
        who, name, role, party, made, seen, until = rows[0]
        now = self._time()
        # A clock that was put back must not lengthen anything.
        if not made - _NOTED <= now < until or now >= seen + IDLE[kind]:
            return None
        if now >= seen + _NOTED:
            with self._side.write() as write:
                write.execute("UPDATE session SET seen = ? WHERE digest = ?", now, digest)
        return Session(digest, who, name, role, party, made)

    def end(self, digest: str) -> None:
        """End one session."""
        with self._side.write() as write:
            write.execute("DELETE FROM session WHERE digest = ?", digest)
        self.forget()

    def end_all(self, who: str) -> None:
        """End every session of a person or PIN."""
        with self._side.write() as write:
            write.execute("DELETE FROM session WHERE who = ?", who)
        self.forget()

    def of(self, who: str) -> list[tuple[str, int, int]]:
        """(digest, made, last seen) of a person's sessions that have not run out, newest first."""
        now = self._time()
        rows = self._side.read(
            "SELECT digest, made, seen FROM session WHERE who = ? AND until > ? AND seen > ? "
            "ORDER BY made DESC, digest",
            *(who, now, now - IDLE["person"]),
        )
        return [(str(one[0]), int(one[1]), int(one[2])) for one in rows]

    def forget(self) -> None:
        """Believe nothing that was known before."""
        with self._lock:
            self._known.clear()

    def _time(self) -> int:
        return int(self._now().timestamp())
