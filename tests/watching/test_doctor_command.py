"""`ocop doctor`: every check stands alone, and what is found is told in both languages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from api.commands.main import main
from api.watching.doctor.case import Case
from api.watching.doctor.examination import CHECKS, examine

ROOT = Path(__file__).resolve().parents[2]
GIGABYTE = 1024**3


def test_a_check_that_fails_or_hangs_stops_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> tuple[int, int]:
        raise RuntimeError("no such disk")

    case = Case(folder, room=broken)
    heard: list[tuple[int, str, int]] = []
    with closing(case):
        findings = examine(
            case, lambda n, check, one: heard.append((n, check.name, len(one or ())))
        )
    assert [one.code for _, one in findings] == ["check-failed"]
    assert [n for n, _, _ in heard] == list(range(1, len(CHECKS) + 1))
    assert heard[1] == (2, "disk", 1)


def test_a_hanging_check_is_given_up(folder: Path) -> None:
    release = threading.Event()

    def hangs(_: Path) -> tuple[int, int]:
        release.wait(30)
        return 100 * GIGABYTE, 50 * GIGABYTE

    with closing(Case(folder, room=hangs)) as case:
        findings = examine(case, limit=0.5)
        release.set()
    assert "check-hangs" in [one.code for _, one in findings]


def test_what_could_not_be_looked_at_is_not_called_ok(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "ledger.db").write_bytes(b"no ledger at all" * 500)
    assert main(["doctor", "--dir", str(folder), "--lang", "en", "--json"]) == 1
    said = capsys.readouterr()
    skipped = json.loads(said.out)["not_checked"]
    assert {"guards", "roll-back", "backlog", "processes"} <= set(skipped)
    assert "folder" not in skipped
    assert said.err.count(": not checked") == len(skipped)
    assert "the store's guards: ok" not in said.err
    assert main(["doctor", "--dir", str(folder), "--lang", "en"]) == 1
    assert f"{len(skipped)} checks could not be made" in capsys.readouterr().out


def test_the_command_says_what_why_and_how_and_ends_with_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "keys" / "log.pem").chmod(0o644)
    assert main(["doctor", "--dir", str(folder), "--lang", "vi"]) == 1
    said = capsys.readouterr().out
    assert "quyền 0644" in said
    assert f"chmod 600 {folder / 'keys' / 'log.pem'}" in said
    assert "Vì sao:" in said and "Cách sửa:" in said
    (folder / "keys" / "log.pem").chmod(0o600)
    assert main(["doctor", "--dir", str(folder), "--lang", "en"]) in {0, 1}  # this machine's disk
    assert "0644" not in capsys.readouterr().out


def test_a_terminal_sees_one_line_a_check(folder: Path) -> None:
    (folder / "keys").chmod(0o755)
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "api.commands.main", "doctor"),
                *("--dir", str(folder), "--lang", "en", "--json"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            timeout=60,
            cwd=ROOT,
        )
        os.set_blocking(ours, False)
        said = os.read(ours, 65536).decode().splitlines()
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 1
    assert len(said) == len(CHECKS)
    assert said[0] == f"[1/{len(CHECKS)}] folder and file rights: ! 1"
    assert said[3] == f"[4/{len(CHECKS)}] keys: ok"
    assert "file-open-to-others" in {one["code"] for one in json.loads(done.stdout)["findings"]}
