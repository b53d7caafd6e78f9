"""The rooms and their doors: who may import what, how large a file may be, where the clock is."""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("ledger", "printers", "api")

# The table of docs/architecture.md. Beside these: the standard library, and the room itself.
# A name allows what is below it; "*" is everything. The first room that a path is in counts.
ROOMS: dict[str, frozenset[str]] = {
    "ledger/verify/": frozenset({"cryptography"}),
    "ledger/domain/": frozenset({"ledger.verify", "eventsourcing.domain"}),
    "ledger/projections/": frozenset(
        # "the store's read side" is the narrow seam, and nothing behind it.
        {"ledger.verify", "ledger.domain", "eventsourcing", "ledger.store.seam"}
    ),
    "ledger/": frozenset(
        {
            "ledger.verify",
            "ledger.domain",
            "ledger.projections",
            "eventsourcing",
            "psycopg",
            "cryptography",
        }
    ),
    "printers/": frozenset({"PIL", "qrcode", "barcode", "escpos", "serial", "usb", "win32print"}),
    "api/": frozenset({"*"}),
}
# How the documented table spells what is not a module name.
IN_WORDS = {"the store's read side": "ledger.store.seam", "everything": "*"}
# The other rooms of `ledger/`, which its own modules reach only when the table says so.
NESTED = ("ledger.verify", "ledger.domain", "ledger.projections")
BANNED = {"utils", "helpers", "common", "core", "manager", "data", "misc"}
LONGEST = 400
# `ocop-verify` is a command of its own: it reads the clock of the machine it runs on.
CLOCK = {"ledger/offline.py"}
# Outside these the standard library gives neither time, chance nor surroundings.
FORBIDDEN_MODULES = {"random", "secrets", "uuid", "time", "socket", "locale", "getpass", "platform"}
FORBIDDEN_CALLS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("os", "environ"),
    ("os", "environb"),
    ("os", "getenv"),
    ("os", "urandom"),
    ("os", "getlogin"),
    ("os", "getpid"),
}


@cache
def tree(path: str) -> ast.Module:
    """The parsed module at a path below the checkout."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), path)


@cache
def modules(room: str = "") -> tuple[str, ...]:
    """Paths of the product's modules, below the checkout."""
    found = (
        path.relative_to(ROOT).as_posix()
        for part in PRODUCT
        for path in sorted((ROOT / part).rglob("*.py"))
    )
    return tuple(path for path in found if path.startswith(room))


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(source: ast.Module, path: str = "") -> Iterator[str]:
    """Every module a source imports, anywhere in it: names of `from x import y` with their x."""
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            assert node.module is not None
            # `from package import module` reaches the module, not only the package.
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Call) and called(node) in {"__import__", "import_module"}:
            yield "imported by a name at run time"


def called(call: ast.Call) -> str:
    """The last name of what is called, "" when it has none."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def room_of(path: str) -> str:
    return next(room for room in ROOMS if path.startswith(room))


def may_import(room: str, name: str) -> bool:
    """The table's word on one import."""
    allowed = ROOMS[room]
    if "*" in allowed or any(within(name, one) for one in allowed):
        return True
    if name.partition(".")[0] in sys.stdlib_module_names:
        return True
    own = room.strip("/").replace("/", ".")
    return within(name, own) and not any(
        within(name, other) for other in NESTED if within(other, own) and other != own
    )


# --- the table -----------------------------------------------------------------------------------


def test_every_room_imports_only_what_the_table_allows() -> None:
    wrong = [
        f"{path} imports {name}"
        for path in modules()
        for name in imported(tree(path), path)
        if not may_import(room_of(path), name)
    ]
    assert wrong == []
    assert {room_of(path) for path in modules()} == set(ROOMS)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("ledger/verify/", "import eventsourcing"),
        ("ledger/verify/", "from ledger import application"),
        ("ledger/verify/", "from ledger.domain.drafts import Draft"),
        ("ledger/verify/", "def f():\n    import ledger.store.sqlite"),
        ("ledger/domain/", "from eventsourcing.application import Application"),
        ("ledger/domain/", "import cryptography"),
        ("ledger/projections/", "from ledger.store.sqlite import SqliteStore"),
        ("ledger/projections/", "from ledger.application import TraceLedger"),
        ("ledger/", "import fastapi"),
        ("ledger/", "from api.settings import Settings"),
        ("ledger/", "import importlib\nimportlib.import_module('api')"),
        ("printers/", "from ledger.verify.note import Note"),
        ("printers/", "import api.settings"),
    ],
)
def test_the_look_at_imports_finds_what_is_not_allowed(room: str, source: str) -> None:
    assert not all(may_import(room, name) for name in imported(ast.parse(source)))


def test_the_documented_table_is_the_enforced_one() -> None:
    document = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = document.partition("| room |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `([a-z/]+/)`[^|]*\|[^|]*\|([^|]*)\|$", table, re.MULTILINE)
    documented = {}
    for room, cell in rows:
        allowed = cell.split("; never")[0].split(" - never")[0].removesuffix(" only ").strip()
        names = [one.strip().strip("`") for one in allowed.split(",")]
        documented[room] = frozenset(IN_WORDS.get(one, one) for one in names)
    assert documented == ROOMS


@pytest.mark.parametrize("path", ["ledger/__init__.py", "ledger/verify/__init__.py"])
def test_a_package_that_everybody_imports_imports_nothing(path: str) -> None:
    assert list(imported(tree(path))) == []
    assert len(tree(path).body) == 1  # the docstring


def test_the_inspectors_room_reaches_no_disk_and_no_network() -> None:
    reached = {
        name.partition(".")[0]
        for path in modules("ledger/verify/")
        for name in imported(tree(path))
    }
    assert not reached & {
        "os",
        "io",
        "pathlib",
        "socket",
        "ssl",
        "urllib",
        "http",
        "sqlite3",
        "sys",
    }
    opened = [
        f"{path}:{node.lineno}"
        for path in (*modules("ledger/verify/"), *modules("ledger/domain/"))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"open", "exec", "eval", "input"}
    ]
    assert opened == []


# --- the surroundings ----------------------------------------------------------------------------


def surroundings(source: ast.Module) -> Iterator[str]:
    """Places where a module takes time, chance, environment or binary fractions."""
    for name in imported(source):
        if name.partition(".")[0] in FORBIDDEN_MODULES or name in {"os.environ", "os.getenv"}:
            yield f"import of {name}"
    for node in ast.walk(source):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value).split(".")[-1]
            if (owner, node.attr) in FORBIDDEN_CALLS:
                yield f"{node.lineno}: {owner}.{node.attr}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield f"{node.lineno}: the number {node.value}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "float":
            yield f"{node.lineno}: float()"


def in_default_of_timeout(source: ast.Module, found: str) -> bool:
    """A wait in seconds is no quantity of goods: `timeout: float = 5.0` may be a fraction."""
    line = int(found.partition(":")[0])
    return any(
        isinstance(node, ast.FunctionDef)
        and any(
            default is not None and default.lineno == line and argument.arg == "timeout"
            for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        )
        for node in ast.walk(source)
    )


def test_the_ledger_takes_no_time_chance_environment_or_binary_fraction() -> None:
    wrong = [
        f"{path} {found}"
        for path in modules("ledger/")
        if path not in CLOCK
        for found in surroundings(tree(path))
        if not ("the number" in found and in_default_of_timeout(tree(path), found))
    ]
    assert wrong == []


def test_the_offline_verifier_takes_the_clock_and_nothing_else() -> None:
    for path in CLOCK:
        found = [one.partition(": ")[2] for one in surroundings(tree(path))]
        assert found == ["datetime.now"]


@pytest.mark.parametrize(
    "source",
    [
        "import datetime as dt\ndt.datetime.now()",
        "import datetime as dt\nnow = dt.datetime.now",
        "from datetime import date\ndate.today()",
        "import time\ntime.time()",
        "from time import time",
        "import os\nos.environ['X']",
        "from os import environ",
        "import os\nos.getenv('X')",
        "import random",
        "import secrets",
        "import uuid",
        "share = 0.05",
        "float('1')",
    ],
)
def test_the_look_at_surroundings_finds_each_of_them(source: str) -> None:
    assert list(surroundings(ast.parse(source)))


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        path
        for path in modules()
        for node in ast.walk(tree(path))
        if (
            isinstance(node, ast.Attribute)
            and node.attr in {"environ", "environb", "getenv"}  # cheap, before it is spelt out
            and ast.unparse(node) in {"os.environ", "os.environb", "os.getenv"}
        )
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {one.name for one in node.names} & {"environ", "environb", "getenv"}
        )
    }
    assert readers == {"api/settings.py"}


def test_there_is_no_application_at_module_level() -> None:
    made = [
        f"{path}: {ast.unparse(target)}"
        for path in modules()
        for node in tree(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if ast.unparse(target) in {"app", "application", "services"}
    ]
    assert made == []
    calls = [
        f"{path}:{node.lineno}"
        for path in modules()
        for node in tree(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).split(".")[-1] in {"FastAPI", "create_app", "open_folder"}
    ]
    assert calls == []


# --- size, names, words --------------------------------------------------------------------------


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {
        path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules()
    }
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}
    assert statistics.median(lengths.values()) <= 150


def test_names_of_modules_say_the_job() -> None:
    banned = [path for path in modules() if BANNED & set(re.split(r"[/.]", path))]
    assert banned == []


def undocumented(path: str, source: ast.Module) -> Iterator[str]:
    """Public functions, classes and methods without a docstring."""
    if ast.get_docstring(source) is None and source.body:
        yield path
    for node in source.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_"):
                continue
            if ast.get_docstring(node) is None:
                yield f"{path}: {node.name}"


def test_every_module_and_every_public_function_and_class_is_documented() -> None:
    wrong = [one for path in modules() for one in undocumented(path, tree(path))]
    assert wrong == []


def test_the_look_at_docstrings_finds_a_missing_one() -> None:
    source = (
        '"""M."""\ndef f() -> None: ...\nclass C: ...\nasync def g() -> None: ...\ndef _h(): ...'
    )
    assert list(undocumented("m", ast.parse(source))) == ["m: f", "m: C", "m: g"]


def test_the_kept_topic_is_explicit_and_unchanged() -> None:
    """A moved class must not make old ledgers unreadable, so its topic is written out."""
    from ledger.recorded import Recorded

    assert Recorded.TOPIC == "ocop.recorded.v1"
