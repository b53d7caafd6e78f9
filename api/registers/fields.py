"""The registers as data: which statement each writes, and its fields as people fill them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from api.pages.messages_catalogue import N_
from api.pages.words import CERTIFICATES

Kind = Literal[
    "text", "area", "lines", "code", "number", "day", "choice", "gtin", "gln", "amount", "digest"
]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` is that of format v1; texts are message ids; `longest` in characters.

    `fixed` fields name the thing: they are typed once and never changed afterwards. `of` is the
    statement type that has the field, where a register writes two.
    """

    name: str
    label: str
    kind: Kind = "text"
    required: bool = False
    hint: str = ""
    longest: int = 160
    choices: Mapping[str, str] | None = None
    fixed: bool = False
    least: int = 1
    most: int = 1
    example: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """One register. `slug` is its address, `type` the statement of a registration.

    `key` names the fields that together name a thing.
    """

    slug: str
    type: str
    title: str
    new: str
    empty: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]

    def field(self, name: str) -> Field:
        """One of its fields. KeyError."""
        return {one.name: one for one in self.fields}[name]


SITE_KINDS: Final = {
    "growing-area": N_("Vùng trồng"),
    "packing-house": N_("Cơ sở đóng gói"),
    "processing": N_("Xưởng chế biến"),
    "warehouse": N_("Kho"),
    "shop": N_("Cửa hàng"),
    "other": N_("Nơi khác"),
}
_STARS: Final = {str(stars): "★" * stars for stars in range(1, 6)}

PRODUCTS: Final = Register(
    "san-pham",
    "product-registered",
    N_("Các sản phẩm"),
    N_("Thêm sản phẩm"),
    N_("Chưa có sản phẩm nào."),
    (
        Field(
            "gtin",
            N_("Mã số GTIN"),
            "gtin",
            required=True,
            fixed=True,
            longest=40,
            hint=N_("8, 12, 13 hoặc 14 số dưới mã vạch; có thể quét."),
        ),
        Field("name", N_("Tên sản phẩm"), required=True, hint=N_("Như in trên nhãn.")),
        Field("brand", N_("Tên nhãn hiệu"), longest=80),
        Field(
            "net_content",
            N_("Lượng tịnh mỗi gói"),
            "amount",
            longest=40,
            hint=N_("Ví dụ: 500 g hoặc 0,5 kg."),
        ),
        Field(
            "shelf_life_days",
            N_("Hạn dùng (ngày)"),
            "number",
            least=1,
            most=36_500,
            example="365",
            longest=8,
            hint=N_("Số ngày kể từ ngày đóng gói; hạn dùng trên tem tính từ đây."),
        ),
        Field(
            "group",
            N_("Nhóm sản phẩm"),
            longest=80,
            hint=N_("Để trống nếu là thực phẩm; ví dụ: thủ công, dược liệu."),
        ),
        Field("ingredients", N_("Thành phần"), "area", longest=600),
        Field("storage", N_("Bảo quản"), "area", longest=240),
        Field("usage", N_("Cách dùng"), "area", longest=400),
        Field("warning", N_("Cảnh báo"), "area", longest=400),
        Field("origin", N_("Xuất xứ"), longest=80, hint=N_("Ví dụ: Việt Nam.")),
        Field(
            "standards",
            N_("Tiêu chuẩn áp dụng"),
            "lines",
            longest=80,
            most=20,
            hint=N_("Mỗi dòng một tiêu chuẩn, ví dụ TCCS 01:2025/HTX-MD."),
        ),
    ),
    ("gtin",),
)

ITEMS: Final = Register(
    "mat-hang",
    "item-registered",
    N_("Các mặt hàng"),
    N_("Thêm mặt hàng"),
    N_("Chưa có mặt hàng nào."),
    (
        Field(
            "code",
            N_("Mã mặt hàng"),
            "code",
            required=True,
            fixed=True,
            longest=40,
            example="bot-dong",
            hint=N_("Mã riêng của cơ sở cho nguyên liệu chưa có mã vạch, ví dụ bot-dong."),
        ),
        Field("name", N_("Tên mặt hàng"), required=True),
    ),
    ("code",),
)

SITES: Final = Register(
    "dia-diem",
    "site-registered",
    N_("Các địa điểm"),
    N_("Thêm địa điểm"),
    N_("Chưa có địa điểm nào."),
    (
        Field(
            "code",
            N_("Mã địa điểm"),
            "code",
            required=True,
            fixed=True,
            longest=40,
            example="XCB-01",
            hint=N_("Mã ngắn để chọn khi ghi sổ, ví dụ XCB-01."),
        ),
        Field("kind", N_("Loại địa điểm"), "choice", required=True, choices=SITE_KINDS),
        Field("name", N_("Tên địa điểm"), required=True),
        Field("growing_area_code", N_("Mã số vùng trồng"), longest=40),
        Field("packing_house_code", N_("Mã số cơ sở đóng gói"), longest=40),
        Field("gln", N_("Mã địa điểm GLN"), "gln", longest=30, hint=N_("13 số, nếu có.")),
        Field("province", N_("Tỉnh, thành phố"), longest=80),
    ),
    ("code",),
)

CERTIFICATE_FIELDS: Final = (
    Field(
        "kind",
        N_("Loại giấy"),
        "choice",
        required=True,
        choices=CERTIFICATES,
    ),
    Field("number", N_("Số giấy"), required=True, fixed=True, longest=80),
    Field("issuer", N_("Nơi cấp"), required=True),
    Field("subject", N_("Cấp cho"), "choice", required=True, fixed=True, longest=80),
    Field(
        "valid_from",
        N_("Có hiệu lực từ ngày"),
        "day",
        required=True,
        longest=10,
        hint=N_("Ngày/tháng/năm, ví dụ 07/09/2026."),
    ),
    Field("valid_to", N_("Đến hết ngày"), "day", required=True, longest=10),
    Field(
        "stars",
        N_("Số sao OCOP"),
        "choice",
        choices=_STARS,
        hint=N_("Chỉ cho công nhận OCOP, có hiệu lực 36 tháng."),
    ),
    Field(
        "document",
        N_("Mã băm của bản quét"),
        "digest",
        longest=64,
        hint=N_("SHA-256 của tệp quét, nếu muốn chứng minh sau này. Có thể để trống."),
    ),
)

CERTIFICATES_KEPT: Final = Register(
    "giay-chung-nhan",
    "certificate-recorded",
    N_("Giấy chứng nhận"),
    N_("Thêm giấy chứng nhận"),
    N_("Chưa có giấy chứng nhận nào."),
    CERTIFICATE_FIELDS,
    ("number", "subject"),
)

INSTRUMENTS: Final = Register(
    "can-do",
    "instrument-registered",
    N_("Cân và dụng cụ đo"),
    N_("Thêm cân hoặc dụng cụ đo"),
    N_("Chưa có cân hay dụng cụ đo nào."),
    (
        Field(
            "code",
            N_("Mã dụng cụ"),
            "code",
            required=True,
            fixed=True,
            longest=40,
            example="CAN-01",
            hint=N_("Mã dán trên cân, ví dụ CAN-01."),
        ),
        Field(
            "kind",
            N_("Là dụng cụ gì"),
            required=True,
            longest=80,
            hint=N_("Ví dụ: cân bàn 60 kg."),
        ),
        Field(
            "verified_on",
            N_("Ngày kiểm định"),
            "day",
            longest=10,
            of="instrument-verified",
            hint=N_("Ngày trên tem kiểm định, ví dụ 07/09/2026."),
        ),
        Field("valid_to", N_("Hạn kiểm định"), "day", longest=10, of="instrument-verified"),
        Field("body", N_("Nơi kiểm định"), of="instrument-verified"),
    ),
    ("code",),
)

REGISTERS: Final = {
    one.slug: one for one in (PRODUCTS, ITEMS, SITES, CERTIFICATES_KEPT, INSTRUMENTS)
}
