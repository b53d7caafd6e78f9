"""A served hub as a process of its own (`ocop serve`), and clients that post entries to it."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
_PATIENCE = 60.0


class Client:
    """One station's connection, kept open and opened again when it breaks."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def post(self, entries: Sequence[bytes]) -> tuple[int, dict[str, Any]]:
        """Status and the answer's JSON for POST /api/v1/entries."""
        body = json.dumps({"entries": [base64.b64encode(raw).decode() for raw in entries]})
        self._connection.request(
            "POST", "/api/v1/entries", body, {"content-type": "application/json"}
        )
        answer = self._connection.getresponse()
        found: dict[str, Any] = json.loads(answer.read())
        return answer.status, found

    def record(self, raw: bytes) -> dict[str, Any]:
        """Post one entry until the hub has it, as a station does; its result."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                status, found = self.post([raw])
            except (OSError, http.client.HTTPException):
                status, found = 0, {}
                self._connection.close()
            if status == 200:
                (result,) = found["results"]
                assert isinstance(result, dict)
                return result
            # 503 is "not now": anything else about a well-signed entry would be a fault.
            assert status in (0, 503), (status, found)
            assert time.monotonic() < deadline, (status, found)
            time.sleep(0.05)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextmanager
def served(folder: Path, *words: str) -> Iterator[int]:
    """`ocop serve` on a ledger folder; its port. Ended by SIGINT, as by Ctrl-C."""
    with tempfile.TemporaryFile("w+") as told:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "api.commands.main", "serve", "--dir", str(folder)),
                *("--port", "0", *words),
            ],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "OCOP_LANG": "en"},
        )
        try:
            yield _port(told, server)
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(timeout=20)
        assert "Traceback" not in _read(told), _read(told)


def _port(told: IO[str], server: subprocess.Popen[str]) -> int:
    deadline = time.monotonic() + _PATIENCE
    while (found := _ADDRESS.search(_read(told))) is None:
        assert server.poll() is None and time.monotonic() < deadline, _read(told)
        time.sleep(0.02)
    return int(found[1])


def _read(told: IO[str]) -> str:
    # By position, so that the server's own place in the file is left alone.
    return os.pread(told.fileno(), 1_000_000, 0).decode(errors="replace")
