"""The encoder as a process: `python -m api.photos.encoder_process MEMORY SECONDS`, limits first."""

from __future__ import annotations

import contextlib
import sys


def _limit(memory: int, seconds: int) -> None:
    """Bound address space and processor time where the system can; elsewhere the parent's clock does."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    # The libraries of pictures are loaded under the limits, too.
    from api.photos.encoder import main

    sys.exit(main())
