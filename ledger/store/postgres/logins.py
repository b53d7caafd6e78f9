"""Why a connection was not made: a login that was refused is told apart from a server that is away.

The driver gives no error class for a connection that failed, so the server's words are all there
is. A server that speaks another language gives `store-unreachable` with its own words.
"""

from __future__ import annotations

import re
from typing import ClassVar

import psycopg

from ledger.store.postgres.address import Params, shown
from ledger.store.postgres.errors import PostgresError, reason

_NO_DATABASE = re.compile(r'database ".*" does not exist')
_NO_LOGIN = re.compile(r'role ".*" (does not exist|is not permitted to log in)')


class LoginRefused(PostgresError):
    """The server answered, but does not let this role into this database."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        **PostgresError.catalogue,
        "password-wrong": (
            "The database {where} refused the password of role {role}, or has no such role. The "
            "program's own password is in keys/pgpass of the ledger's folder, an owner's in the "
            "address, ~/.pgpass or PGPASSWORD.",
            "Cơ sở dữ liệu {where} không nhận mật khẩu của vai trò {role}, hoặc không có vai trò đó. "
            "Mật khẩu của chương trình nằm trong keys/pgpass của thư mục sổ, của chủ sở hữu trong "
            "địa chỉ, ~/.pgpass hoặc PGPASSWORD.",
        ),
        "password-missing": (
            "The database {where} asks for the password of role {role}, and none was given. The "
            "program's own goes into keys/pgpass of the ledger's folder, an owner's into ~/.pgpass "
            "or PGPASSWORD.",
            "Cơ sở dữ liệu {where} hỏi mật khẩu của vai trò {role} mà chưa có. Hãy ghi mật khẩu của "
            "chương trình vào keys/pgpass của thư mục sổ, của chủ sở hữu vào ~/.pgpass hoặc "
            "PGPASSWORD.",
        ),
        "database-unknown": (
            "The server has no database {where}; check its name, or let the owner create it with "
            "CREATE DATABASE.",
            "Máy chủ không có cơ sở dữ liệu {where}; hãy kiểm tra tên, hoặc nhờ chủ sở hữu tạo bằng "
            "CREATE DATABASE.",
        ),
        "login-unknown": (
            "The server of {where} has no role {role} that may log in; check the name in the "
            "address, or let an administrator create the role.",
            "Máy chủ của {where} không có vai trò {role} được phép đăng nhập; hãy kiểm tra tên trong "
            "địa chỉ, hoặc nhờ quản trị viên tạo vai trò.",
        ),
    }


def unreachable(wrong: psycopg.Error, params: Params) -> PostgresError:
    """The sentence for a connection to `params` that was not made; never a password."""
    where, role = shown(params), params.get("user", "?")
    # Of several hosts all failures are listed, and one that refused says more than one that is off.
    said = str(wrong)
    if "no password supplied" in said:
        return LoginRefused("password-missing", where=where, role=role)
    if "password authentication failed" in said:
        return LoginRefused("password-wrong", where=where, role=role)
    if _NO_DATABASE.search(said):
        return LoginRefused("database-unknown", where=where)
    if _NO_LOGIN.search(said):
        return LoginRefused("login-unknown", where=where, role=role)
    return PostgresError("store-unreachable", where=where, why=reason(wrong))
