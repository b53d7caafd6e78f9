"""Figures that cannot be told as they were asked for."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class FiguresRefused(DoorError):
    """A period that cannot be read; the page shows the usual one and says so."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "month-unread": (
            "“{found}” is no month between 2000 and 2099; write it as 2026-09. Shown is the usual "
            "year.",
            "“{found}” không phải một tháng từ năm 2000 đến 2099; hãy ghi dạng 2026-09. Đang hiện "
            "một năm như thường lệ.",
        ),
        "months-reversed": (
            "The first month {first} is after the last month {last}; choose them the other way "
            "round. Shown is the usual year.",
            "Tháng đầu {first} ở sau tháng cuối {last}; hãy chọn lại. Đang hiện một năm như thường "
            "lệ.",
        ),
        "months-many": (
            "That is {found} months, at most {most} are shown at once; choose a shorter time. Shown "
            "is the usual year.",
            "Khoảng này dài {found} tháng, mỗi lần hiện nhiều nhất {most}; hãy chọn ngắn hơn. Đang "
            "hiện một năm như thường lệ.",
        ),
    }
