"""Answers of the addresses on labels, kept as they are sent: plain, and packed when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.consumer.frame import digest, packed
from api.routes.negotiation import HTML, JSON, LINKSET
from api.routes.replies import Headers
from api.scans.tally import Standing

VARY: Final = (b"vary", b"accept, accept-encoding")
_TYPES: Final = {
    HTML: b"text/html; charset=utf-8",
    JSON: b"application/json",
    LINKSET: LINKSET.encode(),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What a scan counts for: the serial's standing, and whether its lot is recalled."""

    standing: Standing
    stopped: bool


@dataclass(frozen=True, slots=True)
class Coded:
    """A body in one content coding, with its tag and headers."""

    body: bytes
    etag: bytes
    headers: Headers


class Answer:
    """One rendered answer; the packed form is made when somebody first asks for it."""

    __slots__ = ("_gzipped", "_opening", "_shared", "counted", "plain", "status")

    def __init__(
        self,
        status: int,
        body: bytes,
        shared: Headers,
        counted: Counted | None = None,
        opening: bytes = b"",
    ) -> None:
        """`counted` is what to note when somebody opens it; None for what is not of a known lot.

        `opening` is a beginning of the body that many answers share.
        """
        self.status = status
        self.counted = counted
        self._shared = shared
        self._opening = opening
        self.plain = _coded(body, digest(body, opening)[:24], shared)
        self._gzipped: Coded | None = None

    def coded(self, *, gzipped: bool) -> Coded:
        """The answer as this client takes it."""
        if not gzipped:
            return self.plain
        if self._gzipped is None:
            tag = self.plain.etag[1:-1].decode() + "-gz"
            body = packed(self.plain.body, self._opening)
            self._gzipped = _coded(body, tag, [*self._shared, (b"content-encoding", b"gzip")])
        return self._gzipped


def _coded(body: bytes, tag: str, shared: Headers) -> Coded:
    etag = f'"{tag}"'.encode()
    length = str(len(body)).encode()
    return Coded(body, etag, [*shared, (b"etag", etag), (b"content-length", length)])


def made(
    status: int,
    body: bytes,
    kind: str,
    cache: tuple[bytes, bytes],
    counted: Counted | None = None,
    opening: bytes = b"",
) -> Answer:
    """An answer of a kind of `negotiation`, with the header that says how long it may be kept."""
    headers = [(b"content-type", _TYPES[kind]), cache, VARY]
    return Answer(status, body, headers, counted, opening)
