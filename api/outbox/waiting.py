"""Which statements wait to be sent, the oldest first. Only reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.station.hub_link import HubLink
from ledger.application import TraceLedger
from ledger.verify.entry import parse_entry
from ledger.verify.graph import lots_named
from ledger.verify.statement import read_statement


@dataclass(frozen=True, slots=True)
class WaitingStatement:
    """A statement that the hub does not have: number, type, lot codes, time as signed."""

    seq: int
    type: str
    lots: tuple[str, ...]
    time: str


def waiting_statements(link: HubLink, ledger: TraceLedger, most: int) -> Iterator[WaitingStatement]:
    """The first `most` own statements that the hub has not acknowledged."""
    head = ledger.history.journals.get(link.keyid)
    last = 0 if head is None else head.seq
    first = link.state.acknowledged() + 1
    for seq in range(first, min(last, first + most - 1) + 1):
        raw = ledger.store.entry_at(link.joined.keyid, seq)
        if raw is None:
            return
        said = read_statement(parse_entry(raw).payload)
        lots = tuple(dict.fromkeys(code for _, code in lots_named(said.type, said.body)))
        yield WaitingStatement(seq, said.type, lots, said.time)
