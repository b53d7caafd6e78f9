"""Matching of values whose type nobody has checked yet."""

import re


def matched(pattern: re.Pattern[str], value: object) -> re.Match[str] | None:
    """Match the whole of `value`; None when it does not match or is no text at all.

    Values come out of decoded JSON and forms, where the annotations promise more than is so.
    """
    return pattern.fullmatch(value) if isinstance(value, str) else None
