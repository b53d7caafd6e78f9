"""The command line as a person meets it: words in, data on stdout, talk on stderr, plain errors."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from api.commands.main import main
from ledger.projections import projector
from printers.virtual.server import VirtualPrinter

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "api" / "demo_data" / "demo.csv"
ITEM, LOT, RECALLED = "08938503000420", "L260815A", "L260822B"


def process(*words: object) -> subprocess.CompletedProcess[str]:
    """One command in a process of its own, as a shell runs it."""
    return subprocess.run(
        [sys.executable, "-m", "api.commands.main", *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def ocop(*words: object) -> subprocess.CompletedProcess[str]:
    """The same command in this process: starting one takes longer than most commands do."""
    given = [str(word) for word in words]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in ("out", "err"))
    with redirect_stdout(out), redirect_stderr(err):
        status = main(given)
    told = []
    for stream in (out, err):
        stream.seek(0)
        told.append(stream.read())
    return subprocess.CompletedProcess(given, status, *told)


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("season") / "ledger"
    assert process("init", "--dir", folder).returncode == 0
    done = process("record", DEMO, "--dir", folder, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["refused"] == []
    return folder


def asked(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    assert main([str(word) for word in words]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_lot_tells_its_story_lineage_balance_and_findings(
    season: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = asked(capsys, "lot", "8938503000420", LOT, "--dir", season, "--json")
    assert story["status"] == "active"
    assert [parent["lot"] for parent in story["parents"]] == ["LN01-2608"]
    assert story["balance"]["packs"] == 22
    assert story["steps"][0]["type"] == "packed"


def test_a_raw_lot_shows_every_lot_made_from_it(
    season: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = asked(capsys, "lot", "HTX-NL/nhan-tuoi", "DT03-260812", "--dir", season, "--json")
    assert [ITEM, LOT] in story["descendants"]


def test_bundle_trust_and_audit_agree(
    season: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle, trust = tmp_path / "b.json", tmp_path / "t.json"
    assert main(["bundle", ITEM, LOT, "--dir", str(season), "-o", str(bundle)]) == 0
    assert main(["trust", "--dir", str(season), "-o", str(trust)]) == 0
    capsys.readouterr()
    done = subprocess.run(
        [sys.executable, "-m", "ledger.offline", bundle, "--trust", trust, "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "verified"
    report = asked(capsys, "audit", "--dir", season, "--json")
    assert report["clean"] is True
    assert report["views_match"] is True


def test_a_statement_that_cannot_be_projected_is_no_clean_audit(
    season: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(season, copied)

    def broken(*_: object) -> list[object]:
        raise KeyError("item")

    monkeypatch.setattr(projector, "concerns", broken)
    assert main(["audit", "--dir", str(copied), "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert "REFUSED: The read models stop before statement 0" in said
    assert "Everything holds" not in said


def test_damaged_read_models_are_named_and_are_not_blamed_on_the_ledger(
    season: Path, tmp_path: Path
) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(season, copied)
    views = bytearray((copied / "views.db").read_bytes())
    # What is damaged at its head, where the tables are named, is put aside and made anew.
    for page in range(len(views) // 8192, len(views) // 4096):
        views[page * 4096 : page * 4096 + 200] = b"\xee" * 200
    (copied / "views.db").write_bytes(views)
    done = ocop("audit", "--dir", copied, "--lang", "en")
    assert done.returncode == 1
    assert "read models differ from the log: run ocop rebuild" in done.stdout
    done = ocop("serve", "--dir", copied, "--port", "0", "--lang", "en")
    assert done.returncode == 2
    assert "read models are damaged" in done.stderr and "Run: ocop rebuild" in done.stderr
    assert ocop("rebuild", "--dir", copied).returncode == 0
    assert ocop("audit", "--dir", copied).returncode == 0


def test_an_edited_read_model_is_noticed_by_the_audit(season: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(season, copied)
    views = sqlite3.connect(copied / "views.db")
    views.execute("UPDATE lot SET facts = replace(facts, '\"packs\":22', '\"packs\":99')")
    views.commit()
    views.close()
    done = ocop("audit", "--dir", copied, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["views_match"] is False
    done = ocop("audit", "--dir", copied, "--json", "--without-views")
    assert done.returncode == 0
    assert json.loads(done.stdout)["views_match"] is None
    assert (
        "were not compared"
        in ocop("audit", "--dir", copied, "--without-views", "--lang", "en").stdout
    )
    assert ocop("rebuild", "--dir", copied).returncode == 0
    assert ocop("audit", "--dir", copied).returncode == 0


def test_labels_are_printed_counted_and_never_exceed_packs(
    season: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "labels"
    out.mkdir()
    with VirtualPrinter(out) as printer:
        words = ("printer", "add", "ao", "--profile", "virtual", "--to", printer.address)
        assert main([*words, "--dir", str(season)]) == 0
        capsys.readouterr()
        done = asked(capsys, "labels", "print", ITEM, LOT, "--count", 3, "--dir", season, "--json")
        assert done["ending"] == "done"
        assert [label["state"] for label in done["labels"]] == ["confirmed"] * 3
    assert len(list(out.glob("*.png"))) == 3
    status = asked(capsys, "labels", "status", ITEM, LOT, "--dir", season, "--json")
    assert status == {"issued": 14, "confirmed": 3, "in_doubt": 0, "void": 0, "waiting": 11}
    refused = ocop("labels", "issue", ITEM, LOT, "--count", 9, "--dir", season, "--lang", "vi")
    assert refused.returncode == 2
    assert "22 gói" in refused.stderr
    assert "chỉ còn được 8" in refused.stderr


def test_a_printer_that_dies_leaves_every_serial_accounted_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from printers.virtual.faults import Faults

    folder, out = tmp_path / "ledger", tmp_path / "out"
    out.mkdir()
    assert main(["init", "--dir", str(folder)]) == 0
    assert main(["record", str(DEMO), "--dir", str(folder)]) == 0
    with VirtualPrinter(out, faults=Faults(drop_at_byte=60_000)) as printer:
        main(
            [
                "printer",
                "add",
                "ao",
                "--profile",
                "virtual",
                "--to",
                printer.address,
                "--dir",
                str(folder),
            ]
        )
        capsys.readouterr()
        code = main(["labels", "print", ITEM, LOT, "--count", "14", "--dir", str(folder), "--json"])
        assert code == 1
        told = capsys.readouterr()
        assert "--last-good" in told.err
        account = json.loads(told.out)["status"]
        assert 1 <= account["in_doubt"] <= 2
        assert account["issued"] == 14 == sum(account.values()) - account["issued"]
        again = ocop("labels", "print", ITEM, LOT, "--count", 1, "--dir", folder, "--lang", "vi")
        assert again.returncode == 2
        assert "chưa rõ đã in" in again.stderr
        states = json.loads(told.out)["labels"]
        last = [one["serial"] for one in states if one["state"] == "confirmed"][-1]
        resolved = asked(
            capsys, "labels", "void", ITEM, LOT, "--last-good", last, "--dir", folder, "--json"
        )
        assert resolved["in_doubt"] == 0
        assert resolved["void"] == account["in_doubt"]
        rest = resolved["waiting"]
        done = asked(
            capsys, "labels", "print", ITEM, LOT, "--count", rest, "--dir", folder, "--json"
        )
        assert done["status"]["confirmed"] + done["status"]["void"] == 14


def test_a_recalled_lot_prints_nothing(season: Path) -> None:
    done = ocop("labels", "print", ITEM, RECALLED, "--count", 1, "--dir", season, "--lang", "vi")
    assert done.returncode == 2
    assert "thu hồi" in done.stderr or "máy in" in done.stderr


def test_all_or_nothing_records_nothing_when_one_line_is_bad(season: Path, tmp_path: Path) -> None:
    heading = DEMO.read_text(encoding="utf-8-sig").splitlines()[0]
    good = "01/11/2026 08:00;thu hoạch;VT-BN01;nhan-tuoi;BN01-X1;5;kg;;;;;"
    bad = "01/11/2026 08:00;thu hoạch;VT-BN01;nhan-tuoi;BN01-X2;-5;kg;;;;;"
    diary = tmp_path / "mixed.csv"
    diary.write_text("\r\n".join([heading, good, bad]) + "\r\n", encoding="utf-8-sig")
    before = json.loads(ocop("audit", "--dir", season, "--json").stdout)["entries"]
    done = ocop("record", diary, "--dir", season, "--all-or-nothing", "--json")
    assert done.returncode == 1
    assert [one["line"] for one in json.loads(done.stdout)["refused"]] == [3]
    assert json.loads(ocop("audit", "--dir", season, "--json").stdout)["entries"] == before
    done = ocop("record", diary, "--dir", season, "--json")
    assert json.loads(done.stdout)["recorded"] == 1
    assert not list(season.glob("rehearsal-*"))


def test_recording_a_diary_twice_records_it_once(season: Path) -> None:
    before = json.loads(ocop("audit", "--dir", season, "--json").stdout)["entries"]
    done = ocop("record", DEMO, "--dir", season, "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert (told["registered"], told["recorded"], told["refused"]) == (0, 0, [])
    assert len(told["known"]) == 57
    assert json.loads(ocop("audit", "--dir", season, "--json").stdout)["entries"] == before


def test_two_equal_baskets_in_one_diary_are_both_recorded(tmp_path: Path) -> None:
    folder, diary = tmp_path / "ledger", tmp_path / "equal.csv"
    assert main(["init", "--dir", str(folder)]) == 0
    assert main(["record", str(DEMO), "--dir", str(folder)]) == 0
    heading = DEMO.read_text(encoding="utf-8-sig").splitlines()[0]
    basket = "01/11/2026;thu hoạch;VT-BN01;nhan-tuoi;BN01-EQ;50;kg;;;;;"
    diary.write_text("\n".join([heading, basket, basket]) + "\n", encoding="utf-8")
    told = json.loads(ocop("record", diary, "--dir", folder, "--json").stdout)
    assert (told["recorded"], told["known"]) == (2, [])
    told = json.loads(ocop("record", diary, "--dir", folder, "--json").stdout)
    assert (told["recorded"], told["known"]) == (0, [2, 3])


@pytest.mark.parametrize(
    "words",
    [
        ("lot", ITEM, "NO-SUCH"),
        ("lot", "no-such-item", LOT),
        ("bundle", ITEM, "NO-SUCH", "-o", "x.json"),
        ("record", "no-such.csv"),
        ("labels", "print", ITEM, LOT, "--count", "0"),
        ("labels", "print", ITEM, LOT, "--count", "1", "--printer", "no-such"),
        ("labels", "void", ITEM, LOT, "--serial", "A1999999ZZZZ"),
        ("printer", "add", "x", "--profile", "no-such", "--to", "tcp://127.0.0.1:1"),
        ("printer", "add", "y", "--profile", "escpos-58", "--to", "usb://1:2"),
        ("init",),
        ("init", "--base-url", "ftp://example.vn"),
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_wrong_request_gets_one_sentence_and_status_two(
    season: Path, words: tuple[str, ...], lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--dir", str(season), "--lang", lang]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    assert len(told.err.strip().splitlines()[-1]) > 20


def test_a_folder_without_a_ledger_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "--dir", str(tmp_path / "none"), "--lang", "vi"]) == 2
    assert "ocop init" in capsys.readouterr().err


def test_the_label_address_is_confirmed_once_and_then_stays(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    assert main(["init", "--dir", str(folder)]) == 0
    assert main(["init", "--dir", str(folder), "--base-url", "https://truyxuat.example.vn"]) == 0
    assert main(["init", "--dir", str(folder), "--base-url", "https://other.example.vn"]) == 2
    kept = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    assert kept["base_url"] == "https://truyxuat.example.vn"


def test_private_keys_are_readable_by_their_owner_only(season: Path) -> None:
    for path in (season / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0
    assert (season / "ledger.db").stat().st_mode & 0o077 == 0
    assert (season / "private.db").stat().st_mode & 0o077 == 0


def test_no_sentence_hides_the_path_it_is_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lot", ITEM, LOT, "--dir", str(tmp_path / "no where"), "--lang", "en"]) == 2
    told = capsys.readouterr().err
    assert str(tmp_path / "no where") in told
    assert "<" not in told


def test_a_label_of_a_recalled_lot_does_not_pass_the_check(season: Path) -> None:
    done = ocop("labels", "check", ITEM, RECALLED, "--dir", season, "--lang", "en")
    assert done.returncode == 2
    assert "prints no labels" in done.stderr


def test_voiding_needs_a_choice_and_a_reason(season: Path) -> None:
    for words in ((), ("--serial", "A1000001A23E"), ("--last-good", "X", "--none-good")):
        done = ocop("labels", "void", ITEM, LOT, *words, "--dir", season, "--lang", "en")
        assert done.returncode == 2
        assert "Say which labels" in done.stderr


def test_damaged_views_are_put_aside_and_made_anew(season: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(season, copied)
    for name in ("views.db-wal", "views.db-shm"):
        (copied / name).unlink(missing_ok=True)
    (copied / "views.db").write_bytes(b"no database at all " * 400)
    assert ocop("audit", "--dir", copied).returncode == 0
    assert (copied / "views.damaged").exists()


def test_an_altered_ledger_is_neither_rebuilt_nor_bundled(season: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(season, copied)
    ledger = sqlite3.connect(copied / "ledger.db")
    ledger.execute("DROP TRIGGER stored_events_no_update")
    changed = [
        (state.replace(b'"packs":22', b'"packs":99'), position)
        for position, state in ledger.execute("SELECT position, state FROM stored_events")
        if b'"packs":22' in state
    ]
    ledger.executemany("UPDATE stored_events SET state = ? WHERE position = ?", changed)
    assert changed
    ledger.commit()
    ledger.close()
    done = ocop("rebuild", "--dir", copied, "--lang", "en")
    assert done.returncode == 2
    assert "no longer give its sealed root" in done.stderr
    done = ocop("bundle", ITEM, LOT, "--dir", copied, "-o", tmp_path / "b.json", "--lang", "en")
    assert done.returncode == 2
    assert not (tmp_path / "b.json").exists()
    done = ocop("audit", "--dir", copied, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["failure"]["index"] is not None


def test_a_lost_ledger_file_is_not_answered_with_a_new_ledger(season: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(season, copied)
    (copied / "ledger.db").unlink()
    done = ocop("lot", ITEM, LOT, "--dir", copied, "--lang", "en")
    assert done.returncode == 2
    assert "backup" in done.stderr


def test_a_terminal_without_vietnamese_gets_words_and_no_traceback(season: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api.commands.main", "lot", ITEM, LOT, "--dir", season],
        cwd=ROOT, capture_output=True, timeout=60, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert "Long nhãn".encode() in done.stdout
