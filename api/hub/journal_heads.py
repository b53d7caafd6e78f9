"""The last entry of one journal, as the hub may vouch for it."""

from __future__ import annotations

from typing import Any

from ledger.store.seam import LedgerStore
from ledger.verify.merkle import leaf_hash


def head_of(store: LedgerStore, keyid: str) -> dict[str, Any] | None:
    """`{"seq", "id"}` of a key's last entry (hex), sealed or not; None without one.

    A station may rely on it: what is only readable is made durable first.
    """
    rows = store.recorder.select_events(keyid, desc=True, limit=1)
    if not rows:
        return None
    entry_id = leaf_hash(rows[0].state)
    if store.index_of(entry_id) is None:
        store.settle()
    return {"seq": rows[0].originator_version, "id": entry_id.hex()}
