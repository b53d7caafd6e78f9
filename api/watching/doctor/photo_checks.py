"""Photos: is every file here that the ledger names, and is it what was signed?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import ClassVar

from api.access.side_opening import open_side
from api.photos.condition import Condition, condition
from api.photos.shelf import PhotoShelf
from api.station.joined import STATE_FILE, Joined, joined_of
from api.station.state import StationState
from api.watching.doctor.case import Case
from api.watching.doctor.finding import Finding
from ledger.projections.photos import Photos
from ledger.verify.wording import Refusal

VIEWS_FILE = "views.db"
_NAMED = 3  # digests in a sentence
_SHORT = 12


class PhotoFinding(Finding):
    """Files of photos that cannot be shown."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "photos-missing": (
            "{count} of {named} files of photos that the ledger names are not here ({which}).\n"
            "Pages show their description instead; nobody can compare them with what was signed.\n"
            "Stations send what they have at the next contact; else put the folder {path} back from a "
            "backup, or take these photos down on /quan-ly/anh",
            "Thiếu {count} trong {named} tệp ảnh có tên trong sổ ({which}).\n"
            "Các trang chỉ hiện lời mô tả; không ai so được ảnh với phiếu đã ký.\n"
            "Trạm sẽ gửi ảnh đang có ở lần liên lạc tới; nếu không, hãy chép lại thư mục {path} từ bản "
            "sao lưu, hoặc gỡ các ảnh này ở /quan-ly/anh",
        ),
        "photos-altered": (
            "{count} of {named} files of photos are not what was signed ({which}).\n"
            "Somebody changed them, or the disk did; they are shown to nobody.\n"
            "Put the folder {path} back from a backup, and ask who can write in it",
            "{count} trong {named} tệp ảnh không đúng như khi ký ({which}).\n"
            "Có người đã sửa, hoặc ổ đĩa bị lỗi; các ảnh này không được hiện cho ai.\n"
            "Hãy chép lại thư mục {path} từ bản sao lưu và hỏi xem ai ghi được vào đó",
        ),
    }


def check_photos(case: Case) -> list[Finding]:
    """Every file of a photo is here and whole; a station has to have only what it did not send yet."""
    views, settings = case.folder / VIEWS_FILE, case.settings_or_none()
    if settings is None or not views.exists():
        return []
    try:
        joined = joined_of(case.folder)
    except Refusal:  # which another check says
        return []
    with (
        closing(sqlite3.connect(f"{views.resolve().as_uri()}?mode=ro", uri=True, timeout=2)) as db,
        closing(open_side(case.folder, settings.database)) as side,
    ):
        table = Photos(lambda sql, values: db.execute(sql, tuple(values)).fetchall())
        try:
            if not table.any():
                return []
            found = _condition(case, table, PhotoShelf(case.folder, side), joined)
        except (sqlite3.Error, Refusal):
            # Read models of another version, or a database that is away: told elsewhere.
            case.lacking = True
            return []
    told = (("photos-missing", found.missing), ("photos-altered", found.altered))
    return [
        PhotoFinding(
            code,
            count=len(which),
            named=found.named,
            which=", ".join(one[:_SHORT] for one in which[:_NAMED]),
            path=case.folder / "photos",
        )
        for code, which in told
        if which
    ]


def _condition(case: Case, table: Photos, shelf: PhotoShelf, joined: Joined | None) -> Condition:
    if joined is None or not (case.folder / STATE_FILE).exists():
        return condition(table, shelf)
    with closing(StationState(case.folder / STATE_FILE)) as state:
        return condition(table, shelf, keyid=joined.keyid, sent=state.photos_sent())
