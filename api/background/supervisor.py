"""Child processes kept alive: one that dies is started again, all end together."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event

_LOOK = 0.1
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_SETTLED = 5.0
"""A child that lived so many seconds was all right; the next restart is a prompt one again."""
_GRACE = 8.0
"""Seconds that children have to end by themselves."""

Words = Callable[[int], Sequence[str]]
"""Words of a child's command, given the descriptor of its lifeline."""


@dataclass(slots=True)
class _Child:
    name: str
    words: list[str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    pause: float = _FIRST_PAUSE
    due: float = 0.0


class Supervisor:
    """Starts children by name, and again when they die; ends them all when told to."""

    def __init__(
        self,
        children: Mapping[str, Words],
        descriptors: Sequence[int] = (),
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`descriptors` are handed down to every child, such as a listening socket."""
        self._reading, self._writing = os.pipe()
        self._handed = (*descriptors, self._reading)
        self._ticks = ticks
        self._log = logging.getLogger("ocop.background")
        self._children = [
            _Child(name, [sys.executable, "-P", "-m", "api.commands.main", *words(self._reading)])
            for name, words in children.items()
        ]

    def run(self, stop: Event) -> None:
        """Keep them alive until `stop` is set, then end them, within 10 seconds."""
        try:
            while not stop.is_set():
                for child in self._children:
                    self._tend(child)
                stop.wait(_LOOK)
        finally:
            self._end()

    def processes(self) -> dict[str, int]:
        """Process ids of the children that run now, by name."""
        return {
            child.name: child.process.pid
            for child in self._children
            if child.process is not None and child.process.poll() is None
        }

    def _tend(self, child: _Child) -> None:
        ticks = self._ticks()
        if child.process is not None:
            status = child.process.poll()
            if status is None:
                return
            if ticks - child.began > _SETTLED:
                child.pause = _FIRST_PAUSE
            self._log.warning("%s ended with status %s and is started again", child.name, status)
            child.process, child.due = None, ticks + child.pause
            child.pause = min(2 * child.pause, _LONGEST_PAUSE)
        if ticks >= child.due:
            child.began = ticks
            # A session of its own: Ctrl-C reaches the parent only, and it ends them in order.
            child.process = subprocess.Popen(  # noqa: S603  # our own program and words
                child.words,
                stdin=subprocess.DEVNULL,
                pass_fds=self._handed,
                start_new_session=True,
            )

    def _end(self) -> None:
        running = [one.process for one in self._children if one.process is not None]
        for process in running:
            process.terminate()
        last = self._ticks() + _GRACE
        for process in running:
            try:
                process.wait(max(0.0, last - self._ticks()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(1)
        os.close(self._writing)
        os.close(self._reading)
