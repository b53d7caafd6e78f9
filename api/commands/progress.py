"""How far long work is: on a terminal one line that is written over, elsewhere a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from api.commands.words import choose

Progress = Callable[[int, int], None]
"""Told how many of how many are done."""

# Seconds between two lines: on a terminal, and in a log file that somebody has to read.
_TERMINAL, _LOG = 1, 10


def progress(lang: str, english: str, vietnamese: str) -> Progress:
    """Lines on stderr about work that was done of so many, such as "checked"; none when it is short."""
    began = last = time.monotonic()
    told = False

    def tell_progress(done: int, total: int) -> None:
        nonlocal last, told
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        if not told if done >= total else now - last < (_TERMINAL if terminal else _LOG):
            return
        last, told = now, done < total
        rate = done / max(now - began, 0.001)
        left = max(total - done, 0) / max(rate, 0.001)
        line = (
            f"{choose(lang, english, vietnamese)} {done}/{total} ({100 * done // max(total, 1)} %)"
        )
        if done < total:
            line += choose(
                lang,
                f", {rate:.0f}/s, {left:.0f} s left",
                f", {rate:.0f} phiếu/giây, còn {left:.0f} giây",
            )
        end = "\r" if terminal and done < total else "\n"
        print(f"{line:<78}" if terminal else line, end=end, file=sys.stderr, flush=True)

    return tell_progress
