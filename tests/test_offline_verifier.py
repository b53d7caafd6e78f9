"""`ocop-verify` as a program of its own: exit codes, JSON, two languages, no api, no network."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ledger_story import CLEAN_LOT, RECALLED_LOT, TRUST, told

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """good.json, recalled.json, bad.json (one digit changed) and trust.json."""
    good = told().bundles[CLEAN_LOT]
    (tmp_path / "good.json").write_bytes(good)
    (tmp_path / "recalled.json").write_bytes(told().bundles[RECALLED_LOT])
    (tmp_path / "bad.json").write_bytes(good.replace(rb"\"packs\":200", rb"\"packs\":201"))
    (tmp_path / "trust.json").write_bytes(TRUST.format())
    return tmp_path


def ran(
    folder: Path, *words: str, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder with a bare environment."""
    command = [*before, sys.executable, *words]
    environment = {
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONUTF8": "1",
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
    }
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )


def verify(folder: Path, name: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Run `ocop-verify NAME --trust trust.json`."""
    return ran(folder, "-m", "ledger.offline", name, "--trust", "trust.json", *more)


def test_a_good_bundle_exits_0_in_vietnamese_by_default(files: Path) -> None:
    done = verify(files, "good.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ĐẠT: Chè xanh hộp 100 g – lô P1\n")


def test_a_good_bundle_exits_0_in_english_when_asked(files: Path) -> None:
    done = verify(files, "good.json", "--lang", "en")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("VERIFIED: Chè xanh hộp 100 g – lot P1\n")


def test_a_recalled_lot_is_a_true_record_and_exits_0_but_says_so(files: Path) -> None:
    done = verify(files, "recalled.json")
    assert done.returncode == 0 and "ĐANG THU HỒI" in done.stdout


@pytest.mark.parametrize(("lang", "word"), [("vi", "KHÔNG ĐẠT"), ("en", "REFUSED")])
def test_a_changed_bundle_exits_1_and_names_the_check(files: Path, lang: str, word: str) -> None:
    done = verify(files, "bad.json", "--lang", lang)
    assert done.returncode == 1 and done.stdout.startswith(word) and " ✗  5 " in done.stdout


def test_json_holds_the_same_verdict_and_all_items(files: Path) -> None:
    for name, verdict, code in (("good.json", "verified", 0), ("bad.json", "refused", 1)):
        done = verify(files, name, "--json", "--lang", "en")
        value = json.loads(done.stdout)
        assert (done.returncode, value["verdict"], len(value["checks"])) == (code, verdict, 11)


def test_a_label_of_the_lot_passes_and_one_of_another_lot_is_refused(files: Path) -> None:
    assert verify(files, "good.json", "--label", "A2000001XXXX").returncode == 0
    assert verify(files, "good.json", "--label", "A2000201XXXX").returncode == 1
    done = verify(files, "good.json", "--label", "nonsense")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "case", ["missing", "folder", "trust-missing", "trust-wrong", "trust-json"]
)
def test_an_unreadable_file_is_one_sentence_and_exit_2(files: Path, case: str, lang: str) -> None:
    (files / "wrong.json").write_bytes(b'{"format":"x"}')
    (files / "text.json").write_bytes(b"\xff not json")
    bundle = {"missing": "absent.json", "folder": "."}.get(case, "good.json")
    trust = {"trust-missing": "absent.json", "trust-wrong": "wrong.json", "trust-json": "text.json"}
    words = ("-m", "ledger.offline", bundle, "--trust", trust.get(case, "trust.json"))
    done = ran(files, *words, "--lang", lang)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr


def test_a_file_that_is_no_bundle_is_refused_without_a_traceback(files: Path) -> None:
    for content in (b"", b"\x00\xff", b"[" * 200_000, b'{"format":1}'):
        (files / "odd.json").write_bytes(content)
        done = verify(files, "odd.json")
        assert (done.returncode, done.stderr) == (1, "")


def test_it_loads_neither_api_nor_store_nor_network_modules(files: Path) -> None:
    program = (
        "import sys; from ledger.offline import main; "
        "code = main(['good.json', '--trust', 'trust.json']); "
        "print(*sorted(sys.modules)); sys.exit(code)"
    )
    done = ran(files, "-c", program)
    assert done.returncode == 0
    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert "ledger" in loaded
    assert not loaded & {"api", "printers", "eventsourcing", "fastapi", "socket", "ssl", "sqlite3"}


def test_it_makes_no_network_call(files: Path) -> None:
    """Seen by the kernel where strace is installed; by blocked sockets everywhere."""
    if shutil.which("strace") is not None:
        traced = ran(
            files,
            *("-m", "ledger.offline", "good.json", "--trust", "trust.json"),
            before=("strace", "-f", "-qq", "-e", "trace=network", "-o", "calls.txt"),
        )
        assert traced.returncode == 0
        assert (files / "calls.txt").read_text() == ""
    program = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise SystemExit(99)\n"
        "socket.socket = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from ledger.offline import main\n"
        "sys.exit(main(['good.json', '--trust', 'trust.json']))"
    )
    assert ran(files, "-c", program).returncode == 0
