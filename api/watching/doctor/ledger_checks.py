"""The ledger itself: can it be opened, are its guards there, is everything sealed, is it whole?"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import ClassVar

from api.keeping.cut_moves import ROLE, refuse_arriving, refuse_left
from api.keeping.errors import RolledBack
from api.keeping.memory import CheckpointMemory
from api.keeping.move_record import MOVING_FILE, MoveRecord
from api.station.joined import HUB_FILE, joined_of
from api.stores import reads_only, trusted
from api.watching.doctor.case import Case
from api.watching.doctor.finding import Finding, Told
from api.watching.doctor.lock_files import led_beside_file
from api.watching.lag import unsealed
from ledger.errors import LedgerError
from ledger.founding import log_verifier_key
from ledger.signing import load_key
from ledger.verify.wording import Refusal

BACKUP_FILE = "last-backup.json"
_BACKUP_DAYS = 7
_PATIENCE = 3.0
_STEP = 0.5


class LedgerFinding(Finding):
    """Something about the ledger."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "unsealed": (
            "{entries} recorded entries are not sealed, and nobody is sealing them.\n"
            "They are safe, but have no proof: no label, page or bundle shows them.\n"
            "Start ocop serve (or ocop sequence on a hub); ocop audit shows whether all is well",
            "Có {entries} phiếu đã ghi mà chưa niêm phong, và không ai đang niêm phong.\n"
            "Phiếu vẫn an toàn nhưng chưa có bằng chứng: tem, trang và hồ sơ chưa thấy chúng.\n"
            "Hãy chạy ocop serve (hoặc ocop sequence trên máy chủ); ocop audit cho biết sổ có ổn không",
        ),
        "move-cut": (
            "A move of this ledger to {to} was cut off.\n"
            "Nothing is lost; whoever opens the folder next finishes it or takes it back.\n"
            "Run the same ocop move again, or start ocop serve",
            "Việc chuyển sổ này tới {to} bị ngắt giữa chừng.\n"
            "Không mất gì; lần mở thư mục tiếp theo sẽ làm nốt hoặc hoàn lại.\n"
            "Hãy chạy lại đúng lệnh ocop move đó, hoặc chạy ocop serve",
        ),
        "backup-never": (
            "No backup of this ledger was ever made from this folder.\n"
            "When this disk dies, keys and ledger die with it.\n"
            "Run: ocop backup FILE --dir {path}, and take the file out of the building",
            "Chưa từng sao lưu sổ này từ thư mục này.\n"
            "Hỏng ổ đĩa là mất cả khóa lẫn sổ.\n"
            "Hãy chạy: ocop backup TỆP --dir {path}, rồi cất tệp ở nơi khác",
        ),
        "backup-old": (
            "The last backup was made on {day}, {days} days ago.\n"
            "Whatever was recorded since then is on this disk only.\n"
            "Run: ocop backup FILE --dir {path}, and take the file out of the building",
            "Lần sao lưu gần nhất là {day}, cách đây {days} ngày.\n"
            "Những gì ghi từ đó đến nay chỉ có trên ổ đĩa này.\n"
            "Hãy chạy: ocop backup TỆP --dir {path}, rồi cất tệp ở nơi khác",
        ),
        "spool-doubts": (
            "{count} labels have been in doubt for more than a day (lots or jobs: {jobs}).\n"
            "Nobody has said whether they are on packs, so their serials are neither good nor void.\n"
            "Look at the packs, then run: ocop labels void ITEM LOT --last-good SERIAL",
            "Có {count} tem chưa rõ đã in hay chưa hơn một ngày (lượt in: {jobs}).\n"
            "Chưa ai cho biết tem có trên gói hay không, nên số tem chưa được tính cũng chưa bị hủy.\n"
            "Hãy xem các gói rồi chạy: ocop labels void MẶT-HÀNG LÔ --last-good SỐ-TEM",
        ),
        "spool-damaged": (
            "The print queue {path} cannot be read ({why}).\n"
            "Labels cannot be printed, and what was on its way to paper is not known.\n"
            "Restore it from the backup; scan the last labels and void those after them",
            "Không đọc được hàng chờ in {path} ({why}).\n"
            "Không in được tem và không biết tem nào đang in dở.\n"
            "Hãy khôi phục từ bản sao lưu; quét các tem cuối và hủy những số sau đó",
        ),
    }


def check_opening(case: Case) -> list[Finding]:
    """The store opens: it is there, can be reached, and its schema is this program's."""
    try:
        refuse_left(case.folder)
        refuse_arriving(case.folder)
        record = MoveRecord.load(case.folder)
        if record is not None and record.state in {"copying", "decided"}:
            # Its own process ends one that is under way.
            under_way = led_beside_file(case.folder / MOVING_FILE, ROLE)
            return [] if under_way else [LedgerFinding("move-cut", to=record.to)]
        case.store().newest()
        settings = case.settings_or_none()
        if settings is not None and reads_only(case.folder, settings):
            trusted(case.folder)
    except Refusal as wrong:
        return [Told("ledger-unopenable", wrong.say)]
    except sqlite3.Error as wrong:
        unreadable = LedgerError("store-unwritable", why=str(wrong))
        return [Told("ledger-unopenable", unreadable.say)]
    return []


def check_guards(case: Case) -> list[Finding]:
    """Triggers, functions, rights and settings of the store are as they were made."""
    store = case.store_or_none()
    if store is None:
        return []
    found: list[Finding] = [Told("store-fault", one.say) for one in store.faults()]
    settings = case.settings_or_none()
    if settings is not None and settings.database is not None:
        # Asked for only here: a station on SQLite needs no PostgreSQL library.
        from api.watching.doctor.constraints import check_constraints

        found += check_constraints(case)
    return found


def check_backlog(case: Case) -> list[Finding]:
    """Everything recorded is sealed, or about to be."""
    store = case.store_or_none()
    if store is None:
        return []
    newest, waited = store.newest(), 0.0
    while store.sealed_position() < newest:
        if waited >= _PATIENCE:
            return [LedgerFinding("unsealed", entries=unsealed(store))]
        case.pause(_STEP)
        waited += _STEP
    return []


def check_roll_back(case: Case) -> list[Finding]:
    """The log continues the newest checkpoint that this folder has seen."""
    store, settings = case.store_or_none(), case.settings_or_none()
    if store is None or settings is None or reads_only(case.folder, settings):
        return []
    try:
        key = load_key(case.folder / "keys" / "log.pem")
        joined = joined_of(case.folder)
        origin = settings.origin if joined is None else joined.seal_origin(settings.origin)
        CheckpointMemory(case.folder, log_verifier_key(origin, key.public)).check(store)
    except RolledBack as wrong:
        return [Told("rolled-back", wrong.say)]
    except (Refusal, OSError):
        return []  # the key's own check says it
    return []


def check_backup(case: Case) -> list[Finding]:
    """There is a backup, and it is not old; who only reads has none to make.

    Nor has who sends to a hub, as long as no private text is kept: that is in this folder alone.
    """
    settings = case.settings_or_none()
    if (case.folder / HUB_FILE).exists() and not _has_texts(case.folder / "private.db"):
        return []
    if case.store_or_none() is None or (settings and reads_only(case.folder, settings)):
        return []
    try:
        said = json.loads((case.folder / BACKUP_FILE).read_text(encoding="utf-8"))
        made = dt.datetime.fromisoformat(said["time"])
        days = (case.now() - made).days
    except (OSError, ValueError, KeyError, TypeError):
        return [LedgerFinding("backup-never", path=case.folder)]
    if days <= _BACKUP_DAYS:
        return []
    return [LedgerFinding("backup-old", day=f"{made:%Y-%m-%d}", days=days, path=case.folder)]


def _has_texts(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return db.execute("SELECT 1 FROM note LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return False


def check_spool(case: Case) -> list[Finding]:
    """No label has been in doubt for more than a day."""
    path = case.folder / "spool.db"
    if not path.exists():
        return []
    day_ago = (case.now() - dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = (
        "SELECT job_id, count(*) FROM label WHERE state IN ('sending', 'sent', 'in_doubt') "
        "AND changed_at < ? GROUP BY job_id ORDER BY job_id"
    )
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=2)
        try:
            rows = connection.execute(query, (day_ago,)).fetchall()
        finally:
            connection.close()
    except sqlite3.Error as wrong:
        return [LedgerFinding("spool-damaged", path=path, why=str(wrong))]
    if not rows:
        return []
    count = sum(row[1] for row in rows)
    return [LedgerFinding("spool-doubts", count=count, jobs=[row[0] for row in rows])]
