"""Errors of the doors: what a person asked for cannot be done, and what to do instead."""

from __future__ import annotations

from typing import ClassVar

from ledger.verify.wording import Refusal


class DoorError(Refusal):
    """Root of the room's errors."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "settings-wrong": (
            "The settings file {path} is not readable ({why}); restore it or run ocop init in a new "
            "folder.",
            "Không đọc được tệp cài đặt {path} ({why}); hãy khôi phục tệp hoặc chạy ocop init ở thư "
            "mục mới.",
        ),
        "base-url-wrong": (
            "The label address {found} cannot be used ({why}); give one such as "
            "https://truyxuat.example.vn",
            "Không dùng được địa chỉ tem {found} ({why}); hãy ghi dạng https://truyxuat.example.vn",
        ),
        "proxy-wrong": (
            "The proxy {found} is no IP address or network; give one such as 10.0.0.5 or 10.0.0.0/24.",
            "Proxy {found} không phải địa chỉ hay mạng IP; hãy ghi dạng 10.0.0.5 hoặc 10.0.0.0/24.",
        ),
        "base-url-missing": (
            "No public address is set, so a label would lead nowhere; set it once: "
            "ocop init --dir {path} --base-url https://...",
            "Chưa đặt địa chỉ công khai nên tem sẽ không dẫn tới đâu; hãy đặt một lần: "
            "ocop init --dir {path} --base-url https://...",
        ),
        "file-unreadable": (
            "Cannot read {path} ({why}); check the name and try again.",
            "Không đọc được {path} ({why}); hãy kiểm tra tên tệp rồi thử lại.",
        ),
        "file-unwritable": (
            "Cannot write {path} ({why}); choose another place.",
            "Không ghi được {path} ({why}); hãy chọn chỗ khác.",
        ),
        "item-unclear": (
            "Item {found} is not known; use a GTIN or one of: {known}",
            "Không biết mặt hàng {found}; hãy dùng GTIN hoặc một trong: {known}",
        ),
        "party-unclear": (
            "This ledger records for {known}; say which with --party, or put a set-up file beside "
            "the diary.",
            "Sổ này ghi cho {known}; hãy chọn bằng --party hoặc đặt tệp setup cạnh nhật ký.",
        ),
        "printer-unknown": (
            "There is no printer named {found}, there are: {have}; choose one, or add it with ocop "
            "printer add.",
            "Không có máy in tên {found}, hiện có: {have}; hãy chọn một máy hoặc thêm bằng ocop "
            "printer add.",
        ),
        "printer-none": (
            "No printer is set up; add one with: ocop printer add NAME --profile PROFILE --to ADDRESS",
            "Chưa có máy in; hãy thêm: ocop printer add TÊN --profile LOẠI --to ĐỊA-CHỈ",
        ),
        "printer-exists": (
            "There is a printer named {found} already; choose another name.",
            "Đã có máy in tên {found}; hãy chọn tên khác.",
        ),
        "count-wrong": (
            "The number of labels is {found}, but 1 to {most} was expected; correct it.",
            "Số tem là {found}, trong khi cần từ 1 đến {most}; hãy sửa lại.",
        ),
        "setup-party-differs": (
            "The set-up file registers party {found}, which has other details in this ledger; correct "
            "the set-up file or use another ledger.",
            "Tệp setup đăng ký cơ sở {found} nhưng trong sổ thông tin đã khác; hãy sửa tệp setup hoặc "
            "dùng sổ khác.",
        ),
        "port-taken": (
            "Port {port} on {host} cannot be used ({why}); choose another with --port.",
            "Không dùng được cổng {port} trên {host} ({why}); hãy chọn cổng khác bằng --port.",
        ),
        "not-printable": (
            "Lot {lot} is no packed product with a GTIN, so it has no labels.",
            "Lô {lot} không phải thành phẩm có GTIN nên không có tem.",
        ),
        "job-in-doubt": (
            "{count} labels of lot {lot} are in doubt; say which one came out last: ocop labels void "
            "{item} {lot} --last-good SERIAL (or --none-good)",
            "Có {count} tem của lô {lot} chưa rõ đã in hay chưa; hãy cho biết tem cuối in được: ocop "
            "labels void {item} {lot} --last-good SỐ-TEM (hoặc --none-good)",
        ),
        "template-for-cartons": (
            "Template {template} is for cartons, not for packs; choose another one, or print a carton "
            "with: ocop carton label SSCC",
            "Mẫu {template} dành cho thùng, không phải cho gói; hãy chọn mẫu khác, hoặc in tem thùng "
            "bằng: ocop carton label SSCC",
        ),
        "printing-now": (
            "{count} labels are just being printed on {printer}; wait until they are done, then ask "
            "again.",
            "Máy in {printer} đang in {count} tem; hãy chờ in xong rồi yêu cầu lại.",
        ),
        "serial-printing": (
            "Label {found} is just being printed, so nothing was changed; wait until it is done.",
            "Tem {found} đang được in nên chưa thay đổi gì; hãy chờ in xong.",
        ),
        "template-changed": (
            "The template {template} has changed since the job of lot {lot} began, so the rest was "
            "not printed and waits again; look at the preview, then print it as a new job.",
            "Mẫu tem {template} đã thay đổi từ khi bắt đầu in lô {lot} nên phần còn lại chưa in và "
            "trở về chờ in; hãy xem trước rồi in thành lượt mới.",
        ),
        "nothing-queued": (
            "No job of lot {lot} was cut off with labels left to print; print new ones with: ocop "
            "labels print",
            "Lô {lot} không có lượt in dở nào còn tem chưa in; hãy in lượt mới bằng: ocop labels "
            "print",
        ),
        "serial-unknown": (
            "Serial {found} was not issued for this lot; scan a label of the lot.",
            "Số tem {found} không được cấp cho lô này; hãy quét tem của đúng lô.",
        ),
        "ledger-lost": (
            "{path} is missing although its keys are here; restore it from your backup, do not make a "
            "new ledger.",
            "Thiếu {path} dù các khóa vẫn còn; hãy khôi phục từ bản sao lưu, đừng tạo sổ mới.",
        ),
        "ledger-altered": (
            "The entries of this ledger no longer give its sealed root (size {size}); nothing was "
            "rebuilt. Run ocop audit and restore the ledger from your backup.",
            "Các phiếu trong sổ không còn khớp gốc đã niêm phong (cỡ {size}); chưa dựng lại gì. Hãy "
            "chạy ocop audit và khôi phục sổ từ bản sao lưu.",
        ),
        "bundle-refused": (
            "The bundle of lot {lot} would be refused by the verifier ({why}); it was not written. Run "
            "ocop audit.",
            "Hồ sơ lô {lot} sẽ không đạt kiểm tra ({why}); chưa ghi tệp. Hãy chạy ocop audit.",
        ),
        "choose-serials": (
            "Say which labels: --serial SERIAL with --reason, --last-good SERIAL, or --none-good.",
            "Hãy cho biết tem nào: --serial SỐ-TEM kèm --reason, --last-good SỐ-TEM, hoặc --none-good.",
        ),
        "serial-state": (
            "Serial {found} is {state}, so that cannot be done to it; choose another serial (ocop "
            "labels status ITEM LOT --serials).",
            "Số tem {found} đang ở trạng thái {state_vi} nên không làm việc này được; hãy chọn số tem "
            "khác (ocop labels status MẶT-HÀNG LÔ --serials).",
        ),
        "name-wrong": (
            "The printer name {found} is not usable; use 1 to 32 lower-case letters, digits or dashes.",
            "Tên máy in {found} không dùng được; hãy dùng 1 đến 32 chữ thường, số hoặc gạch.",
        ),
    }
