"""Which site passkeys are made for: its name and origin, from the confirmed public address.

Never from a request: a passkey that was made for a name which somebody else leads here would be
theirs to use.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from api.access.passkey_errors import PasskeyRefused

_USUAL_PORT: Final = {"https": "443", "http": "80"}


@dataclass(frozen=True, slots=True)
class Site:
    """The relying party of WebAuthn: `name` is its id, `origin` where its pages are."""

    name: str
    origin: str


def site_of(base_url: str | None) -> Site:
    """The site behind a public address; a path of it plays no part.

    Raises:
        PasskeyRefused: there is none, it is plain http elsewhere than on localhost, or a number.
    """
    if base_url is None:
        raise PasskeyRefused("passkey-no-address")
    scheme, _, rest = base_url.lower().partition("://")
    host = rest.partition("/")[0]
    name, _, port = ("", "", "") if host.startswith("[") else host.partition(":")
    if _is_number(name):
        raise PasskeyRefused("passkey-bare-address", found=base_url)
    if scheme != "https" and name != "localhost":
        raise PasskeyRefused("passkey-plain-http", found=base_url)
    other = f":{port}" if port and port != _USUAL_PORT[scheme] else ""
    return Site(name, f"{scheme}://{name}{other}")


def _is_number(name: str) -> bool:
    if not name:
        return True  # IPv6, in its brackets
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
