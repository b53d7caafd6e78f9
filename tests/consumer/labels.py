"""A label of every kind that somebody may scan, in one real ledger, and where each leads."""

from __future__ import annotations

from api.bootstrap import Services
from api.consumer.phones import Phones
from ledger.domain.serials import serial_text
from tests.pages.cooperative import GTIN, LOT, PARTY, RAW, RAW_LOT, record, serial
from tests.pages.packing_table import pack, printed, silent_printer
from tests.photos.pictures import hang, some_photo

LONG_GTIN = "08938501000231"
OTHER_GTIN = "08931234567897"
LONG_NAME = (
    "Trà Ưỡng Ở Ế Ặ Ỗ búp tím cổ thụ ướp hoa sen Tây Hồ thượng hạng, hộp quà tặng hai ngăn có "
    "quai xách, dành cho dịp Tết Nguyên Đán của Hợp tác xã Đồng Tâm"
)
TRADEMARK = "NghiênCứuỨngDụngSảnXuấtChếBiếnTràCổThụThượngNguồnSôngĐàKhôngDấuCách"


def labels_of_every_kind(services: Services) -> dict[str, str]:
    """Kind -> path of a label of that kind; the ledger's day is 01/10/2026."""
    Phones(services.side).choose(PARTY, "0203 3123 456")
    for lot, day in (("RECALLED", "2026-09-10"), ("HELD", "2026-09-11"), ("OLD", "2025-08-01")):
        pack(services, lot, day, 20)
    recalled = [{"item": GTIN, "code": "RECALLED"}]
    order = {
        "lots": recalled,
        "reach": "descendants",
        "reason": "test-failed",
        "order": "17/QĐ-CCTĐC",
    }
    record(services, "recalled", "2026-09-28", order)
    held = {"lots": [{"item": GTIN, "code": "HELD"}], "reason": "contamination"}
    record(services, "held", "2026-09-29", held)
    packed = {"item": GTIN, "code": LOT}
    voided = {"tag": services.station.tag_of(PARTY), "ranges": [{"first": 2, "last": 2}]}
    body = {"lot": packed, "voided": voided, "reason": "lost"}
    record(services, "labels-voided", "2026-09-25", body)
    _long_names(services)
    _photos(services)
    doubted = in_doubt(services)
    here = f"/01/{GTIN}/10"
    made = serial_text(services.labelling.label_key, GTIN, services.station.tag_of(PARTY), 9000)
    return {
        "plain": f"{here}/{LOT}/21/{serial(services, 3)}",
        "long": f"/01/{LONG_GTIN}/10/LO-DAI-12345678",
        "recalled": f"{here}/RECALLED",
        "held": f"{here}/HELD",
        "expired": f"{here}/OLD",
        "doubt": f"{here}/{LOT}/21/{doubted}",
        "void": f"{here}/{LOT}/21/{serial(services, 2)}",
        "lot-not-yet": f"{here}/L261001Z",
        "serial-not-yet": f"{here}/{LOT}/21/{made}",
        "wrong-check": f"{here}/{LOT}/21/A1000001ZZZZ",
        "other-lot": f"{here}/HELD/21/{serial(services)}",
        "other-ledger": f"/01/{OTHER_GTIN}/10/L1",
        "not-a-label": f"/01/{GTIN}/10",
    }


def in_doubt(services: Services) -> str:
    """A serial that was sent to a printer which never said what became of it."""
    silent_printer(services, "quiet")
    printed(services, 1, "quiet")
    (doubted,) = services.labelling.doubted(GTIN, LOT)
    return doubted


def _photos(services: Services) -> None:
    """Of the product, of a harvest and of a place."""
    hang(services, some_photo(), "Gói miến dong trên nong phơi", product=GTIN)
    harvest = {"item": RAW, "code": RAW_LOT}
    hang(services, some_photo(60), "Dỡ củ dong trên nương", lot=harvest, stage="harvested")
    hang(services, some_photo(40), "Nương Khe Vằn 1 nhìn từ suối", site="VT-KV01")


def _long_names(services: Services) -> None:
    product = {
        "gtin": LONG_GTIN,
        "name": LONG_NAME,
        "brand": TRADEMARK,
        "net_content": {"value": "500", "unit": "g"},
        "ingredients": ", ".join([TRADEMARK, "búp trà cổ thụ (92 %)", "hoa sen Bách Diệp"] * 3),
        "warning": "Không dùng cho trẻ em dưới 36 tháng tuổi; tránh ánh nắng trực tiếp. " * 4,
        "standards": ["TCVN 9740:2013", "TCCS 02:2026/HTX-MD", "QCVN 8-2:2011/BYT", TRADEMARK[:60]],
    }
    record(services, "product-registered", "2026-09-01", product)
    site = {"code": "XUONG-DAI", "kind": "processing", "name": f"{TRADEMARK}, thôn Khe Vằn"}
    site |= {"province": "tỉnh Quảng Ninh", "packing_house_code": "VN-QNPH-" + "0123456789" * 3}
    record(services, "site-registered", "2026-09-01", site)
    subject = f"product:{LONG_GTIN}"
    papers = (("ocop", "2024-03-01", "2027-02-28"), ("vietgap", "2023-01-01", "2025-12-31"))
    for kind, first, last in papers:
        paper = {"kind": kind, "subject": subject, "valid_from": first, "valid_to": last}
        paper |= {"number": f"{kind.upper()}-{TRADEMARK[:50]}", "issuer": LONG_NAME[:100]}
        record(
            services,
            "certificate-recorded",
            "2026-09-01",
            {**paper, **({"stars": 5} if kind == "ocop" else {})},
        )
    pack(services, "LO-DAI-12345678", "2026-09-20", 40, LONG_GTIN)
