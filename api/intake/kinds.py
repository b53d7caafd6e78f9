"""The column "loại": which statement a row is."""

from dataclasses import dataclass
from typing import Final

from api.intake.cells import Cells
from api.intake.columns import Column
from api.intake.folding import folded
from ledger.verify.shapes import CORRECTABLE

CORRECTION: Final = "đính chính"

KINDS: Final = {
    "chăm sóc": "field-work-recorded",
    "thu hoạch": "harvested",
    "tiếp nhận": "received",
    "chế biến": "processed",
    "đóng gói": "packed",
    "in tem": "labels-issued",
    "xuất hàng": "shipped",
    "thu hồi": "recalled",
    "tạm giữ": "held",
    "kiểm nghiệm": "tested",
    "tiêu hủy": "destroyed",
    "bán": "sold",
}

_FOLDED: Final = {folded(name): (name, kind) for name, kind in KINDS.items()}
_CORRECTION: Final = folded(CORRECTION)


@dataclass(frozen=True, slots=True)
class RowKind:
    """A statement type, whether the row corrects one of that type, and its Vietnamese name."""

    type: str
    correcting: bool
    name: str


def read_kind(cells: Cells) -> RowKind | None:
    """What the row says it is, marks and case aside; None and a problem when it is nothing."""
    text = cells.needed(Column.TYPE)
    if text is None:
        return None
    plain = folded(text)
    correcting = plain == _CORRECTION or plain.startswith(f"{_CORRECTION} ")
    name, kind = _FOLDED.get(plain.removeprefix(_CORRECTION).strip(), ("", ""))
    if correcting and kind not in CORRECTABLE:
        known = ", ".join(name for name, kind in KINDS.items() if kind in CORRECTABLE)
        cells.report("correction-of-nothing", Column.TYPE, found=text, known=known)
        return None
    if not kind:
        known = ", ".join([*KINDS, f"{CORRECTION} ..."])
        cells.report("type-unknown", Column.TYPE, found=text, known=known)
        return None
    return RowKind(kind, correcting, f"{CORRECTION} {name}" if correcting else name)
