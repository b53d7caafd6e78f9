"""A dry run shows what would be recorded, or refused, and leaves every byte as it was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.keys.folders import FARM, SHOP, bytes_of, ocop, refused, told_folder

STATION = f"{FARM}.station"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return told_folder(tmp_path / "so")


DRY: dict[str, Sequence[str]] = {
    "new": ("new", f"{SHOP}.station"),
    "rotate station": ("rotate", STATION),
    "rotate admin": ("rotate", f"{FARM}.admin"),
    "retire": ("retire", STATION),
    "retire admin": ("retire", f"{FARM}.admin"),
    "compromise": ("compromise", STATION, "--last-good", "30"),
    "compromise before": ("compromise", STATION, "--before", "2030-09-10T00:00:00+07:00"),
}
LOOKS: dict[str, Sequence[str]] = {
    "list": ("list",),
    "show": ("show", STATION),
    "disputed": ("disputed",),
}


@pytest.mark.parametrize("name", [*DRY, *LOOKS])
def test_a_dry_run_and_a_look_leave_every_byte_of_the_folder_as_it_was(
    folder: Path, name: str
) -> None:
    words = (*DRY[name], "--dry-run") if name in DRY else LOOKS[name]
    before = bytes_of(folder)
    ocop("keys", *words, "--dir", folder)
    assert bytes_of(folder) == before


def test_a_dry_run_of_standing_by_and_of_enrolling_leaves_every_byte_too(
    folder: Path, tmp_path: Path
) -> None:
    ocop("keys", "compromise", STATION, "--last-good", "20", "--dir", folder)
    request = tmp_path / "r.json"
    made = ("--origin", "ocop.example/small", "--party", FARM, "--role", "station", "--tag", "B7")
    ocop("keys", "request", tmp_path / "b.pem", *made, "-o", request)
    before = bytes_of(folder)
    words = ("keys", "reattest", "--all", "--party", FARM, "--dir", folder, "--dry-run")
    assert "Stand by" in ocop(*words)
    assert "B7" in ocop("keys", "enrol", request, "--dir", folder, "--dry-run")
    assert bytes_of(folder) == before


def test_what_a_dry_run_would_be_refused_for_it_says(folder: Path, tmp_path: Path) -> None:
    request = tmp_path / "r.json"
    made = ("--origin", "ocop.example/small", "--party", FARM, "--role", "station", "--tag", "A1")
    ocop("keys", "request", tmp_path / "b.pem", *made, "-o", request)
    words = ("keys", "enrol", request, "--dir", folder)
    assert "Station tag A1 is in use" in refused(*words, "--dry-run") == refused(*words)


def test_a_dry_run_for_a_party_that_is_not_registered_is_refused_like_the_act(folder: Path) -> None:
    for party in ("HTX-C", "LEDGER"):
        words = ("keys", "new", f"{party}.admin", "--dir", folder, "--dry-run")
        assert refused(*words)
    assert not list((folder / "keys").glob("HTX-C*"))
