"""Sentences about the spool: code -> (English, Vietnamese)."""

from __future__ import annotations

SPOOL: dict[str, tuple[str, str]] = {
    "spool.not-ours": (
        "{path} is not a spool of version {expected} (found {found}); choose another file or the"
        " matching program version.",
        "{path} không phải hàng đợi in phiên bản {expected} (thấy {found}); hãy chọn tệp khác hoặc"
        " đúng phiên bản chương trình.",
    ),
    "spool.bad-job": (
        "The job has {what}, expected {expected}; correct the request.",
        "Lệnh in có {what}, cần {expected}; hãy sửa yêu cầu.",
    ),
    "spool.job-differs": (
        "The job {job} is in the spool with other labels, expected the same; use a new job number.",
        "Lệnh in {job} đã có trong hàng đợi với tem khác; hãy dùng số lệnh mới.",
    ),
    "spool.unknown-job": (
        "There is no job {job} in the spool, expected one added before; check the number.",
        "Không có lệnh in {job} trong hàng đợi; hãy kiểm tra số lệnh.",
    ),
    "spool.serial-used": (
        "The label {key}, attempt {attempt}, is already in the spool, expected each once; to print"
        " it again, ask for a reprint with a reason.",
        "Tem {key}, lần {attempt}, đã có trong hàng đợi, mỗi tem chỉ một lần; muốn in lại hãy yêu"
        " cầu in lại kèm lý do.",
    ),
    "spool.reprint": (
        "The reprint of {key} as attempt {attempt} needs a reason and attempt {before} confirmed or"
        " void, found {found}; resolve that one first.",
        "In lại tem {key} lần {attempt} cần lý do và lần {before} đã xác nhận hoặc huỷ, hiện là"
        " {found}; hãy xử lý lần đó trước.",
    ),
    "spool.unknown-label": (
        "There is no label {key} in the spool, expected one printed from here; check the serial.",
        "Không có tem {key} trong hàng đợi; hãy kiểm tra số sê-ri.",
    ),
    "spool.last-good": (
        "The label {serial} is {found} in job {job}, expected one that was sent to the printer;"
        " scan the last good label again.",
        "Tem {serial} đang là {found} trong lệnh in {job}, cần tem đã gửi tới máy in; hãy quét lại"
        " tem tốt cuối cùng.",
    ),
    "spool.void": (
        "The label {key} is {found}, expected in_doubt or confirmed with a reason; cancel queued"
        " labels instead.",
        "Tem {key} đang là {found}, chỉ huỷ được tem nghi ngờ hoặc đã xác nhận và phải có lý do;"
        " tem đang chờ thì hãy bỏ lệnh in.",
    ),
    "spool.wrong-state": (
        "The label number {label} is {found}, expected {expected}; start the job again.",
        "Tem số {label} đang là {found}, cần {expected}; hãy bắt đầu lại lệnh in.",
    ),
    "spool.printer-busy": (
        "Another program is printing on {printer} from this spool, expected one at a time; wait"
        " for it to end.",
        "Chương trình khác đang in ra {printer} từ hàng đợi này; hãy chờ nó xong.",
    ),
    "spool.in-doubt": (
        "The job {job} has {count} label(s) in doubt, expected none before printing goes on; scan"
        " the last good label.",
        "Lệnh in {job} có {count} tem còn nghi ngờ, phải xử lý trước khi in tiếp; hãy quét tem"
        " tốt cuối cùng.",
    ),
    "spool.unwritable": (
        "The spool file {path} cannot be written ({why}), expected free space and write access;"
        " make room on the disk, then print again.",
        "Không ghi được tệp hàng đợi {path} ({why}); hãy giải phóng ổ đĩa hoặc kiểm tra quyền ghi"
        " rồi in lại.",
    ),
    "spool.sheet-folder": (
        "The sheets' address {found} is no folder that is there, expected one such as"
        " file:///home/tram/to-in; make the folder or correct the printer's address.",
        "Địa chỉ ghi tờ tem {found} không phải thư mục đang có, cần dạng file:///home/tram/to-in;"
        " hãy tạo thư mục hoặc sửa địa chỉ máy in.",
    ),
    "spool.not-taking": (
        "The printer has taken no more data for some time, expected it to print; look at paper,"
        " cover and lamps, then let it go on.",
        "Máy in đã ngừng nhận dữ liệu một lúc; hãy xem giấy, nắp máy và đèn báo rồi để máy chạy"
        " tiếp.",
    ),
    "spool.unforeseen": (
        "Printing ended with an error that nobody foresaw ({what}), expected none; look which labels"
        " came out, then print the rest.",
        "Việc in dừng vì lỗi ngoài dự kiến ({what}); hãy xem những tem nào đã ra rồi in tiếp phần"
        " còn lại.",
    ),
}
