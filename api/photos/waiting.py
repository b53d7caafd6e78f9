"""Which of a station's photos the hub has not confirmed. Only reads."""

from __future__ import annotations

from typing import Final

from api.photos.album import Album
from api.station.state import StationState

_MOST_OWN: Final = 100_000


def own_photos(album: Album, party: str) -> list[str]:
    """Digests of both forms of a party's photos whose bytes are here; the small forms first."""
    rows = [one for one in album.table.of_party(party, _MOST_OWN) if not one.withdrawn]
    named = dict.fromkeys([*(one.small for one in rows), *(one.photo for one in rows)])
    here = set(album.shelf.digests())
    return [digest for digest in named if digest in here]


def waiting_photos(album: Album, state: StationState, party: str) -> list[str]:
    """Those of `own_photos` that the hub has not confirmed: two files a photo."""
    sent = state.photos_sent()
    return [one for one in own_photos(album, party) if one not in sent]
