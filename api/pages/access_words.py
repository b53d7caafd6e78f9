"""The words of the screen for roles, hidden groups, and what the record says happened."""

from __future__ import annotations

from typing import Final

from api.pages.messages_catalogue import N_

ROLE_WORDS: Final = {
    "operator": N_("người trực trạm"),
    "manager": N_("phụ trách cơ sở"),
    "inspector": N_("cán bộ kiểm tra"),
    "officer": N_("cán bộ quản lý OCOP"),
    "administrator": N_("quản trị"),
}

GROUP_WORDS: Final = {
    "amounts": N_("khối lượng và hao hụt"),
    "suppliers": N_("bên cung cấp"),
    "buyers": N_("bên mua"),
    "sites": N_("địa điểm, vùng trồng"),
    "field-work": N_("công việc chăm sóc"),
    "tests": N_("chi tiết kiểm nghiệm, kiểm tra"),
    "labels": N_("số tem đã cấp"),
}

WHAT_WORDS: Final = {
    "first-administrator": N_("đặt người quản trị đầu tiên"),
    "person-added": N_("thêm tài khoản"),
    "person-role": N_("đổi vai trò"),
    "person-reset": N_("cấp liên kết đặt lại mật khẩu"),
    "person-removed": N_("xóa tài khoản"),
    "password-set": N_("đặt mật khẩu"),
    "password-changed": N_("đổi mật khẩu"),
    "signed-in": N_("đăng nhập"),
    "sign-in-refused": N_("đăng nhập sai"),
    "sign-in-limited": N_("đăng nhập quá nhiều lần"),
    "signed-out": N_("đăng xuất"),
    "signed-out-everywhere": N_("đăng xuất khỏi mọi máy"),
    "pin-added": N_("thêm mã PIN"),
    "pin-removed": N_("bỏ mã PIN"),
    "pin-opened": N_("mở trạm bằng mã PIN"),
    "pin-refused": N_("sai mã PIN"),
    "pin-limited": N_("sai mã PIN quá nhiều lần"),
    "disclosure-changed": N_("đổi thông tin công khai"),
    "passkey-added": N_("thêm khóa truy cập"),
    "passkey-removed": N_("bỏ khóa truy cập"),
    "passkey-signed-in": N_("đăng nhập bằng khóa truy cập"),
    "passkey-refused": N_("khóa truy cập bị từ chối"),
    "passkey-limited": N_("thử khóa truy cập quá nhiều lần"),
    "passkey-cloned": N_("khóa truy cập có dấu hiệu bị sao chép"),
    "passkey-only": N_("chỉ cho đăng nhập bằng khóa truy cập"),
    "password-again": N_("cho đăng nhập bằng mật khẩu trở lại"),
    "password-not-enough": N_("đúng mật khẩu nhưng cần khóa truy cập"),
    "reader-added": N_("cấp quyền đọc sổ"),
    "reader-removed": N_("bỏ quyền đọc sổ"),
    "act": N_("thao tác"),
}
