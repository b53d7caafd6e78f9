"""What a typed or scanned code does not tell."""

from __future__ import annotations

from typing import ClassVar

from ledger.domain.errors import DomainError


class LotUnclear(DomainError):
    """What was typed or scanned names no one lot."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "lot-unknown": (
            "No lot with the code {found} is known here; scan its label or check the code.",
            "Không thấy lô nào có mã {found}; hãy quét tem hoặc xem lại mã.",
        ),
        "lot-ambiguous": (
            "Several lots have the code {found}; choose one from the list.",
            "Có nhiều lô cùng mã {found}; hãy chọn trong danh sách.",
        ),
        "link-without-lot": (
            "The scanned address names no product and lot; scan a label of a pack.",
            "Mã vừa quét không có sản phẩm và lô; hãy quét tem trên gói hàng.",
        ),
    }
