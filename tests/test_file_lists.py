"""docs/architecture.md says what each file is for: every module, and none that is gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
UNTYPED = ("static",)
"""Folders without a Python module."""
_FILE = re.compile(r"`([a-z_0-9]+)(\*?)`")
_INNER = re.compile(r"`(\w+)/`")


def file_lists() -> dict[str, str]:
    """Folder -> what docs/architecture.md says of its files."""
    part = PAGE.read_text(encoding="utf-8").partition("\n## What each file is for\n")[2]
    found, above = {}, ""
    for line in part.partition("\n## ")[0].splitlines():
        if (room := re.match(r"\*\*`([\w/]+)/`\*\*: ", line)) is not None:
            above = room[1]
            found[above] = line
        elif (rooms := re.match(r"\* ((?:`\w+/`(?: and )?)+)", line)) is not None:
            folders = re.findall(r"`(\w+)/`", rooms[1])
            found |= {f"{above}/{one}": line for one in folders if one not in UNTYPED}
    return found


def modules(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.py")} - {"__init__", "__main__"}


@pytest.mark.parametrize(
    "folder",
    sorted(
        str(path.parent.relative_to(ROOT))
        for room in ("ledger", "printers", "api")
        for path in (ROOT / room).rglob("__init__.py")
    ),
)
def test_the_file_lists_name_every_module_and_none_that_is_gone(folder: str) -> None:
    lists, above = file_lists(), str(Path(folder).parent)
    if folder not in lists:
        # A folder within a room is told of in the room's own line.
        assert f"`{Path(folder).name}/`" in lists[above], folder
        return
    line = lists[folder]
    there = modules(ROOT / folder)
    if "one module a" not in line.partition(";")[0]:
        told = {name for name in there if any(_names(one, name) for one in _FILE.findall(line))}
        assert there - told == set()
    for inner in _INNER.findall(line):
        if inner not in UNTYPED:
            there |= modules(ROOT / folder / inner)
    gone = [one for one in _FILE.findall(line) if not any(_names(one, name) for name in there)]
    assert gone == []


def _names(word: tuple[str, str], module: str) -> bool:
    start, rest = word
    return module.startswith(start) if rest else module == start


def test_the_file_lists_name_no_folder_that_is_gone() -> None:
    assert len(file_lists()) > 40
    assert [one for one in file_lists() if not (ROOT / one / "__init__.py").exists()] == []


def test_the_rooms_of_the_api_are_told_of_before_their_files() -> None:
    told = PAGE.read_text(encoding="utf-8").partition("\n`api/` has rooms of its own: ")[2]
    named = set(_INNER.findall(told.partition("\n")[0]))
    there = {path.parent.name for path in (ROOT / "api").glob("*/__init__.py")}
    assert there - named == set()
    assert {one for one in named if not (ROOT / "api" / one).is_dir()} <= {"docker"}
