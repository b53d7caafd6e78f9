"""What the registers refuse, each in one sentence for the field that it stands at."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class RegisterRefused(DoorError):
    """A form of a register that cannot become a statement."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "register-missing": (
            "“{label}” is empty; fill it in.",
            "Ô “{label}” đang trống; hãy điền vào.",
        ),
        "register-long": (
            "“{label}” has {found} characters, at most {most} go into the ledger; shorten it.",
            "“{label}” dài {found} ký tự, sổ chỉ nhận tối đa {most}; hãy viết ngắn lại.",
        ),
        "register-invisible": (
            "“{label}” holds an invisible or control character; type it again by hand.",
            "“{label}” có ký tự ẩn hoặc ký tự điều khiển; hãy gõ tay lại.",
        ),
        "register-choice": (
            "“{found}” is none of the choices of “{label}”; choose one from the list.",
            "“{found}” không có trong các lựa chọn của “{label}”; hãy chọn trong danh sách.",
        ),
        "register-whole": (
            "“{found}” is no whole number from {least} to {most}; write for instance {example}.",
            "“{found}” không phải số nguyên từ {least} đến {most}; hãy ghi ví dụ {example}.",
        ),
        "register-lines": (
            "“{label}” has {found} lines, at most {most} are kept; leave some out.",
            "“{label}” có {found} dòng, chỉ nhận tối đa {most}; hãy bớt lại.",
        ),
        "register-day": (
            "“{found}” is no day; write day/month/year such as 07/09/2026.",
            "“{found}” không phải ngày; hãy ghi ngày/tháng/năm, ví dụ 07/09/2026.",
        ),
        "register-day-impossible": (
            "{found} does not exist in the calendar; look it up and correct it.",
            "Không có ngày {found} trong lịch; hãy xem lại rồi sửa.",
        ),
        "register-day-far": (
            "The year of {found} is outside {least} to {most}; correct it.",
            "Năm của {found} nằm ngoài {least} đến {most}; hãy sửa lại.",
        ),
        "register-day-future": (
            "{found} has not come yet (today is {today}); correct it.",
            "{found} là ngày chưa tới (hôm nay là {today}); hãy sửa lại.",
        ),
        "register-days-reversed": (
            "The last day {last} is before the first day {first}; correct one of the two.",
            "Ngày cuối {last} trước ngày đầu {first}; hãy sửa một trong hai.",
        ),
        "register-code": (
            "“{found}” cannot be a code; use 1 to 32 letters without marks, digits, dots, dashes "
            "or underscores, for instance {example}.",
            "“{found}” không dùng làm mã được; hãy dùng 1 đến 32 chữ không dấu, số, dấu chấm, gạch "
            "nối hoặc gạch dưới, ví dụ {example}.",
        ),
        "register-number": (
            "{why} Look at the digits under the bar code.",
            "{why_vi} Hãy xem dãy số dưới mã vạch.",
        ),
        "register-amount": (
            "{why}",
            "{why_vi}",
        ),
        "register-digest": (
            "“{found}” is no SHA-256 digest; it has 64 digits 0-9 and a-f, or leave it empty.",
            "“{found}” không phải mã băm SHA-256; mã có 64 ký tự 0-9 và a-f, hoặc để trống.",
        ),
        "register-kind": (
            "“{found}” cannot be a kind; use 2 to 32 small letters, digits or dashes, for instance "
            "haccp.",
            "“{found}” không dùng làm loại giấy được; hãy dùng 2 đến 32 chữ thường không dấu, số "
            "hoặc gạch nối, ví dụ haccp.",
        ),
        "register-of-other": (
            "The number {found} is registered by {owner}; check the digits, or ask {owner}.",
            "Số {found} do {owner} đăng ký; hãy xem lại dãy số hoặc hỏi {owner}.",
        ),
        "register-taken": (
            "{found} is in this register already; open it there to change it, or choose another.",
            "{found} đã có trong danh mục này; hãy mở mục đó để sửa, hoặc chọn mã khác.",
        ),
        "register-subject": (
            "“{found}” is none of the registered products, sites or parties; choose one, or register "
            "it first.",
            "“{found}” không phải sản phẩm, địa điểm hay cơ sở đã đăng ký; hãy chọn lại hoặc đăng ký "
            "trước.",
        ),
        "register-subject-other": (
            "{found} belongs to {owner}; only its owner or an authority records certificates of it.",
            "{found} thuộc {owner}; chỉ chủ sở hữu hoặc cơ quan quản lý ghi giấy chứng nhận cho mục "
            "này.",
        ),
        "register-stars-missing": (
            "An OCOP recognition has 1 to 5 stars; choose how many.",
            "Công nhận OCOP có từ 1 đến 5 sao; hãy chọn số sao.",
        ),
        "register-stars-elsewhere": (
            "Only an OCOP recognition has stars; leave them empty.",
            "Chỉ công nhận OCOP mới có sao; hãy để trống số sao.",
        ),
        "register-stars-product": (
            "An OCOP recognition is of a product; choose the product.",
            "Công nhận OCOP là của sản phẩm; hãy chọn sản phẩm.",
        ),
        "register-stars-long": (
            "An OCOP recognition lasts 36 months: from {first} to {most} at the latest, but the last "
            "day is {last}; correct the days.",
            "Công nhận OCOP có hiệu lực 36 tháng: từ {first} muộn nhất đến {most}, mà ngày cuối ghi "
            "{last}; hãy sửa lại ngày.",
        ),
        "register-vouched": (
            "This certificate was recorded by {owner}, so {party} cannot write over it; ask {owner} "
            "to change it.",
            "Giấy này do {owner} ghi nên {party} không ghi đè được; hãy đề nghị {owner} sửa.",
        ),
        "register-withdrawn": (
            "This certificate is withdrawn already.",
            "Giấy này đã được rút.",
        ),
        "register-verified": (
            "A verification needs the day of verification and the last day it is good for; fill in "
            "both, or neither.",
            "Lần kiểm định cần cả ngày kiểm định và ngày hết hạn; hãy ghi đủ hai ngày, hoặc bỏ trống "
            "cả hai.",
        ),
        "register-unchanged": (
            "Nothing is different from what the ledger says, so there is nothing to record.",
            "Không có gì khác với sổ nên không có gì để ghi.",
        ),
        "register-changed": (
            "While this form was open somebody recorded a newer version; look at it below and decide "
            "again.",
            "Trong lúc mở biểu mẫu này đã có người ghi bản mới hơn; hãy xem lại rồi quyết định.",
        ),
        "register-passphrase": (
            "The admin key of {party} is locked; type its passphrase to sign.",
            "Khóa quản trị của {party} đang khóa; hãy gõ mật khẩu của khóa để ký.",
        ),
        "register-passphrase-wrong": (
            "This passphrase does not open the admin key of {party}; nothing was recorded, type it "
            "again.",
            "Mật khẩu này không mở được khóa quản trị của {party}; chưa ghi gì, hãy gõ lại.",
        ),
        "register-tries": (
            "Too many passphrases were tried; wait {seconds} seconds, then type it again.",
            "Đã thử mật khẩu quá nhiều lần; hãy chờ {seconds} giây rồi gõ lại.",
        ),
        "register-key-away": (
            "The admin key of {party} is not on this machine, so nothing can be signed here; have a "
            "request signed where the key is.",
            "Khóa quản trị của {party} không ở máy này nên không ký được ở đây; hãy lập đề nghị rồi "
            "ký ở nơi giữ khóa.",
        ),
        "register-joined": (
            "This is a station of the hub {where}; registers are kept there and come here by "
            "themselves.",
            "Đây là trạm của máy chủ {where}; danh mục được ghi ở máy chủ rồi tự về trạm.",
        ),
        "register-template": (
            "There is no label template named {found}; choose one of the list.",
            "Không có mẫu tem tên {found}; hãy chọn trong danh sách.",
        ),
        "register-pin-account": (
            "Nobody has an account to manage with yet: once there is a PIN, this machine opens the "
            "registers only to an account. Make an administrator at /vao first.",
            "Chưa ai có tài khoản quản lý: khi đã có mã PIN, máy này chỉ mở danh mục cho người có "
            "tài khoản. Hãy lập người quản trị ở /vao trước.",
        ),
        "register-pin-here": (
            "PINs belong to the station; open this page on the station's own machine.",
            "Mã PIN thuộc về trạm; hãy mở trang này ngay trên máy của trạm.",
        ),
        "register-pin-twice": (
            "The two PINs differ; type the same one twice.",
            "Hai lần gõ mã PIN khác nhau; hãy gõ lại giống nhau.",
        ),
        "register-pin-other": (
            "{found} has no PIN of this party, so nothing was changed.",
            "{found} không có mã PIN của cơ sở này nên không thay đổi gì.",
        ),
    }
