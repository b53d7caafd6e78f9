"""`ocop backup`, `restore`, `move` and `erase` as a person or a script runs them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from api.keeping.backup import back_up
from tests.keeping import scenes
from tests.keeping.scenes import run
from tests.postgres.cluster import shared_cluster
from tests.store.small_ledger import check_ledger

_WAIT = 30.0


def given(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    """What a command that must succeed gives a program."""
    status, out, err = run(capsys, *words, "--json")
    assert status == 0, err
    return json.loads(out)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger, an older backup of it and its newest checkpoint."""
    path = tmp_path_factory.mktemp("commands")
    services = scenes.told(path / "so")
    back_up(services, path / "old.ocop")
    scenes.add_one_by_one(services, 4, "M")
    (path / "kept.txt").write_text(services.log.checkpoint() or "")
    services.close()
    return path


def test_backup_and_restore_say_the_same_size_and_root(
    room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = given(capsys, "backup", tmp_path / "b.ocop", "--dir", room / "so")
    kept = given(
        capsys,
        *("restore", tmp_path / "b.ocop", "--dir", tmp_path / "new"),
        *("--checkpoint", room / "kept.txt"),
    )
    assert (kept["size"], kept["root"], kept["missing"]) == (made["size"], made["root"], 0)
    assert check_ledger(tmp_path / "new", bundles=1) == made["size"]
    status, _, err = run(capsys, "backup", tmp_path / "b.ocop", "--dir", room / "so")
    assert status == 2
    assert "was not overwritten" in err
    status, _, err = run(capsys, "backup", tmp_path / "c.ocop", "--dir", room / "so")
    assert (status, "holds the private keys" in err, "statements," in err) == (0, True, True)


def test_an_older_backup_ends_with_status_1_and_figures(
    room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (
        "restore",
        room / "old.ocop",
        "--dir",
        tmp_path / "n",
        "--checkpoint",
        room / "kept.txt",
    )
    status, out, err = run(capsys, *words, "--json")
    said = json.loads(out)
    assert (status, said["restored"], said["missing"]) == (1, False, 4)
    assert said["from_index"] == said["size"]
    assert {one["role"] for one in said["journals"]} >= {"station", "admin"}
    assert "Nothing was restored" in err
    assert not (tmp_path / "n").exists()
    accepted = given(capsys, *words, "--accept-older")
    assert accepted["missing"] == 4
    status, _, err = run(capsys, "restore", "--dir", tmp_path / "n")
    assert (status, "Say what to restore" in err) == (2, True)
    given(capsys, "backup", tmp_path / "whole.ocop", "--dir", room / "so")
    back = given(capsys, "restore", "--resubmit", tmp_path / "whole.ocop", "--dir", tmp_path / "n")
    assert back["added"] == 4
    check_ledger(tmp_path / "n", bundles=1)


def test_a_move_to_a_database_and_back_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "so"
    services = scenes.told(folder)
    services.close()
    owner = shared_cluster().fresh_database()
    there = given(capsys, "move", "--dir", folder, "--to", owner)
    status, out, _ = run(capsys, "audit", "--dir", folder)
    assert (status, "Everything holds" in out) == (0, True)
    assert "ss%20word" not in (folder / "settings.json").read_text()
    assert given(capsys, "backup", tmp_path / "pg.ocop", "--dir", folder)["root"] == there["root"]
    status, _, err = run(capsys, "move", "--dir", folder, "--to", folder)
    assert status == 0, err
    assert "still holds the old copy" in err
    status, _, err = run(capsys, "move", "--dir", folder, "--to", folder)
    assert (status, "is there already" in err) == (2, True)
    check_ledger(folder, bundles=1)


def test_erasing_lists_first_and_does_it_only_with_yes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "so"
    scenes.told(folder).close()
    status, out, err = run(capsys, "erase", "--dir", folder, "--containing", "phượng")
    assert status == 0
    assert "Hộ 07 (Phượng)" in out
    assert "received from.digest  HTX-A/qua Q01" in out
    assert "nothing was changed" in err
    assert "Phượng".encode() in (folder / "private.db").read_bytes()
    done = given(capsys, "erase", "--dir", folder, "--containing", "phượng", "--yes")
    assert (done["erased"], len(done["found"])) == (1, 1)
    assert "Phượng" not in json.dumps(done, ensure_ascii=False)
    assert "Phượng".encode() not in (folder / "private.db").read_bytes()
    status, _, err = run(capsys, "erase", "--dir", folder, "--containing", "phượng", "--yes")
    assert (status, "No private text" in err) == (0, True)


@pytest.mark.long
def test_a_backup_that_is_killed_leaves_no_file_that_looks_like_one(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    services = scenes.told(folder, 3_000)
    services.close()
    killed = 0
    for number in range(4):
        target = tmp_path / f"{number}.ocop"
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "api.commands.main",
                "backup",
                str(target),
                "--dir",
                str(folder),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            part, deadline = tmp_path / f"{number}.ocop.part", time.monotonic() + _WAIT
            while not part.exists() and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.002)
            time.sleep(0.04 * number)
            process.send_signal(signal.SIGKILL)
        finally:
            process.kill()
            process.wait(_WAIT)
        if not target.exists():
            killed += 1
            assert part.stat().st_mode & 0o077 == 0  # what is left is closed to others
    print(f"{killed} of 4 backups killed before they were finished")
    assert killed
    check_ledger(folder, bundles=1)
