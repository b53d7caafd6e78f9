"""What `docker/` says is true: its scripts run against real servers, its files name what exists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from api.commands.main import main as ocop
from api.settings import Settings
from tests.postgres.cluster import PASSWORD, Cluster
from tests.postgres.programs import account, programs

ROOT = Path(__file__).resolve().parents[1]
DOCKER = ROOT / "docker"
WORD = "t9bX2kQ"


def compose(name: str) -> dict[str, Any]:
    """A compose file, read."""
    read: dict[str, Any] = yaml.safe_load((DOCKER / name).read_text(encoding="utf-8"))
    return read


def identity() -> dict[str, Any]:
    """As whom a server may run."""
    whom = account()
    return {} if whom is None else {"user": whom[0], "group": whom[1], "extra_groups": []}


@pytest.fixture
def secrets() -> Iterator[Path]:
    """A folder of secrets and scripts that the server's user can read."""
    folder = Path(tempfile.mkdtemp(prefix="ocop-docker-"))
    (folder / "owner").write_text(WORD)
    (folder / "replication").write_text(WORD)
    for script in ("replication.sh", "standby.sh"):
        shutil.copy(DOCKER / script, folder)
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_the_scripts_make_a_primary_whose_commits_wait_for_the_standby_they_make(
    secrets: Path,
) -> None:
    primary = Cluster(Path(tempfile.mkdtemp(prefix="ocop-pg-docker-")))
    follower: subprocess.Popen[bytes] | None = None
    replica = Cluster(Path(tempfile.mkdtemp(prefix="ocop-pg-docker-")))
    try:
        primary.make()
        with psycopg.connect(primary.superuser_dsn(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE ocop")
        path = f"{programs()}:{os.environ['PATH']}"
        subprocess.run(
            [str(secrets / "replication.sh")],
            env={
                "PATH": path,
                "SECRETS": str(secrets),
                "PGDATA": str(primary.data),
                "PGHOST": "127.0.0.1",
                "PGPORT": str(primary.port),
                "PGPASSWORD": PASSWORD,
            },
            check=True,
            timeout=60,
            **identity(),
        )
        primary.stop()
        primary.start()
        whom = account()
        if whom is not None:
            os.chown(replica.folder, *whom)
        follower = subprocess.Popen(
            [
                *(str(secrets / "standby.sh"), "-p", str(replica.port), "-k", str(replica.folder)),
                # Not lower than on the primary, or PostgreSQL refuses to follow it.
                *("--listen_addresses=127.0.0.1", "--max_connections=200"),
            ],
            env={
                "PATH": path,
                "HOME": str(replica.folder),
                "PGDATA": str(replica.data),
                "REPLICATION_SECRET": str(secrets / "replication"),
                "PRIMARY": "127.0.0.1",
                "PRIMARY_PORT": str(primary.port),
            },
            cwd=replica.folder,
            start_new_session=True,
            **identity(),
        )
        assert seen(replica, "SELECT pg_is_in_recovery()") == (True,)
        waits_for = "SELECT application_name FROM pg_stat_replication WHERE sync_state = 'sync'"
        assert seen(primary, waits_for) == ("standby",)
        owner = f"postgresql://ocop_owner:{WORD}@127.0.0.1:{primary.port}/ocop"
        with psycopg.connect(owner, autocommit=True, options="-c statement_timeout=40s") as made:
            made.execute("CREATE TABLE kept AS SELECT 7 AS number")
        assert seen(replica, "SELECT number FROM kept") == (7,)
        primary.kill()
        replica.promote()
        # It copied its primary's settings, but has no standby of its own to wait for.
        alone = owner.replace(str(primary.port), str(replica.port))
        with psycopg.connect(alone, autocommit=True, options="-c statement_timeout=10s") as made:
            made.execute("INSERT INTO kept VALUES (8)")
    finally:
        if follower is not None:
            follower.terminate()
            follower.wait(20)
        primary.remove()
        shutil.rmtree(replica.folder, ignore_errors=True)


def seen(server: Cluster, query: str) -> tuple[Any, ...] | None:
    """The first row that a query gives on a server, within a few seconds."""
    for _ in range(200):
        try:
            with psycopg.connect(server.superuser_dsn("ocop"), connect_timeout=2) as connection:
                row = connection.execute(query).fetchone()
            if row is not None:
                return row
        except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
            pass
        time.sleep(0.05)
    return None


@pytest.mark.parametrize("name", ["compose.yaml", "station.yaml"])
def test_a_container_runs_commands_that_the_program_has(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        service["command"]
        for service in compose(name)["services"].values()
        if "ocop-ledger" in service.get("image", "") and isinstance(service.get("command"), list)
    ]
    assert asked
    for command in asked:
        with pytest.raises(SystemExit) as ended:
            ocop([command[0], "--help"])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        assert all(word in shown for word in command if word.startswith("--"))


def test_only_the_set_up_has_the_owners_password() -> None:
    services = compose("compose.yaml")["services"]
    having = {name for name, one in services.items() if "owner" in one.get("secrets", [])}
    assert having == {"setup", "db-1", "db-2"}


def test_no_secret_stands_in_a_file_of_the_repository() -> None:
    given = compose("compose.yaml")["secrets"]
    assert all(
        set(one) == {"file"} and one["file"].startswith("secrets/") for one in given.values()
    )
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert "/docker/secrets/" in ignored
    for path in DOCKER.iterdir():
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"PASSWORD: *[^$\s]", text), path.name


def test_the_proxy_shows_nothing_that_is_the_machines_own() -> None:
    text = (DOCKER / "nginx.conf").read_text(encoding="utf-8")
    closed = re.search(r"location ~ \^/\(([^)]*)\) \{ return 404; \}", text)
    assert closed is not None
    assert {"tram", "metrics", "readyz"} <= set(closed.group(1).split("|"))
    assert "access_log off;" in text


def test_the_hub_is_told_at_its_making_which_addresses_are_the_proxys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = compose("compose.yaml")
    subnet = given["networks"]["default"]["ipam"]["config"][0]["subnet"]
    assert given["services"]["setup"]["environment"]["PROXIES"] == subnet
    asked = ["init", "--lang", "en", "--trusted-proxy"]
    assert ocop([*asked, subnet, "--dir", str(tmp_path / "so")]) == 0
    assert Settings.load(tmp_path / "so" / "settings.json").trusted_proxies == (subnet,)
    assert ocop([*asked, "nginx", "--dir", str(tmp_path / "other")]) == 2
    assert "no IP address" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()
