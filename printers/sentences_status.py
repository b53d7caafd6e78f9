"""Sentences about what a printer says of itself: code -> (English, Vietnamese)."""

from __future__ import annotations

STATUS: dict[str, tuple[str, str]] = {
    "printer.silent": (
        "The printer did not confirm {count} label(s) within {seconds} s, expected an answer;"
        " check the printer, then scan the last good label.",
        "Máy in không xác nhận {count} tem trong {seconds} giây; hãy kiểm tra máy in rồi quét tem"
        " tốt cuối cùng.",
    ),
    "printer.paper-out": (
        "The printer says that it is out of paper, expected paper; load a roll and close the cover.",
        "Máy in báo hết giấy; hãy lắp cuộn mới rồi đóng nắp.",
    ),
    "printer.cover-open": (
        "The printer says that its cover is open, expected closed; close it until it clicks.",
        "Máy in báo nắp đang mở; hãy đóng nắp cho đến khi nghe tiếng khớp.",
    ),
    "printer.hot": (
        "The printer stopped with an error that it clears by itself, mostly a print head that is"
        " too hot; wait a few minutes and leave it switched on.",
        "Máy in tạm dừng vì lỗi tự hết, thường là đầu in quá nóng; hãy chờ vài phút, đừng tắt máy.",
    ),
    "printer.offline": (
        "The printer says that it is offline, expected online; press its FEED or PAUSE button and"
        " see that no lamp shows an error.",
        "Máy in báo đang ngoại tuyến; hãy bấm nút FEED hoặc PAUSE trên máy và xem đèn có báo lỗi"
        " không.",
    ),
    "printer.cutter": (
        "The printer says that its cutter is stuck, expected free; open the cover, take out the"
        " paper in front of the knife, then switch the printer off and on.",
        "Máy in báo kẹt dao cắt; hãy mở nắp, lấy giấy kẹt trước dao ra rồi tắt và bật lại máy.",
    ),
    "printer.jam": (
        "The printer says that the labels are jammed or that it cannot find their gap, expected a"
        " free way; open it, lay the roll straight and close it.",
        "Máy in báo kẹt tem hoặc không tìm thấy khe giữa hai tem; hãy mở máy, đặt lại cuộn cho"
        " thẳng rồi đóng lại.",
    ),
    "printer.ribbon": (
        "The printer says that its ribbon is used up, expected one; load a ribbon, or set the"
        " printer to direct thermal.",
        "Máy in báo hết ruy băng mực; hãy lắp ruy băng, hoặc đặt máy sang chế độ in nhiệt trực"
        " tiếp.",
    ),
    "printer.broken": (
        "The printer reports an error that it cannot recover from, expected none; switch it off,"
        " wait ten seconds, switch it on, and have it repaired if the error comes back.",
        "Máy in báo lỗi không tự khắc phục được; hãy tắt máy, chờ mười giây rồi bật lại, nếu vẫn"
        " lỗi thì đem sửa.",
    ),
    "printer.fault": (
        "The printer reports an error without saying which, expected ready; switch it off and on.",
        "Máy in báo lỗi mà không nói lỗi gì; hãy tắt rồi bật lại máy.",
    ),
    "printer.odd-reply": (
        "The printer answered with the unknown bytes {found}, expected a confirmation; check the"
        " printer and its profile, then scan the last good label.",
        "Máy in trả lời bằng các byte lạ {found}, không phải xác nhận; hãy kiểm tra máy in và hồ sơ"
        " máy in rồi quét tem tốt cuối cùng.",
    ),
    "condition.online-good": ("It is online.", "Máy đang trực tuyến."),
    "condition.online-bad": (
        "It is offline: press its FEED or PAUSE button.",
        "Máy đang ngoại tuyến: hãy bấm nút FEED hoặc PAUSE.",
    ),
    "condition.online-unknown": (
        "Whether it is online is unknown: this printer does not say.",
        "Không biết máy có trực tuyến hay không: máy không báo.",
    ),
    "condition.cover-good": ("Its cover is closed.", "Nắp máy đã đóng."),
    "condition.cover-bad": (
        "Its cover is open: close it until it clicks.",
        "Nắp máy đang mở: hãy đóng nắp cho đến khi nghe tiếng khớp.",
    ),
    "condition.cover-unknown": (
        "Whether its cover is closed is unknown: look at it.",
        "Không biết nắp máy đã đóng chưa: hãy nhìn máy.",
    ),
    "condition.paper-good": ("It has paper.", "Máy còn giấy."),
    "condition.paper-bad": (
        "It is out of paper: load a roll and close the cover.",
        "Máy hết giấy: hãy lắp cuộn mới rồi đóng nắp.",
    ),
    "condition.paper-unknown": (
        "Whether it has paper is unknown: look at the roll.",
        "Không biết máy còn giấy không: hãy nhìn cuộn giấy.",
    ),
    "condition.roll-good": (
        "The roll is not reported as nearly used up.",
        "Máy không báo cuộn giấy sắp hết.",
    ),
    "condition.roll-bad": (
        "The roll is nearly used up: keep a new one ready.",
        "Cuộn giấy sắp hết: hãy chuẩn bị cuộn mới.",
    ),
    "condition.roll-unknown": (
        "How much paper is left is unknown: look at the roll.",
        "Không biết còn bao nhiêu giấy: hãy nhìn cuộn giấy.",
    ),
    "condition.cool-good": (
        "It does not wait for anything that clears by itself, such as a hot print head.",
        "Máy không tạm dừng vì lỗi tự hết như đầu in quá nóng.",
    ),
    "condition.cool-bad": (
        "It waits for an error that clears by itself, mostly a hot print head: wait a few minutes.",
        "Máy tạm dừng vì lỗi tự hết, thường là đầu in quá nóng: hãy chờ vài phút.",
    ),
    "condition.cool-unknown": (
        "Whether its print head is too hot is unknown: this printer does not say.",
        "Không biết đầu in có quá nóng không: máy không báo.",
    ),
    "condition.fault-good": ("It reports no other error.", "Máy không báo lỗi nào khác."),
    "condition.fault-unknown": (
        "Whether it has another error is unknown: look at its lamps.",
        "Không biết máy có lỗi nào khác không: hãy nhìn đèn báo trên máy.",
    ),
}
