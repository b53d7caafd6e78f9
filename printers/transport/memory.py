"""Printer bytes kept in memory, for previews of what would be sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from printers.errors import TransportError


@dataclass(slots=True)
class MemoryTransport:
    """Keeps each payload in `sent`; never replies."""

    sent: list[bytes] = field(default_factory=list)
    is_open: bool = False

    @property
    def address(self) -> str:
        """memory: has no place."""
        return "memory:"

    @property
    def can_reply(self) -> bool:
        """Nothing is at the other end."""
        return False

    def open(self) -> None:
        """Ready to send."""
        self.is_open = True

    def send(self, payload: bytes) -> None:
        """Keep the payload."""
        if not self.is_open:
            raise TransportError("transport.not-open", address=self.address)
        self.sent.append(payload)

    def receive(self, seconds: float) -> bytes:  # noqa: ARG002 - the interface names it
        """Nothing ever arrives."""
        return b""

    def close(self) -> None:
        """No longer ready."""
        self.is_open = False

    def abort(self) -> None:
        """No longer ready."""
        self.is_open = False
