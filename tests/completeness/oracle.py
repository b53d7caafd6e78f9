"""What the index of the first entries of a log must be: counted plainly, from the beginning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledger.verify.entry import parse_entry
from ledger.verify.graph import lots_about
from ledger.verify.history import History
from ledger.verify.sparse_map import SparseMap, row_key, value_digest

Rows = dict[tuple[str, ...], dict[str, Any]]


def rows_of(entries: Iterable[bytes]) -> Rows:
    """Every row of the index over these entries, the first of which opens the ledger."""
    seen: dict[str, tuple[str, str]] = {}
    history = History(seen.get)
    rows: Rows = {}
    for index, raw in enumerate(entries):
        located = history.admit(index, parse_entry(raw))
        statement = located.statement
        seen[located.id] = statement.type, statement.party
        named: set[tuple[str, ...]] = {
            ("lot", *lot) for lot in lots_about(statement.type, statement.body)
        }
        if statement.type.startswith("certificate-"):
            subject = statement.body["subject"]
            owner = subject.removeprefix("party:").removeprefix("product:").removeprefix("site:")
            named.add(("papers", owner.split("/")[0], subject))
        for name in named:
            count = rows[name]["count"] if name in rows else 0
            rows[name] = {"count": count + 1, "head": located.id}
    for record in history.keys.records.values():
        rows["key", record.party, record.keyid_hex] = {
            "enrolled": record.enrolled,
            "ended": record.ended,
            "last_good": record.last_good,
        }
    return rows


def map_of(rows: Rows) -> SparseMap:
    """The same as a map."""
    return SparseMap({row_key(name): value_digest(value) for name, value in rows.items()})
