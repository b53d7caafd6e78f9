"""What key statements an act consists of, who says them, and saying them.

Every act is planned first: the plan is what a dry run shows, and what is recorded otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.bootstrap import Services
from api.keys.errors import KeysError
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.key_errors import RootsNeeded
from ledger.root_votes import roots_to_sign
from ledger.signing import Signer
from ledger.station import Answer
from ledger.verify.keys import ROOT_PARTY, KeyRecord
from ledger.verify.statement import Statement

_MOST_ENTRIES = 200  # docs/format.md, `reattested`


@dataclass(frozen=True, slots=True)
class Step:
    """One statement to be recorded; `by` a key other than its party's usual one."""

    draft: Draft
    by: Signer | None = None


def end_of(services: Services, record: KeyRecord, kind: str, body: dict[str, Any]) -> Step:
    """The step that ends a key: `kind` is `key-retired` or `key-compromised`.

    A station's key is ended by its party's admin key, an admin's by the roots; whichever of them is
    on this machine.

    Raises:
        KeysError: `key-already-ended`, `key-fixed`.
        LedgerError: nobody on this machine may end it.
    """
    if record.role == "log":
        raise KeysError("key-fixed", role="log")
    # A stolen key may turn out to have been stolen earlier: that moves its last good size back.
    again = kind == "key-compromised" and (
        record.last_good is None or body["last_good"] < record.last_good
    )
    if record.ended is not None and not again:
        raise KeysError("key-already-ended", keyid=record.keyid_hex, ended=record.ended)
    if record.role == "root" and kind == "key-retired":
        _refuse_too_few(services)
    said = {"keyid": record.keyid_hex, **body}
    by_party = _admin_of(services, record)
    if record.role == "station" and by_party is not None:
        return _step(services, kind, record.party, said, by_party)
    try:
        roots_to_sign(services.ledger.history.keys, services.station.signers.values(), kind, said)
    except RootsNeeded:
        if record.role == "station":
            raise LedgerError("no-signer", party=record.party, role="admin") from None
        # Its own last word is a key's right, except for one that somebody else may have.
        own = by_party is not None and by_party.keyid == record.public.keyid
        if by_party is None or (own and kind == "key-compromised"):
            raise
        return _step(services, kind, record.party, said, by_party)
    return _step(services, kind, ROOT_PARTY, said)


def _refuse_too_few(services: Services) -> None:
    keys = services.ledger.history.keys
    good = sum(one.role == "root" and one.ended is None for one in keys.records.values())
    threshold = 1 if keys.genesis is None else int(keys.genesis["threshold"])
    if good - 1 < threshold:
        raise KeysError("roots-too-few", left=good - 1, threshold=threshold)


def _step(
    services: Services, kind: str, party: str, body: dict[str, Any], by: Signer | None = None
) -> Step:
    return Step(Draft(kind, party, services.station.now_text(), body), by)


def _admin_of(services: Services, record: KeyRecord) -> Signer | None:
    """The admin key of a key's party, when it is on this machine and good."""
    found = services.station.signers.get((record.party, "admin"))
    known = None if found is None else services.ledger.history.keys.records.get(found.keyid)
    return found if known is not None and known.ended is None else None


def reattestations(services: Services, party: str, entries: Sequence[str]) -> list[Step]:
    """Steps by which a party stands by statements (ids) of a stolen key of its own."""
    return [
        _step(services, "reattested", party, {"entries": list(entries[at : at + _MOST_ENTRIES])})
        for at in range(0, len(entries), _MOST_ENTRIES)
    ]


def examine(services: Services, steps: Sequence[Step]) -> None:
    """Raise what the first step would be refused for, without recording anything."""
    for step in steps[:1]:
        draft, keys = step.draft, services.ledger.history.keys
        if draft.party == ROOT_PARTY and step.by is None:
            signers = services.station.signers.values()
            signer = roots_to_sign(keys, signers, draft.type, draft.body)[0]
        else:
            found = step.by or services.station.signers.get((draft.party, "admin"))
            if found is None:
                raise LedgerError("no-signer", party=draft.party, role="admin")
            signer = found
        statement = Statement(draft.type, draft.party, 1, None, draft.time, (), None, draft.body)
        record = keys.signer(signer.keyid, services.ledger.size, statement)
        keys.check(record, statement)


def record(services: Services, steps: Sequence[Step]) -> list[Answer]:
    """Record the steps, one after the other. Raises as `Station.record`."""
    return [services.station.record(step.draft, step.by) for step in steps]
