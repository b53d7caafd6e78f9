"""What only the one form from harvest to labels can be refused for."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class QuickFault(DoorError):
    """The form from harvest to labels, or what it has just recorded, cannot be used so."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "labels-over-packs": (
            "{found} labels are more than the {packs} packs; a pack has one label.",
            "{found} tem nhiều hơn {packs} gói; mỗi gói chỉ một tem.",
        ),
        "lot-gone": (
            "The lot {found} was recorded but cannot be read yet; open label printing in a moment.",
            "Lô {found} đã ghi nhưng chưa đọc lại được; lát nữa hãy mở In tem.",
        ),
    }
