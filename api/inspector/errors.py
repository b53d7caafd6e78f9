"""What the inspector's pages refuse, each in one sentence with the way out."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class InspectorRefused(DoorError):
    """An order or a piece of evidence that cannot be given."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "no-authority": (
            "Your account is bound to no authority, so nobody could say whose order it is; the "
            "administrator binds it: ocop people role ACCOUNT --role inspector --party CODE",
            "Tài khoản của bạn chưa gắn với cơ quan quản lý nào nên không biết lệnh của ai; người quản "
            "trị gắn bằng lệnh: ocop people role TAI-KHOAN --role inspector --party MÃ",
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
        "bundle-not-made": (
            "The signed file of lot {lot} cannot be made now ({why}); try again in a minute.",
            "Hiện chưa lập được hồ sơ có chữ ký của lô {lot} ({why_vi}); hãy thử lại sau một phút.",
        ),
    }
