"""Is the ledger in a backup a true one? Everything is verified, as an auditor would."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from api.keeping.archive import Manifest
from api.keeping.errors import KeepingError
from ledger.export import trust_of
from ledger.store.seam import LedgerStore
from ledger.verify.audit import audit_entries
from ledger.verify.checkpoint import Checkpoint, open_checkpoint
from ledger.verify.entry import parse_entry
from ledger.verify.note import NoteKey
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal

_PAGE = 1000


def trust_in(store: LedgerStore) -> Trust:
    """Log key and root keys as the ledger's own genesis names them."""
    ((_, raw),) = store.sealed(0, 1)
    body = json.loads(parse_entry(raw).payload)["body"]
    return trust_of(NoteKey.parse(body["log_key"]), body["roots"])


def verified(
    backup: Path, store: LedgerStore, parts: Path, manifest: Manifest
) -> tuple[Trust, Checkpoint]:
    """Audit the ledger that was in `backup`; returns its keys and its newest checkpoint.

    Entries, signatures, links, every root, every checkpoint's own signature, the guards of the
    file, and that manifest and trust file speak of this ledger.

    Raises:
        KeepingError: `backup-refused`.
    """
    try:
        return _verified(store, parts, manifest)
    except (Refusal, sqlite3.Error, ValueError, KeyError, TypeError) as wrong:
        raise KeepingError("backup-refused", path=backup, why=str(wrong)) from wrong


def _verified(store: LedgerStore, parts: Path, manifest: Manifest) -> tuple[Trust, Checkpoint]:
    for fault in store.faults():
        raise ValueError(fault.say())
    trust = trust_in(store)
    head = open_checkpoint(manifest.checkpoint, trust.log_key)
    said = (head.origin, head.size, store.checkpoint())
    if said != (manifest.origin, manifest.size, manifest.checkpoint):
        raise ValueError("manifest")
    given = parts / "trust.json"
    if given.exists():
        # Which witnesses it asks for is not in the ledger.
        told = Trust.parse(given.read_bytes())
        if (told.log_key, told.roots) != (trust.log_key, trust.roots):
            raise ValueError("trust.json")
    issued = dict(store.checkpoints())
    for size, root in issued.items():
        one = open_checkpoint(store.checkpoint(size) or "", trust.log_key)
        if (one.size, one.root) != (size, root):
            raise ValueError(f"checkpoint {size}")
    result = audit_entries(_entries(store), issued, trust.roots, known=head)
    if result.failure is not None:
        raise result.failure
    if (result.entries, result.root) != (head.size, head.root) or store.after(
        store.sealed_position(), 1
    ):
        raise ValueError(f"{result.entries}")
    return trust, head


def _entries(store: LedgerStore) -> Iterator[bytes]:
    first = 0
    while rows := store.sealed(first, _PAGE):
        yield from (raw for _, raw in rows)
        first = rows[-1][0] + 1
