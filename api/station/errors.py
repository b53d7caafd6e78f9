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
            "The hub {address} does not answer ({why}). Nothing is lost: statements stay here and are "
            "sent when it does. If this was to join, to fetch a file or to change the address, run the "
            "same command again then.",
            "Máy chủ {address} không trả lời ({why}). Không mất gì: phiếu vẫn nằm ở đây và sẽ được gửi "
            "khi máy chủ trả lời. Nếu đang tham gia, lấy hồ sơ hoặc đổi địa chỉ, khi đó hãy chạy lại "
            "đúng lệnh này.",
        ),
        "hub-key-differs": (
            "Whoever answers at {address} has another TLS key (found {found}, expected {expected}), so "
            "nothing was sent there. Either somebody stands between, or the hub was given a new key: "
            "ask whoever runs it, by telephone, for the key that ocop hub certificate shows; if it is "
            "the one found, type ocop station repin KEY here, or join with a new ticket.",
            "Bên trả lời ở {address} dùng khóa TLS khác (thấy {found}, cần {expected}) nên không gửi gì "
            "đến đó. Hoặc có kẻ đứng giữa, hoặc máy chủ đã đổi khóa: hãy gọi điện hỏi người vận hành "
            "khóa mà ocop hub certificate hiện ra; nếu đúng là khóa vừa thấy, gõ ocop station repin "
            "KHÓA tại đây, hoặc tham gia bằng vé mới.",
        ),
        "hub-unvouched": (
            "No authority that this machine knows vouches for the certificate of {address} ({why}), so "
            "nothing was sent. If the hub has a certificate of its own, its operator's tickets name "
            "its key (ocop station invite); a station that has joined already takes it with ocop "
            "station repin KEY. Otherwise look whether the address and this machine's clock are right.",
            "Không có tổ chức nào mà máy này biết xác nhận chứng thư của {address} ({why}) nên chưa "
            "gửi gì. Nếu máy chủ dùng chứng thư riêng thì vé của người vận hành có ghi khóa (ocop "
            "station invite); trạm đã tham gia thì nhận khóa bằng ocop station repin KHÓA. Nếu không, "
            "hãy xem lại địa chỉ và giờ của máy này.",
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
            "At the hub {address} your party has no admin key in force, so nobody can let a station "
            "in. Ask whoever runs the hub to let the party's admin key in, then run the same command "
            "again.",
            "Tại máy chủ {address} cơ sở chưa có khóa quản trị còn hiệu lực nên chưa ai cho trạm vào "
            "được. Hãy nhờ người vận hành máy chủ đăng ký khóa quản trị của cơ sở, rồi chạy lại đúng "
            "lệnh này.",
        ),
        "ticket-waiting": (
            "The hub {address} has noted the request; now the admin of your party, whose key is not on "
            "the hub, must sign it. Tell the admin these digits of the station's key, to compare: "
            "{keyid}. Nothing is lost meanwhile: when it is signed, the same command goes on.",
            "Máy chủ {address} đã nhận đề nghị; giờ cần quản trị của cơ sở ký, vì khóa quản trị không "
            "nằm ở máy chủ. Hãy đọc cho quản trị mã khóa trạm để so: {keyid}. Không mất gì trong lúc "
            "chờ: khi đã ký, chạy lại đúng lệnh này là xong.",
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
            "the hub {address}, on this machine with ocop station bundle ITEM LOT.",
            "Trạm chỉ giữ một phần của sổ nên không xuất hồ sơ lô; hãy lấy hồ sơ tại máy chủ "
            "{address}, trên máy này bằng ocop station bundle MẶT-HÀNG LÔ.",
        ),
        "bundle-hidden": (
            "The hub {address} does not give the bundle of lot {lot} of {item} to this station: a party "
            "of the lot shows it to its direct partners and to inspectors only, and no statement of "
            "theirs names yours as one. Ask your partner for the bundle, or whether the shipment to "
            "you has been recorded.",
            "Máy chủ {address} không đưa hồ sơ lô {lot} của {item} cho trạm này: một cơ sở của lô chỉ "
            "cho đối tác trực tiếp và cơ quan kiểm tra xem, và chưa có phiếu nào của họ ghi cơ sở của "
            "bạn là đối tác. Hãy xin đối tác hồ sơ đó, hoặc hỏi họ đã ghi phiếu xuất hàng cho bạn chưa.",
        ),
        "bundle-unknown": (
            "The hub {address} knows no lot {lot} of {item}; compare the item and the lot code with the "
            "label, or wait until its station has sent what it recorded.",
            "Máy chủ {address} không có lô {lot} của {item}; hãy so lại mặt hàng và mã lô với tem, hoặc "
            "chờ trạm của lô đó gửi các phiếu đã ghi.",
        ),
        "bundle-false": (
            "The bundle of lot {lot} that the hub {address} sent does not pass the check with this "
            "station's trust file ({why}), so it was not written. Try again in a minute; if it stays "
            "so, tell the inspectorate and keep this folder as it is.",
            "Hồ sơ lô {lot} mà máy chủ {address} gửi không đạt kiểm tra bằng tệp tin cậy của trạm "
            "({why}) nên chưa ghi tệp. Hãy thử lại sau một phút; nếu vẫn vậy, hãy báo cơ quan kiểm tra "
            "và giữ nguyên thư mục này.",
        ),
        "bundle-other": (
            "The hub {address} sent the bundle of another lot ({found}) than {lot}; it was not written. "
            "Tell whoever runs the hub.",
            "Máy chủ {address} gửi hồ sơ của lô khác ({found}) thay vì {lot}; chưa ghi tệp. Hãy báo "
            "người vận hành máy chủ.",
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
            "with ocop keys compromise or retire, and go on in a new folder with a new ticket: ocop "
            "station join TICKET --dir NEW-FOLDER --from THIS-FOLDER",
            "Trạm đã bị khóa: máy chủ có phiếu khác ở số {seq} của nhật ký này, tức khóa trạm đang "
            "dùng ở hai nơi (thư mục hoặc ổ đĩa bị sao chép). Không ghi thêm được. Hãy giữ nguyên thư "
            "mục; xem các phiếu chưa gửi bằng ocop station status; nhờ quản lý chấm dứt khóa bằng "
            "ocop keys compromise hoặc retire, rồi tiếp tục ở thư mục mới với vé mới: ocop station "
            "join VÉ --dir THƯ-MỤC-MỚI --from THƯ-MỤC-NÀY",
        ),
        "behind": (
            "This station is frozen: the hub has {hub} statements of its key and this folder only "
            "{here}, so the folder was restored from an older copy or another copy goes on with the "
            "key. Nothing is recorded. Keep this folder; see what was not sent with ocop station "
            "status; have the manager end the key with ocop keys retire, and go on in a new folder "
            "with a new ticket: ocop station join TICKET --dir NEW-FOLDER --from THIS-FOLDER",
            "Trạm đã bị khóa: máy chủ có {hub} phiếu của khóa này mà ở đây chỉ có {here}, tức thư mục "
            "được khôi phục từ bản cũ hoặc có bản sao khác đang dùng khóa. Không ghi thêm được. Hãy "
            "giữ nguyên thư mục; xem các phiếu chưa gửi bằng ocop station status; nhờ quản lý chấm "
            "dứt khóa bằng ocop keys retire, rồi tiếp tục ở thư mục mới với vé mới: ocop station join "
            "VÉ --dir THƯ-MỤC-MỚI --from THƯ-MỤC-NÀY",
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
            "was not sent with ocop station status; ask the manager for a new ticket, go on in a new "
            "folder (ocop station join TICKET --dir NEW-FOLDER --from THIS-FOLDER), and record there "
            "what is missing.",
            "Khóa của trạm đã bị chấm dứt nên không ghi và không gửi thêm. Hãy xem các phiếu chưa gửi "
            "bằng ocop station status; xin quản lý vé mới, tiếp tục ở thư mục mới (ocop station join VÉ "
            "--dir THƯ-MỤC-MỚI --from THƯ-MỤC-NÀY) và ghi lại các phiếu còn thiếu.",
        ),
        "restored": (
            "This station was restored from a backup, and what was recorded after that backup is not "
            "here, so nothing is recorded with its key again; it can be read. Ask the manager for a "
            "new ticket and go on in a new folder: ocop station join TICKET --dir NEW-FOLDER --from "
            "THIS-FOLDER takes over private texts, printers and people, sends what the hub lacks, and "
            "brings back what the hub has.",
            "Trạm được khôi phục từ bản sao lưu; phiếu ghi sau bản đó không có ở đây nên không ghi thêm "
            "bằng khóa này nữa, chỉ xem được. Hãy xin quản lý vé mới và tiếp tục ở thư mục mới: ocop "
            "station join VÉ --dir THƯ-MỤC-MỚI --from THƯ-MỤC-NÀY sẽ chuyển ghi chú riêng, máy in và "
            "người dùng sang, gửi những phiếu máy chủ còn thiếu và lấy lại những phiếu máy chủ đang giữ.",
        ),
        "replaced": (
            "This station goes on in another folder with another key, so nothing is recorded here any "
            "more; this folder can be read.",
            "Trạm đã tiếp tục ở thư mục khác bằng khóa khác nên không ghi ở đây nữa; thư mục này chỉ để "
            "xem.",
        ),
    }
