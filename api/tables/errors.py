"""Why a file as a whole is not read, and why nothing is recorded of it."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class TableRefused(DoorError):
    """A file, or an act on it, that is refused as a whole; nothing was recorded."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "too-large": (
            "The file is larger than {most} MB; split it into smaller files.",
            "Tệp lớn hơn {most} MB; hãy chia thành nhiều tệp nhỏ hơn.",
        ),
        "too-many-rows": (
            "The table has more than {most} rows; split it into smaller files.",
            "Bảng có hơn {most} dòng; hãy chia thành nhiều tệp nhỏ hơn.",
        ),
        "too-many-columns": (
            "The table has more than {most} columns; delete those that are not needed.",
            "Bảng có hơn {most} cột; hãy xóa các cột không cần.",
        ),
        "no-file": (
            "No file came with the form; choose a file first.",
            "Chưa có tệp nào được gửi lên; hãy chọn một tệp.",
        ),
        "form-broken": (
            "The form did not arrive whole; choose the file again.",
            "Dữ liệu gửi lên không trọn vẹn; hãy chọn lại tệp.",
        ),
        "not-a-table": (
            "The file {found} is neither CSV nor a workbook (.xlsx, .ods); save it as one of these.",
            "Tệp {found} không phải CSV hay bảng tính (.xlsx, .ods); hãy lưu lại theo một trong các "
            "dạng này.",
        ),
        "encoding": (
            "The letters of the file cannot be read (neither UTF-8 nor Windows-1258); save it as CSV "
            "UTF-8.",
            "Không đọc được chữ trong tệp (không phải UTF-8 hay Windows-1258); hãy lưu kiểu CSV "
            "UTF-8.",
        ),
        "empty": (
            "The file has no rows, expected a line of headings and rows below it; check the file.",
            "Tệp không có dòng nào, cần một dòng tiêu đề và các dòng bên dưới; hãy kiểm tra lại tệp.",
        ),
        "quotes": (
            'Line {line} has a double quote (") that is not closed or stands in the wrong place; '
            "correct it.",
            'Dòng {line} có dấu nháy kép (") không được đóng hoặc đặt sai chỗ; hãy sửa lại.',
        ),
        "bomb": (
            "The workbook unpacks to {found} MB, at most {most} are read; save it anew with only the "
            "table in it.",
            "Bảng tính bung ra thành {found} MB, chỉ nhận tối đa {most}; hãy lưu lại tệp chỉ có bảng "
            "cần nhập.",
        ),
        "workbook-broken": (
            "The workbook cannot be read; open it in the spreadsheet program and save it again as "
            ".xlsx, or as CSV UTF-8.",
            "Không đọc được bảng tính; hãy mở bằng chương trình bảng tính rồi lưu lại kiểu .xlsx, "
            "hoặc CSV UTF-8.",
        ),
        "workbook-locked": (
            "The workbook is locked with a password; save it without one.",
            "Bảng tính có mật khẩu; hãy lưu lại không có mật khẩu.",
        ),
        "kind-unknown": (
            "There is no table {found}, there are: {known}; choose one of them.",
            "Không có bảng {found}, chỉ có: {known}; hãy chọn một bảng.",
        ),
        "party-not-yours": (
            "You may not work with the tables of {found}; choose your own party: {known}",
            "Bạn không được làm với bảng của {found}; hãy chọn cơ sở của mình: {known}",
        ),
        "not-signed-here": (
            "This machine has no key of {found}, so nothing can be recorded here; do it at that "
            "party's own station.",
            "Máy này không có khóa của {found} nên không ghi sổ được ở đây; hãy làm tại trạm của cơ "
            "sở đó.",
        ),
        "upload-gone": (
            "This file is no longer here (files are kept for one hour, and for whoever sent them); "
            "choose it again.",
            "Tệp này không còn ở đây (tệp chỉ giữ một giờ, cho chính người gửi); hãy chọn lại tệp.",
        ),
        "uploads-full": (
            "Too many files are waiting here ({found}); finish or discard one of them.",
            "Đang có quá nhiều tệp chờ ở đây ({found}); hãy làm xong hoặc bỏ bớt một tệp.",
        ),
        "working-now": (
            "This file is just being worked on; wait until that is done.",
            "Tệp này đang được xử lý; hãy chờ xong.",
        ),
        "mended-many": (
            "More than {most} cells were typed anew here; correct the file itself and send it again.",
            "Đã gõ lại hơn {most} ô ở đây; hãy sửa trong chính tệp rồi gửi lại.",
        ),
        "reading-now": (
            "Other workbooks are just being read; try again in half a minute.",
            "Đang đọc các bảng tính khác; hãy thử lại sau nửa phút.",
        ),
        "rows-bad": (
            "{count} rows have faults, so nothing was recorded; correct them, or choose to record "
            "only the good rows.",
            "Có {count} dòng sai nên chưa ghi gì; hãy sửa lại, hoặc chọn chỉ ghi các dòng đúng.",
        ),
        "ledger-moved": (
            "The ledger has changed since the preview, so some rows are judged anew and nothing was "
            "recorded; look at the preview again.",
            "Sổ đã thay đổi từ lúc xem trước nên có dòng được xét lại và chưa ghi gì; hãy xem lại.",
        ),
    }
