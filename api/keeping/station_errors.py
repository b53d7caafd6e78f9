"""What cannot be done with the backup of a station, or with its folder, and what to do instead."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class StationKeepingError(DoorError):
    """Nothing was changed."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "station-in-folder": (
            "{path} is of a station of a hub, which keeps its part of the ledger in its own folder "
            "and in no database; nothing was changed. Leave the address out.",
            "{path} là của trạm thuộc một máy chủ; trạm giữ phần sổ của mình trong thư mục riêng, không "
            "đặt trong cơ sở dữ liệu; chưa thay đổi gì. Hãy bỏ địa chỉ cơ sở dữ liệu.",
        ),
        "station-checkpoint": (
            "{path} is the backup of a station: the hub knows how far its journal went, not a "
            "checkpoint, so nothing was restored. Leave --checkpoint out.",
            "{path} là bản sao lưu của một trạm: máy chủ mới biết nhật ký của trạm đi đến đâu, mốc niêm "
            "phong không cho biết điều đó; chưa khôi phục gì. Hãy bỏ --checkpoint.",
        ),
        "before-no-station": (
            "{path} is neither the folder of a station nor the backup of one, so there is nothing to "
            "take over; nothing was changed.",
            "{path} không phải thư mục trạm, cũng không phải bản sao lưu của trạm, nên không có gì để "
            "chuyển sang; chưa thay đổi gì.",
        ),
        "before-other-hub": (
            "{path} is of a station of another hub ({found}) than the ticket ({expected}); nothing was "
            "changed. Ask the manager of the hub of that station for a ticket.",
            "{path} là của trạm thuộc máy chủ khác ({found}) với vé ({expected}); chưa thay đổi gì. Hãy "
            "xin vé của chính máy chủ mà trạm đó thuộc về.",
        ),
        "before-other-party": (
            "{path} is of a station of {found}, and the ticket is for {expected}; nobody was let in and "
            "nothing was taken over. Ask for a ticket for {found}.",
            "{path} là của trạm thuộc {found}, còn vé dành cho {expected}; chưa tham gia và chưa chuyển "
            "gì. Hãy xin vé cho {found}.",
        ),
        "before-keyless": (
            "The key of {path} is not in it, so what it signed and the hub lacks cannot be sent.",
            "{path} không có khóa trạm, nên không gửi được những phiếu đã ký mà máy chủ còn thiếu.",
        ),
        "before-same-folder": (
            "{path} is the folder to take over from; a new key needs a new folder. Give another one "
            "with --dir.",
            "{path} chính là thư mục cũ; khóa mới cần thư mục mới. Hãy chọn thư mục khác với --dir.",
        ),
    }
