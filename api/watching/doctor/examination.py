"""All checks, one after the other; each stands alone and has a time limit."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from api.watching.bounded import Bounded, TookTooLong
from api.watching.doctor.case import Case
from api.watching.doctor.certificate_checks import check_certificate
from api.watching.doctor.clock import check_clock
from api.watching.doctor.files import (
    check_disk,
    check_folder,
    check_keys,
    check_printers,
    check_settings,
)
from api.watching.doctor.finding import Finding
from api.watching.doctor.index_checks import check_index
from api.watching.doctor.ledger_checks import (
    check_backlog,
    check_backup,
    check_guards,
    check_opening,
    check_roll_back,
    check_spool,
)
from api.watching.doctor.photo_checks import check_photos
from api.watching.doctor.process_checks import check_processes, check_views
from api.watching.doctor.server_checks import check_server, check_standbys
from api.watching.doctor.station_checks import check_station
from api.watching.doctor.witness_checks import check_witnesses
from api.watching.rights import may

LIMIT = 30.0


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, what it is called for people in English and Vietnamese."""

    name: str
    english: str
    vietnamese: str
    look: Callable[[Case], list[Finding]]


CHECKS: Final[Sequence[Check]] = (
    Check("folder", "folder and file rights", "quyền thư mục và tệp", check_folder),
    Check("disk", "free disk space", "dung lượng đĩa", check_disk),
    Check("settings", "settings", "cài đặt", check_settings),
    Check("keys", "keys", "khóa", check_keys),
    Check("certificate", "own certificate", "chứng thư riêng", check_certificate),
    Check("opening", "opening the ledger", "mở sổ", check_opening),
    Check("server", "database server", "máy chủ cơ sở dữ liệu", check_server),
    Check("standbys", "standbys", "bản dự phòng", check_standbys),
    Check("clock", "clock", "đồng hồ", check_clock),
    Check("guards", "the store's guards", "lớp bảo vệ của sổ", check_guards),
    Check("roll-back", "newest known checkpoint", "mốc niêm phong đã biết", check_roll_back),
    Check("index", "completeness index", "mục lục đầy đủ", check_index),
    Check("witnesses", "witnesses", "bên chứng kiến", check_witnesses),
    Check("station", "station of a hub", "trạm của máy chủ", check_station),
    Check("backlog", "sealing", "niêm phong", check_backlog),
    Check("processes", "processes", "tiến trình", check_processes),
    Check("views", "read models", "bảng đọc", check_views),
    Check("spool", "print queue", "hàng chờ in", check_spool),
    Check("printers", "printers", "máy in", check_printers),
    Check("photos", "photos", "ảnh", check_photos),
    Check("backup", "backup", "sao lưu", check_backup),
)


class CheckFailed(Finding):
    """A check could not be made."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "check-failed": (
            "The check {check} could not be made ({why}).\n"
            "Whether something is wrong there is not known.\n"
            "Mend what was found before it, then look again",
            "Không thực hiện được phép kiểm tra {check} ({why}).\n"
            "Chưa biết chỗ đó có ổn hay không.\n"
            "Hãy xử lý những điểm nêu trước, rồi kiểm tra lại",
        ),
        "check-hangs": (
            "The check {check} did not end within {seconds} s.\n"
            "A disk or a database that hangs would stop recording in the same way.\n"
            "Look at the disk and at the database server, then look again",
            "Phép kiểm tra {check} không xong trong {seconds} giây.\n"
            "Ổ đĩa hoặc cơ sở dữ liệu bị treo cũng sẽ làm ngừng việc ghi sổ.\n"
            "Hãy xem ổ đĩa và máy chủ cơ sở dữ liệu, rồi kiểm tra lại",
        ),
    }


def examine(
    case: Case,
    on_check: Callable[[int, Check, Sequence[Finding] | None], None] | None = None,
    limit: float = LIMIT,
    on_start: Callable[[int, Check], None] | None = None,
) -> list[tuple[Check, Finding]]:
    """Make every check, each within `limit` seconds.

    `on_start` hears (number from 1, check) before it, `on_check` also what it found after it: None
    when it found nothing because what it looks at cannot be reached.
    """
    bounded = Bounded[list[Finding]](limit)
    found: list[tuple[Check, Finding]] = []
    for number, check in enumerate(CHECKS, start=1):
        if on_start is not None:
            on_start(number, check)
        case.lacking = False
        answer = bounded.ask({check.name: lambda look=check.look: look(case)})[check.name]  # type: ignore[misc]  # the default binds this round's check
        if isinstance(answer, TookTooLong):
            answer = [CheckFailed("check-hangs", check=check.name, seconds=round(limit))]
        elif isinstance(answer, Exception):
            answer = [CheckFailed("check-failed", check=check.name, why=type(answer).__name__)]
        found += [(check, one) for one in answer]
        if on_check is not None:
            on_check(number, check, None if case.lacking and not answer else answer)
        # os.path.isdir says no, where Path.is_dir raises, of what may not even be looked at.
        if not (os.path.isdir(case.folder) and may(case.folder, os.R_OK | os.X_OK)):  # noqa: PTH112
            break  # everything else would only say so again
    return found
