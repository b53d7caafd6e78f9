"""Sentences about addresses and transports: code -> (English, Vietnamese)."""

from __future__ import annotations

TRANSPORT: dict[str, tuple[str, str]] = {
    "address.malformed": (
        "The printer address “{found}” is not understood, expected tcp://host:port or"
        " file:///path; correct it.",
        "Địa chỉ máy in “{found}” không hiểu được, cần tcp://máy:cổng hoặc file:///đường-dẫn;"
        " hãy sửa lại.",
    ),
    "address.not-in-this-version": (
        "The address kind {found}:// is not in this version, expected tcp:// or file://; connect"
        " the printer to the network.",
        "Kiểu địa chỉ {found}:// chưa có trong phiên bản này, chỉ có tcp:// hoặc file://; hãy nối"
        " máy in vào mạng.",
    ),
    "transport.connect": (
        "No connection to {address} within {seconds} s ({why}), expected a printer listening there;"
        " check its power, cable and address.",
        "Không nối được tới {address} trong {seconds} giây ({why}); hãy kiểm tra nguồn, dây mạng"
        " và địa chỉ máy in.",
    ),
    "transport.closed": (
        "The printer at {address} closed the connection ({why}), expected it open; check the"
        " printer and the last label, then go on.",
        "Máy in ở {address} đã ngắt kết nối ({why}); hãy kiểm tra máy in và nhãn cuối rồi in tiếp.",
    ),
    "transport.stalled": (
        "The printer at {address} took no bytes for {seconds} s, expected it to keep reading;"
        " check paper, cover and the last label.",
        "Máy in ở {address} không nhận dữ liệu suốt {seconds} giây; hãy kiểm tra giấy, nắp máy và"
        " nhãn cuối.",
    ),
    "transport.not-open": (
        "The way to {address} is not open, expected open before sending; start the job again.",
        "Đường tới {address} chưa mở; hãy bắt đầu lại lệnh in.",
    ),
    "transport.file": (
        "Writing to {address} failed ({why}), expected a writable file; check the folder and the"
        " free space.",
        "Không ghi được vào {address} ({why}); hãy kiểm tra thư mục và dung lượng trống.",
    ),
}
