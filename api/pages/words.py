"""The words of the screen for the code words of statements (glossary in docs)."""

from __future__ import annotations

from typing import Final

from api.pages.messages_catalogue import N_, Tongue

STAGES: Final = {
    "field-work-recorded": N_("Chăm sóc"),
    "harvested": N_("Thu hoạch"),
    "received": N_("Tiếp nhận"),
    "processed": N_("Chế biến"),
    "packed": N_("Đóng gói"),
    "aggregated": N_("Đóng thùng"),
    "shipped": N_("Xuất hàng"),
    "tested": N_("Kiểm nghiệm"),
    "inspected": N_("Kiểm tra"),
    "sold": N_("Bán hàng"),
    "destroyed": N_("Tiêu hủy"),
    "photographed": N_("Chụp ảnh"),
    "labels-issued": N_("Cấp số tem"),
    "labels-printed": N_("In tem"),
    "labels-voided": N_("Hủy tem"),
    "labels-reprinted": N_("In lại tem"),
    "held": N_("Tạm giữ"),
    "released": N_("Bỏ tạm giữ"),
    "recalled": N_("Thu hồi"),
    "recall-closed": N_("Kết thúc thu hồi"),
    "corrected": N_("Đính chính"),
    "disputed": N_("Không công nhận"),
}

CERTIFICATES: Final = {
    "ocop": N_("Công nhận OCOP"),
    "vietgap": N_("VietGAP"),
    "globalgap": N_("GlobalGAP"),
    "organic": N_("Hữu cơ"),
    "trademark": N_("Nhãn hiệu"),
    "haccp": N_("HACCP"),
    "iso-22000": N_("ISO 22000"),
    "food-safety": N_("An toàn thực phẩm"),
    "growing-area": N_("Mã số vùng trồng"),
    "packing-house": N_("Mã số cơ sở đóng gói"),
}

REASONS: Final = {
    "test-failed": N_("kiểm nghiệm không đạt"),
    "contamination": N_("nhiễm bẩn"),
    "wrong-label": N_("sai nhãn"),
    "damaged": N_("hư hỏng"),
    "expired": N_("hết hạn"),
    "lost": N_("thất lạc"),
    "in-doubt": N_("không chắc đã in"),
    "typing-error": N_("nhập nhầm"),
    "authority-order": N_("theo lệnh cơ quan quản lý"),
    "customer-request": N_("theo yêu cầu khách hàng"),
    "replaced": N_("thay thế"),
    "key-lost": N_("mất khóa"),
    "key-stolen": N_("lộ khóa"),
    "other": N_("lý do khác"),
}

LABEL_STATES: Final = {
    "issued": N_("đã cấp số, chưa xác nhận in"),
    "printed": N_("đã in"),
    "in_doubt": N_("chưa chắc đã in ra"),
    "void": N_("đã hủy"),
}

STATUSES: Final = {
    "active": N_("đang lưu hành"),
    "held": N_("đang tạm giữ"),
    "recalled": N_("đang thu hồi"),
    "expired": N_("đã hết hạn dùng"),
}

SEVERITIES: Final = {"error": N_("lỗi"), "warning": N_("cảnh báo"), "notice": N_("lưu ý")}

PARTNERS: Final = {
    "household": N_("hộ dân"),
    "cooperative": N_("hợp tác xã"),
    "company": N_("công ty"),
    "shop": N_("cửa hàng"),
    "authority": N_("cơ quan quản lý"),
    "lab": N_("phòng kiểm nghiệm"),
    "carrier": N_("bên vận chuyển"),
    "other": N_("bên khác"),
}

UNITS: Final = {
    "g": N_("g"),
    "kg": N_("kg"),
    "t": N_("tấn"),
    "ml": N_("ml"),
    "l": N_("lít"),
    "pack": N_("gói"),
    "piece": N_("cái"),
}


def worded(table: dict[str, str], code: str, say: Tongue) -> str:
    """The screen word of a code; the code itself when the table has none."""
    message = table.get(code)
    return code if message is None else say(message)


def amount(value: str, lang: str) -> str:
    """Decimal text as written in the language: `1.250,5` in Vietnamese, `1,250.5` in English."""
    whole, _, decimals = value.partition(".")
    decimals = decimals.rstrip("0")
    if len(whole) > 3 and whole.isdigit():
        whole = f"{int(whole):,}"
    shown = f"{whole}.{decimals}" if decimals else whole
    return shown if lang == "en" else shown.translate(_VIETNAMESE_NUMBER)


_VIETNAMESE_NUMBER: Final = str.maketrans(",.", ".,")


def quantity(found: dict[str, str] | None, say: Tongue) -> str:
    """A quantity object in words; "–" for none."""
    if found is None:
        return "–"
    return f"{amount(found['value'], say.lang)} {worded(UNITS, found['unit'], say)}"
