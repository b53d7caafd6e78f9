"""The processes around a ledger: are they there, of one version, and do the read models follow?"""

from __future__ import annotations

import sqlite3
from typing import ClassVar

from api.background.heartbeat import Heartbeat
from api.settings import Settings
from api.stores import LEDGER_FILE, reads_only
from api.watching.doctor.case import Case
from api.watching.doctor.finding import Finding, Told
from api.watching.doctor.lock_files import led_beside_file
from api.watching.running import Running
from api.watching.watch import program_version
from ledger.projections.schema import INDEXES, TABLES, VERSION

_PATIENCE = 3.0
_STEP = 0.5
_SILENT = 60.0


class ProcessFinding(Finding):
    """Something about the processes or the read models."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "sequencer-absent": (
            "Nobody seals what is recorded in {where}.\n"
            "Statements are kept, but get no proof and appear on no page.\n"
            "Start ocop serve --workers N, or: ocop sequence --dir {path}",
            "Không có tiến trình niêm phong cho {where}.\n"
            "Phiếu vẫn được ghi nhưng chưa có bằng chứng và không hiện trên trang nào.\n"
            "Hãy chạy ocop serve --workers N, hoặc: ocop sequence --dir {path}",
        ),
        "projector-absent": (
            "Nobody keeps the read models of {path} in step.\n"
            "Pages go on showing what was known when it ended.\n"
            "Start ocop serve --workers N, or: ocop project --dir {path}",
            "Không có tiến trình cập nhật bảng đọc của {path}.\n"
            "Các trang chỉ hiện dữ liệu lúc tiến trình đó dừng.\n"
            "Hãy chạy ocop serve --workers N, hoặc: ocop project --dir {path}",
        ),
        "versions-differ": (
            "Processes of this folder run different versions: {versions}.\n"
            "They may disagree about what may be recorded or how it is shown.\n"
            "Stop all of them (processes {pids}) and start them again",
            "Các tiến trình của thư mục này chạy phiên bản khác nhau: {versions}.\n"
            "Chúng có thể xử lý phiếu hoặc hiển thị khác nhau.\n"
            "Hãy dừng tất cả (tiến trình {pids}) rồi chạy lại",
        ),
        "views-damaged": (
            "The read models {path} are damaged ({why}).\n"
            "Pages may fail or show nonsense; the ledger itself is not touched.\n"
            "Run: ocop rebuild --dir {folder}",
            "Bảng đọc {path} bị hỏng ({why}).\n"
            "Trang có thể lỗi hoặc hiện sai; sổ không bị ảnh hưởng.\n"
            "Hãy chạy: ocop rebuild --dir {folder}",
        ),
        "views-behind": (
            "The read models lack {entries} sealed entries and do not catch up.\n"
            "Pages and labels show an older state of the ledger.\n"
            "Start ocop serve (or ocop project); if that does not help: ocop rebuild --dir {folder}",
            "Bảng đọc thiếu {entries} phiếu đã niêm phong và không bắt kịp.\n"
            "Trang và tem hiện trạng thái cũ của sổ.\n"
            "Hãy chạy ocop serve (hoặc ocop project); nếu không được: ocop rebuild --dir {folder}",
        ),
        "views-ahead": (
            "The read models have {entries} entries more than the log.\n"
            "They were made from another ledger or a newer copy of this one.\n"
            "Run ocop audit with a kept checkpoint; then: ocop rebuild --dir {folder}",
            "Bảng đọc có nhiều hơn sổ {entries} phiếu.\n"
            "Bảng được dựng từ sổ khác hoặc bản mới hơn của sổ này.\n"
            "Hãy chạy ocop audit với mốc niêm phong đã giữ; sau đó: ocop rebuild --dir {folder}",
        ),
        "heartbeat-old": (
            "The projection runs but last knew its read models to be in step {seconds} s ago.\n"
            "Pages may be that old.\n"
            "Look at the log of ocop serve for what holds it up, and at the standby's lag",
            "Tiến trình bảng đọc đang chạy nhưng lần cuối khớp với sổ là {seconds} giây trước.\n"
            "Dữ liệu trên trang có thể cũ chừng đó.\n"
            "Hãy xem nhật ký của ocop serve và độ trễ của bản dự phòng",
        ),
    }


def check_processes(case: Case) -> list[Finding]:
    """A hub has a sequencer and, where pages are served, a projector; all are of one version."""
    alive = case.alive()
    found: list[Finding] = []
    store, settings = case.store_or_none(), case.settings_or_none()
    if store is not None and settings is not None and not _sequenced(case, settings, alive=alive):
        found.append(ProcessFinding("sequencer-absent", where=store.location, path=case.folder))
    if alive and not led_beside_file(case.folder / "views.db", "projector"):
        found.append(ProcessFinding("projector-absent", path=case.folder))
    versions = sorted({one.version for one in alive} | {program_version()})
    if alive and len(versions) > 1:
        pids = [str(one.pid) for one in alive]
        found.append(ProcessFinding("versions-differ", versions=versions, pids=pids))
    return found


def _sequenced(case: Case, settings: Settings, *, alive: list[Running]) -> bool:
    """Whether somebody seals, or nobody has to: seen without becoming the leader oneself."""
    if settings.database is not None:
        from api.watching.doctor.servers import led_in_database

        return led_in_database(settings, case.folder, "sequencer")
    if not alive or reads_only(case.folder, settings):
        return True
    return led_beside_file(case.folder / LEDGER_FILE, "sequencer")


def check_views(case: Case) -> list[Finding]:
    """The read models can be read, and follow the log."""
    path = case.folder / "views.db"
    if not path.exists():
        return []  # made anew from the ledger whenever the program starts
    try:
        size = _views_size(case)
    except sqlite3.Error as wrong:
        shown = {"path": path, "folder": case.folder, "why": str(wrong)}
        return [ProcessFinding("views-damaged", **shown)]
    beat = Heartbeat.read(case.folder)
    if beat is not None and beat.trouble is not None:
        trouble = beat.trouble
        return [Told("projection-stuck", lambda lang: trouble.vi if lang == "vi" else trouble.en)]
    store = case.store_or_none()
    if store is None or size is None:
        return []
    sealed = store.size()
    if size > store.size():
        more = size - store.size()
        return [ProcessFinding("views-ahead", entries=more, folder=case.folder)]
    waited = 0.0
    while size is not None and size < sealed:
        if waited >= _PATIENCE:
            behind = sealed - size
            return [ProcessFinding("views-behind", entries=behind, folder=case.folder)]
        case.pause(_STEP)
        waited += _STEP
        size = _views_size(case)
    return _heartbeat(case, beat)


def _heartbeat(case: Case, beat: Heartbeat | None) -> list[Finding]:
    if beat is None or beat.confirmed is None or not case.alive():
        return []
    seconds = (case.now() - beat.confirmed).total_seconds()
    return [ProcessFinding("heartbeat-old", seconds=round(seconds))] if seconds > _SILENT else []


def _views_size(case: Case) -> int | None:
    """Size that the read models have reached; None for those of another form, made anew at start."""
    path = case.folder / "views.db"
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=2)
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            return None
        state = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if state != "ok":
            raise sqlite3.DatabaseError(state.splitlines()[-1])  # a heading may come first
        made = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        lacking = {*TABLES, *(one.split()[2] for one in INDEXES)} - made
        if lacking:
            raise sqlite3.DatabaseError(f"no {', '.join(sorted(lacking))}")
        return int(connection.execute("SELECT size FROM progress").fetchone()[0])
    finally:
        connection.close()
