"""Checks one AI's value: characters, length, and the rule that its standard adds."""

import calendar
import re
from typing import Final

from ledger.domain.application_identifiers import (
    APPLICATION_IDENTIFIERS,
    ApplicationIdentifier,
    Rule,
)
from ledger.domain.check_digit import CSET82, check_digit, check_pair
from ledger.domain.errors import LinkError

_SHORTEST_PREFIX: Final = 4  # digits; General Specifications 1.4.2
_PAIR_LENGTH: Final = 2
_ANY_CODE: Final = re.compile(r"[0-9]{2,4}")
_ANY_VALUE: Final = re.compile(f"[{re.escape(CSET82)}]{{1,90}}")


def known_ai(code: str) -> ApplicationIdentifier:
    """Return the table's entry for an AI (`01`, `3103`); LinkError when it has none."""
    found = APPLICATION_IDENTIFIERS.get(code)
    if found is None:
        raise LinkError("unknown-ai", found=code)
    return found


def check_value(ai: ApplicationIdentifier, value: str) -> None:
    """Refuse (LinkError) a value that the General Specifications do not allow for this AI."""
    if not ai.pattern.fullmatch(value):
        raise _bad_value(ai, value, ai.shape)
    if ai.rule is Rule.DATE:
        _check_date(ai, value)
    elif ai.rule is Rule.CHECK_PAIR:
        _check_pair(ai, value)
    elif ai.rule is Rule.COMPANY_PREFIX:
        if not value[:_SHORTEST_PREFIX].isdigit() or len(value) < _SHORTEST_PREFIX:
            raise _bad_value(ai, value, f"N{{{_SHORTEST_PREFIX}}}...")
    elif ai.rule is not None:
        part = value[ai.closed_by_check]
        expected = check_digit(part[:-1])
        if part[-1] != expected:
            raise LinkError(
                "check-digit", ai=ai.code, title=ai.title, found=value, expected=expected
            )
        if ai.rule is Rule.PIECE_OF_TOTAL and not 1 <= int(value[14:16]) <= int(value[16:]):
            raise _bad_value(ai, value, "1 <= piece <= total")


def check_foreign_value(code: str, value: str) -> None:
    """Refuse (LinkError) what cannot be an AI at all, for AIs that our table does not have.

    An AI is 2 to 4 digits and no value is longer than 90 characters of set 82.
    """
    if not _ANY_CODE.fullmatch(code):
        raise LinkError("unknown-ai", found=code)
    if not _ANY_VALUE.fullmatch(value):
        raise LinkError("value", ai=code, title="?", found=value, shape="X{1,90}")


def _bad_value(ai: ApplicationIdentifier, value: str, shape: str) -> LinkError:
    return LinkError("value", ai=ai.code, title=ai.title, found=value, shape=shape)


def _check_date(ai: ApplicationIdentifier, value: str) -> None:
    year, month, day = int(value[:2]), int(value[2:4]), int(value[4:])
    # Only leap years matter here and 2000 was one, so the century need not be known.
    if not 1 <= month <= 12 or day > calendar.monthrange(2000 + year, month)[1]:
        raise _bad_value(ai, value, "YYMMDD")


def _check_pair(ai: ApplicationIdentifier, value: str) -> None:
    body, pair = value[:-_PAIR_LENGTH], value[-_PAIR_LENGTH:]
    if len(body) < _SHORTEST_PREFIX or not body[:_SHORTEST_PREFIX].isdigit():
        raise _bad_value(ai, value, f"N{{{_SHORTEST_PREFIX}}}...")
    expected = check_pair(body)
    if pair != expected:
        raise LinkError("check-digit", ai=ai.code, title=ai.title, found=value, expected=expected)
