"""From how many places: a network becomes one of 63 bits, under a key that is gone the next day.

What is kept of a day is which bits were set. Their number is at most the number of networks, so a
finding is never made up by two networks that share a bit; and one bit of 63 names nobody.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.types import Scope

SLOTS = 63
"""One less than the bits of SQL's signed integer."""
KEY_BYTES = 32
_MAPPED = bytes(10) + b"\xff\xff"
_FORWARDED = b"x-forwarded-for"


def network_of(address: str) -> bytes:
    """The network of an address: its first 3 bytes (IPv4) or 6 (IPv6); b"" for anything else."""
    try:
        if ":" not in address:
            return socket.inet_pton(socket.AF_INET, address)[:3]
        packed = socket.inet_pton(socket.AF_INET6, address)
    except (OSError, ValueError):
        return b""
    return packed[12:15] if packed.startswith(_MAPPED) else packed[:6]


def place_bit(key: bytes, address: str) -> int:
    """The one bit (of SLOTS) that this address's network sets under the day's key; 0 for none."""
    network = network_of(address)
    if not network:
        return 0
    digest = hashlib.blake2b(network, digest_size=8, key=key).digest()
    return 1 << int.from_bytes(digest, "big") % SLOTS


class Peers:
    """Whose word about the sender's address is believed: proxies that the settings name."""

    def __init__(self, trusted: Collection[str]) -> None:
        """`trusted` holds addresses and networks (`10.0.0.0/8`). Raises ValueError for others."""
        networks = [ip_network(one, strict=False) for one in trusted]
        self._single = {str(one.network_address) for one in networks if one.num_addresses == 1}
        self._wide: list[IPv4Network | IPv6Network] = [
            one for one in networks if one.num_addresses > 1
        ]

    def sender(self, scope: Scope) -> str:
        """Address that a request came from: the peer, or behind our proxies the last hop before."""
        client = scope.get("client")
        address: str = client[0] if client else ""
        if not self.trusts(address):
            return address
        lines = [value for name, value in scope["headers"] if name == _FORWARDED]
        for hop in reversed(b",".join(lines).decode("latin-1").split(",")):
            address = hop.strip()
            if not self.trusts(address):
                break
        return address

    def trusts(self, address: str) -> bool:
        """Whether an address is one of our proxies'."""
        if address in self._single:
            return True
        if not self._wide:
            return False
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in one for one in self._wide)
