"""What can stand in the way of keeping a ledger, and what to do about it."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError
from ledger.errors import LedgerError


class RolledBack(LedgerError):
    """The ledger is not a continuation of a checkpoint that was issued: nothing more is signed."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "rolled-back": (
            "The ledger in {where} holds {size} sealed statements, but {known} had been sealed: "
            "{missing} are missing, from number {size} on. It can be read, but nothing is recorded or "
            "sealed until they are back: ocop restore --resubmit FILE --dir {path}",
            "Sổ trong {where} chỉ còn {size} phiếu đã niêm phong trong khi đã từng niêm phong {known}: "
            "thiếu {missing} phiếu, từ số {size} trở đi. Vẫn xem được, nhưng không ghi và không niêm "
            "phong cho đến khi bổ sung đủ: ocop restore --resubmit TỆP --dir {path}",
        ),
        "log-forked": (
            "The ledger in {where} has another root at {known} statements than the checkpoint that was "
            "issued: it was rewritten. It can be read, but nothing is recorded or sealed; keep it as "
            "evidence and restore a backup into a new folder (ocop restore).",
            "Sổ trong {where} có gốc ở cỡ {known} khác với mốc niêm phong đã phát hành: sổ đã bị viết "
            "lại. Vẫn xem được, nhưng không ghi và không niêm phong; hãy giữ làm bằng chứng và khôi "
            "phục bản sao lưu vào thư mục mới (ocop restore).",
        ),
        "memory-unreadable": (
            "{path}, which says up to where this ledger was sealed, cannot be read or was not signed "
            "by its log key, so nothing is recorded or sealed. Put it back from a backup; or, after "
            "ocop audit with a checkpoint kept elsewhere, delete it.",
            "Không đọc được {path} (ghi sổ đã niêm phong đến đâu), hoặc tệp không do khóa của sổ ký, "
            "nên không ghi và không niêm phong. Hãy lấy lại từ bản sao lưu; hoặc sau khi chạy ocop "
            "audit với mốc niêm phong giữ ở nơi khác thì xóa tệp đó.",
        ),
    }


class ReadsOnly(LedgerError):
    """This machine has not the right to record."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "reads-only": (
            "This machine only reads the ledger (its settings.json names no database to write to); "
            "nothing was recorded. Record it at the hub or at a station.",
            "Máy này chỉ đọc sổ (settings.json của máy không có cơ sở dữ liệu để ghi); chưa ghi gì. Hãy "
            "ghi tại máy chủ hoặc tại trạm.",
        ),
    }


class KeepingError(DoorError):
    """A backup, a restore, a move or an erasure is refused; nothing was half done."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "backup-there": (
            "{path} is there already and was not overwritten; give the backup another name (the date, "
            "for instance).",
            "Đã có {path} và không ghi đè; hãy đặt tên khác cho bản sao lưu (ví dụ theo ngày).",
        ),
        "backup-reads-only": (
            "This machine only reads the ledger and has none of its keys, so nobody could go on with a "
            "backup of it; nothing was written. Run ocop backup at the hub.",
            "Máy này chỉ đọc sổ và không có khóa của sổ nên không thể ghi tiếp từ bản sao lưu của máy; "
            "chưa ghi gì. Hãy chạy ocop backup tại máy chủ.",
        ),
        "backup-under-way": (
            "{path} is there: another backup or restore is under way, or one was cut off. If none is "
            "running, delete it and try again.",
            "Đang có {path}: một lượt sao lưu hoặc khôi phục khác đang chạy hoặc đã bị ngắt. Nếu không "
            "có lượt nào đang chạy, hãy xóa nó rồi làm lại.",
        ),
        "backup-damaged": (
            "The backup {path} is damaged: {part} in it is not what was saved. Nothing was restored; "
            "use another copy of it, or an older backup.",
            "Bản sao lưu {path} bị hỏng: {part} trong đó không còn đúng như lúc lưu. Chưa khôi phục "
            "gì; hãy dùng bản khác hoặc bản cũ hơn.",
        ),
        "backup-altered": (
            "The backup {path} is damaged: its bytes do not give the digest at its end. Nothing was "
            "restored; use another copy of it, or an older backup.",
            "Bản sao lưu {path} bị hỏng: nội dung không khớp mã băm ở cuối tệp. Chưa khôi phục gì; hãy "
            "dùng bản khác hoặc bản cũ hơn.",
        ),
        "backup-cut": (
            "The backup {path} ends too early, as a copy does that was cut off, or bytes were added "
            "to it. Nothing was restored; copy it again, or use an older backup.",
            "Bản sao lưu {path} bị cụt (chép dở dang) hoặc bị thêm nội dung ở cuối. Chưa khôi phục gì; "
            "hãy chép lại hoặc dùng bản cũ hơn.",
        ),
        "backup-foreign": (
            "{path} is no backup of a ledger; nothing was restored. Name a file that ocop backup wrote.",
            "{path} không phải bản sao lưu sổ; chưa khôi phục gì. Hãy chọn tệp do ocop backup ghi ra.",
        ),
        "file-unreadable": (
            "The file {path} cannot be read ({why}); nothing was restored. Check its name and your "
            "right to read it.",
            "Không đọc được tệp {path} ({why}); chưa khôi phục gì. Hãy kiểm tra tên tệp và quyền đọc.",
        ),
        "missing-foreign": (
            "{path} is neither a backup nor a lot bundle nor a whole log tile; nothing was recorded. "
            "Leave it out, or copy it again.",
            "{path} không phải bản sao lưu, hồ sơ lô hay tệp tile đầy đủ của sổ; chưa ghi gì. Hãy bỏ "
            "tệp đó ra hoặc chép lại.",
        ),
        "backup-refused": (
            "The ledger in the backup {path} does not verify ({why}); nothing was restored. Use an "
            "older backup, and tell the inspector.",
            "Sổ trong bản sao lưu {path} không đạt kiểm tra ({why}); chưa khôi phục gì. Hãy dùng bản cũ "
            "hơn và báo cán bộ kiểm tra.",
        ),
        "folder-not-empty": (
            "{path} is not empty, so nothing was put there; restore into a new folder. Of the old "
            "folder only checkpoint.txt and erased.txt may lie in it, to be kept to.",
            "{path} không trống nên chưa ghi gì vào đó; hãy khôi phục vào thư mục mới. Trong đó chỉ "
            "được có checkpoint.txt và erased.txt của thư mục cũ để đối chiếu.",
        ),
        "restore-forked": (
            "The backup {path} has another root at {known} statements than the checkpoint {checkpoint}: "
            "one of them is of a rewritten ledger. Nothing was restored; keep both and tell the "
            "inspector.",
            "Bản sao lưu {path} có gốc ở cỡ {known} khác với mốc niêm phong {checkpoint}: một trong hai "
            "thuộc sổ đã bị viết lại. Chưa khôi phục gì; hãy giữ cả hai và báo cán bộ kiểm tra.",
        ),
        "database-half-copied": (
            "The copy into database {where} did not finish ({why}). The ledger is where it was; drop "
            "the database and create it anew before trying again.",
            "Chưa chép xong vào cơ sở dữ liệu {where} ({why}). Sổ vẫn ở chỗ cũ; hãy xóa cơ sở dữ liệu "
            "đó và tạo lại trước khi làm lại.",
        ),
        "move-half-copied": (
            "The copy into database {where} did not finish ({why}). The ledger is where it was; run "
            "the same command again, it takes away what was copied and begins anew.",
            "Chưa chép xong vào cơ sở dữ liệu {where} ({why}). Sổ vẫn ở chỗ cũ; hãy chạy lại đúng lệnh "
            "đó, lệnh sẽ xóa phần đã chép rồi chép lại từ đầu.",
        ),
        "move-in-use": (
            "A program is still connected to {where} and could record there; nothing was moved. Stop "
            "ocop serve and ocop sequence on every machine that uses this ledger, then move it.",
            "Vẫn có chương trình đang kết nối tới {where} và có thể ghi vào đó; chưa "
            "chuyển gì. Hãy dừng ocop serve và ocop sequence trên mọi máy dùng sổ này rồi chuyển.",
        ),
        "move-under-way": (
            "The ledger of {path} is being moved by another process; wait until it has ended.",
            "Một tiến trình khác đang chuyển sổ của {path}; hãy chờ cho đến khi xong.",
        ),
        "move-unfinished": (
            "The ledger of {path} was being moved to {to} when that was cut off, and what was to be put "
            "there is not to be found now. Attach the disk that {to} is on and run the command again; "
            "if the ledger is in use elsewhere already, this folder is not needed. Only if that disk is "
            "lost for good: delete moving.json in {path}, then run ocop backup, and ocop restore into a "
            "new folder.",
            "Sổ của {path} đang được chuyển tới {to} thì bị ngắt, và hiện không thấy phần cần đặt vào "
            "đó. Hãy gắn ổ đĩa chứa {to} rồi chạy lại lệnh; nếu sổ đã được dùng ở nơi khác thì không "
            "cần thư mục này nữa. Chỉ khi ổ đĩa đó mất hẳn: hãy xóa moving.json trong {path}, chạy ocop "
            "backup rồi ocop restore vào thư mục mới.",
        ),
        "move-arriving": (
            "A ledger was being moved into {path}, and that has not ended: it is not here yet. Run the "
            "same ocop move again, or start the program once on the folder that the ledger comes from.",
            "Đang chuyển dở một sổ vào {path}: sổ chưa về đủ ở đây. Hãy chạy lại đúng lệnh ocop move đó, "
            "hoặc mở chương trình một lần với thư mục cũ của sổ.",
        ),
        "folder-moved": (
            "The ledger of {path} was moved to {to}, this folder takes no statement any more; use "
            "--dir {to}",
            "Sổ của {path} đã chuyển sang {to}, thư mục này không nhận phiếu nữa; hãy dùng --dir {to}",
        ),
        "move-nowhere": (
            "The ledger of {path} is there already; name an empty database, or another folder.",
            "Sổ của {path} đã ở đó rồi; hãy chọn cơ sở dữ liệu trống hoặc thư mục khác.",
        ),
        "missing-not-found": (
            "The files given hold {found} of the {missing} missing statements, the first one lacking "
            "is number {index}; nothing was recorded. Add newer backups, bundles or log tiles. If "
            "nobody has it, this log cannot go on: keep it to read, and open a new one with ocop init.",
            "Các tệp đã cho có {found} trong {missing} phiếu bị thiếu, phiếu đầu tiên chưa có là số "
            "{index}; chưa ghi gì. Hãy thêm bản sao lưu mới hơn, hồ sơ lô hoặc tệp tile của sổ. Nếu "
            "không ai còn giữ, sổ này không ghi tiếp được: hãy giữ để tra cứu và mở sổ mới bằng ocop "
            "init.",
        ),
        "missing-differ": (
            "The statements in the files do not lead to the checkpoint of size {known}, so they are "
            "not the missing ones or not in order; nothing was recorded. Add files that give them in "
            "log order.",
            "Các phiếu trong tệp không dẫn tới mốc niêm phong cỡ {known}, nên không phải phiếu bị thiếu "
            "hoặc sai thứ tự; chưa ghi gì. Hãy thêm tệp có các phiếu theo đúng thứ tự trong sổ.",
        ),
        "nothing-missing": (
            "The ledger in {path} lacks nothing that is known; nothing was changed.",
            "Sổ trong {path} không thiếu gì so với những mốc đã biết; chưa thay đổi gì.",
        ),
        "digest-wrong": (
            "{found} is no digest; give the 64 hexadecimal digits that stand in the statement.",
            "{found} không phải mã băm; hãy ghi đúng 64 chữ số thập lục phân trong phiếu.",
        ),
        "text-short": (
            "{found} is too short to search private texts for; give at least 2 letters.",
            "{found} quá ngắn để tìm trong các ghi chú riêng; hãy ghi ít nhất 2 chữ.",
        ),
        "restore-what": (
            "Say what to restore: ocop restore FILE --dir DIR, or --resubmit FILE for statements that "
            "are missing.",
            "Hãy cho biết khôi phục gì: ocop restore TỆP --dir THƯ-MỤC, hoặc --resubmit TỆP cho các "
            "phiếu còn thiếu.",
        ),
    }
