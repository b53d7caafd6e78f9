"""`kill -9` while a key is rotated: the same command again always ends with one good key."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.keys.folders import FARM, data, keys_of, ocop, told_folder

ROOT = Path(__file__).resolve().parents[2]
STATION = f"{FARM}.station"


def rotate_until(folder: Path, seconds: float) -> bool:
    """Start a rotation and kill it; False when it had ended before."""
    words = ["keys", "rotate", STATION, "--dir", str(folder)]
    process = subprocess.Popen(
        [sys.executable, "-m", "api.commands.main", *words],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while seconds > 0 and process.poll() is None:
            time.sleep(0.002)
            seconds -= 0.002
            if list((folder / "keys").glob("*.next")) and seconds > 0.05:
                seconds = random.Random(str(seconds)).random() * 0.05  # the interesting part
    finally:
        killed = process.poll() is None
        process.kill()
        process.wait(10)
    return killed


@pytest.mark.long
def test_a_killed_rotation_is_finished_by_the_same_command(tmp_path: Path) -> None:
    folder = told_folder(tmp_path / "so")
    killed, states = 0, set()
    for round_ in range(40):
        if rotate_until(folder, 60.0):
            killed += 1
            states.add(
                (
                    len(list((folder / "keys").glob("*.next"))),
                    (folder / "keys" / f"{STATION}.pem").exists(),
                    len(keys_of(folder)),
                )
            )
        ocop("keys", "rotate", STATION, "--dir", folder)
        stations = [
            one
            for one in data("keys", "list", "--party", FARM, "--dir", folder)["keys"]
            if one["role"] == "station"
        ]
        good = [one for one in stations if one["ended"] is None]
        assert [one["file"] for one in good] == [STATION], round_
        assert len({one["tag"] for one in stations}) == len(stations)
        assert not list((folder / "keys").glob("*.next"))
    assert killed >= 20 and len(states) > 2
    assert data("audit", "--dir", folder)["clean"]
