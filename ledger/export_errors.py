"""Errors of making evidence."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import LedgerError


class ExportRefused(LedgerError):
    """No bundle, or no trust file, can be made right now."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        **LedgerError.catalogue,
        "policy-unusable": (
            "The witnesses that a trust file should name cannot be told ({why}); mend witnesses.txt.",
            "Không nêu được các bên chứng kiến cho tệp tin cậy ({why}); hãy sửa witnesses.txt.",
        ),
        "views-behind": (
            "The read models have reached {found} of {expected} entries, so a bundle would lack what "
            "the index counts; try again in a moment.",
            "Bảng đọc mới tới {found} trên {expected} phiếu nên hồ sơ sẽ thiếu phiếu mà mục lục đã "
            "đếm; hãy thử lại sau giây lát.",
        ),
    }
