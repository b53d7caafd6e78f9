"""What is wrong with a station form: one sentence a field, or one for the form as a whole."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class FieldFault(DoorError):
    """One field that cannot be taken as it was typed."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "missing": (
            "This field is empty; fill it in.",
            "Ô này đang trống; hãy điền vào.",
        ),
        "whole": (
            "“{found}” is not a whole number above 0; write for instance 250.",
            "“{found}” không phải số nguyên lớn hơn 0; hãy ghi ví dụ 250.",
        ),
        "days": (
            "“{found}” is not a number of days from 0 to {most}; write for instance 7.",
            "“{found}” không phải số ngày từ 0 đến {most}; hãy ghi ví dụ 7.",
        ),
        "zero": (
            "The quantity must be above 0; weigh again.",
            "Số lượng phải lớn hơn 0; hãy cân lại.",
        ),
        "unit-wrong": (
            "The unit {found} cannot be used here, expected {expected}; correct it.",
            "Không dùng được đơn vị {found} ở đây, cần {expected}; hãy sửa lại.",
        ),
        "date-form": (
            "“{found}” is no day that can be read, expected day/month/year such as {example}; write "
            "it that way.",
            "“{found}” không đọc được thành ngày, cần ngày/tháng/năm như {example}; hãy viết lại như "
            "vậy.",
        ),
        "date-impossible": (
            "“{found}” is a day or hour that does not exist; look it up and correct it.",
            "“{found}” là ngày hoặc giờ không có thật; hãy xem lại rồi sửa.",
        ),
        "date-future": (
            "“{found}” lies in the future; correct the year, month or day.",
            "“{found}” là lúc chưa tới; hãy sửa lại năm, tháng hoặc ngày.",
        ),
        "date-too-old": (
            "“{found}” is before the year 2000; correct the year.",
            "“{found}” là trước năm 2000; hãy sửa lại năm.",
        ),
        "expiry-before-packing": (
            "The expiry day {found} is before the packing day {packed}; correct one of the two.",
            "Hạn dùng {found} trước ngày đóng gói {packed}; hãy sửa một trong hai ngày.",
        ),
        "site-unknown": (
            "The site “{found}” is not registered for {party}; choose one from the list.",
            "Địa điểm “{found}” chưa được đăng ký cho {party}; hãy chọn trong danh sách.",
        ),
        "instrument-unknown": (
            "The instrument “{found}” is not registered for {party}; choose one from the list.",
            "Thiết bị “{found}” chưa được đăng ký cho {party}; hãy chọn trong danh sách.",
        ),
        "item-unknown": (
            "The goods “{found}” are not registered; choose from the list.",
            "Mặt hàng “{found}” chưa được đăng ký; hãy chọn trong danh sách.",
        ),
        "choice-unknown": (
            "“{found}” is not in the list; choose from the list.",
            "“{found}” không có trong danh sách; hãy chọn trong danh sách.",
        ),
        "lot-not-here": (
            "Lot {found} is not in the ledger; scan its label or check the code.",
            "Lô {found} chưa có trong sổ; hãy quét tem hoặc xem lại mã.",
        ),
        "lot-twice": (
            "Lot {found} stands twice in this form; write its whole quantity once.",
            "Lô {found} ghi hai lần trong mẫu này; hãy ghi một lần với cả số lượng.",
        ),
        "no-letters-left": (
            "All lot codes {found}A to {found}Z of the day are taken; type a code of your own.",
            "Các mã lô {found}A đến {found}Z trong ngày đã dùng hết; hãy tự gõ mã.",
        ),
        "too-long": (
            "{found} characters are too many, at most {most} are kept; shorten the text.",
            "{found} ký tự là quá dài, chỉ giữ tối đa {most}; hãy viết ngắn lại.",
        ),
    }


class FormFault(DoorError):
    """A form, or a record, with which that cannot be done."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "fields": (
            "{count} fields need another look; nothing was recorded.",
            "Có {count} ô cần xem lại; chưa ghi gì.",
        ),
        "sent-before": (
            "This form was recorded already, with other values; nothing more was recorded. To mend "
            "that record, correct it. To record what stands here as well, press the button again.",
            "Mẫu này đã ghi sổ rồi, với số liệu khác; chưa ghi thêm gì. Muốn sửa phiếu đó, hãy đính "
            "chính. Muốn ghi thêm cả số liệu đang gõ ở đây, hãy bấm nút lần nữa.",
        ),
        "not-correctable": (
            "Records of this kind are not corrected; labels are voided, holds are lifted.",
            "Loại phiếu này không đính chính; tem thì hủy, tạm giữ thì gỡ.",
        ),
        "nothing-changed": (
            "Nothing differs from what is on record; change what is wrong, then record again.",
            "Chưa có gì khác với phiếu đang có; hãy sửa chỗ sai rồi ghi lại.",
        ),
        "packed-stays": (
            "A packing cannot be undone as a whole: a record of packing has one pack at least. "
            "Correct the number of packs and kilograms instead.",
            "Không hoàn tác cả phiếu đóng gói được: phiếu đóng gói có ít nhất một gói. Hãy đính "
            "chính số gói và số kg.",
        ),
        "received-stays": (
            "Goods of one's own that were weighed in are not undone: of what was weighed nothing "
            "would be left. Correct the weight instead, to what was made if nobody weighed it.",
            "Không hoàn tác phiếu cân nhận hàng của chính mình: lô sẽ như không còn gì. Hãy đính "
            "chính số cân, bằng số đã làm ra nếu chưa hề cân lại.",
        ),
    }
