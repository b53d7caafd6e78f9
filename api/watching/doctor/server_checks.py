"""The database server of a hub and its standbys."""

from __future__ import annotations

from typing import ClassVar

from api.watching.doctor.case import Case
from api.watching.doctor.finding import Finding, Told
from ledger.errors import LedgerError
from ledger.verify.wording import Refusal

_LAG = 10.0


class ServerFinding(Finding):
    """Something about the database server."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "server-standby": (
            "The settings lead to {where}, which is a standby.\nNothing can be recorded there.\n"
            "Name the primary first in settings.json: database, or all hosts (host=a,b)",
            "Cài đặt đang trỏ tới {where} là bản dự phòng.\nKhông ghi được vào đó.\n"
            "Hãy ghi máy chính trong settings.json: database, hoặc ghi mọi máy (host=a,b)",
        ),
        "server-read-only": (
            "The database {where} takes no writes (default_transaction_read_only).\n"
            "Nothing can be recorded.\n"
            "Find out why the administrator did that (a full disk?), then set it to off",
            "Cơ sở dữ liệu {where} không nhận ghi (default_transaction_read_only).\n"
            "Không ghi được gì.\n"
            "Hãy hỏi quản trị viên vì sao (đầy ổ đĩa?), rồi tắt đi",
        ),
        "commits-unsafe": (
            "The database {where} has {name} = {found} for this role or database.\n"
            "This program turns it on for itself, but other tools that write there do not.\n"
            "As an administrator set it: ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf()",
            "Cơ sở dữ liệu {where} đặt {name} = {found} cho vai trò hoặc cơ sở dữ liệu này.\n"
            "Chương trình tự bật cho mình, nhưng công cụ khác ghi vào đó thì không.\n"
            "Bằng quyền quản trị hãy đặt: ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf()",
        ),
        "standby-missing": (
            "Standbys are named ({names}), but none that waits for commits is connected.\n"
            "Either recording hangs, or what is acknowledged is on one machine only.\n"
            "Start the standby, and look at its log and at primary_conninfo",
            "Có tên bản dự phòng ({names}) nhưng không bản nào đang nối để chờ ghi.\n"
            "Hoặc việc ghi bị treo, hoặc dữ liệu đã xác nhận chỉ nằm trên một máy.\n"
            "Hãy chạy bản dự phòng, xem nhật ký của nó và primary_conninfo",
        ),
        "wal-minimal": (
            "The database {where} runs with wal_level = minimal.\n"
            "It can have no standby and no continuous backup.\n"
            "Set wal_level = replica in postgresql.conf and restart it",
            "Cơ sở dữ liệu {where} chạy với wal_level = minimal.\n"
            "Không thể có bản dự phòng hay sao lưu liên tục.\n"
            "Hãy đặt wal_level = replica trong postgresql.conf rồi khởi động lại",
        ),
        "standby-lags": (
            "The standby {where} is {seconds} s behind the primary.\n"
            "Pages read from it are that old.\n"
            "Look at the network between them and at the standby's disk",
            "Bản dự phòng {where} chậm {seconds} giây so với máy chính.\n"
            "Các trang đọc từ đó cũ chừng đó.\n"
            "Hãy xem mạng giữa hai máy và ổ đĩa của bản dự phòng",
        ),
    }


def check_server(case: Case) -> list[Finding]:
    """The server answers, is the primary, and keeps what it acknowledges."""
    probe = case.probe()
    if probe is None:
        return []
    try:
        state, settings = probe.state(), probe.settings()
        standbys = probe.standbys()
    except Refusal as wrong:
        return [Told("server-away", wrong.say)]
    where = state.where
    found: list[Finding] = []
    if state.in_recovery:
        found.append(ServerFinding("server-standby", where=where))
    elif state.read_only or settings.get("default_transaction_read_only") == "on":
        found.append(ServerFinding("server-read-only", where=where))
    if settings.get("synchronous_commit") in {"off", "local"}:
        value = settings["synchronous_commit"]
        shown = {"where": where, "name": "synchronous_commit", "found": value}
        found.append(ServerFinding("commits-unsafe", **shown))
    named = settings.get("synchronous_standby_names", "").strip()
    # A state of None is one that this role may not see.
    waiting = [name for name, sync in standbys if sync in {None, "sync", "quorum"}]
    if named and not waiting and not state.in_recovery:
        found.append(ServerFinding("standby-missing", names=named))
    if settings.get("wal_level") == "minimal":
        found.append(ServerFinding("wal-minimal", where=where))
    return found


def check_standbys(case: Case) -> list[Finding]:
    """Each standby that pages read from answers and does not lag."""
    settings = case.settings_or_none()
    if settings is None or not settings.read_from:
        return []
    from ledger.store.postgres.store import PostgresStore

    found: list[Finding] = []
    for dsn in settings.read_from:
        passwords = case.folder / "keys" / "pgpass"
        try:
            store = PostgresStore((dsn,), passwords=passwords, reading=True)
        except LedgerError as wrong:
            found.append(Told("server-away", wrong.say))
            continue
        try:
            age = store.replica_age()
            if age is not None and age > _LAG:
                shown = {"where": store.location, "seconds": round(age)}
                found.append(ServerFinding("standby-lags", **shown))
        except LedgerError as wrong:
            found.append(Told("server-away", wrong.say))
        finally:
            store.close()
    return found
