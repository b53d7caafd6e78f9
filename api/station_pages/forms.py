"""Every recording form of the station."""

from __future__ import annotations

from typing import Final

from api.pages.messages_catalogue import N_
from api.station_pages.fields import Field, Form, Rows

MOST_INPUTS: Final = 12
MOST_OUTPUTS: Final = 6

_SITE = Field("site", N_("Địa điểm"), "choice", required=True, offers="site")
_SCALE = Field("instrument", N_("Cân, thiết bị"), "choice", offers="instrument")
_SELDOM = (
    Field(
        "time",
        N_("Lúc nào"),
        "moment",
        hint=N_("Để trống: ngay bây giờ. Ví dụ: 07/09/2026 09:06"),
        seldom=True,
    ),
    Field(
        "note",
        N_("Ghi chú"),
        "words",
        hint=N_("Giữ riêng ở máy này, không đưa lên sổ chung."),
        seldom=True,
    ),
)
_NEW_LOT = Field("lot", N_("Mã lô mới"), hint=N_("Để trống: máy tự đặt mã."), seldom=True)
_LOT = Field(
    "lot_given",
    N_("Lô nào"),
    "lot",
    required=True,
    hint=N_("Quét tem, hoặc gõ mã lô."),
    offers="lots",
)
_PRIVATE = N_("Cơ sở đã đăng ký: chọn trong danh sách. Tên khác được giữ riêng ở máy này.")


def _amount(unit: str) -> tuple[Field, Field]:
    return (
        Field(
            "amount",
            N_("Số lượng"),
            "number",
            required=True,
            hint=N_("Ví dụ: 170,5"),
            beside=True,
        ),
        Field("unit", N_("Đơn vị"), "choice", offers=unit, beside=True),
    )


_INPUTS = Rows(
    "inputs",
    N_("Lấy từ lô nào"),
    (
        Field("in_lot_{n}", N_("Từ lô"), "lot", required=True, offers="lots"),
        Field("in_amount_{n}", N_("Lấy bao nhiêu (kg)"), "number", required=True),
    ),
    2,
    MOST_INPUTS,
    N_("Thêm lô lấy vào"),
)
_OUTPUTS = Rows(
    "outputs",
    N_("Ra mặt hàng nào"),
    (
        Field("out_item_{n}", N_("Ra mặt hàng"), "choice", required=True, offers="item"),
        Field("out_amount_{n}", N_("Ra bao nhiêu (kg)"), "number", required=True),
        Field("out_lot_{n}", N_("Mã lô mới"), hint=N_("Để trống: máy tự đặt mã.")),
    ),
    1,
    MOST_OUTPUTS,
    N_("Thêm mặt hàng ra"),
)
_CONTENTS = Rows(
    "contents",
    N_("Trong thùng có gì"),
    (
        Field("in_lot_{n}", N_("Lô trong thùng"), "lot", required=True, offers="lots"),
        Field("in_amount_{n}", N_("Số gói (hoặc 12 kg)"), "number", required=True),
    ),
    2,
    MOST_INPUTS,
    N_("Thêm lô trong thùng"),
)

_ALL: Final = (
    Form(
        "thu-hoach",
        N_("Thu hoạch"),
        "harvest",
        "harvested",
        (
            Field("item", N_("Mặt hàng"), "choice", required=True, offers="item"),
            *_amount("mass"),
            _SITE,
            Field(
                "partner",
                N_("Nhận từ ai"),
                "partner",
                hint=N_("Ví dụ: Hộ 07. Tên người được giữ riêng, chỉ số hộ lên sổ."),
                offers="party",
            ),
            _SCALE,
            _NEW_LOT,
            *_SELDOM,
        ),
    ),
    Form(
        "tiep-nhan",
        N_("Tiếp nhận"),
        "receive",
        "received",
        (
            _LOT,
            *_amount("mass"),
            _SITE,
            Field("partner", N_("Nhận từ ai"), "partner", hint=_PRIVATE, offers="party"),
            _SCALE,
            *_SELDOM,
        ),
    ),
    Form(
        "che-bien",
        N_("Chế biến"),
        "process",
        "processed",
        (
            _INPUTS,
            _OUTPUTS,
            Field("loss", N_("Hao hụt (kg)"), "number", hint=N_("Vỏ, cám, nước bay hơi …")),
            _SITE,
            _SCALE,
            *_SELDOM,
        ),
        "processed",
    ),
    Form(
        "dong-goi",
        N_("Đóng gói"),
        "pack",
        "packed",
        (
            Field("product", N_("Sản phẩm"), "choice", required=True, offers="product"),
            _INPUTS,
            Field("packs", N_("Số gói"), "whole", required=True),
            _SITE,
            _SCALE,
            Field(
                "expiry",
                N_("Hạn sử dụng"),
                "day",
                hint=N_("dd/mm/yyyy. Để trống: tính theo hạn của sản phẩm."),
                seldom=True,
            ),
            _NEW_LOT,
            *_SELDOM,
        ),
        "packed",
    ),
    Form(
        "dong-thung",
        N_("Đóng thùng"),
        "carton",
        "aggregated",
        (
            Field(
                "container",
                N_("Mã thùng (SSCC)"),
                "sscc",
                required=True,
                hint=N_("Quét mã trên thùng, hoặc gõ 18 chữ số."),
            ),
            _CONTENTS,
            _SITE,
            *_SELDOM,
        ),
    ),
    Form(
        "xuat-hang",
        N_("Xuất hàng"),
        "ship",
        "shipped",
        (
            _LOT,
            *_amount("any"),
            Field("partner", N_("Giao cho ai"), "partner", hint=_PRIVATE, offers="party"),
            _SITE,
            _SCALE,
            *_SELDOM,
        ),
    ),
    Form(
        "ban-hang",
        N_("Bán hàng"),
        "sell",
        "sold",
        (
            _LOT,
            *_amount("any"),
            Field("partner", N_("Bán cho ai"), "partner", hint=_PRIVATE, offers="party"),
            *_SELDOM,
        ),
    ),
    Form(
        "kiem-nghiem",
        N_("Kiểm nghiệm"),
        "test",
        "tested",
        (
            _LOT,
            Field("result", N_("Kết quả"), "choice", required=True, offers="result"),
            Field("method", N_("Chỉ tiêu, phương pháp"), hint=N_("Ví dụ: độ ẩm TCVN 5613")),
            Field("partner", N_("Phòng kiểm nghiệm"), "partner", hint=_PRIVATE, offers="party"),
            *_SELDOM,
        ),
    ),
    Form(
        "tieu-huy",
        N_("Tiêu hủy"),
        "destroy",
        "destroyed",
        (
            _LOT,
            *_amount("any"),
            Field("reason", N_("Vì sao"), "choice", required=True, offers="reason"),
            *_SELDOM,
        ),
    ),
    Form(
        "cham-soc",
        N_("Chăm sóc"),
        "field",
        "field-work-recorded",
        (
            _SITE,
            Field("activity", N_("Việc gì"), "choice", required=True, offers="activity"),
            Field("amount", N_("Liều lượng"), "number", hint=N_("Ví dụ: 1,5"), beside=True),
            Field("unit", N_("Đơn vị"), "choice", offers="dose", beside=True),
            Field(
                "interval",
                N_("Cách ly bao nhiêu ngày"),
                "whole",
                hint=N_("Số ngày phải chờ trước khi thu hoạch. Để trống: không phải chờ."),
            ),
            Field(
                "note",
                N_("Tên phân, thuốc, ghi chú"),
                "words",
                hint=N_("Giữ riêng ở máy này, không đưa lên sổ chung."),
            ),
            _SELDOM[0],
        ),
    ),
)

FORMS: Final = {form.address: form for form in _ALL}
BY_TYPE: Final = {form.type: form for form in _ALL}
