"""Private keys: made on the machine that uses them, kept 0600, never sent."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import LedgerError
from ledger.verify import canonical
from ledger.verify.entry import PAYLOAD_TYPE, Entry, keyid_of, make_entry, pae
from ledger.verify.keys import enrolment_proof_bytes
from ledger.verify.statement import Statement


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its public half (32 raw bytes) and key id."""

    private: Ed25519PrivateKey
    public: bytes
    keyid: bytes

    @classmethod
    def of(cls, private: Ed25519PrivateKey) -> Signer:
        public = private.public_key().public_bytes_raw()
        return cls(private, public, keyid_of(public))

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
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_secret(path, pem)


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


def load_key(path: Path) -> Signer:
    """Load a private key file."""
    pem = read_secret(path)
    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as wrong:
        raise LedgerError("key-unreadable", path=path) from wrong
    if not isinstance(private, Ed25519PrivateKey):
        raise LedgerError("key-unreadable", path=path)
    return Signer.of(private)
