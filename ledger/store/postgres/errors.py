"""What can go wrong with a PostgreSQL ledger, and what an error of the driver means here."""

from __future__ import annotations

import re
from typing import ClassVar

import psycopg
from psycopg import errors as pg

from ledger.errors import LedgerError

# The append function's own refusals carry this class, so that none is mistaken for a server error.
SIZE_MOVED = "OC001"
REFUSED = "OC002"

# What libpq and the driver put before the words that tell something; the host is told anyway.
_BEFORE = re.compile(
    r"^(connection (failed|is bad): )?(connection to server (at|on) .*? failed:\s*)?((FATAL|ERROR):\s*)?"
)


class PostgresError(LedgerError):
    """A refusal that only a database server can cause."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        **LedgerError.catalogue,
        "store-busy": (
            "The database {where} did not get round to this in time ({why}). Wait a moment and try "
            "again.",
            "Cơ sở dữ liệu {where} quá bận, chưa xử lý kịp ({why}). Hãy chờ một lát rồi làm lại.",
        ),
        "lock-lost": (
            "The connection to the database {where} was lost before anything was sent to be "
            "recorded; nothing was recorded. Send it again.",
            "Mất kết nối tới cơ sở dữ liệu {where} trước khi gửi nội dung cần ghi; chưa có gì được "
            "ghi. Hãy gửi lại.",
        ),
        "database-empty": (
            "The database {where} holds no ledger; make one as its owner with: ocop init --database",
            "Cơ sở dữ liệu {where} chưa có sổ; hãy tạo bằng quyền chủ sở hữu: ocop init --database",
        ),
        "database-taken": (
            "The database {where} holds a ledger already, nothing was changed; name an empty "
            "database.",
            "Cơ sở dữ liệu {where} đã có sổ, chưa thay đổi gì; hãy chọn cơ sở dữ liệu trống.",
        ),
        "database-older": (
            "The ledger in database {where} has schema {found}, older than this program's "
            "{expected}; run as its owner: ocop migrate --database postgresql://...",
            "Sổ trong cơ sở dữ liệu {where} có phiên bản {found}, cũ hơn chương trình ({expected}); "
            "hãy chạy bằng quyền chủ sở hữu: ocop migrate --database postgresql://...",
        ),
        "database-encoding": (
            "The database {where} has encoding {found}; create one with ENCODING 'UTF8'.",
            "Cơ sở dữ liệu {where} dùng bảng mã {found}; hãy tạo cơ sở dữ liệu với ENCODING 'UTF8'.",
        ),
        "database-address": (
            "The database address cannot be read; write it as postgresql://user@host:5432/database, "
            "and percent-encode special characters in the password (@ is %40, / is %2F, # is %23).",
            "Không đọc được địa chỉ cơ sở dữ liệu; hãy ghi dạng postgresql://user@host:5432/database, "
            "và mã hóa phần trăm ký tự đặc biệt trong mật khẩu (@ là %40, / là %2F, # là %23).",
        ),
        "database-denied": (
            "The database {where} does not allow it ({why}); ask its owner for the right, or use the "
            "owner's address.",
            "Cơ sở dữ liệu {where} không cho phép ({why}); hãy xin quyền hoặc dùng địa chỉ của chủ "
            "sở hữu.",
        ),
        "role-uncreatable": (
            "The owner of database {where} may not create roles; let an administrator run "
            "CREATE ROLE {role} LOGIN PASSWORD '...'; and name that role with --app-database.",
            "Chủ sở hữu cơ sở dữ liệu {where} không được tạo vai trò; hãy nhờ quản trị viên chạy "
            "CREATE ROLE {role} LOGIN PASSWORD '...'; rồi chỉ định bằng --app-database.",
        ),
        "role-unsuitable": (
            "The role {role} owns the ledger's tables or is a superuser, so no guard would bind it; "
            "name another role with --app-database.",
            "Vai trò {role} là chủ sở hữu bảng hoặc quản trị tối cao nên không lớp bảo vệ nào ràng "
            "buộc được; hãy chỉ định vai trò khác bằng --app-database.",
        ),
        "role-unknown": (
            "There is no role {role} in the database {where}; create it first, or leave "
            "--app-database out.",
            "Không có vai trò {role} trong cơ sở dữ liệu {where}; hãy tạo trước, hoặc bỏ "
            "--app-database.",
        ),
    }


def reason(wrong: BaseException) -> str:
    """The first telling line of a driver's or server's message; never a password."""
    told = _BEFORE.sub("", str(wrong).strip()).strip()
    return told.splitlines()[0] if told else type(wrong).__name__


def lost(wrong: psycopg.Error, connection: psycopg.Connection[object] | None) -> bool:
    """True when an error means that the connection is of no further use."""
    if connection is not None and (connection.closed or connection.broken):
        return True
    # A primary that became a standby answers, but never again with a write.
    return isinstance(wrong, pg.AdminShutdown | pg.ReadOnlySqlTransaction | psycopg.InterfaceError)


def refusal(wrong: psycopg.Error, where: str, *, gone: bool) -> PostgresError:
    """The sentence for an error met while reading, or before anything was recorded."""
    why = reason(wrong)
    if gone or isinstance(wrong, pg.ReadOnlySqlTransaction | pg.CannotConnectNow):
        return PostgresError("store-unreachable", where=where, why=why)
    if isinstance(wrong, pg.LockNotAvailable | pg.QueryCanceled | pg.TooManyConnections):
        return PostgresError("store-busy", where=where, why=why)
    if isinstance(wrong, pg.InsufficientPrivilege):
        return PostgresError("database-denied", where=where, why=why)
    if isinstance(wrong, pg.UndefinedTable | pg.InvalidSchemaName | pg.UndefinedFunction):
        return PostgresError("database-empty", where=where)
    if isinstance(wrong, psycopg.OperationalError) and wrong.sqlstate is None:
        return PostgresError("store-unreachable", where=where, why=why)
    return PostgresError("store-unwritable", why=why)
