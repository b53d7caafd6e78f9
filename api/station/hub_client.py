"""Asking the hub over HTTP: signed requests, bounded answers, every wait with an end.

Nothing that the hub says is believed here: this module only reads the forms of
docs/station-wire.md. Lost answers cost a repetition, which is harmless.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from api.station.errors import StationError
from api.station.hanging_up import HangingUp
from api.station.pinned_tls import pinned_context
from api.station.unpacking import Unpacked
from api.station_wire.entry_bodies import ENTRIES_TYPE, packed_entries, zipped
from api.station_wire.request_signing import LOG_HEADER, sign_request
from ledger.signing import Signer
from ledger.verify.signature import PublicKey

PATH = "/api/v1/station/"
LONGEST_ANSWER = 300.0
"""Seconds for one whole answer, head and body, however slowly it drips."""
_TIMEOUTS = httpx.Timeout(30.0, connect=10.0)
_TRIES = 3
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_JSON = "application/json"
_LAST_TIME = 2**32
"""POSIX seconds: a hub's clock that says more says nothing."""


class HubAway(StationError):
    """No answer came, or not now.

    `after` is what the hub asked to wait, in seconds; `status` that of its answer, 0 for none.
    """

    def __init__(
        self, code: str, after: float | None = None, status: int = 0, **params: object
    ) -> None:
        super().__init__(code, **params)
        self.after = after
        self.status = status


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
        pin: str = "",
        origin: str = "",
        signer: Signer | None = None,
        now: Callable[[], int] = lambda: 0,
        nonce: Callable[[], str] = lambda: "",
        offset: Callable[[], int] = lambda: 0,
        note_offset: Callable[[int], None] = lambda _seconds: None,
        timeouts: httpx.Timeout = _TIMEOUTS,
    ) -> None:
        """`now` is this machine's clock in POSIX seconds, `offset` what to add to it for signing.

        With a `pin` the holder of that TLS key answers or nobody does. Without `signer` only `ask`
        is of use: joining is not signed.
        """
        self.address = address
        self._origin = origin
        self._signer = signer
        self._now = now
        self._nonce = nonce
        self._offset = offset
        self._note_offset = note_offset
        self._hanging_up = HangingUp()
        self._extensions = {"trace": self._hanging_up.trace}
        # The environment's proxies are not asked for: a station's way is the ticket's address.
        self._client = httpx.Client(
            base_url=address,
            verify=pinned_context(address, pin) if pin else True,
            timeout=timeouts,
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": "ocop-station", "accept-encoding": "gzip"},
            limits=httpx.Limits(max_connections=1, keepalive_expiry=20.0),
        )

    @property
    def public(self) -> PublicKey:
        """The station's own public key."""
        assert self._signer is not None
        return PublicKey(self._signer.public)

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

    def bundle(self, item: str, lot: str) -> bytes:
        """A lot's bundle as the hub gave it; its bytes are for the verifier to read."""
        body = json.dumps({"item": item, "lot": lot}).encode()
        return self._signed_bytes("POST", "bundle", body, _JSON)

    def photos_lacking(self, digests: Sequence[str]) -> dict[str, Any]:
        """Which of these files of photos, at most 500, the hub lacks."""
        body = json.dumps({"digests": list(digests)}).encode()
        return self._signed("POST", "photos", body, _JSON)

    def photo(self, raw: bytes) -> dict[str, Any]:
        """Send one file of a photo."""
        return self._signed("POST", "photo", raw, "image/jpeg")

    def status(self) -> dict[str, Any]:
        """How the hub stands towards this station's key."""
        return self._object_of(self._signed_bytes("GET", "status", b"", None))

    def ask(self, name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """An unsigned question: `join`, `enrol`."""
        body = json.dumps(asked).encode()
        return self._object_of(self._send("POST", PATH + name, body, {"content-type": _JSON}))

    def _signed(
        self,
        method: str,
        name: str,
        body: bytes,
        kind: str,
        more: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        return self._object_of(self._signed_bytes(method, name, body, kind, more))

    def _signed_bytes(
        self,
        method: str,
        name: str,
        body: bytes,
        kind: str | None,
        more: Mapping[str, str] | None = None,
    ) -> bytes:
        assert self._signer is not None
        headers = {LOG_HEADER: self._origin, **(more or {})}
        if kind is not None:
            headers["content-type"] = kind
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
                if refused.reason == "clock-differs":
                    # What is noted here all later requests are signed by: no date may spoil them.
                    if type(theirs) is not int or not 0 <= theirs < _LAST_TIME:
                        raise
                    self._note_offset(theirs - self._now())

    def _object_of(self, raw: bytes) -> dict[str, Any]:
        value = _object(raw)
        if value is None:
            raise StationError("hub-answer", address=self.address, why="no JSON object")
        return value

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        try:
            with (
                self._hanging_up.after(LONGEST_ANSWER),
                self._client.stream(
                    method, path, content=body, headers=headers, extensions=self._extensions
                ) as answer,
            ):
                found = self._read(answer)
                status, after = answer.status_code, answer.headers.get("retry-after", "")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as wrong:
            self._refuse_late(wrong)
            why = str(wrong) or type(wrong).__name__
            if _unvouched(wrong):
                raise StationError("hub-unvouched", address=self.address, why=why) from wrong
            raise HubAway("hub-away", address=self.address, why=why) from wrong
        # An answer without a length seems whole where it was cut off.
        self._refuse_late(None)
        if status == 200:
            return found
        value = _object(found)
        if status in _BUSY:
            wait = float(after) if after.isascii() and after.isdigit() else None
            reason = str((value or {}).get("code", status))[:60]
            raise HubAway("hub-busy", wait, status, address=self.address, reason=reason)
        raise HubRefused(self.address, status, value or {})

    def _refuse_late(self, wrong: Exception | None) -> None:
        """Raise HubAway when it was this machine that hung up."""
        if self._hanging_up.late:
            raise HubAway("hub-away", address=self.address, why="too slow") from wrong

    def _read(self, answer: httpx.Response) -> bytes:
        """The body, decoded; never more of it than is bounded."""
        try:
            found = Unpacked(answer.headers.get("content-encoding", ""))
            # As sent: bytes that unpack to nothing take time, too.
            for part in answer.iter_raw():
                found.take(part)
            return found.whole()
        except ValueError as wrong:
            self._refuse_late(wrong)
            raise StationError("hub-answer", address=self.address, why=str(wrong)) from wrong


def _unvouched(wrong: BaseException | None) -> bool:
    """Whether no authority that this machine knows vouches for the other side's certificate."""
    while wrong is not None:
        if isinstance(wrong, ssl.SSLCertVerificationError):
            return True
        wrong = wrong.__cause__ or wrong.__context__
    return False


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
