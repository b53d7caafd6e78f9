"""PostgreSQL comes to the tests from the system or from a wheel, whoever runs them."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from tests.postgres import cluster, programs
from tests.postgres.cluster import Cluster, new_folder


def test_root_takes_the_systems_programs_and_anybody_else_the_wheels(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system, wheel = tmp_path / "system", tmp_path / "wheel"
    monkeypatch.setattr(programs, "of_the_system", lambda: system)
    monkeypatch.setattr(programs, "of_the_wheel", lambda: wheel)
    choose = programs.programs.__wrapped__
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert choose() == system
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert choose() == wheel
    monkeypatch.setattr(programs, "of_the_wheel", lambda: None)
    assert choose() == system


def test_without_any_programs_the_tests_fail_and_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(programs, "of_the_system", lambda: None)
    monkeypatch.setattr(programs, "of_the_wheel", lambda: None)
    with pytest.raises(pytest.fail.Exception, match=r"apt-get install postgresql.*pixeltable"):
        programs.programs.__wrapped__()


def test_a_folder_without_all_four_programs_is_not_taken(tmp_path: Path) -> None:
    for name in ("initdb", "postgres", "pg_ctl"):
        (tmp_path / name).touch()
    assert programs._whole([tmp_path]) == []
    (tmp_path / "pg_basebackup").touch()
    assert programs._whole([tmp_path]) == [tmp_path]


def test_the_wheels_server_runs_and_takes_a_standby(monkeypatch: pytest.MonkeyPatch) -> None:
    found = programs.of_the_wheel()
    if found is None and os.geteuid() == 0:
        pytest.skip("as root the wheel is used only where another user may reach it")
    assert found is not None, "the wheel is among the locked requirements"
    monkeypatch.setattr(cluster, "programs", lambda: found)
    made = Cluster(new_folder("wheel"))
    try:
        made.make_data()
        made.start()
        with psycopg.connect(made.superuser_dsn(), autocommit=True) as connection:
            assert connection.info.server_version >= 18_00_00
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        standby = made.standby("ba")
        try:
            with psycopg.connect(standby.superuser_dsn()) as connection:
                assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
        finally:
            standby.remove()
    finally:
        made.remove()
