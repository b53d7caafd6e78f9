"""What can stand between a station and its hub, and what to do about it."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError
from ledger.errors import LedgerError


class StationError(DoorError):
    """Joining or synchronising did not go as it should; nothing that was recorded is lost."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "own-ledger": (
            "The folder {path} holds a ledger of its own, which cannot become a station's: its "
            "statements belong to another log. Join in a new folder (ocop station join TICKET --dir "
            "NEW-FOLDER); the old ledger stays readable, and goods that are still there are carried "
            "over by recording them as received.",
            "Thư mục {path} đã có sổ riêng nên không thể thành trạm của máy chủ: các phiếu trong đó "
            "thuộc một sổ khác. Hãy tham gia ở thư mục mới (ocop station join VÉ --dir THƯ-MỤC-MỚI); "
            "sổ cũ vẫn đọc được, hàng còn tồn thì ghi tiếp nhận vào sổ mới.",
        ),
        "joined-already": (
            "The folder {path} is a station of {address} already; for another station use another "
            "folder.",
            "Thư mục {path} đã là trạm của {address}; muốn thêm trạm, hãy dùng thư mục khác.",
        ),
        "not-joined": (
            "The folder {path} is no station of a hub; join one with: ocop station join TICKET --dir "
            "{path}",
            "Thư mục {path} không phải trạm của máy chủ nào; hãy tham gia bằng: ocop station join VÉ "
            "--dir {path}",
        ),
        "joining-cut": (
            "Joining {path} was cut off before it ended; run the same ocop station join again.",
            "Việc tham gia ở {path} bị ngắt giữa chừng; hãy chạy lại đúng lệnh ocop station join đó.",
        ),
        "other-hub": (
            "The hub at {address} keeps another ledger than the ticket names (fingerprint {found}, "
            "expected {expected}); nothing was joined. Check the address and ask for a new ticket.",
            "Máy chủ {address} giữ sổ khác với sổ ghi trên vé (dấu vân tay {found}, cần {expected}); "
            "chưa tham gia. Hãy kiểm tra địa chỉ và xin vé mới.",
        ),
        "label-key-withheld": (
            "The hub does not give its label key again for this ticket, because the station's key is "
            "in use or was ended; labels printed here would look invented. Nothing was joined in "
            "{path}. Ask the manager to end that key (ocop keys retire), and join in a new folder "
            "with a new ticket.",
            "Máy chủ không cấp lại khóa tem cho vé này vì khóa trạm đã được dùng hoặc đã chấm dứt; "
            "tem in ở đây sẽ bị coi là tem giả. Chưa tham gia ở {path}. Hãy nhờ quản lý chấm dứt khóa "
            "đó (ocop keys retire), rồi tham gia ở thư mục mới với vé mới.",
        ),
        "hub-away": (
            "The hub {address} does not answer ({why}). Statements stay here and are sent when it "
            "does; nothing needs to be done.",
            "Máy chủ {address} không trả lời ({why}). Phiếu vẫn nằm ở đây và sẽ được gửi khi máy chủ "
            "trả lời; không cần làm gì.",
        ),
        "hub-busy": (
            "The hub {address} asks to come again later ({reason}); statements stay here and are sent "
            "then.",
            "Máy chủ {address} báo hãy gửi lại sau ({reason}); phiếu vẫn nằm ở đây và sẽ được gửi sau.",
        ),
        "hub-refused": (
            "The hub {address} refused the request ({status} {reason}): {detail}",
            "Máy chủ {address} từ chối yêu cầu ({status} {reason}): {detail}",
        ),
        "ticket-refused": (
            "The hub {address} does not take this ticket: its code is mistyped, used, expired or "
            "withdrawn. Compare it letter by letter; else ask whoever runs the hub for a new one "
            "(ocop station invite).",
            "Máy chủ {address} không nhận vé này: mã trên vé gõ sai, đã dùng, hết hạn hoặc đã bị thu "
            "hồi. Hãy so lại từng chữ; nếu đúng, hãy xin người vận hành máy chủ vé mới (ocop station "
            "invite).",
        ),
        "ticket-no-admin": (
            "The hub {address} does not hold the admin key of your party, so it cannot let a station "
            "in. Ask the manager to put the key on the hub, then run the same command again.",
            "Máy chủ {address} không giữ khóa quản trị của cơ sở nên chưa đăng ký được trạm. Hãy nhờ "
            "người phụ trách đặt khóa đó ở máy chủ, rồi chạy lại đúng lệnh này.",
        ),
        "hub-answer": (
            "The hub {address} gave an answer that is not of its format ({why}); nothing was taken "
            "from it. Check that the address is the hub's and that both programs are up to date.",
            "Máy chủ {address} trả lời không đúng định dạng ({why}); không nhận gì từ đó. Hãy kiểm "
            "tra đúng địa chỉ máy chủ và cả hai chương trình đã cập nhật.",
        ),
        "hub-unproved": (
            "What the hub {address} sent does not hold ({why}), so nothing was taken from it. Keep "
            "this folder as it is and tell the inspectorate: the hub shows other things than it "
            "sealed.",
            "Nội dung máy chủ {address} gửi không đúng với niêm phong ({why}) nên không nhận gì. Hãy "
            "giữ nguyên thư mục này và báo cơ quan kiểm tra: máy chủ đưa ra nội dung khác với điều đã "
            "niêm phong.",
        ),
        "hub-went-back": (
            "The hub {address} shows a log of {found} statements, but had sealed {known} before: it "
            "was put back to an older state. Nothing was taken from it; tell its operator.",
            "Máy chủ {address} chỉ còn {found} phiếu trong khi đã từng niêm phong {known}: máy chủ đã "
            "quay về trạng thái cũ. Không nhận gì từ đó; hãy báo người quản trị máy chủ.",
        ),
        "quorum-missing": (
            "The newest checkpoint of the hub {address} is co-signed by {found} of the witnesses in "
            "trust.json, {needed} are asked for; nothing newer is taken until they have signed.",
            "Mốc niêm phong mới nhất của máy chủ {address} có {found} bên chứng kiến trong trust.json "
            "ký, cần {needed}; chưa nhận gì mới cho đến khi họ ký.",
        ),
        "bundle-at-hub": (
            "A station holds only a part of the ledger and makes no lot bundles; get this one from "
            "the hub {address}.",
            "Trạm chỉ giữ một phần của sổ nên không xuất hồ sơ lô; hãy lấy hồ sơ tại máy chủ "
            "{address}.",
        ),
        "no-copies": (
            "The folder {path} is a station of {address} and is not backed up or moved: a copy that "
            "went on would freeze the station. What was sent is safe at the hub (send the rest with "
            "ocop station sync); on another machine join anew with a new ticket.",
            "Thư mục {path} là trạm của {address}, không sao lưu hay chuyển đi: bản sao ghi tiếp sẽ "
            "làm trạm bị khóa. Phiếu đã gửi nằm an toàn ở máy chủ (gửi nốt bằng ocop station sync); "
            "trên máy khác hãy tham gia lại với vé mới.",
        ),
        "sync-running": (
            "Another program of this folder is just synchronising with the hub (ocop serve does it by "
            "itself); nothing needs to be done.",
            "Chương trình khác của thư mục này đang đồng bộ với máy chủ (ocop serve tự làm việc đó); "
            "không cần làm gì.",
        ),
        "one-process": (
            "A station of a hub runs in one process; leave --workers out.",
            "Trạm của máy chủ chạy bằng một tiến trình; hãy bỏ --workers.",
        ),
        "hub-file": (
            "The file {path}, which says whose station this is, cannot be read ({why}); restore it "
            "from a backup.",
            "Không đọc được tệp {path} (ghi đây là trạm của máy chủ nào) ({why}); hãy khôi phục từ "
            "bản sao lưu.",
        ),
    }


class NotReady(LedgerError):
    """This station cannot record yet."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "nothing-pulled": (
            "This station has nothing from its hub yet, not even that its own key was let in, so "
            "nothing was recorded. Run ocop station sync once with the hub in reach.",
            "Trạm chưa nhận gì từ máy chủ, kể cả việc khóa trạm đã được đăng ký, nên chưa ghi gì. Hãy "
            "chạy ocop station sync một lần khi kết nối được máy chủ.",
        ),
    }


class Frozen(LedgerError):
    """This station may record nothing more with its key. The codes are told to the hub."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "fork": (
            "This station is frozen: the hub has another statement at number {seq} of its journal, so "
            "its key is used in two places (a copied folder or disk). Nothing is recorded. Keep this "
            "folder; see what was not sent with ocop station status; have the manager end the key "
            "with ocop keys compromise or retire, and join anew in a new folder with a new ticket.",
            "Trạm đã bị khóa: máy chủ có phiếu khác ở số {seq} của nhật ký này, tức khóa trạm đang "
            "dùng ở hai nơi (thư mục hoặc ổ đĩa bị sao chép). Không ghi thêm được. Hãy giữ nguyên thư "
            "mục; xem các phiếu chưa gửi bằng ocop station status; nhờ quản lý chấm dứt khóa bằng "
            "ocop keys compromise hoặc retire, rồi tham gia lại ở thư mục mới với vé mới.",
        ),
        "behind": (
            "This station is frozen: the hub has {hub} statements of its key and this folder only "
            "{here}, so the folder was restored from an older copy or another copy goes on with the "
            "key. Nothing is recorded. Keep this folder; see what was not sent with ocop station "
            "status; have the manager end the key with ocop keys retire, and join anew in a new "
            "folder with a new ticket.",
            "Trạm đã bị khóa: máy chủ có {hub} phiếu của khóa này mà ở đây chỉ có {here}, tức thư mục "
            "được khôi phục từ bản cũ hoặc có bản sao khác đang dùng khóa. Không ghi thêm được. Hãy "
            "giữ nguyên thư mục; xem các phiếu chưa gửi bằng ocop station status; nhờ quản lý chấm "
            "dứt khóa bằng ocop keys retire, rồi tham gia lại ở thư mục mới với vé mới.",
        ),
        "refused": (
            "This station is frozen: the hub refused its statement {seq} ({detail}), and a journal "
            "cannot go on without it. Nothing is recorded; it is sent again at each contact. If the "
            "hub's operator cannot help: keep this folder; see what was not sent with ocop station "
            "status; have the manager end the key with ocop keys retire, join "
            "anew in a new folder with a new ticket and record there what is missing.",
            "Trạm đã bị khóa: máy chủ từ chối phiếu số {seq} ({detail}), nhật ký không thể đi tiếp. "
            "Không ghi thêm được; phiếu được gửi lại mỗi lần liên lạc. Nếu người quản trị máy chủ "
            "không xử lý được: hãy giữ nguyên thư mục; xem các phiếu chưa gửi bằng ocop "
            "station status; nhờ quản lý chấm dứt khóa bằng ocop keys retire, tham gia lại ở thư mục "
            "mới với vé mới và ghi lại các phiếu còn thiếu.",
        ),
        "ended": (
            "This station's key was ended, so nothing is recorded and nothing more is sent. See what "
            "was not sent with ocop station status; ask the manager for a new ticket, join anew in a "
            "new folder and record there what is missing.",
            "Khóa của trạm đã bị chấm dứt nên không ghi và không gửi thêm. Hãy xem các phiếu chưa gửi "
            "bằng ocop station status; xin quản lý vé mới, tham gia lại ở thư mục mới và ghi lại các "
            "phiếu còn thiếu.",
        ),
    }
