"""Which statements of a stolen key are in dispute, and which would be."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from api.bootstrap import Services
from api.keys.errors import KeysError
from ledger.verify.entry import parse_entry
from ledger.verify.graph import Lot, lots_about, lots_taken
from ledger.verify.keys import KeyRecord
from ledger.verify.statement import Statement, read_statement

_PAGE = 1000
# The last field but one of a canonical payload; no string of the body can stand so near its end.
_TIME = re.compile(rb'"time":"([^"\\]+)","type":"[a-z-]+"\}\Z')


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement of a key: log index, entry id (hex)."""

    index: int
    id: str
    statement: Statement

    def lots(self) -> list[Lot]:
        """Lots that it is about or takes from."""
        kind, body = self.statement.type, self.statement.body
        return list(dict.fromkeys([*lots_about(kind, body), *lots_taken(kind, body)]))


def signed_from(services: Services, record: KeyRecord, size: int) -> list[Signed]:
    """Statements of a key at log index `size` and later, in order."""
    return list(reversed(list(_backwards(services, record, size))))


def last_before(services: Services, record: KeyRecord, size: int) -> Signed | None:
    """The last statement of a key below log index `size`: it would stay good."""
    for one in _backwards(services, record, 0):
        if one.index < size:
            return one
    return None


def _backwards(services: Services, record: KeyRecord, size: int) -> Iterator[Signed]:
    """From the journal's head down: a key's order is the log's order."""
    head = services.ledger.history.journals.get(record.public.keyid)
    unsealed = services.ledger.size
    for seq in range(0 if head is None else head.seq, 0, -1):
        raw = services.store.entry_at(record.keyid_hex, seq)
        if raw is None:
            continue
        entry = parse_entry(raw)
        index = services.store.index_of(entry.id)
        if index is None:
            unsealed = index = unsealed - 1
        if index < size:
            return
        yield Signed(index, entry.id.hex(), read_statement(entry.payload))


def disputed_now(services: Services, party: str | None = None) -> list[Signed]:
    """Statements in dispute, of one party or of all, in log order."""
    keys = services.ledger.history.keys
    stolen = [
        one
        for one in keys.records.values()
        if one.last_good is not None and party in {None, one.party}
    ]
    signed = {one.keyid_hex: signed_from(services, one, one.last_good or 0) for one in stolen}
    for one in stolen:
        # Kept by audits only: a writer's memory would grow for ever.
        one.signed = [(said.index, said.id) for said in signed[one.keyid_hex]]
    disputed = keys.disputed()
    for one in stolen:
        one.signed = []
    found = [said for every in signed.values() for said in every if said.id in disputed]
    return sorted(found, key=lambda said: said.index)


def size_before(services: Services, moment: dt.datetime) -> int:
    """Size of the last checkpoint before a time: the ledger had not heard of that time yet.

    Taken from what statements claim, by the first that claims this time or a later one. Who claims
    a false time can only make the size smaller, and so put more in dispute.

    Raises:
        KeysError: `size-wrong`, when the ledger's very first statements are of that time.
    """
    reached = services.store.size()
    for first in range(0, reached, _PAGE):
        later = [
            index for index, raw in services.store.sealed(first, _PAGE) if _time(raw) >= moment
        ]
        if later:
            reached = later[0]
            break
    sizes = [size for size, _ in services.store.checkpoints() if size <= reached]
    if not sizes:
        raise KeysError("size-wrong", found=moment.isoformat(), size=services.store.size())
    return max(sizes)


def _time(raw: bytes) -> dt.datetime:
    match = _TIME.search(raw, max(len(raw) - 296, 0), len(raw) - 96)
    text = (
        read_statement(parse_entry(raw).payload).time if match is None else match[1].decode("ascii")
    )
    return dt.datetime.fromisoformat(text)
