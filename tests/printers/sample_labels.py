"""Labels that the tests of this room print."""

from __future__ import annotations

from printers.design.render import render
from printers.design.template import Template
from printers.encoders.escpos import encode
from printers.label import Label
from printers.profile import Profile
from printers.spooling.schema import PrintItem

SHORT = {
    "product_name": "Chè Shan tuyết Phìn Hồ",
    "net_content": "100 g",
    "made_on": "02/04/26",
    "use_by": "02/04/28",
    "lot": "PH-260402-A",
    "origin": "Việt Nam",
    "producer_name": "HTX Chế biến chè Phìn Hồ",
    "producer_address": "thôn Phìn Hồ, xã Thông Nguyên, tỉnh Tuyên Quang",
}
FULL = {
    **SHORT,
    "ingredients": "100 % búp chè Shan tuyết cổ thụ, một tôm hai lá",
    "usage": "Tráng ấm bằng nước sôi, cho 5 g chè vào 200 ml nước 85 °C, hãm 3 phút rồi rót ra chén.",
    "storage": "Nơi khô ráo, thoáng mát, tránh ánh nắng; đậy kín sau khi mở.",
    "warning": "Không dùng khi chè có mùi lạ hoặc bị mốc.",
}
SSCC = "189360123456789013"
CARTON = {
    **{name: text for name, text in SHORT.items() if name != "net_content"},
    "sscc": SSCC,
    "gtin": "08936012345674",
    "contents": "100 gói Chè Shan tuyết Phìn Hồ 100 g, lô PH-260402-A",
}
FIELDS = {
    "goi-50x40": SHORT,
    "goi-50x40-ky": SHORT,
    "tron-58": FULL,
    "tron-58-nhanh": SHORT,
    "tron-80": FULL,
    "nho-30x20": {"lot": SHORT["lot"]},
    "thung-100x100": CARTON,
}


def serial(n: int) -> str:
    return f"{n:06}K7M2"


def qr_text(n: int) -> str:
    return f"HTTPS://TRUYXUAT.VN/01/08936012345674/10/PH-260402-A/21/{serial(n)}"


def label(n: int, template: str = "goi-50x40", stars: int = 4) -> Label:
    return Label(serial(n), qr_text(n), FIELDS[template], stars)


def items(count: int, profile: str = "virtual", first: int = 1) -> list[PrintItem]:
    template, printer = Template.shipped("goi-50x40"), Profile.shipped(profile)
    return [
        PrintItem(
            f"08936012345674/{serial(n)}",
            serial(n),
            encode(render(template, label(n)), printer, template.media),
        )
        for n in range(first, first + count)
    ]
