"""Refusals of the wire between station and hub: each with the HTTP status a hub answers with."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class WireRefused(DoorError):
    """A request or a body that is not of docs/station-wire.md."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "ticket-plain": (
            "The address {url} is not encrypted, so whoever listens on the way could join in this "
            "station's place; use the hub's https:// address (http:// only on one and the same "
            "machine). A hub without a public certificate makes one of its own: ocop hub "
            "certificate, then ocop serve --tls.",
            "Địa chỉ {url} không được mã hóa nên người nghe lén trên đường truyền có thể tham gia thay "
            "trạm này; hãy dùng địa chỉ https:// của máy chủ (http:// chỉ dùng trên cùng một máy). Máy "
            "chủ chưa có chứng thư công cộng thì tự tạo: ocop hub certificate, rồi ocop serve --tls.",
        ),
        "signature-missing": (
            "The request carries no signature of a station; sign it as the wire format says.",
            "Yêu cầu không có chữ ký của trạm; hãy ký theo đúng định dạng trao đổi.",
        ),
        "signature-wrong": (
            "The request's signature does not hold ({why}); sign the request as it is sent.",
            "Chữ ký của yêu cầu không đúng ({why}); hãy ký đúng yêu cầu như khi gửi.",
        ),
        "clock-differs": (
            "The request was signed {seconds} seconds off this hub's clock, at most {most} are "
            "allowed; sign again by the hub's time.",
            "Yêu cầu được ký lệch {seconds} giây so với đồng hồ máy chủ, chỉ cho phép {most}; hãy ký "
            "lại theo giờ máy chủ.",
        ),
        "key-unknown": (
            "Key {keyid} is no station of this ledger; join with a ticket first: ocop station join",
            "Khóa {keyid} không phải trạm của sổ này; hãy tham gia bằng vé trước: ocop station join",
        ),
        "log-differs": (
            "The request is for the ledger {found}, but this hub keeps {expected}; check the hub's "
            "address.",
            "Yêu cầu dành cho sổ {found}, nhưng máy chủ này giữ sổ {expected}; hãy kiểm tra địa chỉ "
            "máy chủ.",
        ),
        "body-malformed": (
            "The body is not of the wire format ({why}); send it again as it was made.",
            "Nội dung gửi không đúng định dạng trao đổi ({why}); hãy gửi lại đúng như đã tạo.",
        ),
        "too-large": (
            "The body is larger than {most} bytes, packed or unpacked; send less at once.",
            "Nội dung lớn hơn {most} byte, khi nén hoặc khi giải nén; hãy gửi ít hơn mỗi lần.",
        ),
        "media-coding": (
            "Content coding {found} is not known here; use gzip or none.",
            "Không biết kiểu nén {found}; hãy dùng gzip hoặc không nén.",
        ),
        "ticket-wrong": (
            "This is no ticket ({why}); copy the whole line that ocop station invite printed: URL "
            "CODE FINGERPRINT, and KEY if it has one",
            "Đây không phải vé ({why}); hãy chép nguyên dòng mà ocop station invite đã in: ĐỊA-CHỈ "
            "MÃ DẤU-VÂN-TAY, và KHÓA nếu có",
        ),
    }


STATUSES = {
    "signature-missing": 401,
    "signature-wrong": 401,
    "clock-differs": 401,
    "key-unknown": 401,
    "log-differs": 403,
    "body-malformed": 400,
    "too-large": 413,
    "media-coding": 415,
}
"""HTTP status of each refusal that a hub may answer with."""
