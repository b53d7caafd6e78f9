"""Addresses of databases: what this program adds to them, and how they are shown to people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.store.postgres.errors import PostgresError

Params = dict[str, str]

# The address may say otherwise. A dead peer is noticed in 5 s, so that a stand-in can take over.
_DEFAULTS = {
    "connect_timeout": "3",
    "keepalives": "1",
    "keepalives_idle": "2",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
    "application_name": "ocop",
}


def read_address(dsn: str) -> Params:
    """The parts of a libpq address (URI or key=value), with this program's time limits.

    Raises:
        PostgresError: `database-address`; the address is not repeated, it may hold a password.
    """
    return {**_DEFAULTS, **_parsed(dsn)}


def addresses(dsns: Sequence[str], passwords: Path | None, *, reading: bool) -> list[Params]:
    """The addresses to try, in order: password file named, and primaries only unless `reading`."""
    found = []
    for dsn in dsns:
        params = read_address(dsn)
        if passwords is not None and passwords.exists() and "password" not in params:
            params.setdefault("passfile", str(passwords))
        if not reading:
            # With several hosts this is what finds the new primary after a fail-over.
            params["target_session_attrs"] = "read-write"
        found.append(params)
    return found


def shown(params: Params) -> str:
    """Host, port and database for people: `db1:5432,db2:5432/ocop`; never user or password."""
    hosts = (params.get("host") or params.get("hostaddr") or "localhost").split(",")
    ports = params.get("port", "5432").split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    places = ",".join(f"{host}:{port}" for host, port in zip(hosts, ports, strict=False))
    return f"{places}/{params.get('dbname') or params.get('user', '')}"


def database_name(dsn: str) -> str:
    """Name of the database that an address leads to.

    Raises:
        PostgresError: `database-address`.
    """
    params = read_address(dsn)
    return params.get("dbname") or params.get("user", "")


def role_name(dsn: str) -> str:
    """Role that an address logs in as; empty when it names none.

    Raises:
        PostgresError: `database-address`.
    """
    return read_address(dsn).get("user", "")


def without_password(dsn: str) -> tuple[str, str | None]:
    """An address without its password, to be kept in settings, and that password apart."""
    params = _parsed(dsn)
    password = params.pop("password", None)
    return make_conninfo("", **params), password


def for_role(dsn: str, role: str) -> str:
    """The owner's address with another role, and nothing that is the owner's own."""
    own = {"user", "password", "passfile", "options", "application_name", "service"}
    params = _parsed(dsn)
    return make_conninfo("", **{k: v for k, v in params.items() if k not in own}, user=role)


def _parsed(dsn: str) -> Params:
    try:
        found = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value}
    except psycopg.Error:
        raise PostgresError("database-address") from None
    if _misread(dsn) or not re.fullmatch(r"[0-9,]*", found.get("port", "")):
        raise PostgresError("database-address")
    return found


def _misread(dsn: str) -> bool:
    """True when a password with an @ or / in it would be taken for a host, port or database."""
    scheme, separator, rest = dsn.partition("://")
    if not separator or scheme not in {"postgresql", "postgres"}:
        return False
    # As libpq reads it: user and password end at the first @, unless a / comes before.
    who, at, after = rest.partition("@")
    place = after if at and "/" not in who else rest
    return "@" in place.partition("?")[0]
