"""A witness's own folder: `witness.pem` (0600) and `witness.db`; an auditor's copies of logs besides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.witness.errors import WitnessError
from api.witness.store import FILE, WitnessStore
from ledger.signing import Signer, load_key, save_key
from ledger.verify.note import COSIGNATURE, NoteKey
from ledger.verify.signature import PublicKey

KEY_FILE = "witness.pem"
LOGS = "logs"
"""Folder of an auditor's copies, one folder a log."""


@dataclass(frozen=True, slots=True)
class WitnessFolder:
    """An open witness: its memory, its key, its public verifier key (type 4)."""

    folder: Path
    store: WitnessStore
    signer: Signer
    vkey: NoteKey
    kind: str


def make_witness(folder: Path, name: str, kind: str) -> NoteKey:
    """A new witness of `kind` ("witness" or "auditor"); returns its verifier key.

    Raises:
        WitnessError: `witness-exists`; nothing was changed.
        NoteRefused: the name cannot be a key's name.
    """
    if (folder / FILE).exists() or (folder / KEY_FILE).exists():
        raise WitnessError("witness-exists", path=folder)
    private = Ed25519PrivateKey.generate()
    vkey = NoteKey(name, PublicKey(private.public_key().public_bytes_raw()), COSIGNATURE)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The key last: a folder with a memory and no key has never signed.
    WitnessStore.create(folder, name, kind)
    save_key(folder / KEY_FILE, private)
    return vkey


@contextmanager
def opened_witness(folder: Path, kind: str) -> Iterator[WitnessFolder]:
    """The witness in a folder, closed at the end of the block.

    Raises:
        WitnessError: there is none, it lost its memory, or it is of the other kind.
        LedgerError: its key cannot be read, or others can read it.
    """
    if not (folder / FILE).exists() and (folder / KEY_FILE).exists():
        raise WitnessError("witness-lost", path=folder)
    store = WitnessStore(folder)
    try:
        name, found = store.identity()
        if found != kind:
            raise WitnessError("witness-kind", path=folder, found=found)
        signer = load_key(folder / KEY_FILE)
        vkey = NoteKey(name, PublicKey(signer.public), COSIGNATURE)
        yield WitnessFolder(folder, store, signer, vkey, kind)
    finally:
        store.close()
