"""Entries that somebody slipped in among the sealed ones: stored, but at no place of the log."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import LedgerError
from ledger.store.seam import LedgerStore, StoreFault

_PAGE = 1000


class StrayFault(LedgerError):
    """What reading store and log side by side shows."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "entry-stray": (
            "In {where} the entry at position {position} is not the one that the log has there: it "
            "was put in past the program. Find out who did it, then move the ledger into a new "
            "database (ocop move), which takes sealed entries only.",
            "Trong {where}, phiếu ở vị trí {position} không phải phiếu đã niêm phong ở đó: có người "
            "đã chèn vào ngoài chương trình. Hãy tìm người đã làm, rồi chuyển sổ sang cơ sở dữ liệu "
            "mới (ocop move), chỉ nhận các phiếu đã niêm phong.",
        ),
    }


def stray(store: LedgerStore) -> list[StoreFault]:
    """The first stored entry up to the sealed position that is not in the log there, if any.

    Reads both whole, in pages. Raises LedgerError as the store does.
    """
    sealed_to, position, first = store.sealed_position(), 0, 0
    while rows := store.after(position, _PAGE):
        if len(rows) == _PAGE:
            # Two rows may pretend to one position: they must not fall on both sides of a page.
            last = rows[-1][0]
            rows = [row for row in rows if row[0] < last] or rows
            position = last - 1
        else:
            position = rows[-1][0]
        here = [row for row in rows if row[0] <= sealed_to]
        log = [raw for _, raw in store.sealed(first, len(here))] if here else []
        for at, (place, raw) in enumerate(here):
            if at >= len(log) or log[at] != raw:
                where = {"where": store.location, "position": place}
                return [StoreFault("entry-stray", where, StrayFault)]
        first += len(here)
        if len(here) < len(rows):
            break
    return []
