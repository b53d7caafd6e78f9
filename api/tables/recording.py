"""Recording a judged row: each of its drafts becomes a signed statement."""

from __future__ import annotations

from typing import Final

from api.tables.judged import JudgedRow
from api.tables.needs import Desk
from ledger.errors import LedgerError
from ledger.station import RECORDED
from ledger.verify.registry import OwnershipRefused
from ledger.verify.wording import Refusal

# What one row may be refused for; anything else would refuse every row after it, too.
_OF_A_ROW: Final = frozenset(
    {
        "form-refused",
        "lot-unknown",
        "not-packed",
        "labels-exceed",
        "lot-stopped",
        "nothing-to-correct",
        "no-work-to-correct",
        "field-wrong",
    }
)


def record_row(desk: Desk, row: JudgedRow) -> tuple[Refusal | None, LedgerError | None]:
    """Record a row; (why it was refused, what kept it from being sealed or shown).

    Raises:
        Refusal: of the whole work, such as a key that is not here; what was recorded stays.
    """
    trouble = None
    try:
        for draft in row.drafts:
            try:
                desk.station.record(draft)
            except LedgerError as wrong:
                if wrong.code not in RECORDED:
                    raise
                # It is in the ledger; only sealing or showing it waits.
                trouble = wrong
    except Refusal as refusal:
        if refusal.code not in _OF_A_ROW and not isinstance(refusal, OwnershipRefused):
            raise
        return refusal, trouble
    return None, trouble
