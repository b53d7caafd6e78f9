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
        "Tem rộng {found} điểm, máy {profile} chỉ in được {most}; hãy chọn mẫu tem hoặc máy in khác.",
    ),
    "encoding.real-time": (
        "Row {row} holds the bytes {found}, which a printer takes as a command at once, and it"
        " cannot be shifted; expected none; move what is printed there by one dot.",
        "Hàng {row} chứa các byte {found} mà máy in hiểu là lệnh tức thời và không dời được; hãy"
        " dịch nội dung chỗ đó một điểm.",
    ),
    "encoding.process-id": (
        "The number {found} is no process id, expected 0 to {most}; use the spool's label number.",
        "Số {found} không dùng làm mã xác nhận được, cần từ 0 đến {most}; hãy dùng số tem trong"
        " hàng đợi.",
    ),
    "encoding.media": (
        "The template is for {found} stock, and {profile} is known to feed only {expected}; choose"
        " another template or printer.",
        "Mẫu tem dùng cho giấy loại {found}, còn máy {profile} chỉ chạy được loại {expected}; hãy"
        " chọn mẫu tem hoặc máy in khác.",
    ),
    "encoding.sheet": (
        "{profile} prints sheets and takes no single label; let the labels be put together to a"
        " PDF.",
        "{profile} in theo tờ, không nhận từng tem; hãy ghép các tem thành tệp PDF.",
    ),
    "encoding.changes-unknown": (
        "Whether {profile} can keep a background and draw QR codes by itself is not known,"
        " expected a profile that says so; use send=whole.",
        "Chưa biết máy {profile} có giữ được phần nền và tự vẽ mã QR hay không; hãy dùng"
        " send=whole.",
    ),
    "encoding.changes-no-qr": (
        "The template {template} has no QR code, expected one for send=changes; use send=whole.",
        "Mẫu tem {template} không có mã QR, cần có khi dùng send=changes; hãy dùng send=whole.",
    ),
    "encoding.changes-beside-qr": (
        "The template {template} has something beside its QR code, expected the code alone in its"
        " rows for send=changes; use send=whole or the template tron-58-nhanh.",
        "Mẫu tem {template} có nội dung nằm cạnh mã QR, khi dùng send=changes thì mã QR phải đứng"
        " một mình; hãy dùng send=whole hoặc mẫu tron-58-nhanh.",
    ),
    "encoding.changes-nothing-shared": (
        "The template {template} has nothing that all labels share, expected a background for"
        " send=changes; use send=whole.",
        "Mẫu tem {template} không có phần nào chung cho mọi tem để lưu trong máy khi dùng"
        " send=changes; hãy dùng send=whole.",
    ),
    "encoding.changes-mixed": (
        "The template {template} mixes what all labels share with what differs, expected the shared"
        " part together for send=changes; use send=whole or the template tron-58-nhanh.",
        "Mẫu tem {template} xen phần chung với phần riêng của từng tem, khi dùng send=changes thì"
        " phần chung phải liền nhau; hãy dùng send=whole hoặc mẫu tron-58-nhanh.",
    ),
    "encoding.changes-too-large": (
        "What the labels of the template {template} share is {found} rows high, expected at most"
        " {most} that {profile} can store; use send=whole or the template tron-58-nhanh.",
        "Phần chung của mẫu tem {template} cao {found} hàng, máy {profile} chỉ lưu được {most}; hãy"
        " dùng send=whole hoặc mẫu tron-58-nhanh.",
    ),
    "encoding.changes-live": (
        "The background of the template {template} cannot be stored without bytes that a printer"
        " takes as a command at once, expected none; use send=whole.",
        "Không lưu được phần nền của mẫu tem {template} mà không có các byte máy in hiểu là lệnh"
        " tức thời; hãy dùng send=whole.",
    ),
    "encoding.changes-qr-size": (
        "The printer may draw this QR code in another size than version {version}, expected upper"
        " case text of 0-9 A-Z $%*+-./: and space for send=changes; use send=whole.",
        "Máy in có thể vẽ mã QR này ở cỡ khác phiên bản {version}, khi dùng send=changes nội dung"
        " chỉ được gồm chữ hoa A-Z, số và $%*+-./: cùng dấu cách; hãy dùng send=whole.",
    ),
    "sheet.too-large": (
        "The label is {found} mm, expected at most {most} mm on the sheet {sheet}; choose another"
        " sheet or template.",
        "Tem cỡ {found} mm, tờ {sheet} chỉ có ô {most} mm; hãy chọn tờ hoặc mẫu tem khác.",
    ),
    "sheet.no-labels": (
        "There are no labels to put on the sheet {sheet}, expected at least one; choose a count.",
        "Không có tem nào để xếp lên tờ {sheet}; hãy chọn số lượng.",
    ),
    "sheet.first-place": (
        "The first place is {found}, expected 1 to {most} on the sheet {sheet}; count the places"
        " from the top left.",
        "Ô đầu tiên là {found}, tờ {sheet} có ô từ 1 đến {most}; hãy đếm từ góc trên bên trái.",
    ),
    "sheet.not-shipped": (
        "There is no sheet layout “{found}”; expected one of {have}.",
        "Không có kiểu tờ tem “{found}”; hãy chọn một trong {have}.",
    ),
    "sheet.outside": (
        "The sheet {sheet} ends {found} mm from its edge {edge}, expected at most {most} mm; correct"
        " margins, pitch or counts.",
        "Tờ {sheet} chiếm đến {found} mm theo {edge}, nhiều nhất là {most} mm; hãy sửa lề, bước hoặc"
        " số ô.",
    ),
    "sheet.overlap": (
        "On the sheet {sheet} a place is {found} mm and the next begins after {most} mm, expected"
        " no overlap; correct the pitch.",
        "Trên tờ {sheet} mỗi ô rộng {found} mm mà ô kế tiếp bắt đầu sau {most} mm; hãy sửa bước.",
    ),
}
