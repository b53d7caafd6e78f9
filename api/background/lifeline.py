"""A child process ends with its parent, even when the parent was killed and could say nothing.

The parent keeps the writing end of a pipe and never writes; the system closes it however the
parent ends, and every child then reads the end of the pipe.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from types import FrameType


def end_with_parent(descriptor: int, end: Callable[[], None]) -> None:
    """Call `end` in a thread when the pipe's other end is closed."""

    def watch() -> None:
        with suppress(OSError):
            while os.read(descriptor, 1):
                pass
        end()

    Thread(target=watch, daemon=True, name="lifeline").start()


@contextmanager
def until_told(stop: Event) -> Iterator[None]:
    """Set `stop` at Ctrl-C, SIGTERM or a lost terminal while the block runs; main thread only."""
    wanted = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP"):
        wanted.append(signal.SIGHUP)

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, told) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
