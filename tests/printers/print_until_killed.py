"""Prints a job and kills itself with SIGKILL when a label reaches a state; run by a test.

Arguments: spool path, job id, printer port, state, how many times the state is reached before.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from printers.profile import Profile
from printers.spooling.outcome import Progress
from printers.spooling.spool import Spool
from printers.spooling.worker import print_job
from printers.transport import open_transport


def main() -> None:
    path, job_id, port, state, after = sys.argv[1:]
    left = int(after)

    def watch(progress: Progress) -> None:
        nonlocal left
        if progress.state == state:
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    with Spool(Path(path), lambda: "t") as spool:
        way = open_transport(f"tcp://127.0.0.1:{port}")
        print_job(spool, job_id, way, Profile.shipped("virtual"), on_progress=watch)


if __name__ == "__main__":
    main()
