"""What the label and printer pages refuse, as sentences."""

from __future__ import annotations

from typing import ClassVar

from ledger.domain.errors import DomainError


class LabelFormRefused(DomainError):
    """A form about labels or printers that cannot be carried out."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "count": (
            "“{found}” is not a number of labels from 1 to {most}; write for instance 250.",
            "“{found}” không phải số tem từ 1 đến {most}; hãy ghi ví dụ 250.",
        ),
        "no-printer": (
            "No printer was chosen; choose one from the list, or add one on the page Printers.",
            "Chưa chọn máy in; hãy chọn trong danh sách, hoặc thêm ở trang Máy in.",
        ),
        "template-unknown": (
            "There is no label template named {found}; choose one of the pictures.",
            "Không có mẫu tem tên {found}; hãy chọn một trong các hình.",
        ),
        "too-wide": (
            "Template {template} is {wide} mm wide, but printer {printer} prints {most} mm at "
            "most; choose a narrower template or another printer.",
            "Mẫu {template} rộng {wide} mm, trong khi máy in {printer} chỉ in được {most} mm; hãy "
            "chọn mẫu hẹp hơn hoặc máy in khác.",
        ),
        "too-many": (
            "Only {most} more labels can be printed for the {packs} packs of lot {lot}, not "
            "{found}; write {most} or fewer.",
            "Lô {lot} có {packs} gói, chỉ còn in được {most} tem chứ không phải {found}; hãy ghi "
            "{most} hoặc ít hơn.",
        ),
        "doubt-first": (
            "{count} labels of lot {lot} are in doubt; first say which of them came out.",
            "Lô {lot} có {count} tem chưa rõ đã ra hay chưa; hãy cho biết những tem nào đã ra trước.",
        ),
        "left-over-gone": (
            "That earlier print has nothing left to print; choose the lot to print more.",
            "Lượt in trước không còn tem nào để in; hãy chọn lô để in thêm.",
        ),
        "no-last-good": (
            "No label was scanned; scan the last good label, or say that none came out.",
            "Chưa quét tem nào; hãy quét tem tốt cuối cùng, hoặc chọn không có tem nào ra.",
        ),
        "none-ticked": (
            "No label was ticked; tick those that came out, or say that none came out.",
            "Chưa tích tem nào; hãy tích những tem đã ra, hoặc chọn không có tem nào ra.",
        ),
        "list-changed": (
            "The labels in doubt have changed since this list was shown; look at the new list and "
            "tick again.",
            "Danh sách tem chưa rõ đã thay đổi từ lúc mở trang; hãy xem danh sách mới rồi tích lại.",
        ),
        "nothing-doubted": (
            "No label of lot {lot} is in doubt any more; there is nothing to settle.",
            "Lô {lot} không còn tem nào chưa rõ; không cần xác nhận nữa.",
        ),
        "other-lot": (
            "The scanned label belongs to lot {found}, but lot {lot} was expected; scan a label of "
            "that lot.",
            "Tem vừa quét thuộc lô {found}, không phải lô {lot}; hãy quét tem của đúng lô.",
        ),
        "no-serial": (
            "“{found}” holds no label serial; scan the code on the label, or type its serial.",
            "“{found}” không có số tem; hãy quét mã trên tem, hoặc gõ số tem.",
        ),
        "serial-nowhere": (
            "No lot here has a label with the serial {found}; scan the code on the label.",
            "Không có lô nào ở đây có tem số {found}; hãy quét mã trên tem.",
        ),
        "no-reason": (
            "No reason was chosen; choose why, it goes into the ledger.",
            "Chưa chọn lý do; hãy chọn vì sao, lý do sẽ được ghi vào sổ.",
        ),
        "serial-no-lot": (
            "No lot of this station has a label with the serial {found}; scan the QR code or type "
            "the lot code.",
            "Không tìm được lô của tem số {found} ở trạm này; hãy quét mã QR hoặc gõ mã lô.",
        ),
        "printer-incomplete": (
            "The printer cannot be added yet, since this is empty: {en}; fill it in.",
            "Chưa thêm được máy in vì còn trống: {vi}; hãy điền vào.",
        ),
        "no-profile": (
            "“{found}” is no kind of printer known here; choose one from the list.",
            "“{found}” không phải loại máy in có ở đây; hãy chọn trong danh sách.",
        ),
        "port": (
            "“{found}” is not a port from 1 to 65535; label printers mostly use 9100.",
            "“{found}” không phải số cổng từ 1 đến 65535; máy in tem thường dùng 9100.",
        ),
        "no-folder": (
            "The label sheet cannot be written into {found} ({why}); give the printer the address "
            "of a folder that is there.",
            "Không ghi được tờ tem vào {found} ({why}); hãy đặt địa chỉ máy in là một thư mục có "
            "thật.",
        ),
        "printer-busy": (
            "Printer {found} is printing now; wait until it has finished, or stop that print first.",
            "Máy in {found} đang in; hãy chờ in xong, hoặc dừng lượt in đó trước.",
        ),
    }
