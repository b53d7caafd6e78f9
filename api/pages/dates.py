"""Dates as a Vietnamese reader expects them: dd/mm/yyyy, in Vietnamese time (UTC+7)."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

VIETNAM = dt.timezone(dt.timedelta(hours=7))


def day(text: str | None) -> str:
    """`2026-09-23` (or a moment that starts so) as `23/09/2026`; "–" for none."""
    if not text or len(text) < 10:
        return "–"
    return f"{text[8:10]}/{text[5:7]}/{text[:4]}"


@lru_cache(maxsize=2048)
def moment(text: str | None) -> str:
    """An RFC 3339 moment as `09:06 07/09/2026` in Vietnamese time."""
    if not text:
        return "–"
    try:
        at = dt.datetime.fromisoformat(text).astimezone(VIETNAM)
    except ValueError:
        return text
    return f"{at:%H:%M %d/%m/%Y}"


def today(now: dt.datetime) -> str:
    """The ISO day in Vietnam at `now`."""
    return now.astimezone(VIETNAM).date().isoformat()
