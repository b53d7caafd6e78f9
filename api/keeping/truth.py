"""Is the ledger in a backup a true one? Everything is verified, as an auditor would.

What nobody can mend, a false word of the log's own key about its index, is no damage of the backup:
it comes back as it was, and is told.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from api.keeping.archive import Manifest
from api.keeping.errors import KeepingError
from api.station.joined import STATE_FILE, Joined, joined_of
from api.station.state import StationState
from ledger.export import trust_of
from ledger.founding import log_verifier_key
from ledger.signing import load_key
from ledger.store.seam import LedgerStore
from ledger.verify.audit import HubPart, audit_entries
from ledger.verify.checkpoint import Checkpoint, open_checkpoint
from ledger.verify.entry import parse_entry
from ledger.verify.note import NoteKey
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Truth:
    """What a backup's ledger was found to be: its log's key, root keys, newest checkpoint.

    `log_key` is None for a station whose keys are not in the backup. `findings` are true of the
    ledger itself, by log index: false commitments of its index.
    """

    log_key: NoteKey | None
    head: Checkpoint
    findings: tuple[tuple[int, Refusal], ...]


def trust_in(store: LedgerStore) -> Trust:
    """Log key and root keys as the ledger's own genesis names them."""
    ((_, raw),) = store.sealed(0, 1)
    body = json.loads(parse_entry(raw).payload)["body"]
    return trust_of(NoteKey.parse(body["log_key"]), body["roots"])


def verified(backup: Path, store: LedgerStore, parts: Path, manifest: Manifest) -> Truth:
    """Audit the ledger that was in `backup`.

    Entries, signatures, links, every root, every checkpoint's own signature, the guards of the
    file, and that manifest and trust file speak of this ledger.

    Raises:
        KeepingError: `backup-refused`.
    """
    try:
        return _verified(store, parts, manifest)
    except (Refusal, sqlite3.Error, ValueError, KeyError, TypeError) as wrong:
        raise KeepingError("backup-refused", path=backup, why=str(wrong)) from wrong


def _verified(store: LedgerStore, parts: Path, manifest: Manifest) -> Truth:
    for fault in store.faults():
        raise ValueError(fault.say())
    joined = joined_of(parts)
    log_key: NoteKey | None
    if joined is None:
        trust, part = _own_trust(store, parts), None
        log_key = trust.log_key
    else:
        trust = Trust.parse((parts / "trust.json").read_bytes())
        log_key, part = _seal_key(parts, joined, trust), _part(parts, joined)
    head = _opened(manifest.checkpoint, log_key)
    said = (head.origin, head.size, store.checkpoint())
    if said != (manifest.origin, manifest.size, manifest.checkpoint):
        raise ValueError("manifest")
    issued = dict(store.checkpoints())
    for size, root in issued.items():
        one = _opened(store.checkpoint(size) or "", log_key)
        if (one.size, one.root) != (size, root):
            raise ValueError(f"checkpoint {size}")
    result = audit_entries(_entries(store), issued, trust.roots, known=head, part=part)
    if result.failure is not None and not result.whole:
        raise result.failure
    if (result.entries, result.root) != (head.size, head.root) or store.after(
        store.sealed_position(), 1
    ):
        raise ValueError(f"{result.entries}")
    return Truth(log_key, head, tuple(result.false_index))


def _own_trust(store: LedgerStore, parts: Path) -> Trust:
    trust = trust_in(store)
    given = parts / "trust.json"
    if given.exists():
        # Which witnesses it asks for is not in the ledger.
        told = Trust.parse(given.read_bytes())
        if (told.log_key, told.roots) != (trust.log_key, trust.roots):
            raise ValueError("trust.json")
    return trust


def _seal_key(parts: Path, joined: Joined, trust: Trust) -> NoteKey | None:
    """A station seals its part of the hub's ledger by a key that nobody else is shown."""
    path = parts / "keys" / "log.pem"
    if not path.exists():
        return None
    return log_verifier_key(joined.seal_origin(trust.log_key.name), load_key(path).public)


def _part(parts: Path, joined: Joined) -> HubPart:
    with closing(StationState(parts / STATE_FILE)) as state:
        return HubPart(frozenset({bytes.fromhex(joined.keyid)}), state.checkpoints())


def _opened(note: str, log_key: NoteKey | None) -> Checkpoint:
    if log_key is not None:
        return open_checkpoint(note, log_key)
    return Checkpoint.parse(note.split("\n\n", maxsplit=1)[0] + "\n")


def _entries(store: LedgerStore) -> Iterator[bytes]:
    first = 0
    while rows := store.sealed(first, _PAGE):
        yield from (raw for _, raw in rows)
        first = rows[-1][0] + 1
