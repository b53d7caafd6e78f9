"""Refusals of the key commands, each with the way out."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class KeysError(DoorError):
    """What was asked of a key cannot be done; nothing was recorded."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "roots-wrong": (
            "{count} root keys with {threshold} that must agree cannot be: 1 to {most} different keys, "
            "at least one made here, and no more agreeing than there are keys.",
            "Không thể có {count} khóa gốc với {threshold} khóa phải đồng ý: cần 1 đến {most} khóa khác "
            "nhau, ít nhất một khóa tạo ở đây, và số phải đồng ý không nhiều hơn số khóa.",
        ),
        "public-wrong": (
            "{found} is no public key: 64 hex digits, as ocop keys make shows them, were expected.",
            "{found} không phải khóa công khai: cần 64 chữ số hex như lệnh ocop keys make in ra.",
        ),
        "passphrase-empty": (
            "The file {path} begins with no passphrase of 1 to 1,024 bytes; write it into the first "
            "line.",
            "Tệp {path} không bắt đầu bằng mật khẩu dài 1 đến 1.024 byte; hãy ghi mật khẩu vào dòng đầu.",
        ),
        "passphrase-short": (
            "The passphrase is shorter than {least} characters, which a thief of the file tries out in "
            "days; take four or more words.",
            "Mật khẩu ngắn hơn {least} ký tự, kẻ lấy được tệp sẽ dò ra trong vài ngày; hãy dùng từ bốn "
            "từ trở lên.",
        ),
        "passphrase-differs": (
            "The two passphrases differ, so nothing was changed; begin again.",
            "Hai lần gõ mật khẩu khác nhau nên chưa đổi gì; hãy làm lại.",
        ),
        "key-unclear": (
            "{found} names no single key: give the name of a file in keys/ (such as HTX-NL.station) or "
            "the first 8 or more digits of a key id; ocop keys list shows them.",
            "{found} không chỉ đúng một khóa: hãy nêu tên tệp trong keys/ (như HTX-NL.station) hoặc từ "
            "8 chữ số đầu của mã khóa; xem ocop keys list.",
        ),
        "key-already-ended": (
            "Key {keyid} ended at log index {ended} already; nothing is left to do.",
            "Khóa {keyid} đã hết hiệu lực từ vị trí {ended}; không cần làm gì thêm.",
        ),
        "key-fixed": (
            "The {role} key is named in the opening of the ledger, so it cannot be changed for "
            "another; docs/trust.md says under Keys what to do when it is lost or stolen.",
            "Khóa {role} được ghi trong phiếu mở sổ nên không đổi được; docs/trust.md, phần Keys, nói phải "
            "làm gì khi khóa mất hoặc bị lấy cắp.",
        ),
        "roots-too-few": (
            "Without this root key {left} would be left, and {threshold} must agree: nobody could "
            "register a party or end a key any more, so it is not retired.",
            "Nếu bỏ khóa gốc này thì chỉ còn {left} khóa, trong khi cần {threshold} khóa cùng ký: sẽ không "
            "ai đăng ký cơ sở hay chấm dứt khóa được nữa, nên không chấm dứt khóa này.",
        ),
        "at-the-hub": (
            "This folder is a station of the hub {address}; keys are changed in the hub's folder, or by "
            "the root keys.",
            "Thư mục này là trạm của máy chủ {address}; hãy đổi khóa trong thư mục của máy chủ, hoặc bằng "
            "khóa gốc.",
        ),
        "log-key-open": (
            "The log's key seals every second with nobody there to type a passphrase, so its file "
            "stays as it is; encrypt the disk of this machine instead.",
            "Khóa niêm phong làm việc từng giây, không có ai gõ mật khẩu, nên tệp này giữ nguyên; hãy "
            "mã hóa ổ đĩa của máy.",
        ),
        "key-not-enrolled": (
            "The key in {path} is not enrolled in this ledger; enrol it first (ocop keys enrol).",
            "Khóa trong {path} chưa được đăng ký trong sổ; hãy đăng ký trước (ocop keys enrol).",
        ),
        "key-not-here": (
            "There is no file {path}; a key is rotated on the machine that uses it.",
            "Không có tệp {path}; hãy đổi khóa trên chính máy dùng khóa đó.",
        ),
        "already-encrypted": (
            "{path} is encrypted already; to change its passphrase decrypt it first.",
            "{path} đã được mã hóa; muốn đổi mật khẩu, hãy giải mã trước.",
        ),
        "not-encrypted": (
            "{path} is not encrypted; nothing was changed.",
            "{path} chưa được mã hóa; không có gì thay đổi.",
        ),
        "file-exists": (
            "There is a file {path} already, and keys are never written over; move it away first.",
            "Đã có tệp {path}, khóa không bao giờ bị ghi đè; hãy chuyển tệp đó đi trước.",
        ),
        "time-wrong": (
            "{found} is no time: write it like 2026-11-20T18:00:00+07:00.",
            "{found} không phải thời điểm: hãy ghi dạng 2026-11-20T18:00:00+07:00.",
        ),
        "size-wrong": (
            "No statement is at or before {found} in a ledger of {size}; give a size from 1 to {size}, "
            "or a time after the ledger was opened.",
            "Sổ có {size} phiếu, {found} không hợp lệ; hãy nêu cỡ từ 1 đến {size}, hoặc thời điểm sau "
            "khi mở sổ.",
        ),
        "nothing-disputed": (
            "No statement of {party} is disputed that was asked for; see: ocop keys disputed",
            "Không có phiếu nào được nêu của {party} đang bị tranh chấp; xem: ocop keys disputed",
        ),
        "entry-not-disputed": (
            "Statement {found} of {party} is not disputed; ocop keys disputed lists those that are.",
            "Phiếu {found} của {party} không bị tranh chấp; xem danh sách: ocop keys disputed",
        ),
        "choose-entries": (
            "Say which statements are to stand: their ids, --all-of ITEM LOT, or --all.",
            "Hãy chọn phiếu cần công nhận lại: mã phiếu, --all-of MẶT-HÀNG LÔ, hoặc --all.",
        ),
        "file-wrong": (
            "{path} is not the expected file ({why}); make it again.",
            "{path} không phải tệp cần dùng ({why}); hãy tạo lại.",
        ),
        "origin-other": (
            "{path} is for the ledger {found}, this one is {expected}; take the right file.",
            "{path} dành cho sổ {found}, còn đây là sổ {expected}; hãy lấy đúng tệp.",
        ),
        "not-a-root": (
            "The key in {path} is none of the root keys that the request names; take another key.",
            "Khóa trong {path} không phải khóa gốc nêu trong đề nghị; hãy lấy khóa khác.",
        ),
        "request-old": (
            "A key of this request has signed since it was written: the request itself, if it was "
            "recorded before (ocop keys list shows it), or something else; then make a new request.",
            "Sau khi lập đề nghị, khóa trong đó đã ký: chính đề nghị này nếu đã ghi trước đây (xem ocop "
            "keys list), hoặc việc khác; khi đó hãy lập đề nghị mới.",
        ),
        "vote-differs": (
            "{path} does not sign this request, word for word, with one of its root keys; have the "
            "request signed again.",
            "{path} không phải chữ ký của khóa gốc cho đúng nguyên văn đề nghị này; hãy đem ký lại.",
        ),
        "votes-missing": (
            "{found} different root keys have signed, {expected} must; bring the files of the others.",
            "Mới có {found} khóa gốc ký, cần {expected}; hãy đưa thêm tệp của các khóa khác.",
        ),
        "not-agreed": (
            "Nothing was signed: the question was not answered with yes. Without a terminal say --yes "
            "after reading the request.",
            'Chưa ký gì: câu hỏi chưa được trả lời "yes". Nếu không có cửa sổ lệnh, hãy đọc kỹ đề nghị '
            "rồi thêm --yes.",
        ),
        "request-empty": (
            "The request would say nothing; name at least one of --register, --enrol, --retire, "
            "--compromise.",
            "Đề nghị chưa có nội dung; hãy nêu ít nhất một trong --register, --enrol, --retire, "
            "--compromise.",
        ),
        "admin-request-empty": (
            "Nothing waits for the admin of {party}, so no request was written; a new station asks "
            "with ocop station join, other things are named with --enrol, --retire, --compromise or "
            "--register.",
            "Không có gì chờ quản trị của {party} nên không lập đề nghị; trạm mới đề nghị bằng ocop "
            "station join, việc khác nêu bằng --enrol, --retire, --compromise hoặc --register.",
        ),
        "request-exists": (
            "There is a request {path} already, which may be with the admin: two at a time would make "
            "one of them stale. When it is recorded, or if it is lost, delete it and ask again.",
            "Đã có đề nghị {path}, có thể quản trị đang giữ: hai đề nghị cùng lúc sẽ làm một cái mất "
            "hiệu lực. Khi đã ghi xong, hoặc tệp bị mất, hãy xóa tệp này rồi lập lại.",
        ),
        "request-long": (
            "The request would have {found} statements, at most {most} are signed at once; name fewer, "
            "and make the next request when these are recorded.",
            "Đề nghị có {found} phiếu, mỗi lần ký tối đa {most}; hãy nêu ít hơn, khi ghi xong thì lập "
            "đề nghị tiếp.",
        ),
        "no-admin-key": (
            "Party {party} has no admin key that is in force, so nobody can sign for it; let one in "
            "with ocop keys root-request --enrol FILE.",
            "Cơ sở {party} chưa có khóa quản trị còn hiệu lực nên không ai ký thay được; hãy đăng ký "
            "bằng ocop keys root-request --enrol TỆP.",
        ),
        "not-an-admin": (
            "The key of {path} is no admin key of {party} that may sign this; take the right key, or "
            "make a new request if the key is newer than the request.",
            "Khóa của {path} không phải khóa quản trị của {party} được ký việc này; hãy lấy đúng khóa, "
            "hoặc lập đề nghị mới nếu khóa mới hơn đề nghị.",
        ),
        "party-needed": (
            "Say whose admin is asked: --party PARTY. Without it only stations that wait are asked for, "
            "one file for each party, in the folder of -o.",
            "Hãy nêu cơ sở được đề nghị: --party MÃ. Nếu không, chỉ lập đề nghị cho các trạm đang chờ, "
            "mỗi cơ sở một tệp, trong thư mục của -o.",
        ),
        "party-differs": (
            "The request is for {expected}, but part of it speaks for {found}; an admin signs for the "
            "own party only.",
            "Đề nghị lập cho {expected} nhưng có phần nhân danh {found}; quản trị chỉ ký thay cơ sở "
            "mình.",
        ),
        "answer-early": (
            "{path} follows another answer of the same key that is not recorded yet; bring that one "
            "along.",
            "{path} tiếp theo một phiếu ký khác của cùng khóa mà chưa ghi; hãy đưa cả phiếu đó.",
        ),
        "sign-incomplete": (
            "To sign, say which key and where the answer goes: --key FILE -o ANSWER. With --dry-run the "
            "request is only shown.",
            "Muốn ký, hãy nêu khóa và nơi lưu: --key TỆP -o PHIẾU. Với --dry-run thì chỉ hiện đề nghị.",
        ),
        "paper-wrong": (
            "Group {group} of the text is mistyped; compare it with the paper, letter by letter.",
            "Nhóm thứ {group} bị gõ sai; hãy so lại từng ký tự với bản giấy.",
        ),
        "paper-length": (
            "The text has {found} letters and digits, but {expected} were expected; type all groups of "
            "the paper.",
            "Đã gõ {found} ký tự, cần {expected}; hãy gõ đủ các nhóm trên giấy.",
        ),
        "paper-unreadable": (
            "No QR code of a key can be read in {path}; photograph the paper flat, or type its groups.",
            "Không đọc được mã QR của khóa trong {path}; hãy chụp phẳng tờ giấy, hoặc gõ các nhóm chữ.",
        ),
        "paper-other": (
            "The paper is of key {found}, but {name} is key {expected}; take the right paper.",
            "Tờ giấy là của khóa {found}, còn {name} là khóa {expected}; hãy lấy đúng tờ.",
        ),
    }
