"""Errors of the writing side: one tree, each a sentence with the way out."""

from __future__ import annotations

from typing import ClassVar

from ledger.verify.wording import Refusal

UNREACHABLE = frozenset(
    {
        "store-unreachable",
        "password-wrong",
        "password-missing",
        "database-unknown",
        "login-unknown",
    }
)
"""Codes of a database that no connection was made to, or lost before anything was recorded."""


class LedgerError(Refusal):
    """Root of the room's errors.

    When a batch is refused, `position` is the place of the offending entry in it.
    """

    position: int | None = None
    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "store-unwritable": (
            "The ledger cannot be written ({why}); nothing was recorded. Free disk space or mend the "
            "disk, then try again.",
            "Không ghi được vào sổ ({why}); chưa có gì được ghi. Hãy giải phóng hoặc sửa ổ đĩa rồi "
            "làm lại.",
        ),
        "store-unreachable": (
            "The database {where} cannot be reached ({why}). Check that it runs and that the network "
            "leads there, then try again.",
            "Không kết nối được cơ sở dữ liệu {where} ({why}). Hãy kiểm tra máy chủ cơ sở dữ liệu và "
            "mạng rồi thử lại.",
        ),
        "outcome-unknown": (
            "The connection to the database was lost while it was recording ({why}), so it is not "
            "known whether it was recorded; send the same again, which can never record it twice.",
            "Mất kết nối tới cơ sở dữ liệu trong lúc ghi ({why}) nên chưa biết đã ghi hay chưa; hãy "
            "gửi lại đúng nội dung đó, không bao giờ bị ghi hai lần.",
        ),
        "steering-forged": (
            "The statement at position {position} of the database, which decides who may sign or what "
            "is registered, does not hold ({why}), so nothing is recorded after it. Run ocop audit "
            "and find out who wrote to the database.",
            "Phiếu ở vị trí {position} trong cơ sở dữ liệu, quyết định ai được ký hoặc danh mục, "
            "không hợp lệ ({why}) nên không ghi gì sau đó. Hãy chạy ocop audit và tìm người đã ghi "
            "vào cơ sở dữ liệu.",
        ),
        "guard-missing": (
            "The database {where} lacks the guard {name}, or has it changed: rows could be altered "
            "unnoticed. Run ocop audit, find out who changed it, then move the ledger into a new "
            "database (ocop move).",
            "Cơ sở dữ liệu {where} thiếu hoặc bị sửa lớp bảo vệ {name}: dữ liệu có thể bị thay đổi "
            "âm thầm. Hãy chạy ocop audit, tìm người đã sửa, rồi chuyển sổ sang cơ sở dữ liệu mới "
            "(ocop move).",
        ),
        "recorded-unsealed": (
            "The statement was recorded and is safe, but the ledger could not be sealed or its views "
            "brought up to date ({why}). Do not record it again: free disk space, then start the "
            "program anew.",
            "Phiếu đã ghi vào sổ và an toàn, nhưng chưa niêm phong hoặc chưa cập nhật được bảng tra "
            "cứu ({why}). Đừng ghi lại phiếu này: hãy giải phóng ổ đĩa rồi mở lại chương trình.",
        ),
        "recorded-ahead": (
            "The statement was recorded and is safe. The standby that pages are read from is behind; "
            "pages follow when it has caught up. Do not record it again.",
            "Phiếu đã ghi vào sổ và an toàn. Bản dự phòng dùng để đọc trang đang chậm; các trang sẽ "
            "hiện khi bản đó theo kịp. Đừng ghi lại phiếu này.",
        ),
        "standby-behind": (
            "The standby that pages are read from is behind, so what is here cannot be checked and "
            "nothing was recorded. Wait until it has caught up, then try again.",
            "Bản dự phòng dùng để đọc trang đang chậm nên chưa kiểm tra được và chưa ghi gì. Hãy chờ "
            "bản đó theo kịp rồi làm lại.",
        ),
        "store-missing": (
            "There is no ledger in {path}; make one with: ocop init --dir {path}",
            "Không có sổ trong {path}; hãy tạo bằng lệnh: ocop init --dir {path}",
        ),
        "store-exists": (
            "There is a ledger in {path} already; choose another folder.",
            "Trong {path} đã có sổ; hãy chọn thư mục khác.",
        ),
        "store-newer": (
            "The ledger in {path} has schema {found}, newer than this program's {expected}; update "
            "the program.",
            "Sổ trong {path} có phiên bản {found}, mới hơn chương trình ({expected}); hãy cập nhật "
            "chương trình.",
        ),
        "key-missing": (
            "The key file {path} is missing; restore it from your backup or enrol a new key.",
            "Thiếu tệp khóa {path}; hãy khôi phục từ bản sao lưu hoặc đăng ký khóa mới.",
        ),
        "key-denied": (
            "The key file {path} is there, but this user may not read it (it belongs to {owner}); run "
            "the program as {owner}.",
            "Có tệp khóa {path} nhưng người dùng này không được đọc (tệp của {owner}); hãy chạy chương "
            "trình bằng {owner}.",
        ),
        "key-open": (
            "The key file {path} can be read by others (mode {found}); run: chmod 600 {path}",
            "Người khác đọc được tệp khóa {path} (quyền {found}); hãy chạy: chmod 600 {path}",
        ),
        "key-unreadable": (
            "The key file {path} holds no Ed25519 private key in PEM form; restore it from your "
            "backup.",
            "Tệp khóa {path} không chứa khóa riêng Ed25519 dạng PEM; hãy khôi phục từ bản sao lưu.",
        ),
        "no-signer": (
            "This machine has no {role} key of {party}; record on the machine that has it. What an "
            "admin says from elsewhere comes as a file: ocop keys admin-request --party {party}",
            "Máy này không có khóa {role} của {party}; hãy ghi trên máy có khóa. Nếu khóa admin ở nơi "
            "khác, quản trị ký qua tệp: ocop keys admin-request --party {party}",
        ),
        "lot-unknown": (
            "Lot {lot} of {item} is not in the ledger; check the code, or record its origin first.",
            "Lô {lot} của {item} chưa có trong sổ; hãy kiểm tra mã hoặc ghi nguồn gốc lô trước.",
        ),
        "form-refused": (
            "{problem} Nothing was recorded; correct the figures and record again.",
            "{problem_vi} Chưa ghi gì; hãy sửa số liệu rồi ghi lại.",
        ),
        "not-packed": (
            "Lot {lot} of {item} has no packing on record; record the packing before its labels.",
            "Lô {lot} của {item} chưa có phiếu đóng gói; hãy ghi đóng gói trước khi in tem.",
        ),
        "labels-exceed": (
            "Lot {lot} has {packs} packs and {issued} labels in force; {asked} more would be too "
            "many, at most {left} can be issued; ask for fewer, or correct the packing.",
            "Lô {lot} có {packs} gói và {issued} tem còn hiệu lực; không thể cấp thêm {asked} tem, "
            "chỉ còn được {left}; hãy bớt số tem, hoặc đính chính phiếu đóng gói.",
        ),
        "lot-stopped": (
            "Lot {lot} is {status}: it prints no labels and ships nowhere until that is lifted; "
            "its dossier says who ordered it.",
            "Lô {lot} {status_vi}: không in tem, không xuất hàng cho đến khi được gỡ; hồ sơ lô "
            "ghi ai đã yêu cầu.",
        ),
        "nothing-to-correct": (
            "No {type} of lot {lot} is on record that could be corrected; check the lot code.",
            "Không có phiếu {type} nào của lô {lot} để đính chính; hãy kiểm tra mã lô.",
        ),
        "no-work-to-correct": (
            "No field work at site {site} is on record that could be corrected; check the site code.",
            "Không có phiếu chăm sóc nào ở địa điểm {site} để đính chính; hãy kiểm tra mã địa điểm.",
        ),
    }


class ForkFound(LedgerError):
    """Two different entries at one journal position: proof of a cloned key. Carries both."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "fork": (
            "Journal {keyid} has two different statements at position {seq}; the key was cloned or "
            "its journal restored from an old copy. Retire the key and enrol a new one.",
            "Nhật ký {keyid} có hai phiếu khác nhau ở vị trí {seq}; khóa bị sao chép hoặc nhật ký bị "
            "khôi phục từ bản cũ. Hãy chấm dứt khóa và đăng ký khóa mới.",
        ),
    }

    def __init__(self, keyid: str, seq: int, stored: bytes, offered: bytes) -> None:
        super().__init__("fork", keyid=keyid, seq=seq)
        self.stored = stored
        self.offered = offered
