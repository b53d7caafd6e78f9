"""The ticket by which a station joins a hub: `URL CODE FINGERPRINT [PIN]`, on one line."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from api.station_wire.errors import WireRefused
from api.station_wire.tls_pin import PIN
from ledger.verify.trust import Trust

CODE_BITS = 100
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = CODE_BITS // 5
_GROUP = 5
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_URL = re.compile(
    r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::[0-9]{1,5})?"
)
_OWN_MACHINE = re.compile(r"http://(?:127\.[0-9.]+|localhost|\[::1\])(?::|$)")
_FINGERPRINT = re.compile(r"[0-9a-f]{20}")


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where to go, what to say there, and which ledger must answer.

    `url` has no path; `code` is 20 Crockford letters without hyphens; `fingerprint` 20 hex digits;
    `pin` is "" or 32 hex digits of the one TLS key that may answer there.
    Raises WireRefused: `ticket-plain` for http:// to another machine, `ticket-wrong` for anything else.
    """

    url: str
    code: str
    fingerprint: str
    pin: str = ""

    def __post_init__(self) -> None:
        check_way(self.url, self.pin)
        if len(self.code) != _CODE_LENGTH or set(self.code) - set(_LETTERS):
            raise WireRefused("ticket-wrong", why="CODE")
        if not _FINGERPRINT.fullmatch(self.fingerprint):
            raise WireRefused("ticket-wrong", why="FINGERPRINT")

    @classmethod
    def parse(cls, text: str) -> Ticket:
        """Read a ticket as somebody pasted or typed it."""
        words = text.split()
        if not 3 <= len(words) <= 4:
            raise WireRefused("ticket-wrong", why=f"{len(words)} words")
        url, code, fingerprint, *pins = words
        pin = pins[0].lower() if pins else ""
        return cls(url.rstrip("/"), code_letters(code) or "", fingerprint.lower(), pin)

    def format(self) -> str:
        """The line, without its end."""
        pin = f" {self.pin}" if self.pin else ""
        return f"{self.url} {grouped(self.code)} {self.fingerprint}{pin}"


def check_way(url: str, pin: str) -> None:
    """Refuse an address of a hub, or the pin of its TLS key, that no station may use.

    Raises:
        WireRefused: `ticket-plain`, `ticket-wrong`.
    """
    if not _URL.fullmatch(url):
        raise WireRefused("ticket-wrong", why="URL")
    if url.startswith("http:") and not _OWN_MACHINE.match(url):
        # The code and the label key would travel readable.
        raise WireRefused("ticket-plain", url=url)
    if pin and (not PIN.fullmatch(pin) or not url.startswith("https:")):
        raise WireRefused("ticket-wrong", why="KEY")


def code_of(number: int) -> str:
    """The 20 letters of a number below 2^100 (of which the caller has chosen one by chance)."""
    return "".join(_LETTERS[number >> 5 * place & 31] for place in reversed(range(_CODE_LENGTH)))


def code_letters(text: str) -> str | None:
    """A code as typed, in its one spelling; None when it is none."""
    letters = text.replace("-", "").replace(" ", "").upper().translate(_MISREAD)
    return letters if len(letters) == _CODE_LENGTH and set(letters) <= set(_LETTERS) else None


def grouped(code: str) -> str:
    """A code in groups of 5."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def spelled(keyid: str) -> str:
    """The beginning of a key id (hex), as people compare it by telephone."""
    return grouped(keyid[: 4 * _GROUP])


def code_digest(code: str) -> str:
    """All that a hub keeps of a code: SHA-256 of its letters, hex."""
    return hashlib.sha256(code.encode("ascii")).hexdigest()


def shown_bytes(origin: str, digest: str) -> bytes:
    """What a station signs so that the hub confides in it; `digest` is that of its ticket's code.

    The proof of an enrolment stands in the log for everybody; this is said to the hub alone.
    """
    return f"ocop-ledger/enrol/v1\n{origin}\n{digest}\n".encode()


def fingerprint_of(trust: Trust) -> str:
    """20 hex digits that tell one ledger's log key and root keys from any other's."""
    lines = [trust.log_key.format(), *sorted(trust.roots)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:20]
