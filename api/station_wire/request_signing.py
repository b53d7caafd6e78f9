"""Requests signed by a station's key: RFC 9421 with a content digest (RFC 9530).

The library makes and reads the signature base; what must be covered, by which key, and when, is
decided here. Time and chance are passed in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier
from http_message_signatures.algorithms import ED25519, HTTPSignatureAlgorithm
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from http_message_signatures.resolvers import HTTPSignatureKeyResolver
from http_message_signatures.structures import CaseInsensitiveDict

from api.station_wire.errors import WireRefused
from ledger.signing import Signer
from ledger.verify.signature import PublicKey

LABEL = "sig1"
TAG = "ocop-station"
LOG_HEADER = "ocop-log"
CLOCK_SKEW = 300
"""Seconds by which a signature's time may differ from the hub's clock."""
_ALWAYS = ("@method", "@path", "content-digest", LOG_HEADER)
_WHEN_SENT = ("content-type", "content-encoding")
_ONCE = frozenset({"signature", "signature-input", "content-digest", LOG_HEADER, *_WHEN_SENT})
_LONGEST = 1024  # characters of a signature header
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KEYID = re.compile(r"[0-9a-f]{64}")
_DIGEST = re.compile(r"sha-256=:[A-Za-z0-9+/]{43}=:")
_PARAMETERS = {"created", "keyid", "alg", "nonce", "tag"}


@dataclass(frozen=True, slots=True)
class SignedBy:
    """Who signed a request: key id (hex), when (POSIX seconds), with which nonce."""

    keyid: str
    created: int
    nonce: str


def sign_request(
    signer: Signer,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    created: int,
    nonce: str,
) -> dict[str, str]:
    """The headers of a signed request: those given, the digest and the signature.

    `headers` hold `ocop-log`, and `content-type` and `content-encoding` when they are sent; `path`
    has no query; `created` is in POSIX seconds; `nonce` is 16 to 64 of `A-Z a-z 0-9 _ -`.
    """
    message = _Message(method, path, _headers(headers))
    sent = [name for name in _WHEN_SENT if name in message.headers]
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_OwnKey(signer)).sign(
        message,
        key_id=signer.keyid.hex(),
        created=dt.datetime.fromtimestamp(created, dt.UTC),
        nonce=nonce,
        label=LABEL,
        tag=TAG,
        covered_component_ids=(*_ALWAYS, *sent),
        body=body,
    )
    return {name.lower(): value for name, value in message.headers.items()}


def verify_request(
    keys: Callable[[str], PublicKey | None],
    method: str,
    path: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    now: int,
    origin: str,
) -> SignedBy:
    """Who signed this request, once all of it is seen to be what was signed.

    `keys` gives the public key of a key id (64 hex), None when it is not known. Whether that key
    may ask, and whether the nonce is new, is the caller's to decide.

    Raises:
        WireRefused: `signature-missing`, `signature-wrong`, `log-differs`, `key-unknown`,
            `clock-differs`.
    """
    fields = _fields(headers)
    if "signature" not in fields or "signature-input" not in fields:
        raise WireRefused("signature-missing")
    if fields.get(LOG_HEADER) not in {None, origin}:
        raise WireRefused("log-differs", found=fields[LOG_HEADER][:100], expected=origin)
    _refuse_unless(_DIGEST.fullmatch(fields.get("content-digest", "")), "content-digest")
    _refuse_unless("content-type" in fields or not body, "content-type")
    resolver = _GivenKeys(keys)
    verifier = _Verifier(signature_algorithm=_Strict, key_resolver=resolver)
    message = _Message(method, path, _headers(fields))
    try:
        (found,) = verifier.verify(
            message, max_age=None, expect_tag=TAG, expect_label=LABEL, body=body
        )
    except (HTTPMessageSignaturesException, ValueError) as wrong:
        if resolver.unknown is not None:
            raise WireRefused("key-unknown", keyid=resolver.unknown) from wrong
        raise WireRefused("signature-wrong", why=_reason(wrong)) from wrong
    wanted = {*_ALWAYS, *(name for name in _WHEN_SENT if name in fields)}
    covered = {name.strip('"') for name in found.covered_components} - {"@signature-params"}
    _refuse_unless(covered == wanted, "covered components")
    _refuse_unless(set(found.parameters) == _PARAMETERS, "parameters")
    created, nonce = int(found.parameters["created"]), str(found.parameters["nonce"])
    _refuse_unless(_NONCE.fullmatch(nonce), "nonce")
    if abs(now - created) > CLOCK_SKEW:
        raise WireRefused("clock-differs", seconds=abs(now - created), most=CLOCK_SKEW)
    return SignedBy(str(found.parameters["keyid"]), created, nonce)


def _fields(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers that matter, each there once and of a bounded length."""
    found: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if lower in _ONCE:
            _refuse_unless(lower not in found and len(value) <= _LONGEST, lower)
            found[lower] = value.strip(" \t")
    return found


def _headers(given: Mapping[str, str]) -> Any:
    made: Callable[[Mapping[str, str]], Any] = CaseInsensitiveDict  # the library's has no types
    return made(given)


def _refuse_unless(true: object, what: str) -> None:
    if not true:
        raise WireRefused("signature-wrong", why=what)


def _reason(wrong: Exception) -> str:
    """What the library did not like, without anything that the sender wrote."""
    text = str(wrong)
    return "content-digest" if "igest" in text else "signature"


@dataclass(slots=True)
class _Message:
    """What the library asks of a request."""

    method: str
    path: str
    headers: Any

    @property
    def url(self) -> str:
        # Neither scheme nor host is covered: proxies change them. `ocop-log` names the ledger.
        return f"http://hub{self.path}"


class _OwnKey(HTTPSignatureKeyResolver):
    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def resolve_private_key(self, key_id: str) -> Any:
        assert key_id == self._signer.keyid.hex()
        return self._signer.private

    def resolve_public_key(self, key_id: str) -> Any:
        return self.resolve_private_key(key_id).public_key()


class _GivenKeys(HTTPSignatureKeyResolver):
    def __init__(self, keys: Callable[[str], PublicKey | None]) -> None:
        self._keys = keys
        self.unknown: str | None = None

    def resolve_private_key(self, key_id: str) -> Any:
        raise HTTPMessageSignaturesException(f"no private key {key_id[:8]}")

    def resolve_public_key(self, key_id: str) -> Any:
        key = self._keys(key_id) if _KEYID.fullmatch(key_id) else None
        if key is None:
            self.unknown = key_id[:64] if _KEYID.fullmatch(key_id) else "?"
        return key


class _Strict(HTTPSignatureAlgorithm):
    """Ed25519 as the ledger verifies it: one set of signatures, whatever the library accepts."""

    algorithm_id = "ed25519"

    def __init__(self, public_key: Any = None, private_key: Any = None, password: Any = None):
        assert isinstance(public_key, PublicKey)
        assert private_key is None and password is None
        self._key = public_key

    def sign(self, message: bytes) -> bytes:
        raise HTTPMessageSignaturesException(f"{len(message)} bytes, but this only verifies")

    def verify(self, signature: bytes, message: bytes) -> None:
        self._key.verify(signature, message)


class _Verifier(HTTPMessageVerifier):
    """The library's verifier with its clock taken out: the caller's clock is compared later."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Nothing: see `verify_request`."""
