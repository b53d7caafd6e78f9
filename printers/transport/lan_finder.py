"""Printers on a network address or a small network that a person names; never anywhere else."""

from __future__ import annotations

import ipaddress
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from printers.errors import AddressError
from printers.transport.lan import SEND_BUFFER

PORT = 9100
MOST_HOSTS = 256
_AT_ONCE = 64
_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 0.7
_LONGEST_REPLY = 256
_HOST_CHARS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%")

_ASK_STATUS = b"\x10\x04\x01"  # DLE EOT 1: printer status
# Fixed bits of the answer: 0 and 7 are 0, 1 and 4 are 1 (ESC/POS reference, DLE EOT).
_STATUS_MASK, _STATUS_FIXED = 0b1001_0011, 0b0001_0010
_OFFLINE = 0b0000_1000
_ASK_MAKER, _ASK_MODEL = b"\x1dI\x42", b"\x1dI\x43"  # GS I 66, 67: "_" text NUL


@dataclass(frozen=True, slots=True)
class Found:
    """What answered on one address.

    address  for `ocop printer add --to`
    status   the byte answered to DLE EOT 1, None when it did not answer with one
    maker, model  its own words (GS I 66 and 67), None when it did not say
    """

    address: str
    status: int | None
    maker: str | None
    model: str | None

    @property
    def online(self) -> bool | None:
        """Whether it says that it is online; None when it did not say."""
        return None if self.status is None else not self.status & _OFFLINE


def find(where: str, port: int = PORT) -> list[Found]:
    """Printers that answer on `where`: an address, a host name, or a network such as
    192.168.1.0/24 of at most 256 addresses.

    Tries 64 addresses at a time, each for at most about 3 seconds. Sends three harmless bytes
    (DLE EOT 1); only to what answers them as ESC/POS printers do goes the question for maker and
    model, since other printers would put it on paper. Raises AddressError.
    """
    if not 1 <= port <= 65_535:
        raise AddressError("find.port", found=port)
    hosts = _hosts(where)
    with ThreadPoolExecutor(min(_AT_ONCE, len(hosts))) as pool:
        answers = pool.map(lambda host: _try(host, port), hosts)
        return [one for one in answers if one is not None]


def _hosts(where: str) -> list[str]:
    wrong = AddressError("find.not-network", found=where[:100])
    if "/" not in where:
        if not where or len(where) > 253 or not _HOST_CHARS.issuperset(where) or where[0] == "-":
            raise wrong
        return [where]
    try:
        network = ipaddress.ip_network(where, strict=False)
    except ValueError:
        raise wrong from None
    if network.num_addresses > MOST_HOSTS:
        raise AddressError(
            "find.too-many", found=where[:100], count=network.num_addresses, most=MOST_HOSTS
        )
    return [str(host) for host in network.hosts()]


def _try(host: str, port: int) -> Found | None:
    try:
        link = socket.create_connection((host, port), _CONNECT_SECONDS)
    except (OSError, UnicodeError):
        return None
    address = f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"
    status: int | None = None
    words: list[str | None] = [None, None]
    with link:
        try:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            link.sendall(_ASK_STATUS)
            answer = _hear(link, 1, b"")
            if len(answer) == 1 and answer[0] & _STATUS_MASK == _STATUS_FIXED:
                status = answer[0]
                for at, question in enumerate((_ASK_MAKER, _ASK_MODEL)):
                    link.sendall(question)
                    words[at] = _words(_hear(link, _LONGEST_REPLY, b"\0"))
        except OSError:
            pass  # it answered the call and hung up: still worth naming
    return Found(address, status, words[0], words[1])


def _hear(link: socket.socket, most: int, until: bytes) -> bytes:
    heard, ends = b"", time.monotonic() + _ANSWER_SECONDS
    while len(heard) < most and not (until and heard.endswith(until)):
        left = ends - time.monotonic()
        if left <= 0:
            break
        link.settimeout(left)
        try:
            received = link.recv(most - len(heard))
        except TimeoutError:
            break
        if not received:
            break
        heard += received
    return heard


def _words(answer: bytes) -> str | None:
    if not (answer.startswith(b"_") and answer.endswith(b"\0")):
        return None
    text = answer[1:-1].decode("ascii", "replace")
    shown = "".join(char for char in text if char.isprintable()).strip()
    return shown or None
