"""A real PostgreSQL server for the tests: started, killed, replicated and promoted by them."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.postgres.programs import account, programs

LENT = "OCOP_TEST_POSTGRES"  # superuser's address of a server for the tests
SUPERUSER, OWNER = "postgres", "ledger_owner"
PASSWORD = "p:a\\ss word"  # with what has to be escaped in addresses and password files
_QUOTED = "p%3Aa%5Css%20word"
_PATIENCE = 30.0
_CHEAP = {
    # Small and quick to start; nothing here weakens durability.
    "shared_buffers": "32MB",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "jit": "off",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "hot_standby": "on",
    # Every test has a database of its own for a moment: there is nothing to tidy up in them, and
    # with a hundred of them somebody would be started to look every half second.
    "autovacuum": "off",
}


class Cluster:
    """One server on 127.0.0.1 with a data folder of its own. `settings` are server parameters."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        self.folder = folder  # with its socket: what libpq takes for a host
        self.settings = {**_CHEAP, **(settings or {})}
        self.port = _free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._name = f"so_{os.getpid()}"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        assert self._server is not None, "the server is not running"
        return self._server.pid

    def make(self) -> None:
        """Make the data folder, with a superuser and an owner role that may create roles."""
        _owned(self.folder)
        # Copying a fresh data folder takes a tenth of the time of making one.
        self.run_any("cp", "-a", str(_fresh_data()), str(self.data))
        self.start()
        with psycopg.connect(self.superuser_dsn(), autocommit=True) as connection:
            # Where a standby has to agree to every commit there is none yet.
            connection.execute("SET synchronous_commit = local")
            connection.execute(owner_role("CREATE"))

    def start(self) -> None:
        """Start the server and wait until it answers (after a crash: until it has recovered)."""
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        with (self.folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    *(str(programs() / "postgres"), "-D", str(self.data), "-p", str(self.port)),
                    *("-k", str(self.folder), "--listen_addresses=127.0.0.1", *options),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **_identity(),
            )
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                psycopg.connect(self.superuser_dsn(), connect_timeout=2).close()
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(self.log()[-2000:]) from None
                time.sleep(0.02)
            else:
                return

    def stop(self, mode: str = "fast") -> None:
        """End the server: smart, fast or immediate (as pg_ctl means them)."""
        if self._server is None or self._server.poll() is not None:
            return
        how = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode]
        self._server.send_signal(how)
        self._server.wait(_PATIENCE)

    def kill(self) -> None:
        """kill -9 of the postmaster and of every process it started: the machine's power cut."""
        assert self._server is not None
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        self._server.kill()
        for child in map(int, children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self._server.wait(_PATIENCE)
        deadline = time.monotonic() + _PATIENCE
        while any(Path(f"/proc/{child}/fd").exists() and _alive(child) for child in children):
            assert time.monotonic() < deadline, "a killed server process is still there"
            time.sleep(0.005)

    def promote(self) -> None:
        """Make a standby the primary; returns once it takes writes."""
        self.run("pg_ctl", "promote", "-w", "-t", "20", "-D", str(self.data))

    def standby(self, name: str) -> Cluster:
        """A running streaming replica of this server, called `name` (for synchronous_standby_names)."""
        folder = new_folder(name)
        made = Cluster(folder, self.settings | {"synchronous_standby_names": ""})
        _owned(folder)
        source = f"{self.superuser_dsn()}?application_name={name}"
        self.run(
            "pg_basebackup", "-D", str(made.data), "-d", source, "-R", "-X", "stream", "-c", "fast"
        )
        made.start()
        return made

    def superuser_dsn(self, database: str = "postgres") -> str:
        """Address as the server's superuser, over TCP."""
        return f"postgresql://{SUPERUSER}:{_QUOTED}@127.0.0.1:{self.port}/{database}"

    def owner_dsn(self, database: str = "postgres") -> str:
        """Address as the role that owns ledgers: may create roles, is no superuser."""
        return f"postgresql://{OWNER}:{_QUOTED}@127.0.0.1:{self.port}/{database}"

    def fresh_database(self, template: str | None = None) -> str:
        """Owner address of a new database: empty, or a copy of the one named `template`."""
        name = f"{self._name}_{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "template0")
        )
        with psycopg.connect(self.superuser_dsn(), autocommit=True) as connection:
            connection.execute(statement)
        return self.owner_dsn(name)

    def log(self) -> str:
        """What the server has said."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def make_data(self) -> None:
        """Make the data folder itself."""
        _owned(self.folder)
        password = self.folder / "password"
        password.write_text(PASSWORD, encoding="utf-8")
        _owned(password)
        self.run(
            *("initdb", "-D", str(self.data), "-U", SUPERUSER, "-E", "UTF8", "--no-locale"),
            *("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}", "-N"),
        )

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's user."""
        self.run_any(str(programs() / program), *arguments)

    def run_any(self, *command: str) -> None:
        """Run a command as the server's user."""
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=120,
            cwd=self.folder,
            **_identity(),
        )
        assert done.returncode == 0, done.stderr

    def remove(self) -> None:
        """End the server at once and delete its files."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


def new_folder(what: str) -> Path:
    """Where a server may go: its socket's address has to be short."""
    return Path(tempfile.mkdtemp(prefix=f"ocop-pg-{what}-"))


@cache
def _fresh_data() -> Path:
    made = Cluster(new_folder("new"))
    atexit.register(made.remove)
    made.make_data()
    return made.data


def owner_role(verb: str) -> sql.Composed:
    """CREATE or ALTER of the role that owns ledgers: it may create roles and databases."""
    statement = sql.SQL(verb + " ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}")
    return statement.format(sql.Identifier(OWNER), sql.Literal(PASSWORD))


@cache
def shared_cluster() -> Cluster:
    """The one server of this test process, started at first use, or the one lent to it.

    Tests that kill a server, replicate or promote it start one of their own all the same.
    """
    lent = os.environ.get(LENT)
    if lent:
        from tests.postgres.borrowed import Borrowed

        return Borrowed(lent)
    made = Cluster(new_folder("shared"))
    atexit.register(made.remove)
    made.make()
    return made


@contextmanager
def own_cluster(**settings: str) -> Iterator[Cluster]:
    """A server of one test's own, for tests that kill it; removed at the end."""
    made = Cluster(new_folder("own"), settings)
    try:
        made.make()
        yield made
    finally:
        made.remove()


def _identity() -> dict[str, Any]:
    whom = account()
    return {} if whom is None else {"user": whom[0], "group": whom[1], "extra_groups": []}


def _owned(path: Path) -> None:
    whom = account()
    if whom is not None:
        os.chown(path, *whom)


def _alive(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
