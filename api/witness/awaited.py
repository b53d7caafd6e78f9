"""A bundle made in the moment between a sealing and its co-signing waits for the witnesses.

An inspector's trust file may ask for a quorum, and would refuse what is co-signed a moment later.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from api.witness.cosigned import COSIGNED_FILE, Cosigned
from ledger.verify.bundle import LotBundle

PATIENCE = 2.0
"""Seconds that a bundle waits at most."""
_LATELY = 60.0  # seconds since witnesses last co-signed; of others nothing is to be hoped for soon
_TURN = 0.1


def once_cosigned(
    folder: Path, make: Callable[[], LotBundle], best: Callable[[], str | None]
) -> LotBundle:
    """The bundle under the newest co-signed checkpoint, or without one when there is none in time."""
    until = time.monotonic() + PATIENCE
    while True:
        made, newest = make(), best()
        if newest is None or made.checkpoint == newest or not _lately(folder):
            return made
        if time.monotonic() >= until:
            return made
        time.sleep(_TURN)


def caught_up(
    cosigned: Cosigned, size: int, patience: float, pause: Callable[[float], object] = time.sleep
) -> bool:
    """Whether the witnesses have co-signed the first `size` entries, or do so within `patience` s.

    True where none ever met a quorum. Before an index is committed to this is asked, so that it
    covers what is sealed; the rows follow once a co-signed checkpoint covers the commitment, too.
    """
    until = time.monotonic() + patience
    while (there := cosigned.size()) is not None:
        if there >= size:
            return True
        if time.monotonic() >= until or pause(_TURN):
            return False
    return True


def _lately(folder: Path) -> bool:
    try:
        changed = (folder / COSIGNED_FILE).stat().st_mtime
    except OSError:
        return False
    return abs(time.time() - changed) < _LATELY
