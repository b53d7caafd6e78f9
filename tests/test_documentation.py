"""The documentation is held to the code: what it names exists, and what exists is named."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import subprocess
import sys
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from api.commands.main import main as ocop
from api.intake.columns import Column
from api.intake.kinds import KINDS
from api.intake.setup import _LISTS
from ledger.offline import main as verifier
from ledger.verify.fields import Kind, ListOf, Object, OneOf, OrNull
from ledger.verify.findings import FINDINGS
from ledger.verify.keys import ALLOWED, PROOF_TYPE
from ledger.verify.report import TITLES
from ledger.verify.shapes import BODIES, CORRECTABLE, CORRECTIONS, SHAPES, TYPES
from printers.virtual.server import VirtualPrinter
from tests.postgres.cluster import shared_cluster

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# What scripts and labels of others rely on (docs/architecture.md, README.md).
# fmt: off
COMMANDS = (
    "audit", "auditor", "backup", "bundle", "carton", "demo", "disclosure", "erase", "hub", "init",
    "keys", "labels", "lot", "move", "people", "pin", "printer", "rebuild", "record", "restore",
    "serve", "station", "template", "trust", "verifier", "virtual-printer", "witness",
)
# fmt: on
LABEL_ACTS = ("cancel", "check", "issue", "preview", "print", "reprint", "resume", "status", "void")
DEEP = {
    "auditor",
    "disclosure",
    "hub",
    "keys",
    "labels",
    "people",
    "pin",
    "printer",
    "station",
    "witness",
}
TARGETS = ("demo", "test", "test-long", "bench", "lint")
_FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_NAMED = re.compile(r"`([a-z_]+\??)`")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(text: str, heading: str) -> dict[str, str]:
    """First cell without backticks -> rest of the row, for table rows below a heading."""
    part = text.partition(f"\n{heading}\n")[2]
    part = re.split(rf"^#{{1,{heading.index(' ')}}} ", part, maxsplit=1, flags=re.MULTILINE)[0]
    found = {}
    for line in part.splitlines():
        if line.startswith("| `"):
            first, _, rest = line.strip("| ").partition(" | ")
            found[first.strip("`")] = rest
    return found


def format_rows() -> dict[str, str]:
    return rows(text_of("docs/format.md"), "## 3. Statement types")


@cache
def help_of(*words: str) -> str:
    told = io.StringIO()
    with contextlib.redirect_stdout(told), pytest.raises(SystemExit) as left:
        ocop([*words, "--help"])
    assert left.value.code == 0
    return told.getvalue()


def run_module(module: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def shell_lines(page: Path) -> list[str]:
    return [
        line.partition(" #")[0].strip()
        for block in _FENCE.findall(page.read_text(encoding="utf-8"))
        for line in block.splitlines()
    ]


def anchors(page: Path) -> set[str]:
    """The fragments that a forge gives to headings."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in found}


def all_kinds(kind: Kind) -> list[Kind]:
    if isinstance(kind, Object):
        return [kind, *(one for part in kind.fields.values() for one in all_kinds(part))]
    if isinstance(kind, ListOf | OrNull):
        return [kind, *all_kinds(kind.kind)]
    return [kind]


# --- README ---------------------------------------------------------------------------------


def test_the_readme_is_at_most_120_lines() -> None:
    assert len(text_of("README.md").splitlines()) <= 120


def test_the_first_screen_of_the_readme_shows_a_label_and_how_to_start() -> None:
    first = "\n".join(text_of("README.md").splitlines()[:20])
    for wanted in ("docs/pictures/label.png", "make demo", "make test", "Sổ truy xuất"):
        assert wanted in first


def test_the_picture_of_a_label_is_small() -> None:
    picture = (ROOT / "docs/pictures/label.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) < 15_000


# --- commands -------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_in_a_shell_block_exists_with_its_options(page: Path) -> None:
    for line in shell_lines(page):
        words = line.split()
        if not words or words[0] != "ocop":
            continue
        depth = 2 if words[1] in DEEP else 1
        told = help_of(*words[1 : 1 + depth])
        for option in (word for word in words if word.startswith("-")):
            assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", told), (line, option)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_make_target_in_a_shell_block_exists(page: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE)
    for line in shell_lines(page):
        if line.startswith("make "):
            assert line.split()[1] in targets, line


def test_every_make_target_that_others_rely_on_exists() -> None:
    targets = re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE)
    assert set(TARGETS) <= set(targets)


def test_the_help_lists_every_command_that_others_rely_on() -> None:
    told = help_of()
    assert [name for name in COMMANDS if not re.search(rf"^ +{name}\b", told, re.MULTILINE)] == []
    told = help_of("labels")
    assert [v for v in LABEL_ACTS if not re.search(rf"^ +{v}\b", told, re.MULTILINE)] == []


def test_no_page_names_a_command_that_does_not_exist() -> None:
    told = help_of()
    for page in PAGES:
        for name in re.findall(r"`ocop ([a-z][a-z-]+)", page.read_text(encoding="utf-8")):
            assert re.search(rf"^ +{name}\b", told, re.MULTILINE), (page.name, name)


def test_the_command_line_runs_as_a_module() -> None:
    told = run_module("api.commands.main", "--help")
    assert all(name in told for name in COMMANDS)


def test_the_offline_verifier_has_the_options_that_the_pages_use() -> None:
    told = run_module("ledger.offline", "--help")
    assert all(option in told for option in ("--trust", "--json", "--lang", "--label"))


def test_the_quick_tour_of_the_readme_works_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line but those that run until Ctrl-C, on a free port and a database of its own."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "api/demo_data", tmp_path / "api/demo_data")
    database = shared_cluster().fresh_database()
    done = []
    with VirtualPrinter(tmp_path / "printed") as printer:
        for line in shell_lines(ROOT / "README.md"):
            here = line.replace("tcp://127.0.0.1:9100", printer.address)
            words = here.replace("postgresql://owner@host/ocop", database).split()
            if words[:1] == ["ocop-verify"]:
                assert verifier(words[1:]) == 0, line
            elif words[:1] == ["ocop"] and words[1] not in {"serve", "virtual-printer"}:
                assert ocop(words[1:]) == 0, line
            else:
                continue
            done.append(words[1])
    assert done[:3] == ["init", "record", "lot"]
    assert done[-5:] == ["audit", "backup", "restore", "doctor", "init"]
    assert len(list((tmp_path / "printed").glob("*.png"))) == 5


# --- links ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for pair in _LINK.findall(page.read_text(encoding="utf-8")):
        link = pair[0] or pair[1]
        if link.startswith(("http://", "https://")):
            continue
        path, _, fragment = link.partition("#")
        target = page if not path else (page.parent / path)
        assert target.exists(), link
        assert not fragment or fragment in anchors(target), link


# --- format.md ------------------------------------------------------------------------------


def test_the_format_names_every_statement_type_and_no_other() -> None:
    assert set(format_rows()) == set(TYPES)


@pytest.mark.parametrize("name", BODIES)
def test_the_format_names_every_field_of_a_type_and_no_other(name: str) -> None:
    body = BODIES[name]
    expected = {f"{field}?" if field in body.optional else field for field in body.fields}
    assert set(_NAMED.findall(format_rows()[name])) == expected


def test_the_format_names_every_field_of_a_correction() -> None:
    body = CORRECTIONS["harvested"]
    expected = {f"{field}?" if field in body.optional else field for field in body.fields}
    assert set(_NAMED.findall(format_rows()["corrected"])) == expected
    assert f"`of` is one of: {', '.join(CORRECTABLE)}." in text_of("docs/format.md")


def test_the_format_names_every_common_field() -> None:
    common = rows(text_of("docs/format.md"), "## 2. Statement: common fields")
    assert set(common) == set(SHAPES["harvested"].fields)


def test_the_format_names_every_nested_field_and_every_word_of_a_closed_list() -> None:
    told = text_of("docs/format.md")
    for body in BODIES.values():
        for kind in all_kinds(body):
            if isinstance(kind, Object):
                for field in kind.fields:
                    name = f"`{field}?`" if field in kind.optional else f"`{field}`"
                    assert name in told, name
            elif isinstance(kind, OneOf):
                assert f"one of: {', '.join(kind.words)}" in told, kind.words


def test_the_format_says_which_role_may_sign_what() -> None:
    roles = rows(
        "\n"
        + text_of("docs/format.md")
        .replace("| root |", "| `root` |")
        .replace("| admin |", "| `admin` |"),
        "## 7. Keys and roles",
    )
    root = set(re.findall(r"`([a-z-]+)`", roles["root"])) & set(TYPES)
    admin = set(re.findall(r"`([a-z-]+)`", roles["admin"])) & set(TYPES)
    assert root == ALLOWED["root"]
    assert admin | ALLOWED["station"] == ALLOWED["admin"]
    assert PROOF_TYPE in text_of("docs/format.md")


def test_the_format_names_every_finding_with_its_severity() -> None:
    told = text_of("docs/format.md").partition("\n## 14. Findings\n")[2].partition("\n## ")[0]
    found = {
        code: line.split("|")[1].strip()
        for line in told.splitlines()
        if line.startswith("| ")
        for code in re.findall(r"`([a-z-]+)`", line)
    }
    assert found == {code: severity for code, (severity, *_) in FINDINGS.items()}


def test_the_format_numbers_the_checks_as_the_report_does() -> None:
    told = text_of("docs/format.md").partition("\n## 13. The checklist\n")[2]
    numbers = [
        int(n) for n in re.findall(r"^\| (\d+) \|", told.partition("\n## ")[0], re.MULTILINE)
    ]
    assert numbers == list(TITLES)


# --- diary.md -------------------------------------------------------------------------------


def test_the_diary_page_names_every_column_and_every_kind_of_row() -> None:
    told = unicodedata.normalize("NFC", text_of("docs/diary.md"))
    assert set(rows(told, "## The diary (CSV)")) >= {column.value for column in Column}
    kinds = rows(told, "### Every `loại`")
    for name, kind in KINDS.items():
        assert f"`{kind}`" in kinds[name]


def test_the_diary_page_names_every_key_of_the_setup_file_and_every_field() -> None:
    told = rows(text_of("docs/diary.md"), "## The set-up file (`NAME.setup.json`)")
    assert set(told) == {"party", *_LISTS}
    for name, kind in _LISTS.items():
        if name == "partners":
            continue  # "the same" as party
        missing = [f for f in BODIES[kind].fields if f"`{f}`" not in told[name]]
        assert missing == [], name
    assert all(f"`{f}`" in told["party"] for f in BODIES["party-registered"].fields)


# --- the repository -------------------------------------------------------------------------

_MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:home|root|work|Users|mnt|tmp|opt|srv)/[\w.-]+")
_REGISTRY = re.compile(
    r"(?:files\.pythonhosted|pypi|registry\.npmjs|proxy\.golang|ghcr|quay)\.(?:org|io)|index-url[ =]+http"
)
_TEXT = {
    ".py",
    ".md",
    ".toml",
    ".json",
    ".lock",
    ".txt",
    ".html",
    ".css",
    ".mjs",
    ".csv",
    ".yml",
    "",
}


def kept_files() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        # An unpacked archive has no index; its files are what was packed.
        skipped = {".venv", ".git", "__pycache__"}
        return [p for p in ROOT.rglob("*") if p.is_file() and not skipped & set(p.parts)]
    listed = subprocess.run(
        [git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_of_the_repository_names_a_machine_path_or_a_registry() -> None:
    found = []
    for path in kept_files():
        if path.suffix not in _TEXT or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if _MACHINE_PATH.search(line) or _REGISTRY.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_no_module_has_a_banned_name_or_more_than_400_lines() -> None:
    banned = {"utils", "helpers", "common", "core", "manager", "data", "misc"}
    for path in kept_files():
        if path.suffix == ".py":
            assert path.stem not in banned, path
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path


def test_every_decision_fits_one_screen_and_is_numbered_without_gaps() -> None:
    notes = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(note.name[:4]) for note in notes] == list(range(1, len(notes) + 1))
    for note in notes:
        assert len(note.read_text(encoding="utf-8").splitlines()) <= 60, note.name
