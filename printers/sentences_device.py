"""Sentences about profiles and encoding: code -> (English, Vietnamese)."""

from __future__ import annotations

DEVICE: dict[str, tuple[str, str]] = {
    "profile.not-shipped": (
        "There is no printer profile “{found}”; expected one of {have}.",
        "Không có hồ sơ máy in “{found}”; hãy chọn một trong {have}.",
    ),
    "profile.too-long": (
        "{where} has {found} bytes where at most {most} are expected; shorten the profile.",
        "{where} có {found} byte, nhiều nhất là {most}; hãy rút ngắn hồ sơ.",
    ),
    "profile.not-toml": (
        "{where} is not the UTF-8 TOML expected ({why}); correct that place.",
        "{where} không đúng dạng TOML UTF-8 ({why}); hãy sửa chỗ đó.",
    ),
    "profile.missing-key": (
        "{where} lacks “{key}”, expected {expected}; add it.",
        "{where} thiếu “{key}”, cần {expected}; hãy thêm vào.",
    ),
    "profile.wrong-value": (
        "{where} has “{key}” = {found}, expected {expected}; correct it.",
        "{where} có “{key}” = {found}, cần {expected}; hãy sửa lại.",
    ),
    "profile.unknown-key": (
        "{where} has the unknown key “{key}”, expected only the documented ones; correct the"
        " spelling or remove it.",
        "{where} có khoá lạ “{key}”, chỉ nhận khoá có trong tài liệu; hãy sửa chính tả hoặc bỏ đi.",
    ),
    "encoding.too-wide": (
        "The label is {found} dots wide, expected at most {most} for {profile}; choose another"
        " template or printer.",
        "Nhãn rộng {found} điểm, máy {profile} chỉ in được {most}; hãy chọn mẫu nhãn hoặc máy in khác.",
    ),
    "encoding.real-time": (
        "Row {row} holds the bytes {found}, which a printer takes as a command at once, and it"
        " cannot be shifted; expected none; move what is printed there by one dot.",
        "Hàng {row} chứa các byte {found} mà máy in hiểu là lệnh tức thời và không dời được; hãy"
        " dịch nội dung chỗ đó một điểm.",
    ),
    "encoding.process-id": (
        "The number {found} is no process id, expected 0 to {most}; use the spool's label number.",
        "Số {found} không dùng làm mã xác nhận được, cần từ 0 đến {most}; hãy dùng số nhãn trong"
        " hàng đợi.",
    ),
}
