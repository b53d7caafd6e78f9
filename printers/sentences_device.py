"""Sentences about profiles, encoding, transports and the spool: code -> (English, Vietnamese)."""

from __future__ import annotations

DEVICE: dict[str, tuple[str, str]] = {
    "profile.not-shipped": (
        "There is no printer profile “{found}”; expected one of {have}.",
        "Không có hồ sơ máy in “{found}”; hãy chọn một trong {have}.",
    ),
    "profile.too-long": (
        "{where} has {found} bytes where at most {most} are expected; shorten the profile.",
        "{where} có {found} byte, nhiều nhất là {most}; hãy rút ngắn hồ sơ.",
    ),
    "profile.not-toml": (
        "{where} is not the UTF-8 TOML expected ({why}); correct that place.",
        "{where} không đúng dạng TOML UTF-8 ({why}); hãy sửa chỗ đó.",
    ),
    "profile.missing-key": (
        "{where} lacks “{key}”, expected {expected}; add it.",
        "{where} thiếu “{key}”, cần {expected}; hãy thêm vào.",
    ),
    "profile.wrong-value": (
        "{where} has “{key}” = {found}, expected {expected}; correct it.",
        "{where} có “{key}” = {found}, cần {expected}; hãy sửa lại.",
    ),
    "profile.unknown-key": (
        "{where} has the unknown key “{key}”, expected only the documented ones; correct the"
        " spelling or remove it.",
        "{where} có khoá lạ “{key}”, chỉ nhận khoá có trong tài liệu; hãy sửa chính tả hoặc bỏ đi.",
    ),
    "encoding.too-wide": (
        "The label is {found} dots wide, expected at most {most} for {profile}; choose another"
        " template or printer.",
        "Nhãn rộng {found} điểm, máy {profile} chỉ in được {most}; hãy chọn mẫu nhãn hoặc máy in khác.",
    ),
    "encoding.real-time": (
        "Row {row} holds the bytes {found}, which a printer takes as a command at once, and it"
        " cannot be shifted; expected none; move what is printed there by one dot.",
        "Hàng {row} chứa các byte {found} mà máy in hiểu là lệnh tức thời và không dời được; hãy"
        " dịch nội dung chỗ đó một điểm.",
    ),
    "encoding.process-id": (
        "The number {found} is no process id, expected 0 to {most}; use the spool's label number.",
        "Số {found} không dùng làm mã xác nhận được, cần từ 0 đến {most}; hãy dùng số nhãn trong"
        " hàng đợi.",
    ),
    "address.malformed": (
        "The printer address “{found}” is not understood, expected tcp://host:port or"
        " file:///path; correct it.",
        "Địa chỉ máy in “{found}” không hiểu được, cần tcp://máy:cổng hoặc file:///đường-dẫn;"
        " hãy sửa lại.",
    ),
    "address.not-in-this-version": (
        "The address kind {found}:// is not in this version, expected tcp:// or file://; connect"
        " the printer to the network.",
        "Kiểu địa chỉ {found}:// chưa có trong phiên bản này, chỉ có tcp:// hoặc file://; hãy nối"
        " máy in vào mạng.",
    ),
    "transport.connect": (
        "No connection to {address} within {seconds} s ({why}), expected a printer listening there;"
        " check its power, cable and address.",
        "Không nối được tới {address} trong {seconds} giây ({why}); hãy kiểm tra nguồn, dây mạng"
        " và địa chỉ máy in.",
    ),
    "transport.closed": (
        "The printer at {address} closed the connection ({why}), expected it open; check the"
        " printer and the last label, then go on.",
        "Máy in ở {address} đã ngắt kết nối ({why}); hãy kiểm tra máy in và nhãn cuối rồi in tiếp.",
    ),
    "transport.stalled": (
        "The printer at {address} took no bytes for {seconds} s, expected it to keep reading;"
        " check paper, cover and the last label.",
        "Máy in ở {address} không nhận dữ liệu suốt {seconds} giây; hãy kiểm tra giấy, nắp máy và"
        " nhãn cuối.",
    ),
    "transport.not-open": (
        "The way to {address} is not open, expected open before sending; start the job again.",
        "Đường tới {address} chưa mở; hãy bắt đầu lại lệnh in.",
    ),
    "transport.file": (
        "Writing to {address} failed ({why}), expected a writable file; check the folder and the"
        " free space.",
        "Không ghi được vào {address} ({why}); hãy kiểm tra thư mục và dung lượng trống.",
    ),
    "printer.silent": (
        "The printer did not confirm {count} label(s) within {seconds} s, expected an answer;"
        " check the printer, then scan the last good label.",
        "Máy in không xác nhận {count} nhãn trong {seconds} giây; hãy kiểm tra máy in rồi quét"
        " nhãn tốt cuối cùng.",
    ),
    "printer.paper-out": (
        "The printer says that it is out of paper, expected paper; load a roll, then scan the last"
        " good label.",
        "Máy in báo hết giấy; hãy lắp cuộn mới rồi quét nhãn tốt cuối cùng.",
    ),
    "printer.cover-open": (
        "The printer says that its cover is open, expected closed; close it, then scan the last"
        " good label.",
        "Máy in báo nắp đang mở; hãy đóng nắp rồi quét nhãn tốt cuối cùng.",
    ),
    "printer.fault": (
        "The printer reports an error, expected ready; switch it off and on, then scan the last"
        " good label.",
        "Máy in báo lỗi; hãy tắt rồi bật lại máy, sau đó quét nhãn tốt cuối cùng.",
    ),
    "printer.odd-reply": (
        "The printer answered with the unknown bytes {found}, expected a confirmation; check the"
        " printer and its profile, then scan the last good label.",
        "Máy in trả lời bằng các byte lạ {found}, không phải xác nhận; hãy kiểm tra máy in và hồ sơ"
        " máy in rồi quét nhãn tốt cuối cùng.",
    ),
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
        "Lệnh in {job} đã có trong hàng đợi với nhãn khác; hãy dùng số lệnh mới.",
    ),
    "spool.unknown-job": (
        "There is no job {job} in the spool, expected one added before; check the number.",
        "Không có lệnh in {job} trong hàng đợi; hãy kiểm tra số lệnh.",
    ),
    "spool.serial-used": (
        "The label {key}, attempt {attempt}, is already in the spool, expected each once; to print"
        " it again, ask for a reprint with a reason.",
        "Nhãn {key}, lần {attempt}, đã có trong hàng đợi, mỗi nhãn chỉ một lần; muốn in lại hãy yêu"
        " cầu in lại kèm lý do.",
    ),
    "spool.reprint": (
        "The reprint of {key} as attempt {attempt} needs a reason and attempt {before} confirmed or"
        " void, found {found}; resolve that one first.",
        "In lại nhãn {key} lần {attempt} cần lý do và lần {before} đã xác nhận hoặc huỷ, hiện là"
        " {found}; hãy xử lý lần đó trước.",
    ),
    "spool.unknown-label": (
        "There is no label {key} in the spool, expected one printed from here; check the serial.",
        "Không có nhãn {key} trong hàng đợi; hãy kiểm tra số sê-ri.",
    ),
    "spool.last-good": (
        "The label {serial} is {found} in job {job}, expected one that was sent to the printer;"
        " scan the last good label again.",
        "Nhãn {serial} đang là {found} trong lệnh in {job}, cần nhãn đã gửi tới máy in; hãy quét lại"
        " nhãn tốt cuối cùng.",
    ),
    "spool.void": (
        "The label {key} is {found}, expected in_doubt or confirmed with a reason; cancel queued"
        " labels instead.",
        "Nhãn {key} đang là {found}, chỉ huỷ được nhãn nghi ngờ hoặc đã xác nhận và phải có lý do;"
        " nhãn đang chờ thì hãy bỏ lệnh in.",
    ),
    "spool.wrong-state": (
        "The label number {label} is {found}, expected {expected}; start the job again.",
        "Nhãn số {label} đang là {found}, cần {expected}; hãy bắt đầu lại lệnh in.",
    ),
    "spool.printer-busy": (
        "Another program is printing on {printer} from this spool, expected one at a time; wait"
        " for it to end.",
        "Chương trình khác đang in ra {printer} từ hàng đợi này; hãy chờ nó xong.",
    ),
    "spool.in-doubt": (
        "The job {job} has {count} label(s) in doubt, expected none before printing goes on; scan"
        " the last good label.",
        "Lệnh in {job} có {count} nhãn còn nghi ngờ, phải xử lý trước khi in tiếp; hãy quét nhãn"
        " tốt cuối cùng.",
    ),
}
