"""Encrypted key files: PKCS#8 (RFC 5958) under PBES2 (RFC 8018), readable by OpenSSL and others.

The library writes 2,048 rounds of PBKDF2, which a graphics card goes through at leisure; so the
envelope is made here, with 600,000, and the library reads it back.
"""

from __future__ import annotations

import base64
import os
from hashlib import pbkdf2_hmac
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from ledger.signing import PUBLIC_LINE, write_secret

ROUNDS = 600_000
SALT_BYTES = 16
_PBES2 = bytes.fromhex("06092a864886f70d01050d")  # 1.2.840.113549.1.5.13
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")  # 1.2.840.113549.1.5.12
_HMAC_SHA256 = bytes.fromhex("06082a864886f70d02090500")  # 1.2.840.113549.2.9, NULL
_AES256_CBC = bytes.fromhex("060960864801650304012a")  # 2.16.840.1.101.3.4.1.42


def encrypted_pem(
    private: Ed25519PrivateKey, passphrase: bytes, salt: bytes, nonce: bytes
) -> bytes:
    """A private key as encrypted PKCS#8 PEM, after a line that names its public key.

    `salt` and `nonce`: 16 random bytes each. AES-256-CBC under PBKDF2-HMAC-SHA256.
    """
    clear = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    padder = PKCS7(128).padder()
    padded = padder.update(clear) + padder.finalize()
    key = pbkdf2_hmac("sha256", passphrase, salt, ROUNDS, 32)
    cipher = Cipher(algorithms.AES256(key), modes.CBC(nonce)).encryptor()
    sealed = cipher.update(padded) + cipher.finalize()
    derived = _sequence(
        _PBKDF2,
        _sequence(_octets(salt), _tagged(2, ROUNDS.to_bytes(3, "big")), _sequence(_HMAC_SHA256)),
    )
    scheme = _sequence(_PBES2, _sequence(derived, _sequence(_AES256_CBC, _octets(nonce))))
    text = base64.b64encode(_sequence(scheme, _octets(sealed)))
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    public = private.public_key().public_bytes_raw().hex().encode("ascii")
    return b"\n".join(
        [
            PUBLIC_LINE + public,
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----",
            *lines,
            b"-----END ENCRYPTED PRIVATE KEY-----",
            b"",
        ]
    )


def replace_secret(path: Path, content: bytes) -> None:
    """Put new content in a secret file's place, whole or not at all, mode 0600.

    The old bytes may stay on the disk until its blocks are used again.
    """
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)  # of a replacement that was cut off
    write_secret(draft, content)
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renamings in a folder durable."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _tagged(tag: int, content: bytes) -> bytes:
    """DER: one value, shorter than 256 bytes (X.690 clause 8.1)."""
    length = bytes([len(content)]) if len(content) < 128 else bytes([0x81, len(content)])
    return bytes([tag]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))


def _octets(content: bytes) -> bytes:
    return _tagged(4, content)
