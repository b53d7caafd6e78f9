"""What is wrong with a typed order, each in one sentence with the way out."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class OrderRefused(DoorError):
    """An order that cannot be signed as it was typed, or any more."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "kind-missing": (
            "It is not said what is ordered; choose a hold, a recall, or the end of one.",
            "Chưa chọn loại lệnh; hãy chọn tạm giữ, thu hồi hoặc kết thúc.",
        ),
        "order-missing": (
            "The order number is missing; write it as it stands on the paper, such as 12/QĐ-CCTĐC.",
            "Thiếu số lệnh; hãy ghi như trên văn bản, ví dụ 12/QĐ-CCTĐC.",
        ),
        "order-long": (
            "The order number has {found} characters, expected 1 to 80 without control characters; "
            "shorten it.",
            "Số lệnh dài {found} ký tự, cần từ 1 đến 80 và không có ký tự điều khiển; hãy ghi gọn lại.",
        ),
        "reason-missing": (
            "The reason is missing; choose one from the list.",
            "Thiếu lý do; hãy chọn trong danh sách.",
        ),
        "reach-missing": (
            "It is not said how far the recall reaches; choose this lot alone, or all that was made "
            "from it.",
            "Chưa chọn phạm vi thu hồi; hãy chọn chỉ lô này, hoặc cả các lô làm từ nó.",
        ),
        "note-long": (
            "The note has {found} characters, expected at most {most}; shorten it.",
            "Ghi chú dài {found} ký tự, cần nhiều nhất {most}; hãy viết ngắn lại.",
        ),
        "nothing-to-end": (
            "Lot {lot} has no such hold or recall in force; look at the dossier again.",
            "Lô {lot} không có lệnh như vậy đang hiệu lực; hãy xem lại hồ sơ lô.",
        ),
        "ordered-already": (
            "Order {order} stands in the ledger already for lot {lot}; it is not recorded twice.",
            "Lệnh {order} đã có trong sổ cho lô {lot}; không ghi hai lần.",
        ),
        "lot-changed": (
            "Something was recorded about lot {lot} since you looked; read the preview again, then "
            "sign.",
            "Lô {lot} vừa có phiếu mới sau khi bạn xem; hãy đọc lại phần xem trước rồi ký.",
        ),
    }
