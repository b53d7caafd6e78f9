"""Private keys: made on the machine that uses them, kept 0600, never sent."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import LedgerError
from ledger.key_errors import KeyFileError
from ledger.verify import canonical
from ledger.verify.entry import PAYLOAD_TYPE, Entry, keyid_of, make_entry, pae
from ledger.verify.keys import enrolment_proof_bytes
from ledger.verify.statement import Statement

PassphraseSource = Callable[[Path], bytes]
"""Gives the passphrase of an encrypted key file; raises KeyFileError when nobody can be asked."""

PUBLIC_LINE = b"ocop-public: "
"""Begins the line before an encrypted PEM that names its public key (hex), for who only reads."""
_BEGIN = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its public half (32 raw bytes) and key id.

    `unlock` gives the private half; of an encrypted file it asks for the passphrase at first use.
    """

    unlock: Callable[[], Ed25519PrivateKey] = field(repr=False, compare=False)
    public: bytes
    keyid: bytes

    @classmethod
    def of(cls, private: Ed25519PrivateKey) -> Signer:
        """Of a private key that is at hand."""
        public = private.public_key().public_bytes_raw()
        return cls(lambda: private, public, keyid_of(public))

    @property
    def private(self) -> Ed25519PrivateKey:
        """The private half. Raises KeyFileError when its file cannot be unlocked."""
        return self.unlock()

    def sign(self, statement: Statement) -> Entry:
        """Sign one statement; the payload is its canonical form."""
        anchor = statement.anchor
        payload = canonical.encode(
            {
                "type": statement.type,
                "party": statement.party,
                "seq": statement.seq,
                "prev": statement.prev,
                "time": statement.time,
                "in": list(statement.inputs),
                "anchor": None if anchor is None else {"size": anchor[0], "root": anchor[1]},
                "body": statement.body,
            }
        )
        signature = self.private.sign(pae(PAYLOAD_TYPE, payload))
        return make_entry(payload, self.keyid, signature)

    def agree(self, origin: str, body: dict[str, object]) -> str:
        """Proof of possession (hex) for this key's own enrolment body, without its `proof`."""
        return self.private.sign(enrolment_proof_bytes(origin, dict(body))).hex()


def save_key(path: Path, private: Ed25519PrivateKey) -> None:
    """Write a private key as PKCS#8 PEM, mode 0600; an existing file is never overwritten."""
    write_secret(path, plain_pem(private))


def plain_pem(private: Ed25519PrivateKey) -> bytes:
    """A private key as PKCS#8 PEM, not encrypted."""
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def write_secret(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read, durably."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_secret(path: Path) -> bytes:
    """Read a secret file; refuse one that others can read."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            raise LedgerError("key-open", path=path, found=f"{mode:04o}")
        return path.read_bytes()
    except PermissionError as wrong:
        raise LedgerError("key-denied", path=path, owner=_owner(path)) from wrong
    except OSError as wrong:
        raise LedgerError("key-missing", path=path) from wrong


def _owner(path: Path) -> str:
    """Name of the user to whom a file belongs, or of its folder when that hides it."""
    for one in (path, path.parent):
        try:
            return one.owner()
        except (OSError, KeyError, NotImplementedError):
            continue
    return "?"


def load_key(path: Path, passphrase: PassphraseSource | None = None) -> Signer:
    """Load a private key file.

    An encrypted one that names its public key is unlocked at the first signature, another at once.

    Raises:
        LedgerError: `key-open`, `key-denied`, `key-missing`, `key-unreadable`.
        KeyFileError: `key-locked`, `passphrase-wrong`, `key-swapped`; of a file that names its
            public key only when it is used.
    """
    pem = read_secret(path)
    if not is_encrypted(pem):
        return Signer.of(_opened(path, pem, None))
    named = _named_public(pem)

    @cache
    def unlock() -> Ed25519PrivateKey:
        if passphrase is None:
            raise KeyFileError("key-locked", path=path)
        private = _opened(path, pem, passphrase(path))
        if named is not None and private.public_key().public_bytes_raw() != named:
            raise KeyFileError("key-swapped", path=path)
        return private

    return Signer.of(unlock()) if named is None else Signer(unlock, named, keyid_of(named))


def is_encrypted(pem: bytes) -> bool:
    """Whether a key file's bytes need a passphrase."""
    return _BEGIN in pem


def _named_public(pem: bytes) -> bytes | None:
    for line in pem.partition(_BEGIN)[0].splitlines():
        if line.startswith(PUBLIC_LINE):
            try:
                public = bytes.fromhex(line.removeprefix(PUBLIC_LINE).decode("ascii"))
            except ValueError:
                return None
            return public if len(public) == 32 else None
    return None


def _opened(path: Path, pem: bytes, passphrase: bytes | None) -> Ed25519PrivateKey:
    try:
        private = serialization.load_pem_private_key(pem, password=passphrase or None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as wrong:
        if is_encrypted(pem):
            raise KeyFileError("passphrase-wrong", path=path) from wrong
        raise LedgerError("key-unreadable", path=path) from wrong
    if not isinstance(private, Ed25519PrivateKey):
        raise LedgerError("key-unreadable", path=path)
    return private
