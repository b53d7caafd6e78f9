"""From a lot's facts to the words on its label, and which words there are."""

from __future__ import annotations

from typing import Any, Final

from api.errors import DoorError
from ledger.domain.identifiers import Gtin, LotCode
from ledger.domain.quantities import Quantity
from ledger.label_seals import no_seal
from printers.design.template import Template
from printers.label import Label

FIELDS: Final[dict[str, tuple[str, str, str]]] = {
    "product_name": ("tên hàng hoá", "name of goods", "Chè Shan tuyết cổ thụ Phìn Hồ"),
    "brand": ("nhãn hiệu", "brand", "Phìn Hồ Trà Thượng Hạng"),
    "net_content": ("khối lượng tịnh", "net content", "1,5 kg"),
    "gtin": ("mã sản phẩm GTIN", "GTIN", "08936012345674"),
    "made_on": ("ngày sản xuất", "production date", "02/10/26"),
    "use_by": ("hạn sử dụng", "expiry date", "02/10/28"),
    "lot": ("mã lô", "lot code", "PH-261002-AB"),
    "packs": ("số gói của lô", "packs in the lot", "10.000"),
    "producer_name": ("cơ sở sản xuất", "producer", "HTX Chế biến chè Phìn Hồ"),
    "producer_address": (
        "địa chỉ",
        "address",
        "thôn Phìn Hồ, xã Thông Nguyên, tỉnh Tuyên Quang",
    ),
    "province": ("tỉnh, thành phố", "province", "thành phố Hồ Chí Minh"),
    "origin": ("xuất xứ", "origin", "Việt Nam"),
    "ingredients": (
        "thành phần",
        "ingredients",
        "100 % búp chè Shan tuyết cổ thụ, một tôm hai lá, hái tay vào vụ xuân",
    ),
    "storage": (
        "bảo quản",
        "storage",
        "Nơi khô ráo, thoáng mát, tránh ánh nắng; đậy kín sau khi mở.",
    ),
    "usage": (
        "hướng dẫn sử dụng",
        "directions for use",
        "Tráng ấm bằng nước sôi, cho 5 g chè vào 200 ml nước 85 °C, hãm 3 phút rồi rót ra chén.",
    ),
    "warning": ("cảnh báo", "warning", "Không dùng khi chè có mùi lạ hoặc bị mốc."),
    "standards": ("tiêu chuẩn áp dụng", "standards", "TCVN 9740:2013, TCCS 01:2026/PH"),
    "certificates": (
        "giấy chứng nhận",
        "certificates",
        "VietGAP-TT-13-09-68-0096, HACCP-2026-0417",
    ),
    "growing_area_code": ("mã số vùng trồng", "growing area code", "VN-TQOR-0036"),
    "packing_house_code": ("mã số cơ sở đóng gói", "packing house code", "VN-TQPH-0036"),
    "sscc": ("mã thùng SSCC", "SSCC of the carton", "189360123456789013"),
    "contents": (
        "hàng trong thùng",
        "contents of the carton",
        "100 gói Chè Shan tuyết cổ thụ Phìn Hồ 100 g, lô PH-261002-AB",
    ),
}
"""Every field a template may name: meaning in Vietnamese and English, and its longest realistic
text, with which a template is tried before it is saved. `{serial}` is always there beside these."""

LONGEST_SERIAL: Final = "WW123456WWWW"
"""The widest serial of a station's first million: tag, six digits and check, with widest letters."""


def label_of(facts: dict[str, Any], serial: str, url: str, template: Template) -> Label:
    """The label of one pack.

    Stars appear only when the OCOP recognition covered the packing day (domain.md, "Rules"), and
    certificates only when they covered the day that mattered.

    Raises:
        DoorError: the lot is no packed product.
    """
    product = facts["product"]
    if product is None or facts["kind"] != "packed":
        raise DoorError("not-printable", lot=facts["lot"])
    if "sscc" in template.required:
        raise DoorError("template-for-cartons", template=template.name)
    net = product.get("net_content")
    producer = facts["producer"]
    packs = facts.get("packs")
    fields = {
        "product_name": product["name"],
        "brand": product.get("brand", ""),
        "net_content": ""
        if net is None
        # A number and its unit stay on one line.
        else Quantity.parse(net["value"], net["unit"]).vietnamese().replace(" ", "\u00a0"),
        "gtin": facts["item"].zfill(14),
        "made_on": short_day(facts["packed_on"]),
        "use_by": short_day(facts["expiry"]),
        "lot": facts["lot"],
        "packs": f"{packs:,}".replace(",", ".") if packs else "",
        "producer_name": producer["name"],
        "producer_address": producer["address"],
        "province": producer.get("province", ""),
        "origin": product.get("origin", "Việt Nam"),
        "ingredients": product.get("ingredients", ""),
        "storage": product.get("storage", ""),
        "usage": product.get("usage", ""),
        "warning": product.get("warning", ""),
        "standards": ", ".join(product.get("standards", ())),
        "certificates": _certificates(facts),
        "growing_area_code": _site_code(facts, "growing_area_code"),
        "packing_house_code": _site_code(facts, "packing_house_code"),
    }
    wanted = {name: text for name, text in fields.items() if name in template.fields}
    return Label(serial, url, wanted, facts["stars"])


def _certificates(facts: dict[str, Any]) -> str:
    """Numbers of what is valid; the OCOP recognition shows as stars."""
    found = (c for c in facts.get("certificates", ()) if c["covers"] and c["kind"] != "ocop")
    return ", ".join(dict.fromkeys(one["number"] for one in found))


def _site_code(facts: dict[str, Any], name: str) -> str:
    """Codes of that kind of all sites that the lot and its ancestors met."""
    sites = (site for stage in facts.get("stages", ()) for site in stage["sites"])
    return ", ".join(dict.fromkeys(site[name] for site in sites if site.get(name)))


def sample_label(template: Template) -> Label:
    """A label full of the longest realistic words, with the longest usual address."""
    fields = {name: FIELDS[name][2] for name in template.fields}
    lot, sscc = FIELDS["lot"][2], FIELDS["sscc"][2]
    path = f"00/{sscc}" if "sscc" in fields else f"01/{FIELDS['gtin'][2]}/10/{lot}/21"
    path = path if "sscc" in fields else f"{path}/{LONGEST_SERIAL}"
    seal = no_seal("", "", "") if template.qr.signed else ""
    return Label(LONGEST_SERIAL, f"HTTPS://TRUYXUAT.VN/{path}{seal}", fields, 5)


def short_day(day: str | None) -> str:
    """dd/mm/yy as the label decree orders dates; a dash when there is none."""
    return "–" if day is None else f"{day[8:10]}/{day[5:7]}/{day[2:4]}"


def codes_of(facts: dict[str, Any]) -> tuple[Gtin, LotCode]:
    """GTIN and lot code of a product lot; DoorError for a raw lot."""
    if "/" in facts["item"]:
        raise DoorError("not-printable", lot=facts["lot"])
    return Gtin(facts["item"]), LotCode(facts["lot"])
