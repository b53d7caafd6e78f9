"""Pages that say one thing: unknown lots and labels, and errors, each with what to do."""

from __future__ import annotations

from api.pages.messages_catalogue import N_, tongue
from api.pages.rendering import render

_REPORT = N_("Nếu tem nằm trên gói hàng, hãy giữ gói lại và báo nơi bán hoặc cơ quan quản lý.")
_NOTICES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "unknown-lot": (
        "bad",
        N_("Không có lô này trong sổ truy xuất."),
        (
            N_("Mã sản phẩm và mã lô trên tem không khớp với lô nào đã ghi."),
            N_("Hãy quét lại. Nếu vẫn vậy, tem có thể bị in sai hoặc không phải của cơ sở này."),
            _REPORT,
        ),
    ),
    "no-page": (
        "warn",
        N_("Không có trang này."),
        (N_("Hãy kiểm tra lại địa chỉ, hoặc quay về trang đầu."),),
    ),
    "station-only": (
        "bad",
        N_("Trang của trạm chỉ mở được ngay trên máy của trạm."),
        (N_("Hãy mở http://127.0.0.1 hoặc http://localhost trên chính máy đóng gói."),),
    ),
    "other-site": (
        "bad",
        N_("Yêu cầu này đến từ một trang khác nên không được nhận."),
        (N_("Hãy mở trang trạm và gửi lại từ đó."),),
    ),
    "sign-in-first": (
        "warn",
        N_("Trang này cần đăng nhập."),
        (N_("Hãy mở /vao, đăng nhập rồi thử lại."),),
    ),
    "not-yours": (
        "warn",
        N_("Vai trò của bạn không được làm việc này."),
        (N_("Hãy nhờ người quản trị, hoặc đăng nhập bằng tài khoản khác."),),
    ),
    "too-often": (
        "warn",
        N_("Yêu cầu quá dồn dập nên tạm thời chưa được trả lời."),
        (N_("Hãy chờ một phút rồi thử lại."),),
    ),
    "too-slow": (
        "warn",
        N_("Dữ liệu gửi đến quá chậm nên chưa được nhận."),
        (N_("Hãy quay lại biểu mẫu và gửi lại khi đường truyền tốt hơn."),),
    ),
    "no-bundle": (
        "warn",
        N_("Chưa lấy được hồ sơ có chữ ký của lô này."),
        (N_("Thông tin của lô tại trạm vẫn xem được như trước."),),
    ),
    "plain-http": (
        "bad",
        N_("Chỉ đăng nhập được qua https, hoặc ngay trên máy của sổ."),
        (N_("Qua http, người khác cùng mạng đọc được mật khẩu. Hãy mở trang bằng địa chỉ https."),),
    ),
    "link-unknown": (
        "warn",
        N_("Liên kết này đã dùng, đã hết hạn hoặc không có."),
        (N_("Hãy xin người quản trị một liên kết mới."),),
    ),
    "too-large": (
        "warn",
        N_("Dữ liệu gửi lên quá lớn hoặc sai dạng."),
        (N_("Hãy quay lại biểu mẫu và nhập gọn hơn."),),
    ),
    "method": ("warn", N_("Trang này không nhận cách gửi đó."), (N_("Hãy quay lại trang trước."),)),
    "fault": (
        "bad",
        N_("Máy chủ gặp lỗi, chưa làm được việc này."),
        (
            N_("Những gì đã ghi vẫn còn nguyên. Hãy thử lại sau một phút."),
            N_("Nếu vẫn lỗi, hãy báo người quản trị kèm giờ xảy ra."),
        ),
    ),
    "no-preview": (
        "warn",
        N_("Chưa vẽ được tem của lô này."),
        (N_("Hãy kiểm tra thông tin sản phẩm và khổ tem."),),
    ),
}


def notice(code: str, lang: str, *, detail: str = "", link: str = "", link_text: str = "") -> bytes:
    """The page of one notice; `detail` is one more sentence in that language."""
    tone, title, lines = _NOTICES[code]
    say = tongue(lang)
    said = [*([detail] if detail else []), *(say(line) for line in lines)]
    return render(
        "notice.html",
        lang,
        tone=tone,
        title=say(title),
        lines=said,
        link=link,
        link_text=link_text,
    )
