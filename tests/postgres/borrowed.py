"""A server that somebody else runs and lends to the tests: its address is in OCOP_TEST_POSTGRES."""

from __future__ import annotations

import atexit
import contextlib
import secrets
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict

from tests.postgres.cluster import LENT, OWNER, Cluster, owner_role

_OURS = "made by the tests of OCOP Ledger"
_HERE = ("127.0.0.1", "localhost")
# Advisory locks: one for coming and going, one that every process of tests has its share of.
_DOOR, _ROOM = 0x6F636F70_01, 0x6F636F70_02


class Borrowed(Cluster):
    """Databases on it are made and dropped; the server itself is left alone.

    It has to be for the tests alone, a container, say: the last process of tests to leave, or the
    next to come when that one was killed or cut short, drops the owner role with its databases,
    and of the roles that were made later those that own nothing but databases called `so_...`.
    An owner role that the tests did not make is never touched: they fail instead.
    """

    def __init__(self, dsn: str) -> None:
        """The tests fail when the server cannot be used; the password is not repeated."""
        try:
            self._session = psycopg.connect(dsn, autocommit=True, connect_timeout=5)
        except psycopg.Error as wrong:
            pytest.fail(f"the server of {LENT} cannot be reached: {wrong}")
        info = self._session.info
        host = conninfo_to_dict(dsn).get("host") or info.host
        if host not in _HERE:
            self._session.close()
            pytest.fail(f"{LENT} must name a server at 127.0.0.1, as several tests do; not {host}")
        user = info.user
        if self._session.execute("SHOW is_superuser").fetchone() != ("on",):
            self._session.close()
            pytest.fail(f"{user}, the user of {LENT}, is no superuser; tests need to be one")
        super().__init__(Path("127.0.0.1"))
        self.port = info.port
        self._who = f"{quote(user, safe='')}:{quote(info.password, safe='')}"
        self._name += f"_{secrets.token_hex(3)}"
        atexit.register(self.remove)
        self.make()

    def make(self) -> None:
        """Make the owner role; what killed tests have left behind is dropped before."""
        self._session.execute("SELECT pg_advisory_lock(%s)", (_DOOR,))
        if self._alone():
            self._refuse_foreign_owner()
            self._sweep()
            left = self._names("SELECT rolname FROM pg_roles WHERE rolname = %s", OWNER)
            self._session.execute(owner_role("ALTER" if left else "CREATE"))
            remark = sql.SQL("COMMENT ON ROLE {} IS {}")
            self._session.execute(remark.format(sql.Identifier(OWNER), sql.Literal(_OURS)))
        self._session.execute("SELECT pg_advisory_lock_shared(%s)", (_ROOM,))
        self._session.execute("SELECT pg_advisory_unlock(%s)", (_DOOR,))

    def remove(self) -> None:
        """Leave; who is the last puts things back."""
        if self._session.closed:
            return
        with contextlib.suppress(psycopg.OperationalError):  # it was ended before we were
            self._session.execute("SELECT pg_advisory_lock(%s)", (_DOOR,))
            self._session.execute("SELECT pg_advisory_unlock_shared(%s)", (_ROOM,))
            if self._alone():
                self._sweep()
        self._session.close()

    def _alone(self) -> bool:
        row = self._session.execute("SELECT pg_try_advisory_lock(%s)", (_ROOM,)).fetchone()
        if row == (True,):
            self._session.execute("SELECT pg_advisory_unlock(%s)", (_ROOM,))
        return row == (True,)

    def _refuse_foreign_owner(self) -> None:
        """A role of that name that the tests did not make may own somebody's ledger."""
        remarks = self._names(
            "SELECT coalesce(shobj_description(oid, 'pg_authid'), '') FROM pg_roles "
            "WHERE rolname = %s",
            OWNER,
        )
        if any(remark != _OURS for remark in remarks):
            self._session.close()
            pytest.fail(f"the server of {LENT} has a role {OWNER} that the tests did not make")

    def _sweep(self) -> None:
        for name in self._names(
            "SELECT datname FROM pg_database JOIN pg_roles AS tests ON tests.rolname = %s "
            "WHERE datdba = tests.oid OR datdba > tests.oid AND starts_with(datname, 'so_')",
            OWNER,
        ):
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            self._session.execute(drop)
        # Roles that tests made have all kinds of names, but the owner role was there before them.
        for name in self._names(
            "SELECT rolname FROM pg_roles WHERE NOT rolsuper AND oid >= "
            "(SELECT oid FROM pg_roles WHERE rolname = %s) ORDER BY oid DESC",
            OWNER,
        ):
            with contextlib.suppress(errors.DependentObjectsStillExist):
                self._session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))

    def _names(self, query: str, value: str) -> list[str]:
        return [str(row[0]) for row in self._session.execute(query.encode(), (value,))]

    def superuser_dsn(self, database: str = "postgres") -> str:
        """Address as the user that was lent."""
        return f"postgresql://{self._who}@127.0.0.1:{self.port}/{database}"

    @property
    def data(self) -> Path:
        """The data folder, where it is on this machine and may be read; otherwise skips."""
        row = self._session.execute("SHOW data_directory").fetchone()
        folder = Path(str(row[0] if row else ""))
        try:
            same = (folder / "postmaster.pid").read_text().split()[3] == str(self.port)
        except OSError:
            same = False
        if not same:
            pytest.skip(f"the files of the server of {LENT} cannot be read from here")
        return folder

    def log(self) -> str:
        """What the server has said, where it keeps a file of it; otherwise skips."""
        row = self._session.execute(
            "SELECT pg_read_file(pg_current_logfile()) WHERE pg_current_logfile() IS NOT NULL"
        ).fetchone()
        if row is None:
            pytest.skip(f"the server of {LENT} keeps no log file")
        return str(row[0])

    @property
    def pid(self) -> int:
        """Not ours to know."""
        self._hands_off()

    def start(self) -> None:
        """It runs."""
        self._hands_off()

    def stop(self, mode: str = "fast") -> None:
        """Not ours to end."""
        self._hands_off()

    def kill(self) -> None:
        """Not ours to kill."""
        self._hands_off()

    def promote(self) -> None:
        """Not ours to promote."""
        self._hands_off()

    def standby(self, name: str) -> Cluster:
        """Not ours to copy."""
        self._hands_off()

    def _hands_off(self) -> NoReturn:
        raise AssertionError("a lent server is not to be touched; take own_cluster")
