"""A report of a problem that cannot be taken, or changed, and what to do instead."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class ReportRefused(DoorError):
    """Nothing was kept or changed."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "kind-unchosen": (
            "It was not chosen what the problem is; choose one of the lines, then send again.",
            "Chưa chọn vấn đề gặp phải; hãy chọn một dòng rồi gửi lại.",
        ),
        "text-too-long": (
            "The text has {found} characters, at most {most} are taken; shorten it.",
            "Lời kể dài {found} ký tự, nhận nhiều nhất {most}; hãy viết gọn lại.",
        ),
        "contact-too-long": (
            "The contact has {found} characters, at most {most} are taken; give a telephone number "
            "or an e-mail address.",
            "Liên hệ dài {found} ký tự, nhận nhiều nhất {most}; hãy ghi số điện thoại hoặc e-mail.",
        ),
        "text-missing": (
            "“Something else” was chosen without a word about it; write what is wrong.",
            "Đã chọn “chuyện khác” nhưng chưa kể; hãy viết điều bạn gặp.",
        ),
        "reports-enough": (
            "Very many reports about this label or lot came in today, and they are being read; this "
            "one was not kept. Call the cooperative, or send it tomorrow.",
            "Hôm nay đã có rất nhiều phản ánh về tem hoặc lô này và đang được đọc; phản ánh này chưa "
            "được giữ. Hãy gọi cơ sở, hoặc gửi lại vào ngày mai.",
        ),
        "reports-too-quick": (
            "Several reports came from your network just now, so this one was not kept; wait "
            "{seconds} seconds, then send it again.",
            "Mạng của bạn vừa gửi nhiều phản ánh nên phản ánh này chưa được giữ; hãy chờ {seconds} "
            "giây rồi gửi lại.",
        ),
        "report-unknown": (
            "There is no report {found} that you may see; look at the list again.",
            "Không có phản ánh {found} mà bạn được xem; hãy xem lại danh sách.",
        ),
        "state-unknown": (
            "A report cannot be made “{found}”; choose new, seen or closed.",
            "Không thể chuyển phản ánh thành “{found}”; hãy chọn mới, đã xem hoặc đã xong.",
        ),
        "note-too-long": (
            "The note has {found} characters, at most {most} are taken; shorten it.",
            "Ghi chú dài {found} ký tự, nhận nhiều nhất {most}; hãy viết gọn lại.",
        ),
        "phone-wrong": (
            "“{found}” is no telephone number; write digits such as 0203 3123 456 or +84 203 3123 456, "
            "or leave it empty.",
            "“{found}” không phải số điện thoại; hãy ghi các chữ số, ví dụ 0203 3123 456 hoặc "
            "+84 203 3123 456, hoặc để trống.",
        ),
    }
