"""Sentences about what a printer says of itself: code -> (English, Vietnamese)."""

from __future__ import annotations

STATUS: dict[str, tuple[str, str]] = {
    "printer.silent": (
        "The printer did not confirm {count} label(s) within {seconds} s, expected an answer;"
        " check the printer, then scan the last good label.",
        "Máy in không xác nhận {count} nhãn trong {seconds} giây; hãy kiểm tra máy in rồi quét"
        " nhãn tốt cuối cùng.",
    ),
    "printer.paper-out": (
        "The printer says that it is out of paper, expected paper; load a roll, then scan the last"
        " good label.",
        "Máy in báo hết giấy; hãy lắp cuộn mới rồi quét nhãn tốt cuối cùng.",
    ),
    "printer.cover-open": (
        "The printer says that its cover is open, expected closed; close it, then scan the last"
        " good label.",
        "Máy in báo nắp đang mở; hãy đóng nắp rồi quét nhãn tốt cuối cùng.",
    ),
    "printer.fault": (
        "The printer reports an error, expected ready; switch it off and on, then scan the last"
        " good label.",
        "Máy in báo lỗi; hãy tắt rồi bật lại máy, sau đó quét nhãn tốt cuối cùng.",
    ),
    "printer.odd-reply": (
        "The printer answered with the unknown bytes {found}, expected a confirmation; check the"
        " printer and its profile, then scan the last good label.",
        "Máy in trả lời bằng các byte lạ {found}, không phải xác nhận; hãy kiểm tra máy in và hồ sơ"
        " máy in rồi quét nhãn tốt cuối cùng.",
    ),
}
