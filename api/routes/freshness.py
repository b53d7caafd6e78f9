"""As of when a page speaks, said only when that is longer ago than anybody would expect."""

from __future__ import annotations

import datetime as dt

from api.background.heartbeat import WORTH_SAYING
from api.pages.dates import moment
from api.routes.services import Services


def as_of(services: Services) -> str:
    """`09:06 07/09/2026` when what is shown may be older than 10 seconds, else an empty text."""
    age = services.data_age()
    if age is None or age < WORTH_SAYING:
        return ""
    known = services.now() - dt.timedelta(seconds=age)
    return moment(known.isoformat(timespec="minutes"))
