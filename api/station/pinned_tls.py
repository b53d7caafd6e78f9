"""TLS to one key and to no other: for a hub that no public authority vouches for.

Who signed the certificate, for which names and days, is not asked: the ticket named the key itself.
It is compared when the handshake is done, before a byte of a request has left.
"""

from __future__ import annotations

import ssl
from typing import Any, NoReturn

from api.station.errors import StationError
from api.station_wire.tls_pin import pin_of


class _PinnedSocket(ssl.SSLSocket):
    """A socket whose handshake ends with the comparison."""

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands; the other side has proved to hold the key of its certificate by then.

        Raises:
            StationError: `hub-key-differs`.
            OSError: no handshake.
        """
        super().do_handshake(block)
        context = self.context
        assert isinstance(context, PinnedContext)
        try:
            context.check(self.getpeercert(binary_form=True))
        except StationError:
            self.close()  # Python does so itself only for errors of sockets
            raise


class PinnedContext(ssl.SSLContext):
    """A context of TLS 1.3 that speaks with the holder of one key only."""

    sslsocket_class = _PinnedSocket
    address: str
    pin: str

    def wrap_bio(self, *_args: Any, **_named: Any) -> NoReturn:
        """Refused: only a socket compares the key (TLS within TLS, and asyncio, have none)."""
        raise NotImplementedError("a pinned key needs a socket")

    def check(self, certificate: bytes | None) -> None:
        """Raises StationError `hub-key-differs` for a certificate of another key, or none."""
        try:
            found = pin_of(certificate or b"")
        except ValueError:
            found = "?"
        if found != self.pin:
            raise StationError(
                "hub-key-differs", address=self.address, found=found, expected=self.pin
            )


def pinned_context(address: str, pin: str) -> PinnedContext:
    """What a station speaks TLS with when its ticket names the hub's key."""
    made = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE  # instead of authorities and names: the key itself, above
    made.address, made.pin = address, pin
    return made
