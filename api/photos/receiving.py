"""The hub's side of photos: which bytes it lacks of a party's, and taking them from its stations.

Nothing is taken that no sealed statement of the sender's own party names, so a station can fill
the hub with what it signed for and with nothing else.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from api.hub.errors import HubRefused
from api.photos.album import Album
from api.photos.jpeg import plain_size
from api.photos.limits import LARGE_BYTES, SMALL_BYTES, digest_of
from api.station_wire.errors import WireRefused

MOST_BYTES: Final = LARGE_BYTES
MOST_ASKED: Final = 500
MOST_QUESTION: Final = 64 * 1024
JPEG: Final = "image/jpeg"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def asked_digests(body: bytes) -> list[str]:
    """The digests of a question {"digests": [...]}, at most 500.

    Raises:
        WireRefused: `body-malformed`.
    """
    try:
        said: Any = json.loads(body)
        digests: list[Any] = list(said["digests"])
        right = set(said) == {"digests"} and isinstance(said["digests"], list)
    except (ValueError, RecursionError, KeyError, TypeError) as wrong:
        raise WireRefused("body-malformed", why="not JSON") from wrong
    named = [one for one in digests if isinstance(one, str) and _DIGEST.fullmatch(one)]
    if not right or len(digests) > MOST_ASKED or len(named) != len(digests):
        raise WireRefused("body-malformed", why="digests")
    return named


def lacking(album: Album, party: str, digests: list[str]) -> dict[str, Any]:
    """Which of these files of a party are not here though its statements name them.

    `missing` are to be sent, `unnamed` not known yet; the rest is here, or wanted no more. What was
    withdrawn is taken away by the way.
    """
    missing, unnamed = [], []
    for digest in dict.fromkeys(digests):
        rows = [one for one in album.table.with_digest(digest) if one.party == party]
        if not rows:
            unnamed.append(digest)
        elif all(one.withdrawn for one in rows):
            album.forget(rows)
        elif digest not in album.shelf.erased() and not album.shelf.has(digest):
            missing.append(digest)
    return {"missing": missing, "unnamed": unnamed}


def take(album: Album, party: str, raw: bytes) -> dict[str, Any]:
    """Keep one file of a party; durable when this returns, and again is harmless.

    `kept` is False for what was withdrawn or erased here.

    Raises:
        HubRefused: `photo-unnamed`, `photo-unfit`.
    """
    digest = digest_of(raw)
    rows = [one for one in album.table.with_digest(digest) if one.party == party]
    if not rows:
        raise HubRefused("photo-unnamed", digest=digest)
    if all(one.withdrawn for one in rows) or digest in album.shelf.erased():
        return {"digest": digest, "kept": False}
    small = any(one.small == digest for one in rows)
    if plain_size(raw) is None or len(raw) > (SMALL_BYTES if small else LARGE_BYTES):
        # Signed or not: what pages show is pixels, and as little of it as was agreed.
        raise HubRefused("photo-unfit", digest=digest)
    album.shelf.put(raw)
    return {"digest": digest, "kept": True}
