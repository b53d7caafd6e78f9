"""Challenges that passkeys sign: random, kept here, used once, for five minutes, and never many."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from typing import Final

from api.access.passkey_errors import PasskeyRefused
from api.access.side_tables import SideTables

OPEN_SECONDS: Final = 300
MOST_OF_ONE: Final = 10
"""Open at a time for one asker; one more ends that asker's oldest, and nobody else's."""
MOST: Final = 2_000
"""Open at a time altogether; one more ends the oldest."""
_BYTES: Final = 32


class Challenges:
    """The open challenges of a folder or hub, the same for all its processes.

    `purpose` says what an answer is for, and is checked; so is `holder`, unless it is only who
    asked: a telephone may change its network in between.
    """

    def __init__(self, side: SideTables, now: Callable[[], dt.datetime]) -> None:
        """`side` has the tables of `found_people`."""
        self._side = side
        self._now = now

    def give(self, purpose: str, holder: str) -> bytes:
        """A new challenge. Raises SideAway."""
        challenge, now = secrets.token_bytes(_BYTES), self._time()
        with self._side.write() as write:
            write.execute("DELETE FROM passkey_challenge WHERE until <= ?", now)
            for (digest,) in write.execute(
                "SELECT digest FROM passkey_challenge WHERE holder = ? ORDER BY until DESC, digest",
                holder,
            )[MOST_OF_ONE - 1 :]:
                write.execute("DELETE FROM passkey_challenge WHERE digest = ?", digest)
            ((count,),) = write.execute("SELECT count(*) FROM passkey_challenge")
            write.execute(
                "DELETE FROM passkey_challenge WHERE digest IN "
                "(SELECT digest FROM passkey_challenge ORDER BY until, digest LIMIT ?)",
                max(0, int(count) - MOST + 1),
            )
            write.execute(
                "INSERT INTO passkey_challenge (digest, purpose, holder, until) VALUES (?, ?, ?, ?)",
                *(_digest(challenge), purpose, holder, now + OPEN_SECONDS),
            )
        return challenge

    def take(self, challenge: bytes, purpose: str, holder: str | None = None) -> None:
        """End a challenge, whatever becomes of its answer; None for `holder` lets any be.

        Raises:
            PasskeyRefused: `passkey-late`; it was never given, for this, or used, or has run out.
        """
        now = self._time()
        with self._side.write() as write:
            rows = write.execute(
                "DELETE FROM passkey_challenge WHERE digest = ? RETURNING purpose, holder, until",
                _digest(challenge),
            )
        if not rows:
            raise PasskeyRefused("passkey-late")
        given_for, given_to, until = rows[0]
        # A clock that was put back must not lengthen anything.
        fits = given_for == purpose and holder in (None, given_to)
        if not fits or not now < until <= now + OPEN_SECONDS:
            raise PasskeyRefused("passkey-late")

    def _time(self) -> int:
        return int(self._now().timestamp())


def _digest(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()
