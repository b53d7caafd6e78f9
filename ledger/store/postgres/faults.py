"""Looking at a database's catalogue: are the guards as they were made, and are its settings safe?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ledger.errors import LedgerError
from ledger.store.postgres import catalogue
from ledger.store.postgres.connecting import Connection
from ledger.store.postgres.functions import FUNCTIONS, SETTINGS, Function
from ledger.store.postgres.schema import PARTITIONS, TABLES, index_keys, trigger_shapes
from ledger.store.seam import StoreFault

Rows = list[tuple[Any, ...]]


class PostgresFault(LedgerError):
    """What is wrong with a database's guards, each with the way to mend it."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "guard-changed": (
            "In database {where} the guard {name} is missing, switched off or changed, so rows could "
            "be altered unnoticed. Run ocop audit, find out who did it, then move the ledger into a "
            "new database (ocop move).",
            "Trong cơ sở dữ liệu {where}, lớp bảo vệ {name} bị thiếu, bị tắt hoặc bị sửa nên dữ liệu "
            "có thể bị thay đổi âm thầm. Hãy chạy ocop audit, tìm người đã sửa, rồi chuyển sổ sang "
            "cơ sở dữ liệu mới (ocop move).",
        ),
        "partition-gone": (
            "In database {where} the table {name} no longer belongs to the ledger, and its entries "
            "with it. Stop recording and restore the newest backup into a new database.",
            "Trong cơ sở dữ liệu {where}, bảng {name} không còn thuộc sổ, các phiếu trong đó cũng "
            "vậy. Hãy ngừng ghi và khôi phục bản sao lưu mới nhất vào cơ sở dữ liệu mới.",
        ),
        "table-unlogged": (
            "In database {where} the table {name} was made UNLOGGED: a crash of the server empties "
            "it and no standby has it. Run as the owner: ALTER TABLE ocop.{name} SET LOGGED; then "
            "run ocop audit.",
            "Trong cơ sở dữ liệu {where}, bảng {name} đã bị đổi sang UNLOGGED: máy chủ gặp sự cố là "
            "mất hết dữ liệu trong bảng và máy dự phòng không có bản nào. Hãy chạy bằng quyền chủ sở "
            "hữu: ALTER TABLE ocop.{name} SET LOGGED; rồi chạy ocop audit.",
        ),
        "guard-foreign": (
            "In database {where} somebody added {name} to the ledger's tables, which could change "
            "what is written or read. Find out who did it and drop it as the owner.",
            "Trong cơ sở dữ liệu {where}, có người đã thêm {name} vào bảng của sổ, có thể làm sai "
            "dữ liệu ghi hoặc đọc. Hãy tìm người đã thêm và xóa nó bằng quyền chủ sở hữu.",
        ),
        "role-too-strong": (
            "The ledger is used in database {where} as role {name}, which may {right}; name a role "
            "with fewer rights in settings.json, or take the right away with REVOKE.",
            "Sổ trong cơ sở dữ liệu {where} đang dùng vai trò {name}, vai trò này được phép {right}; "
            "hãy đổi sang vai trò ít quyền hơn trong settings.json hoặc thu hồi quyền bằng REVOKE.",
        ),
        "setting-unsafe": (
            "The database server {where} runs with {name} = {found}, so a power cut can lose or "
            "spoil what was recorded; set {name} = on in postgresql.conf and restart it.",
            "Máy chủ cơ sở dữ liệu {where} chạy với {name} = {found}, mất điện có thể làm mất hoặc "
            "hỏng dữ liệu đã ghi; hãy đặt {name} = on trong postgresql.conf rồi khởi động lại.",
        ),
    }


def find_faults(connection: Connection, where: str) -> list[StoreFault]:
    """Everything that is not as `schema` made it; raises psycopg.Error.

    Cheap: it reads the catalogue only. Whether the entries are what was signed is for the audit.
    """
    looks = (_tables, _triggers, _functions, _indexes, _foreign, _rights, _settings)
    return [
        StoreFault(code, {"where": where, **params}, PostgresFault)
        for look in looks
        for code, params in look(connection)
    ]


Found = Iterator[tuple[str, dict[str, object]]]


def _rows(connection: Connection, sql: str, *values: object) -> Rows:
    return connection.execute(sql, values).fetchall()


def _tables(connection: Connection) -> Found:
    have = {row[0] for row in _rows(connection, catalogue.TABLES)}
    for name in set(TABLES) - have:
        yield "guard-changed", {"name": name}
    for (name,) in _rows(connection, catalogue.UNLOGGED):
        yield "table-unlogged", {"name": name}
    attached = {row[0]: row[1] for row in _rows(connection, catalogue.PARTITIONS)}
    for number, name in enumerate(PARTITIONS):
        bound = f"FOR VALUES WITH (modulus {len(PARTITIONS)}, remainder {number})"
        if attached.get(name) != bound:
            yield "partition-gone", {"name": name}


def _triggers(connection: Connection) -> Found:
    have = {(row[0], row[1]): tuple(row[2:]) for row in _rows(connection, catalogue.TRIGGERS)}
    wanted = trigger_shapes()
    for (table, name), shape in wanted.items():
        if have.get((table, name)) != (shape, "A", "ocop.refuse_change", False):
            yield "guard-changed", {"name": f"{name} on {table}"}
    for table, name in have.keys() - wanted.keys():
        yield "guard-foreign", {"name": f"trigger {name} on {table}"}


def _functions(connection: Connection) -> Found:
    have = {row[0]: tuple(row[1:]) for row in _rows(connection, catalogue.FUNCTIONS)}
    for function in FUNCTIONS:
        if have.get(function.name) != _as_made(function):
            yield "guard-changed", {"name": f"function {function.name}"}
    for name in have.keys() - {one.name for one in FUNCTIONS}:
        yield "guard-foreign", {"name": f"function {name}"}


def _as_made(function: Function) -> tuple[object, ...]:
    """Body, definer's rights, settings, same owner as the tables, language, closed to PUBLIC."""
    return function.body, True, list(SETTINGS), True, "plpgsql", False, 1


def _indexes(connection: Connection) -> Found:
    have = {(row[0], tuple(row[1])) for row in _rows(connection, catalogue.UNIQUE_INDEXES)}
    for table, keys in index_keys():
        if (table, keys) not in have:
            yield "guard-changed", {"name": f"unique ({', '.join(keys)}) on {table}"}


def _foreign(connection: Connection) -> Found:
    for kind, name, table in _rows(connection, catalogue.FOREIGN, list(PARTITIONS)):
        yield "guard-foreign", {"name": f"{kind} {name} on {table}"}


def _rights(connection: Connection) -> Found:
    for role, right in _rows(connection, catalogue.RIGHTS):
        yield "role-too-strong", {"name": role, "right": right}


def _settings(connection: Connection) -> Found:
    for name, found in _rows(connection, catalogue.SETTINGS):
        yield "setting-unsafe", {"name": name, "found": found}
