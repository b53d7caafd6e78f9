"""The form's strictness: what would be a contradiction is refused before it is signed.

The same rules that give an inspector findings are run over the lot as it would be;
a new finding of severity "error" stops the draft. What arrives signed from
elsewhere is recorded and shown instead (protocol.md, "A statement is an observation").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from ledger.errors import LedgerError
from ledger.verify.findings import Finding
from ledger.verify.graph import Lot, lots_about, lots_named, lots_taken
from ledger.verify.history import History, Located
from ledger.verify.lots import LotGraph
from ledger.verify.rules.standing import lot_findings
from ledger.verify.statement import Statement

_ALSO_REFUSED = frozenset({"site-unknown"})
# A failed test is bad news, not a contradiction: it must be recorded.
_NEWS = frozenset({"test-failed"})
# What may bring a lot into the ledger; everything else needs one that is there.
_ORIGINS = frozenset({"harvested", "processed", "packed"})


class OnRecord(Protocol):
    """What is on record, or would be: lots as a graph, and the registry."""

    @property
    def history(self) -> History: ...
    def graph_of(self, lots: Iterable[Lot], extra: Iterable[Located] = ()) -> LotGraph: ...


def refuse_contradictions(projector: OnRecord, draft: Located, now: dt.datetime) -> None:
    """Raise LedgerError when `draft` would contradict what is on record.

    Args:
        projector: caught up with the log.
        draft: the statement as it would stand, under a provisional id.
        now: the station's clock.
    """
    fresh = contradictions(projector, draft, now)
    if fresh:
        raise LedgerError(
            "form-refused",
            problem=" ".join(dict.fromkeys(found.say("en") for found in fresh)),
            problem_vi=" ".join(dict.fromkeys(found.say("vi") for found in fresh)),
        )


def contradictions(projector: OnRecord, draft: Located, now: dt.datetime) -> list[Finding]:
    """Every error that `draft` would bring with it. LedgerError: `lot-unknown`."""
    statement = draft.statement
    _refuse_unknown_lots(projector, statement)
    lots = lots_named(statement.type, statement.body)
    before = _errors(projector, lots, now)
    return [found for found in _errors(projector, lots, now, draft) if found not in before]


def _errors(
    projector: OnRecord, lots: list[Lot], now: dt.datetime, draft: Located | None = None
) -> list[Finding]:
    graph = projector.graph_of(
        [*lots, *([] if draft is None else lots_taken(draft.statement.type, draft.statement.body))],
        () if draft is None else (draft,),
    )
    registry = projector.history.registry
    return [
        found
        for lot in lots
        for found in lot_findings(graph, registry, lot, now=now)
        if (found.severity == "error" and found.code not in _NEWS) or found.code in _ALSO_REFUSED
    ]


def _refuse_unknown_lots(projector: OnRecord, statement: Statement) -> None:
    kind, body = statement.type, statement.body
    if kind == "corrected":
        kind, body = body["of"], body["body"]
    needed = list(lots_taken(kind, body))
    if kind not in _ORIGINS:
        needed += lots_about(kind, body)
    for lot in needed:
        owner = projector.history.registry.owner_of(lot[0])
        foreign = kind == "received" and owner != statement.party
        if not foreign and not projector.graph_of([lot]).line(lot).about:
            raise LedgerError("lot-unknown", lot=lot[1], item=lot[0])
