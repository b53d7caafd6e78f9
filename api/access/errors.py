"""Refusals of the room of access: what is wrong, and the way out."""

from __future__ import annotations

from typing import ClassVar

from api.errors import DoorError


class SideAway(DoorError):
    """The small tables beside the ledger cannot be used now; nothing was changed."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "side-away": (
            "People, sessions and invitations are kept in {where}, which cannot be used now ({why}). "
            "Nothing was changed; try again in a moment.",
            "Danh sách người dùng, phiên và lời mời nằm trong {where}, hiện không dùng được ({why}). "
            "Chưa thay đổi gì; hãy thử lại sau ít phút.",
        ),
        "side-unfounded": (
            "The database {where} has no tables for people and stations yet; run once as its owner: "
            "ocop migrate --dir FOLDER --database OWNER-ADDRESS",
            "Cơ sở dữ liệu {where} chưa có bảng cho người dùng và trạm; hãy chạy một lần bằng quyền "
            "chủ sở hữu: ocop migrate --dir THƯ-MỤC --database ĐỊA-CHỈ-CHỦ-SỞ-HỮU",
        ),
        "side-newer": (
            "The table set {name} in {where} is of version {found}, newer than this program's "
            "{expected}; update the program.",
            "Bộ bảng {name} trong {where} có phiên bản {found}, mới hơn phiên bản {expected} của "
            "chương trình; hãy cập nhật chương trình.",
        ),
    }
