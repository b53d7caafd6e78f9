"""Dates and hours as written in Vietnam: dd/mm/yyyy and an hour of Asia/Ho_Chi_Minh."""

import datetime as dt
import re
from typing import Final

from api.intake.problems import IntakeProblem

# Vietnam has kept +07:00 all year since 1975, so no time zone database is needed.
HANOI: Final = dt.timezone(dt.timedelta(hours=7))
EARLIEST_YEAR: Final = 2000
# Clocks of stations differ; a day covers a wrong time zone too.
AHEAD: Final = dt.timedelta(days=1)

_DAY: Final = re.compile(
    r"(?P<d>[0-9]{1,2})(?P<s>[/.-])(?P<m>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4})"
    r"|(?P<iy>[0-9]{4})-(?P<im>[0-9]{2})-(?P<id>[0-9]{2})"
)
_HOUR: Final = re.compile(r"(?P<h>[0-9]{1,2})[:h](?P<min>[0-9]{2})(?::(?P<sec>[0-9]{2}))?")


def read_day(text: str, column: str) -> dt.date | IntakeProblem:
    """Read dd/mm/yyyy (also with dots or dashes, or yyyy-mm-dd)."""
    match = _DAY.fullmatch(text)
    if match is None:
        return IntakeProblem.of("date-form", column, found=text, example="07/09/2026")
    parts = [match["iy"] or match["y"], match["im"] or match["m"], match["id"] or match["d"]]
    year, month, day = map(int, parts)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return IntakeProblem.of("date-impossible", column, found=text)


def read_moment(text: str, column: str, now: dt.datetime) -> dt.datetime | IntakeProblem:
    """Read dd/mm/yyyy [HH:MM[:SS]] as a moment in +07:00; without an hour it is 00:00.

    A problem when it lies more than a day after `now` (aware) or before the year 2000.
    """
    day_text, _, hour_text = text.partition(" ")
    day = read_day(day_text, column)
    if isinstance(day, IntakeProblem):
        if day.code == "date-form":
            return IntakeProblem.of("date-form", column, found=text, example="07/09/2026 09:06")
        return IntakeProblem.of(day.code, column, found=text)
    clock = _HOUR.fullmatch(hour_text) if hour_text else None
    if hour_text and clock is None:
        return IntakeProblem.of("date-form", column, found=text, example="07/09/2026 09:06")
    try:
        hour = (
            dt.time(int(clock["h"]), int(clock["min"]), int(clock["sec"] or 0))
            if clock
            else dt.time()
        )
    except ValueError:
        return IntakeProblem.of("date-impossible", column, found=text)
    if day.year < EARLIEST_YEAR:
        return IntakeProblem.of("date-too-old", column, found=text, least=EARLIEST_YEAR)
    moment = dt.datetime.combine(day, hour, HANOI)
    return future(moment, text, column, now) or moment


def future(moment: dt.datetime, text: str, column: str, now: dt.datetime) -> IntakeProblem | None:
    """A problem when an aware moment lies more than a day after `now`."""
    # Compared as differences: now + a day would overflow at the end of the calendar.
    if moment - now <= AHEAD:
        return None
    return IntakeProblem.of("date-future", column, found=text, today=vietnamese(now))


def vietnamese(moment: dt.datetime) -> str:
    """The day of an aware moment in Vietnam, as dd/mm/yyyy."""
    return moment.astimezone(HANOI).strftime("%d/%m/%Y")
