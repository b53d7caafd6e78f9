"""A station of a hub: may it record, and does what it recorded reach the hub?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import ClassVar

from api.station.joined import STATE_FILE, Joined, joined_of
from api.station.standing import elapsed
from api.station.state import StationState
from api.watching.doctor.case import Case
from api.watching.doctor.finding import Finding, Told
from ledger.verify.wording import Refusal

LATE = 24 * 3600
"""Seconds for which statements may wait before it is worth a word."""


class StationTold(Told):
    """Why a station records nothing more."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "station-frozen": (
            "This station is frozen.\nNothing more is recorded with its key.\n{remedy}",
            "Trạm này đã bị khóa.\nKhông ghi thêm được bằng khóa của trạm.\n{remedy}",
        ),
        "station-unreadable": (
            "Whose station this folder is cannot be read.\nNothing is sent to the hub.\n{remedy}",
            "Không đọc được thư mục này là trạm của ai.\nKhông gửi được gì tới máy chủ.\n{remedy}",
        ),
    }


class StationFinding(Finding):
    """Statements that wait too long."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "station-waits": (
            "{unsent} statements of this station were not sent yet; last contact with the hub: "
            "{contact}.\n"
            "They exist on this machine alone: if its disk dies, they are lost.\n"
            "Connect the machine, then run: ocop station sync --dir {path}",
            "Trạm này còn {unsent} phiếu chưa gửi; lần liên lạc cuối với máy chủ: {contact}.\n"
            "Các phiếu này chỉ có trên máy này: hỏng ổ đĩa là mất.\n"
            "Hãy kết nối mạng rồi chạy: ocop station sync --dir {path}",
        ),
    }


def check_station(case: Case) -> list[Finding]:
    """A joined folder may record, and nothing has waited in it for more than a day."""
    try:
        joined = joined_of(case.folder)
        if joined is None or not (case.folder / STATE_FILE).exists():
            return []
        with closing(StationState(case.folder / STATE_FILE)) as state:
            return _found(case, joined, state)
    except Refusal as wrong:
        return [StationTold("station-unreadable", wrong.say)]
    except sqlite3.Error:
        return []  # made anew by the next round


def _found(case: Case, joined: Joined, state: StationState) -> list[Finding]:
    frozen, contact, store = state.frozen(), state.contact(), case.store_or_none()
    if frozen is not None:
        return [StationTold("station-frozen", frozen.say)]
    if store is None:
        return []
    heads = {journal: seq for journal, seq, _ in store.heads()}
    unsent = heads.get(joined.keyid, 0) - state.acknowledged()
    silent = LATE + 1 if contact is None else int(case.now().timestamp()) - contact
    if unsent <= 0 or silent <= LATE:
        return []
    said = "–" if contact is None else f"{elapsed(silent, 'vi')} / {elapsed(silent, 'en')}"
    return [StationFinding("station-waits", unsent=unsent, contact=said, path=case.folder)]
