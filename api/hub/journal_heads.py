"""The last entry of one journal, as the hub may vouch for it."""

from __future__ import annotations

import base64
from typing import Any

from ledger.store.seam import LedgerStore
from ledger.verify.merkle import leaf_hash


def head_of(store: LedgerStore, keyid: str) -> dict[str, Any] | None:
    """`{"seq", "id", "entry"}` of a key's last entry, sealed or not; None without one.

    A station may rely on it: what is only readable is made durable first. The entry itself (base64)
    shows that the station's key has signed it, before the station stops recording because of it.
    """
    rows = store.recorder.select_events(keyid, desc=True, limit=1)
    if not rows:
        return None
    entry_id = leaf_hash(rows[0].state)
    if store.index_of(entry_id) is None:
        store.settle()
    shown = base64.b64encode(rows[0].state).decode("ascii")
    return {"seq": rows[0].originator_version, "id": entry_id.hex(), "entry": shown}
