"""One process that does everything, as a station runs: sequencer and projection are its threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

Role = Callable[[Event], None]
"""Something long-lived that ends soon after its event is set."""

_PATIENCE = 8.0


@contextmanager
def running(*roles: Role) -> Iterator[None]:
    """Run each role in a thread of its own until the block ends."""
    stop = Event()
    # Daemons, so that one that hangs in a dead database does not keep the process from ending.
    threads = [Thread(target=role, args=(stop,), daemon=True) for role in roles]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(_PATIENCE)
