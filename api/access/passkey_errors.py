"""Refusals about passkeys: what is wrong, and the way out."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class PasskeyRefused(DoorError):
    """What cannot be done with a passkey; nothing was changed."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "passkey-no-address": (
            "Passkeys belong to a public address, and this site has none; set it once: "
            "ocop init --dir FOLDER --base-url https://...",
            "Khóa truy cập gắn với địa chỉ công khai mà trang này chưa có; hãy đặt một lần: "
            "ocop init --dir THƯ-MỤC --base-url https://...",
        ),
        "passkey-plain-http": (
            "Browsers use passkeys over https only, and the public address is {found}; put https in "
            "front of it and set the address again.",
            "Trình duyệt chỉ dùng khóa truy cập qua https, còn địa chỉ công khai là {found}; hãy bật "
            "https rồi đặt lại địa chỉ.",
        ),
        "passkey-bare-address": (
            "Passkeys belong to a name, and the public address {found} is a number; give the machine a "
            "name and set the address again.",
            "Khóa truy cập gắn với tên miền, còn địa chỉ công khai {found} là một dãy số; hãy đặt tên "
            "cho máy rồi đặt lại địa chỉ.",
        ),
        "passkey-late": (
            "This attempt took too long or was used already; press the button again.",
            "Lần thử này đã quá lâu hoặc đã dùng rồi; hãy bấm nút lại.",
        ),
        "passkey-wrong": (
            "The passkey's answer could not be confirmed; press the button again, or use your password.",
            "Không xác nhận được khóa truy cập; hãy bấm nút lại, hoặc dùng mật khẩu.",
        ),
        "passkey-unknown": (
            "This passkey is not known here, or was removed; use another one, or your password.",
            "Ở đây không biết khóa truy cập này, hoặc khóa đã bị bỏ; hãy dùng khóa khác hoặc mật khẩu.",
        ),
        "passkey-limited": (
            "There were too many attempts with this passkey; try again in {seconds} seconds.",
            "Đã thử khóa truy cập quá nhiều lần; hãy thử lại sau {seconds} giây.",
        ),
        "passkey-cloned": (
            "This passkey counts backwards, as it does when somebody has copied it, so it was not "
            "accepted. Sign in another way, remove it, and tell the administrator.",
            "Bộ đếm của khóa truy cập đi lùi, như khi khóa bị sao chép, nên không được nhận. Hãy đăng "
            "nhập cách khác, bỏ khóa này và báo người quản trị.",
        ),
        "passkey-name": (
            "The passkey's name is missing or longer than {most} characters; write it again.",
            "Thiếu tên khóa truy cập hoặc tên dài quá {most} ký tự; hãy ghi lại.",
        ),
        "passkey-most": (
            "There are {most} passkeys already; remove one that is no longer used.",
            "Đã có {most} khóa truy cập; hãy bỏ bớt khóa không còn dùng.",
        ),
        "passkey-taken": (
            "This passkey is registered already; use it to sign in.",
            "Khóa truy cập này đã được đăng ký; hãy dùng nó để đăng nhập.",
        ),
        "passkey-kind": (
            "This passkey uses a kind of signature that is not accepted here; use another one.",
            "Khóa truy cập này dùng kiểu chữ ký không được nhận ở đây; hãy dùng khóa khác.",
        ),
        "passkey-untried": (
            "Sign in once with a passkey first, so that you do not lock yourself out.",
            "Hãy đăng nhập một lần bằng khóa truy cập trước, để không tự khóa mình ở ngoài.",
        ),
        "passkey-unlisted": (
            "{account} has no passkey {found}; see the list of them.",
            "{account} không có khóa truy cập {found}; hãy xem danh sách.",
        ),
        "passkey-needed": (
            "This account signs in with a passkey only, at {origin}; who has lost it asks the "
            "administrator for a new link.",
            "Tài khoản này chỉ đăng nhập bằng khóa truy cập, tại {origin}; nếu mất khóa, hãy xin người "
            "quản trị liên kết mới.",
        ),
    }
