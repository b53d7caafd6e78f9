"""A station's photos on their way to the hub: after the statements that name them, as often as needed.

What was sent is only remembered to say how much waits. The hub is asked what it lacks, at the
first round of each run and whenever something new was signed, so that a hub that was put back, or
whose disk was lost, gets what it lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from api.photos.album import Album
from api.photos.waiting import own_photos, waiting_photos
from api.station.hub_client import HubRefused
from api.station.state import StationState

_AT_ONCE: Final = 200
_NOT_THERE: Final = 404  # a hub of before, which takes no photos


class Asking(Protocol):
    """The way to the hub."""

    def photos_lacking(self, digests: list[str]) -> dict[str, object]: ...
    def photo(self, raw: bytes) -> dict[str, object]: ...


@dataclass(slots=True)
class PhotoOutbox:
    """The photos of one station's party, as far as their bytes are in this folder."""

    album: Album
    state: StationState
    client: Asking
    party: str
    _asked: bool = field(default=False, init=False)

    def waiting(self) -> int:
        """How many files the hub has not confirmed."""
        return len(waiting_photos(self.album, self.state, self.party))

    def close(self) -> None:
        """Let go of the read models' file."""
        self.album.close()

    def send(self, wanted: Callable[[], bool]) -> int:
        """Send what the hub lacks, as long as it is `wanted`; returns how many files went.

        Raises:
            HubAway: the hub does not answer. Whatever else it refuses waits for the next round.
        """
        own = own_photos(self.album, self.party)
        due = (
            own if not self._asked else [one for one in own if one not in self.state.photos_sent()]
        )
        done = 0
        for start in range(0, len(due), _AT_ONCE):
            if not wanted():
                return done
            done += self._page(due[start : start + _AT_ONCE], wanted)
        self._asked = True
        return done

    def _page(self, digests: list[str], wanted: Callable[[], bool]) -> int:
        try:
            answer = self.client.photos_lacking(digests)
        except HubRefused as refused:
            if refused.status == _NOT_THERE:
                return 0
            raise
        missing, unnamed = _texts(answer.get("missing")), _texts(answer.get("unnamed"))
        self.state.note_photos_lacking(missing | unnamed)
        self.state.note_photos_sent([one for one in digests if one not in missing | unnamed])
        done = 0
        for digest in (one for one in digests if one in missing):
            raw = self.album.shelf.get(digest) if wanted() else None
            if raw is None:
                continue
            try:
                self.client.photo(raw)
            except HubRefused:
                continue  # this one waits, the others need not
            self.state.note_photos_sent([digest])
            done += 1
        return done


def _texts(value: object) -> set[str]:
    return {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()
