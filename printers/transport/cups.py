"""A CUPS queue through the programs `lp`, `lpstat` and `cancel`: one raw job for each label.

CUPS hands bytes on and never says whether they were printed, so nothing is confirmed this way
(tier T0). The library pycups is GPL and so not used. `-o raw` keeps CUPS from changing a byte.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from urllib.parse import quote

from printers.errors import TransportError

_REQUEST = re.compile(r"request id is (\S+-\d+) ")
# The words looked for are those of the C locale; UTF-8 lets names and reasons through.
_IN_ENGLISH = ("/usr/bin/env", "LC_ALL=C.UTF-8")
_POLL_SECONDS = 0.1
_COMMAND_SECONDS = 10.0


class CupsTransport:
    """One queue, of the usual server or of `server` (host or host:port).

    `queue_seconds` is how long one label may stay in the queue. A send returns when its job has
    left the queue, so the order is kept and at most one label waits in CUPS.
    """

    def __init__(self, queue: str, server: str | None = None, queue_seconds: float = 60.0) -> None:
        self._queue = queue
        self._server = server
        self._queue_seconds = queue_seconds
        self._open = False
        self._job: str | None = None

    @property
    def address(self) -> str:
        """cups://queue or cups://host:port/queue."""
        queue = quote(self._queue, safe="")
        return f"cups://{self._server}/{queue}" if self._server else f"cups://{queue}"

    @property
    def can_reply(self) -> bool:
        """CUPS passes nothing back."""
        return False

    def open(self) -> None:
        """Ask whether the queue exists, is enabled and takes jobs."""
        self.abort()
        # First, since a silent server and an unknown queue are the same words to `lpstat -p`.
        running = self._run("lpstat", "-r")
        if "is running" not in running.stdout:
            raise self._failed("transport.cups-server", why=_one_line(running.stdout))
        known = self._run("lpstat", "-p", self._queue)
        if known.returncode != 0:
            said = known.stderr.lower()
            unknown = "invalid destination" in said or "unknown" in said
            code = "transport.cups-unknown" if unknown else "transport.cups-server"
            raise self._failed(code, why=_one_line(known.stderr))
        if " disabled since " in known.stdout:
            raise self._failed("transport.cups-paused", why=_reason(known.stdout))
        takes = self._run("lpstat", "-a", self._queue)
        if " not accepting requests " in takes.stdout:
            raise self._failed("transport.cups-rejecting", why=_reason(takes.stdout))
        self._open = True

    def send(self, payload: bytes) -> None:
        """Give one label to the queue as one job and wait until the job has left it.

        A refusal by CUPS means that nothing left; a job that stays too long, or an answer that
        does not come, means that all of it may have.
        """
        if not self._open:
            raise self._failed("transport.not-open")
        given = self._run("lp", "-d", self._queue, "-o", "raw", "-t", "OCOP", payload=payload)
        if given.returncode != 0:
            raise self._failed("transport.cups-refused", why=_one_line(given.stderr))
        match = _REQUEST.search(given.stdout)
        if match is None:
            raise self._failed("transport.cups-odd", len(payload), why=_one_line(given.stdout))
        self._job = match[1]
        deadline = time.monotonic() + self._queue_seconds
        while self._waits(len(payload)):
            if time.monotonic() > deadline:
                state = self._run("lpstat", "-p", self._queue)
                why = _one_line(state.stdout)
                raise self._failed("transport.cups-stuck", len(payload), why=why)
            time.sleep(_POLL_SECONDS)
        self._job = None

    def receive(self, seconds: float) -> bytes:  # noqa: ARG002 - the interface names it
        """Nothing ever arrives."""
        return b""

    def close(self) -> None:
        """No longer ready; every job has left the queue when its send returned."""
        self._open = False
        self._job = None

    def abort(self) -> None:
        """Take a job that still waits out of the queue: it must not print later by surprise."""
        job, self._job, self._open = self._job, None, False
        if job is not None:
            self._run("cancel", job)

    def _waits(self, size: int) -> bool:
        queued = self._run("lpstat", "-W", "not-completed", "-o", self._queue)
        if queued.returncode != 0:
            raise self._failed("transport.cups-server", size, _one_line(queued.stderr))
        return any(line.split()[:1] == [self._job] for line in queued.stdout.splitlines())

    def _run(
        self, program: str, *arguments: str, payload: bytes = b""
    ) -> subprocess.CompletedProcess[str]:
        server = ("-h", self._server) if self._server else ()
        absent = subprocess.CompletedProcess(arguments, 1, "", "")
        if shutil.which(program) is None:
            if program == "cancel":
                return absent
            raise self._failed("transport.cups-programs", why=program)
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, no shell; the queue's name was checked
                [*_IN_ENGLISH, program, *server, *arguments],
                input=payload,
                capture_output=True,
                timeout=_COMMAND_SECONDS,
                check=False,
            )
        except (subprocess.TimeoutExpired, OSError) as fault:
            if program == "cancel":
                return absent
            why = f"{program}: no answer"
            raise self._failed("transport.cups-server", len(payload), why) from fault
        texts = (done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
        return subprocess.CompletedProcess(arguments, done.returncode, *texts)

    def _failed(self, code: str, sent: int = 0, why: str = "?") -> TransportError:
        return TransportError(
            code,
            sent,
            address=self.address,
            queue=self._queue,
            why=why or "?",
            seconds=f"{self._queue_seconds:g}",
        )


def _one_line(said: str) -> str:
    return " ".join(said.split())[:160] or "?"


def _reason(said: str) -> str:
    """The second line of lpstat's answer: why the queue stands still, as its owner wrote it."""
    return _one_line("".join(said.splitlines()[1:2]))
