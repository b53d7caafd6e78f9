"""The roll of stations: what a manager, or another cooperative's administrator, may see of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.hub.standing import Standing, Standings
from ledger.store.seam import LedgerStore
from ledger.verify.keys import KeyRecord


@dataclass(frozen=True, slots=True)
class StationRow:
    """One station key: as the ledger has it, and as the hub heard of it.

    `seq` is the last of its journal that is recorded, 0 without one; `forks` counts pairs.
    """

    record: KeyRecord
    standing: Standing
    seq: int
    forks: int

    def shown(self) -> dict[str, Any]:
        """As JSON (docs/station-wire.md, "GET /api/v1/stations")."""
        record, standing = self.record, self.standing
        frozen = {"code": standing.frozen, "since": standing.frozen_since}
        return {
            "keyid": record.keyid_hex,
            "party": record.party,
            "tag": record.tag,
            "enrolled": record.enrolled,
            "ended": record.ended,
            "last_contact": standing.contact or None,
            "head": self.seq or None,
            "frozen": frozen if standing.frozen else None,
            "forks": self.forks,
        }


def roll_of(
    records: Mapping[bytes, KeyRecord],
    standings: Standings,
    store: LedgerStore,
    party: str | None = None,
) -> list[StationRow]:
    """Every station key of the ledger, or of one party, in the order of enrolment."""
    heard, forks = standings.all(), standings.fork_counts()
    last = {journal: seq for journal, seq, _ in store.heads()}
    return [
        StationRow(
            one,
            heard.get(one.keyid_hex, Standing()),
            last.get(one.keyid_hex, 0),
            forks.get(one.keyid_hex, 0),
        )
        for one in sorted(records.values(), key=lambda record: record.enrolled)
        if one.role == "station" and party in {None, one.party}
    ]
