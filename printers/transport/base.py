"""What every way to a printer offers."""

from __future__ import annotations

from typing import Protocol


class Transport(Protocol):
    """Bytes to a printer and its replies; one label is one `send`.

    Use: open, send and receive as needed, close (or abort after a failure). A transport is opened
    only between labels and may be opened again after close or abort.
    """

    @property
    def address(self) -> str:
        """The address for people and errors."""

    @property
    def can_reply(self) -> bool:
        """True when `receive` can ever return bytes."""

    def open(self) -> None:
        """Reach the printer. Raises TransportError with bytes_sent = 0."""

    def send(self, payload: bytes) -> None:
        """Hand over all of `payload`; TransportError.bytes_sent says how much had left."""

    def receive(self, seconds: float) -> bytes:
        """Bytes that arrive within `seconds`, b"" for none. TransportError when closed."""

    def close(self) -> None:
        """Let what was sent arrive, then close. Never raises."""

    def abort(self) -> None:
        """Close at once and drop what has not left this machine yet. Never raises."""
