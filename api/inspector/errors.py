"""What the inspector's pages refuse, each in one sentence with the way out."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class InspectorRefused(DoorError):
    """An order or a piece of evidence that cannot be given."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "no-authority": (
            "Your account is bound to no authority, so nobody could say whose order it is; the "
            "administrator binds it: ocop people role {account} --role inspector --party CODE",
            "Tài khoản của bạn chưa gắn với cơ quan quản lý nào nên không biết lệnh của ai; người quản "
            "trị gắn bằng lệnh: ocop people role {account} --role inspector --party MÃ",
        ),
        "not-an-authority": (
            "{party} is registered as {kind}, not as an authority, and may not order a hold or a "
            "recall of others' goods.",
            "{party} được đăng ký là {kind}, không phải cơ quan quản lý, nên không được ra lệnh tạm giữ "
            "hay thu hồi hàng của cơ sở khác.",
        ),
        "no-order-key": (
            "This machine holds no key of {party}, so the order cannot be signed here; see "
            "docs/access.md, “Orders of an authority”.",
            "Máy này không giữ khóa của {party} nên không ký được lệnh ở đây; xem docs/access.md, mục "
            "“Lệnh của cơ quan quản lý”.",
        ),
        "order-at-hub": (
            "This is a station. Orders are signed at the hub: {address}",
            "Đây là trạm. Lệnh được ký ở máy chủ: {address}",
        ),
        "evidence-at-hub": (
            "This is a station, which has only a part of the ledger. Evidence is made at the hub: "
            "{address}",
            "Đây là trạm, chỉ có một phần của sổ. Bằng chứng được lập ở máy chủ: {address}",
        ),
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
        "bundle-not-made": (
            "The signed file of lot {lot} cannot be made now ({why}); try again in a minute.",
            "Hiện chưa lập được hồ sơ có chữ ký của lô {lot} ({why_vi}); hãy thử lại sau một phút.",
        ),
    }
