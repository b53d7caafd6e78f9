"""The web half of a link: scheme, host, path prefix, and percent-encoding both ways."""

import ipaddress
import re
from typing import Final
from urllib.parse import quote, quote_plus, unquote

from ledger.domain.errors import LinkError

LONGEST_LINK: Final = 2048  # characters; bounds the work done on whatever a scanner delivers

_URI_TEXT: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
# RFC 3986 lets any mixture of cases stand, the GS1 syntax engine only these four, and a scheme in
# mixed case has never been printed on purpose.
_SCHEME: Final = re.compile(r"(http|https|HTTP|HTTPS)://")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = re.compile(
    rf"(?P<name>{_LABEL}(?:\.{_LABEL})*\.?|\[(?P<v6>[0-9A-Fa-f:.]+)\])(?::(?P<port>[0-9]{{1,5}}))?"
)
_PREFIX: Final = re.compile(r"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+)*")
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DOTS: Final = frozenset([".", ".."])
_LARGEST_PORT: Final = 65535
_LONGEST_HOST: Final = 253


def split_link(uri: str) -> tuple[str, str, str]:
    """Return (scheme and host, path, query) of a web address; the fragment is dropped.

    LinkError for what is no http(s) address at all: too long, forbidden characters (RFC 3986
    section 2), another scheme, an impossible host.
    """
    if not isinstance(uri, str):
        raise LinkError("scheme", found=uri)
    if len(uri) > LONGEST_LINK:
        raise LinkError("too-long", found=len(uri), most=LONGEST_LINK)
    if not _URI_TEXT.fullmatch(uri):
        raise LinkError("characters", found=uri)
    scheme = _SCHEME.match(uri)
    if scheme is None:
        raise LinkError("scheme", found=uri)
    address = uri.partition("#")[0]
    before_query, _, query = address.partition("?")
    host, slash, path = before_query[scheme.end() :].partition("/")
    _check_host(host)
    return scheme.group() + host, slash + path, query


def check_base(base: str) -> str:
    """Return a base address without its last slash: `http(s)://host[:port][/prefix]`.

    LinkError for a query, a fragment, a user name, and for path prefixes that clients rewrite
    (empty and dot segments), since a rewritten link leads somewhere else.
    """
    origin, path, _ = split_link(base)
    prefix = path.removesuffix("/")
    segments = unquote(prefix).split("/")
    if "?" in base or "#" in base or not _PREFIX.fullmatch(prefix) or _DOTS & set(segments):
        raise LinkError("base", found=base)
    return origin + prefix


def in_capitals(uri: str, *, path_too: bool) -> str:
    """Return `uri` with scheme and host, and on request everything after them, in capitals."""
    origin, _, _ = split_link(uri)
    rest = uri[len(origin) :]
    return origin.upper() + (rest.upper() if path_too else rest)


def leads_elsewhere(value: str) -> bool:
    """Whether a path value is a dot segment: browsers resolve those even when escaped."""
    return value in _DOTS


def escape(value: str, *, in_query: bool = False) -> str:
    """Percent-encode all but the unreserved characters; a space in a query becomes a plus."""
    return quote_plus(value) if in_query else quote(value, safe="")


def unescape(text: str, *, in_query: bool = False) -> str:
    """Undo `escape`: one character for each byte, broken escapes left as they stand."""
    return unquote(text.replace("+", " ") if in_query else text, encoding="latin-1")


def unescape_strictly(text: str, *, in_query: bool = False) -> str:
    """Like `unescape`, but LinkError for a percent sign that starts no escape."""
    if _BROKEN_ESCAPE.search(text):
        raise LinkError("escape", found=text)
    return unescape(text, in_query=in_query)


def _check_host(host: str) -> None:
    match = _HOST.fullmatch(host)
    if match is None or len(match["name"]) > _LONGEST_HOST:
        raise LinkError("host", found=host)
    if match["port"] is not None and not 1 <= int(match["port"]) <= _LARGEST_PORT:
        raise LinkError("host", found=host)
    if match["v6"] is not None:
        try:
            ipaddress.IPv6Address(match["v6"])
        except ValueError as broken:
            raise LinkError("host", found=host) from broken
