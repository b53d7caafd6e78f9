"""An authenticator in software, and the browser around it: what navigator.credentials would answer."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from fido2 import cbor

from tests.access.visitors import AWAY

USER_PRESENT, USER_VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def text_of(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cose_of(key: Key) -> dict[int, Any]:
    """The public key as COSE has it (RFC 9053)."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {1: 1, 3: -8, -1: 6, -2: key.public_key().public_bytes_raw()}
    if isinstance(key, rsa.RSAPrivateKey):
        public = key.public_key().public_numbers()
        return {1: 3, 3: -257, -1: public.n.to_bytes(key.key_size // 8, "big"), -2: b"\1\0\1"}
    point = key.public_key().public_numbers()
    return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}


def new_key(kind: str = "ES256") -> Key:
    """A private key of one of the kinds that are accepted."""
    if kind == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "RS256":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


class Authenticator:
    """One passkey. What is given beside the options is bent: `origin`, `kind`, `flags`, ..."""

    def __init__(self, origin: str = AWAY, kind: str = "ES256", *, counts: bool = True) -> None:
        self.origin = origin
        self.key = new_key(kind)
        self.cose = cose_of(self.key)
        self.credential = secrets.token_bytes(32)
        self.handle = b""
        self.counter = 0
        self._step = int(counts)

    def make(self, wishes: Mapping[str, Any], **bent: Any) -> str:
        """RegistrationResponseJSON for PublicKeyCredentialCreationOptionsJSON."""
        options = wishes["publicKey"]
        self.handle = bytes_of(options["user"]["id"])
        credential = bent.get("credential", self.credential)
        attested = (
            bytes(16)
            + len(credential).to_bytes(2, "big")
            + credential
            + cbor.encode(bent.get("cose", self.cose))
        )
        flags = bent.get("flags", USER_PRESENT | USER_VERIFIED | ATTESTED)
        data = self._data(options["rp"]["id"], flags, bent)
        data += attested if flags & ATTESTED else b""
        whole = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._told(
            {
                "clientDataJSON": text_of(self._client("webauthn.create", options, bent)),
                "attestationObject": text_of(bent.get("attestation", whole)),
            },
            bent,
        )

    def answer(self, wishes: Mapping[str, Any], **bent: Any) -> str:
        """AuthenticationResponseJSON for PublicKeyCredentialRequestOptionsJSON."""
        options = wishes["publicKey"]
        data = self._data(options["rpId"], bent.get("flags", USER_PRESENT | USER_VERIFIED), bent)
        client = self._client("webauthn.get", options, bent)
        signature = self._signed(data + hashlib.sha256(client).digest())
        said = {
            "clientDataJSON": text_of(client),
            "authenticatorData": text_of(bent.get("data", data)),
            "signature": text_of(bent.get("signature", signature)),
            "userHandle": text_of(bent.get("handle", self.handle)),
        }
        return self._told({name: one for name, one in said.items() if one}, bent)

    def _data(self, name: str, flags: int, bent: Mapping[str, Any]) -> bytes:
        self.counter += self._step
        counter = bent.get("counter", self.counter)
        hashed = hashlib.sha256(bent.get("name", name).encode()).digest()
        return bytes([*hashed, flags, *counter.to_bytes(4, "big")])

    def _client(self, kind: str, options: Mapping[str, Any], bent: Mapping[str, Any]) -> bytes:
        said = {
            "type": bent.get("type", kind),
            "challenge": bent.get("challenge", options["challenge"]),
            "origin": bent.get("origin", self.origin),
            "crossOrigin": bent.get("cross", False),
        }
        return json.dumps(said).encode()

    def _told(self, response: Mapping[str, str], bent: Mapping[str, Any]) -> str:
        id_ = text_of(bent.get("id", self.credential))
        return json.dumps({"id": id_, "rawId": id_, "type": "public-key", "response": response})

    def _signed(self, message: bytes) -> bytes:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(message)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))
