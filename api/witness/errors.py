"""What can be wrong with a witness's own folder and its command line."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class WitnessError(DoorError):
    """A witness cannot do what was asked; one sentence with the way out."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "witness-missing": (
            "There is no witness in {path}; make one with: ocop witness init --dir {path} --name "
            "YOUR.DOMAIN/witness",
            "Không có bên chứng kiến trong {path}; hãy tạo bằng: ocop witness init --dir {path} --name "
            "TÊN.MIỀN/chung-kien",
        ),
        "witness-exists": (
            "There is a witness in {path} already; nothing was changed. Use another folder.",
            "Đã có bên chứng kiến trong {path}; chưa thay đổi gì. Hãy dùng thư mục khác.",
        ),
        "witness-lost": (
            "{path} has a key but not the record of what it has co-signed, and without it this key "
            "must never sign again: it could sign a second history. Put witness.db back, or make a "
            "new witness in another folder and tell every log its new key.",
            "{path} còn khóa nhưng mất bản ghi những gì đã đồng ký; không được dùng khóa này nữa vì có "
            "thể ký lịch sử thứ hai. Hãy đưa witness.db trở lại, hoặc tạo bên chứng kiến mới ở thư mục "
            "khác và báo khóa mới cho mọi sổ.",
        ),
        "witness-newer": (
            "{path} was written by a newer version of this program ({found}); update the program.",
            "{path} do phiên bản mới hơn ({found}) của chương trình ghi; hãy cập nhật chương trình.",
        ),
        "witness-kind": (
            "The witness in {path} is {found}; use ocop {found} for it, since its key promises just "
            "that.",
            "Bên chứng kiến trong {path} là loại {found}; hãy dùng lệnh ocop {found}, vì khóa của nó "
            "chỉ cam kết như vậy.",
        ),
        "witness-serving": (
            "A witness already serves from {path}; stop that one first.",
            "Đã có tiến trình chứng kiến đang chạy từ {path}; hãy dừng tiến trình đó trước.",
        ),
        "log-known": (
            "The log {origin} is known here with another key; a log never changes its key, so ask its "
            "operator what happened. Nothing was changed.",
            "Sổ {origin} đã được đăng ký ở đây với khóa khác; sổ không bao giờ đổi khóa, hãy hỏi đơn vị "
            "vận hành. Chưa thay đổi gì.",
        ),
        "log-key-missing": (
            "Say which log: --key VKEY (the log_key of its trust file) or --trust FILE.",
            "Hãy cho biết sổ nào: --key VKEY (log_key trong tệp tin cậy) hoặc --trust TỆP.",
        ),
        "log-trust-missing": (
            "An auditor checks every statement, so it needs the log's trust file and its address: "
            "--trust FILE --url https://HOST/log",
            "Bên kiểm toán kiểm tra từng phiếu nên cần tệp tin cậy và địa chỉ của sổ: --trust TỆP --url "
            "https://MÁY/log",
        ),
        "log-url-wrong": (
            "The address {found} cannot be used; give one such as https://truyxuat.example.vn/log",
            "Không dùng được địa chỉ {found}; hãy ghi dạng https://truyxuat.example.vn/log",
        ),
        "policy-missing": (
            "This ledger has no witnesses: {path} does not exist. Write it as docs/operating.md shows "
            "(Witnesses).",
            "Sổ này chưa có bên chứng kiến: không có {path}. Hãy viết tệp đó như docs/operating.md "
            "hướng dẫn (Witnesses).",
        ),
        "policy-unreadable": (
            "The witness policy {path} cannot be used ({why}), so no witness is asked; sealing goes on.",
            "Không dùng được chính sách chứng kiến {path} ({why}) nên không hỏi bên chứng kiến nào; "
            "việc niêm phong vẫn tiếp tục.",
        ),
        "policy-own-key": (
            "The witness policy {path} names this log itself as witness {name}; a witness is somebody "
            "else. Take that line out.",
            "Chính sách chứng kiến {path} nêu chính sổ này làm bên chứng kiến {name}; bên chứng kiến "
            "phải là bên khác. Hãy bỏ dòng đó.",
        ),
        "policy-other-log": (
            "The witness policy {path} names other logs and not {origin}, so no witness is asked; put "
            "this log's key into its log line.",
            "Chính sách chứng kiến {path} nêu sổ khác chứ không phải {origin} nên không hỏi bên chứng "
            "kiến nào; hãy ghi khóa của sổ này vào dòng log.",
        ),
    }
