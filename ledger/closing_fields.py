"""What a stored entry's own last bytes say: type, party and seq, without reading its body.

A payload is canonical, so its last fields are always `party`, `prev`, `seq`, `time`, `type` in this
order, then `}`, key id and signature. Only for entries that the door of writing admitted: nothing
is checked here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ledger.verify.entry import parse_entry
from ledger.verify.statement import read_statement

_TAIL = 96
# Longer than these five fields can be: codes, times and types are bounded (docs/format.md).
_WINDOW = 400
_LAST_FIELDS = re.compile(
    rb'"party":"([^"\\]+)","prev":(?:null|"[0-9a-f]{64}"),"seq":([1-9][0-9]*),'
    rb'"time":"[^"\\]+","type":"([a-z-]+)"\}\Z'
)


class ClosingFields(NamedTuple):
    """Type, party and journal position of one entry."""

    type: str
    party: str
    seq: int


def closing_fields(raw: bytes) -> ClosingFields:
    """Type, party and seq of a recorded entry.

    Raises:
        Refusal: the bytes are no entry of format v1.
    """
    end = len(raw) - _TAIL
    # No string can reach the end of a payload, so what matches there are the top-level fields.
    match = _LAST_FIELDS.search(raw, max(end - _WINDOW, 0), max(end, 0))
    if match is None:
        statement = read_statement(parse_entry(raw).payload)
        return ClosingFields(statement.type, statement.party, statement.seq)
    party, seq, kind = match.groups()
    return ClosingFields(kind.decode(), party.decode(), int(seq))
