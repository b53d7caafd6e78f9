"""Bringing a ledger that was put back to an older state up to what is known of it.

All or nothing in the only sense that counts: before one statement is recorded, the whole
sequence must lead to the root of the newest known checkpoint, so no order but the true one and
no statement but the lost ones can get in. If it is cut off, the rest can be added later.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from api.keeping.cut_moves import settle_move
from api.keeping.errors import KeepingError
from api.keeping.memory import CheckpointMemory, write_durably
from api.keeping.missing import gathered
from api.keeping.placing import scratch
from api.keeping.snapshot import RESTORED_FILE
from api.settings import Settings
from api.stores import open_store
from ledger.application import MOST_AT_ONCE, TraceLedger
from ledger.founding import log_verifier_key
from ledger.sealing import SealedLog
from ledger.signing import load_key
from ledger.store.copying import Progress
from ledger.store.seam import LedgerStore
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.entry import parse_entry
from ledger.verify.merkle import CompactRange, leaf_hash
from ledger.verify.statement import read_statement


@dataclass(frozen=True, slots=True)
class Resubmitted:
    """How many statements were added, and the tree size and root after that."""

    added: int
    size: int
    root: bytes


def resubmit(
    folder: Path,
    files: Sequence[Path],
    *,
    now: Callable[[], dt.datetime],
    on_progress: Progress | None = None,
) -> Resubmitted:
    """Add the statements that the ledger in `folder` lacks, from files of others.

    Raises:
        KeepingError: `nothing-missing`, `missing-not-found`, `missing-differ`, `backup-damaged`;
            nothing was recorded.
        LedgerError: the ledger cannot be written; what was recorded is in its right place.
    """
    settle_move(folder)
    settings = Settings.load(folder / "settings.json")
    key = load_key(folder / "keys" / "log.pem")
    memory = CheckpointMemory(folder, log_verifier_key(settings.origin, key.public))
    with closing(open_store(folder, settings)) as store, store.writing(), store.sequencing():
        known = memory.known()
        if known is None or store.size() >= known.size:
            raise KeepingError("nothing-missing", path=folder)
        size = store.size()
        entries = _found(store, folder, files, known)
        _refuse_other(store, size, entries, known)
        log = SealedLog(store, settings.origin, key.private)
        with closing(TraceLedger(store)) as ledger:
            for first, last in _stretches(size, entries):
                for at in range(first - size, last - size, MOST_AT_ONCE):
                    ledger.submit(entries[at : min(at + MOST_AT_ONCE, last - size)])
                log.seal()
                if on_progress is not None:
                    on_progress(last - size, len(entries))
        memory.check(store)
        _mark_done(folder / RESTORED_FILE, now())
        return Resubmitted(len(entries), store.size(), known.root)


def _found(
    store: LedgerStore, folder: Path, files: Sequence[Path], known: Checkpoint
) -> list[bytes]:
    size = store.size()
    with scratch(folder / "resubmit.part") as room:
        found = gathered(store, files, size, known.size, room)
    lacking = next((index for index in range(size, known.size) if index not in found), None)
    if lacking is not None:
        raise KeepingError(
            "missing-not-found", found=len(found), missing=known.size - size, index=lacking
        )
    return [found[index] for index in range(size, known.size)]


def _refuse_other(store: LedgerStore, size: int, entries: list[bytes], known: Checkpoint) -> None:
    tree = CompactRange.at(size, store.node)
    for raw in entries:
        tree.append(leaf_hash(raw))
    tail = store.after(store.sealed_position(), len(entries) + 1)
    # What is recorded already cannot be taken back, so it must be how the lost part begins.
    if tree.root() != known.root or [raw for _, raw in tail] != entries[: len(tail)]:
        raise KeepingError("missing-differ", known=known.size)


def _stretches(size: int, entries: list[bytes]) -> list[tuple[int, int]]:
    """Where to seal: at every tree size that one of the entries names as its anchor, and the end.

    A lost checkpoint that a statement speaks of is thereby issued again: the same bytes, as the
    key and the tree are the same.
    """
    anchors = {
        statement.anchor[0]
        for raw in entries
        if (statement := read_statement(parse_entry(raw).payload)).anchor is not None
    }
    ends = sorted({*(one for one in anchors if one > size), size + len(entries)})
    return list(zip([size, *ends], ends, strict=False))


def _mark_done(path: Path, now: dt.datetime) -> None:
    if path.exists():
        said = json.loads(path.read_text(encoding="utf-8"))
        said["resubmitted"] = now.isoformat(timespec="seconds")
        write_durably(path, (json.dumps(said, indent=1) + "\n").encode())
