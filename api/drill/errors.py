"""Why a lot cannot be drilled, or its recall not be signed, here."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class DrillRefused(DoorError):
    """One clear sentence each."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "drill-no-lot": (
            "Nothing of yours is called “{found}”; scan a label, or type the lot code as it stands on "
            "the pack.",
            "Không có lô nào của bạn là “{found}”; hãy quét tem hoặc gõ mã lô như ghi trên gói.",
        ),
        "drill-no-key": (
            "This machine holds no station key of {party}, so the recall cannot be signed here; open "
            "this page on the station, or call the authority.",
            "Máy này không giữ khóa trạm của {party} nên không ký được lệnh thu hồi ở đây; hãy mở "
            "trang này trên máy trạm, hoặc gọi cơ quan quản lý.",
        ),
        "drill-not-owner": (
            "Lot {lot} belongs to {owner}: only they or an authority recall it; tell them at once.",
            "Lô {lot} là của {owner}: chỉ cơ sở đó hoặc cơ quan quản lý ra lệnh thu hồi; hãy báo ngay "
            "cho họ.",
        ),
        "drill-others-order": (
            "The recall in force was ordered by {party}; only they end it here.",
            "Lệnh thu hồi đang hiệu lực là của {party}; chỉ bên đó kết thúc.",
        ),
        "drill-kind": (
            "It is not said what is ordered; choose the recall, or its end.",
            "Chưa chọn loại lệnh; hãy chọn thu hồi hoặc kết thúc thu hồi.",
        ),
    }
