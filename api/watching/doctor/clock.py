"""Is the clock right, as far as anything at hand can tell?"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from api.watching.doctor.case import Case
from api.watching.doctor.finding import Finding
from ledger.verify.entry import parse_entry
from ledger.verify.statement import read_statement

_FIRST_YEAR = 2026
_STATEMENTS = 50
_AHEAD = dt.timedelta(minutes=5)
_FILES = dt.timedelta(minutes=2)
_APART = 5.0
_HOW_EN = "Set the clock (timedatectl set-ntp true), then look again."
_HOW_VI = "Hãy chỉnh lại đồng hồ (timedatectl set-ntp true) rồi kiểm tra lại."


class ClockFinding(Finding):
    """Something about the machine's clock."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "clock-before-program": (
            "The clock says {now}, which is before this program was written.\n"
            f"Every statement would carry a wrong time for ever.\n{_HOW_EN}",
            "Đồng hồ máy chỉ {now}, trước cả khi có chương trình này.\n"
            f"Mọi phiếu sẽ mang giờ sai mãi mãi.\n{_HOW_VI}",
        ),
        "clock-behind-ledger": (
            "The clock says {now}, but the ledger has a statement of {newest}.\n"
            "Either this clock is slow, or that of the station that signed it is fast; times in "
            f"statements cannot be changed later.\n{_HOW_EN}",
            "Đồng hồ máy chỉ {now}, nhưng trong sổ có phiếu ghi lúc {newest}.\n"
            "Hoặc đồng hồ máy này chậm, hoặc đồng hồ trạm đã ký phiếu đó nhanh; giờ trên phiếu không "
            f"sửa được về sau.\n{_HOW_VI}",
        ),
        "clock-behind-files": (
            "The clock says {now}, but the file {path} was written at {newest}.\n"
            "The clock was set back, or the disk belongs to a machine with another clock.\n"
            f"{_HOW_EN}",
            "Đồng hồ máy chỉ {now}, nhưng tệp {path} được ghi lúc {newest}.\n"
            "Đồng hồ đã bị chỉnh lùi, hoặc ổ đĩa thuộc máy có đồng hồ khác.\n"
            f"{_HOW_VI}",
        ),
        "clock-differs-from-database": (
            "This clock and that of the database {where} differ by {seconds} s.\n"
            "One of them is wrong, and so are the times or ages that come from it.\n"
            f"{_HOW_EN}",
            "Đồng hồ máy này và của cơ sở dữ liệu {where} lệch nhau {seconds} giây.\n"
            "Một trong hai đồng hồ sai, nên giờ ghi hoặc tuổi dữ liệu lấy từ đó cũng sai.\n"
            f"{_HOW_VI}",
        ),
    }


def check_clock(case: Case) -> list[Finding]:
    """Against the year, the newest statements, the newest file, the database server."""
    now = case.now()
    found: list[Finding] = []
    if now.year < _FIRST_YEAR:
        found.append(ClockFinding("clock-before-program", now=_shown(now)))
    newest = _newest_statement(case)
    if newest is not None and newest > now + _AHEAD:
        found.append(ClockFinding("clock-behind-ledger", now=_shown(now), newest=_shown(newest)))
    found += _against_files(case, now)
    return found + _against_database(case)


def _newest_statement(case: Case) -> dt.datetime | None:
    store = case.store_or_none()
    if store is None:
        return None
    rows = store.sealed(max(store.size() - _STATEMENTS, 0), _STATEMENTS)
    times = (read_statement(parse_entry(raw).payload).time for _, raw in rows)
    return max((dt.datetime.fromisoformat(one) for one in times), default=None)


def _against_files(case: Case, now: dt.datetime) -> list[Finding]:
    if not case.folder.is_dir():
        return []
    files = [(path.stat().st_mtime, path) for path in case.folder.iterdir() if path.is_file()]
    if not files:
        return []
    written, path = max(files)
    moment = dt.datetime.fromtimestamp(written, dt.UTC)
    if moment <= now + _FILES:
        return []
    shown = {"now": _shown(now), "newest": _shown(moment), "path": path.name}
    return [ClockFinding("clock-behind-files", **shown)]


def _against_database(case: Case) -> list[Finding]:
    probe = case.probe()
    if probe is None:
        return []
    try:
        state = probe.state()
    except Exception:  # that it is away is said by another check
        return []
    # The machine's own clock around the question, moved by as much as the case's clock is.
    shift = case.now() - dt.datetime.now(dt.UTC)
    early = (state.clock - (state.answered + shift)).total_seconds()
    late = ((state.asked + shift) - state.clock).total_seconds()
    apart = max(early, late)
    if apart <= _APART:
        return []
    return [ClockFinding("clock-differs-from-database", where=state.where, seconds=round(apart))]


def _shown(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
