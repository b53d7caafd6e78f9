"""Asking the hub over HTTP: signed requests, bounded answers, every wait with an end.

Nothing that the hub says is believed here: this module only reads the forms of
docs/station-wire.md. Lost answers cost a repetition, which is harmless.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from api.station.errors import StationError
from api.station_wire.entry_bodies import ENTRIES_TYPE, packed_entries, zipped
from api.station_wire.request_signing import LOG_HEADER, sign_request
from ledger.signing import Signer

PATH = "/api/v1/station/"
MOST_ANSWER = 48 * 1024 * 1024
LONGEST_ANSWER = 300.0
"""Seconds for one whole answer, however slowly it drips."""
_TIMEOUTS = httpx.Timeout(30.0, connect=10.0)
_TRIES = 3
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_JSON = "application/json"


class HubAway(StationError):
    """No answer came, or not now. `after` is what the hub asked to wait, in seconds."""

    def __init__(self, code: str, after: float | None = None, **params: object) -> None:
        super().__init__(code, **params)
        self.after = after


class HubRefused(StationError):
    """The hub said no. `status`, `problem`: of its problem document; `reason`: its code."""

    def __init__(self, address: str, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = problem
        self.reason = str(problem.get("code", "?"))[:60]
        detail = str(problem.get("detail", ""))[:300]
        super().__init__(
            "hub-refused", address=address, status=status, reason=self.reason, detail=detail
        )


class HubClient:
    """One station's way to its hub. Close it."""

    def __init__(
        self,
        address: str,
        *,
        origin: str = "",
        signer: Signer | None = None,
        now: Callable[[], int] = lambda: 0,
        nonce: Callable[[], str] = lambda: "",
        offset: Callable[[], int] = lambda: 0,
        note_offset: Callable[[int], None] = lambda _seconds: None,
        timeouts: httpx.Timeout = _TIMEOUTS,
    ) -> None:
        """`now` is this machine's clock in POSIX seconds, `offset` what to add to it for signing.

        Without `signer` only `ask` is of use: joining is not signed.
        """
        self.address = address
        self._origin = origin
        self._signer = signer
        self._now = now
        self._nonce = nonce
        self._offset = offset
        self._note_offset = note_offset
        # The environment's proxies are not asked for: a station's way is the ticket's address.
        self._client = httpx.Client(
            base_url=address,
            timeout=timeouts,
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": "ocop-station", "accept-encoding": "gzip"},
            limits=httpx.Limits(max_connections=1, keepalive_expiry=20.0),
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def push(self, entries: Sequence[bytes]) -> dict[str, Any]:
        """Send 1 to 400 own entries, in journal order."""
        body = zipped(packed_entries(entries))
        return self._signed("POST", "push", body, ENTRIES_TYPE, {"content-encoding": "gzip"})

    def pull(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for what this station needs."""
        body = json.dumps(asked, separators=(",", ":")).encode()
        return self._signed("POST", "pull", body, _JSON)

    def ask(self, name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """An unsigned question: `join`, `enrol`."""
        body = json.dumps(asked).encode()
        return self._send("POST", PATH + name, body, {"content-type": _JSON})

    def _signed(
        self,
        method: str,
        name: str,
        body: bytes,
        kind: str,
        more: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        assert self._signer is not None
        headers = {LOG_HEADER: self._origin, "content-type": kind, **(more or {})}
        tries = _TRIES
        while True:
            tries -= 1
            created = self._now() + self._offset()
            signed = sign_request(
                self._signer, method, PATH + name, headers, body, created, self._nonce()
            )
            try:
                return self._send(method, PATH + name, body, signed)
            except HubRefused as refused:
                again = refused.status == 401 and refused.reason in {
                    "clock-differs",
                    "nonce-repeated",
                }
                if not (again and tries):
                    raise
                theirs = refused.problem.get("now")
                if refused.reason == "clock-differs" and type(theirs) is int:
                    self._note_offset(theirs - self._now())

    def _send(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        try:
            with self._client.stream(method, path, content=body, headers=headers) as answer:
                found = self._read(answer)
                status, after = answer.status_code, answer.headers.get("retry-after", "")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as wrong:
            why = str(wrong) or type(wrong).__name__
            raise HubAway("hub-away", address=self.address, why=why) from wrong
        value = _object(found)
        if status == 200:
            if value is None:
                raise StationError("hub-answer", address=self.address, why="no JSON object")
            return value
        if status in _BUSY:
            wait = float(after) if after.isascii() and after.isdigit() else None
            reason = str((value or {}).get("code", status))[:60]
            raise HubAway("hub-busy", wait, address=self.address, reason=reason)
        raise HubRefused(self.address, status, value or {})

    def _read(self, answer: httpx.Response) -> bytes:
        """The body, decoded; never more of it than is bounded, and never for ever."""
        began, parts, size = time.monotonic(), list[bytes](), 0
        for part in answer.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > MOST_ANSWER:
                raise StationError("hub-answer", address=self.address, why="too large")
            if time.monotonic() - began > LONGEST_ANSWER:
                raise HubAway("hub-away", address=self.address, why="too slow")
        return b"".join(parts)


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
