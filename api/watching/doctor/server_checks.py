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
        "primary-away": (
            "The primary does not answer; of {where} only a standby does.\n"
            "Nothing can be recorded; pages can still be read.\n"
            "Look at the primary and start it; when it is lost, promote the standby",
            "Máy chính không trả lời; trong {where} chỉ có bản dự phòng trả lời.\n"
            "Không ghi được gì; vẫn xem được các trang.\n"
            "Hãy xem và chạy lại máy chính; nếu máy chính đã mất, hãy đưa bản dự phòng lên thay",
        ),
        "standby-away": (
            "The standby {where} does not answer ({why}).\n"
            "Pages are read from the primary instead, which has that work too.\n"
            "Start the standby, or take it out of read_from in settings.json",
            "Bản dự phòng {where} không trả lời ({why}).\n"
            "Các trang được đọc từ máy chính, nên máy chính phải làm thêm việc đó.\n"
            "Hãy chạy lại bản dự phòng, hoặc bỏ nó khỏi read_from trong settings.json",
        ),
        "fail-over-unsafe": (
            "There is a standby, but commits wait for none (synchronous_standby_names is empty).\n"
            "Statements that were acknowledged may be lost when the standby takes over.\n"
            "As an administrator: ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'; "
            "SELECT pg_reload_conf()",
            "Có bản dự phòng nhưng việc ghi không chờ bản nào (synchronous_standby_names để trống).\n"
            "Phiếu đã báo là ghi xong có thể mất khi bản dự phòng lên thay.\n"
            "Bằng quyền quản trị: ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'; "
            "SELECT pg_reload_conf()",
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
        "split-brain": (
            "Several servers take writes, each without the others: {names}.\n"
            "What is recorded at one is missing at the other, and two sealed logs are a fork for ever.\n"
            "Stop every program at once, find the true primary with ocop audit at each, and make the "
            "others its standbys anew (pg_basebackup)",
            "Có nhiều máy chủ cùng nhận ghi, không máy nào theo máy nào: {names}.\n"
            "Phiếu ghi ở máy này sẽ thiếu ở máy kia, và hai sổ cùng niêm phong là rẽ nhánh mãi mãi.\n"
            "Hãy dừng mọi chương trình ngay, dùng ocop audit ở từng máy để tìm máy chính thật, rồi tạo "
            "lại các máy khác thành bản dự phòng (pg_basebackup)",
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
        case.server_is_away()
        return [Told("server-away", wrong.say)]
    where = state.where
    found: list[Finding] = []
    if state.in_recovery:
        # An address of several hosts leads to a standby only when no primary answers.
        code = "primary-away" if _several_hosts(case) else "server-standby"
        found.append(ServerFinding(code, where=where))
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
    if not named and not state.in_recovery and _has_standby(case):
        found.append(ServerFinding("fail-over-unsafe"))
    if settings.get("wal_level") == "minimal":
        found.append(ServerFinding("wal-minimal", where=where))
    return found + _split(case)


def _split(case: Case) -> list[Finding]:
    """Two servers that both take writes, among all that the settings name."""
    from api.watching.doctor.servers import each_server

    settings = case.settings()
    if not _has_standby(case):
        return []
    # One server may be named twice, by different names; no two started in the same microsecond.
    writers = {one.started: one.where for one in each_server(settings, case.folder) if one.writes}
    if len(writers) < 2:
        return []
    return [ServerFinding("split-brain", names=sorted(writers.values()))]


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
            found.append(_standby_away(dsn, wrong))
            continue
        try:
            age = store.replica_age()
            if age is not None and age > _LAG:
                shown = {"where": store.location, "seconds": round(age)}
                found.append(ServerFinding("standby-lags", **shown))
        except LedgerError as wrong:
            found.append(_standby_away(dsn, wrong))
        finally:
            store.close()
    return found


def _standby_away(dsn: str, wrong: LedgerError) -> Finding:
    from ledger.store.postgres.address import read_address, shown

    try:
        where = shown(read_address(dsn))
    except LedgerError:
        where = "read_from"
    why = wrong.params.get("why", wrong.code)
    return ServerFinding("standby-away", where=where, why=why)


def _several_hosts(case: Case) -> bool:
    from ledger.store.postgres.address import read_address

    settings = case.settings_or_none()
    if settings is None or settings.database is None:
        return False
    params = read_address(settings.database)
    return "," in (params.get("host") or params.get("hostaddr") or "")


def _has_standby(case: Case) -> bool:
    """Whether the settings say that another server may take over or is read from."""
    settings = case.settings_or_none()
    return settings is not None and (bool(settings.read_from) or _several_hosts(case))
