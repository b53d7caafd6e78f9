"""The doctor finds what is wrong with a folder; each fault is made for real."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from api.background.heartbeat import Heartbeat, Trouble
from api.bootstrap import Services, open_folder
from api.commands.main import main
from api.hub.certificate import make_certificate
from api.watching.counts import Tally
from api.watching.doctor.case import Case
from api.watching.doctor.examination import examine
from api.watching.running import Running, RunningFile
from api.watching.watch import program_version
from ledger.errors import LedgerError
from ledger.signing import load_key
from ledger.store.locks import Leaderships
from printers.spooling.spool import Spool
from tests.store.small_ledger import FARM, NOW, day, kg, lot, say

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
GIGABYTE = 1024**3


def case_of(folder: Path, now: dt.datetime | None = None, free: int = 50 * GIGABYTE) -> Case:
    """Looked at at a moment (the real one), with so much room, without waiting."""
    moment = dt.datetime.now(dt.UTC) if now is None else now
    return Case(folder, lambda: moment, lambda _: None, lambda _: (100 * GIGABYTE, free))


def codes(folder: Path, now: dt.datetime | None = None, free: int = 50 * GIGABYTE) -> list[str]:
    """Codes of all that is found; every finding is whole in both languages."""
    with closing(case_of(folder, now, free)) as case:
        findings = [finding for _, finding in examine(case)]
    for finding in findings:
        for lang in ("en", "vi"):
            assert all(part.strip() for part in finding.parts(lang)), finding.code
        assert finding.parts("en") != finding.parts("vi")
    return [finding.code for finding in findings]


def opened(folder: Path) -> Services:
    return open_folder(folder, lambda: NOW)


def test_nothing_is_found_where_nothing_is_wrong(folder: Path) -> None:
    assert codes(folder) == []


def test_a_certificate_of_its_own_that_ends_soon_or_cannot_be_read_is_found(folder: Path) -> None:
    made = make_certificate(folder, ["192.168.1.10"], NOW)
    assert codes(folder) == []
    assert "certificate-ends" not in codes(folder, made.until - dt.timedelta(days=61))
    for left in (dt.timedelta(days=59), dt.timedelta(days=-1)):
        assert "certificate-ends" in codes(folder, made.until - left)
    made.path.write_bytes(b"none")
    assert codes(folder) == ["certificate-broken"]


def test_a_folder_that_is_not_there_is_one_finding(tmp_path: Path) -> None:
    assert codes(tmp_path / "nowhere") == ["folder-missing"]


def test_an_empty_folder_is_looked_at_to_the_end(tmp_path: Path) -> None:
    found_codes = codes(tmp_path)
    assert set(found_codes) == {"settings-unreadable", "key-unusable", "ledger-unopenable"}


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "mode", "code"),
    [
        ("keys/log.pem", 0o644, "file-open-to-others"),
        ("keys", 0o755, "file-open-to-others"),
        ("private.db", 0o640, "file-open-to-others"),
        ("ledger.db", 0o604, "file-open-to-others"),
        ("settings.json", 0o666, "file-writable-by-all"),
        (".", 0o777, "file-writable-by-all"),
    ],
)
def test_a_file_that_others_may_use_is_found(folder: Path, name: str, mode: int, code: str) -> None:
    (folder / name).chmod(mode)
    assert codes(folder) == [code]


def test_a_folder_that_this_user_may_not_write_is_found(folder: Path) -> None:
    folder.chmod(0o500)
    for above in folder.parents:
        if above == Path(tempfile.gettempdir()):
            break
        above.chmod(above.stat().st_mode | 0o055)
    root = os.geteuid() == 0
    try:
        if root:  # whom no mode binds
            folder.chmod(0o555)
            os.seteuid(NOBODY)
        assert "folder-not-writable" in codes(folder)
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)


@pytest.mark.skipif(os.name != "posix", reason="rights of users as POSIX has them")
def test_a_key_of_another_user_is_not_called_missing(folder: Path) -> None:
    key = folder / "keys" / "log.pem"
    root = os.geteuid() == 0
    if root:  # whom no mode binds
        folder.chmod(0o755)
        (folder / "keys").chmod(0o755)
    else:
        key.chmod(0o000)
    opened_up = [one for one in folder.parents if root and not one.stat().st_mode & 0o001]
    modes = {one: one.stat().st_mode & 0o7777 for one in opened_up}
    try:
        for one in opened_up:
            one.chmod(modes[one] | 0o001)
        if root:
            os.seteuid(NOBODY)
        with pytest.raises(LedgerError) as told:
            load_key(key)
    finally:
        if root:
            os.seteuid(0)
        for one, mode in modes.items():
            one.chmod(mode)
    assert told.value.code == "key-denied"
    assert key.owner() in told.value.say("en") and key.owner() in told.value.say("vi")
    assert "may not read it" in told.value.say("en")


def test_a_key_that_is_gone_or_no_key_is_found(folder: Path) -> None:
    (folder / "keys" / "label.key").unlink()
    (folder / "keys" / "root.pem").write_text("no key")
    assert codes(folder) == ["key-unusable", "key-unusable"]


@pytest.mark.parametrize(
    ("free", "wrong"),
    [(499 * 1024**2, True), (4 * GIGABYTE, True), (6 * GIGABYTE, False)],
)
def test_a_disk_with_little_room_is_found(folder: Path, free: int, wrong: bool) -> None:
    assert codes(folder, free=free) == (["disk-low"] if wrong else [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"base_url": None}, "base-missing"),
        ({"base_url": "http://127.0.0.1:8471"}, "base-loopback"),
        ({"databse": "postgresql://db1/so"}, "settings-unknown"),
        ({"read_from": ["postgresql://app:geheim@127.0.0.1:1/so"]}, "settings-password"),
    ],
)
def test_what_is_wrong_in_the_settings_is_found(
    folder: Path, change: dict[str, object], code: str
) -> None:
    path = folder / "settings.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert code in codes(folder)


def test_a_password_in_the_settings_is_never_repeated(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "settings.json"
    change = {"database": "postgresql://app:geheim@127.0.0.1:1/so"}
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert main(["doctor", "--dir", str(folder), "--lang", "en", "--json"]) == 1
    said = capsys.readouterr()
    found_codes = {one["code"] for one in json.loads(said.out)["findings"]}
    assert {"settings-password", "ledger-unopenable", "server-away"} <= found_codes
    assert "geheim" not in said.out + said.err


def test_settings_and_printers_that_are_no_json_are_found_and_the_rest_goes_on(
    folder: Path,
) -> None:
    (folder / "printers.json").write_text("{")
    (folder / "settings.json").write_text("{")
    assert {"settings-unreadable", "printers-unreadable"} <= set(codes(folder))


# --- clock ---------------------------------------------------------------------------------------


def test_a_clock_before_the_program_or_behind_the_ledger_and_its_files_is_found(
    folder: Path,
) -> None:
    early = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    assert set(codes(folder, early)) == {
        "clock-before-program",
        "clock-behind-ledger",
        "clock-behind-files",
    }
    # 24 hours back: no statement is that new, but the files are.
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(hours=24)
    for path in folder.iterdir():
        os.utime(path)
    assert "clock-behind-files" in codes(folder, yesterday)


def test_a_statement_from_the_future_is_found(folder: Path) -> None:
    services = opened(folder)
    body = {"lot": lot(f"{FARM}/qua", "Q9"), "quantity": kg("1"), "site": "VT-01"}
    say(services, FARM, "harvested", "2031-01-01T00:00:00+07:00", body)
    services.station.catch_up()
    services.close()
    assert codes(folder) == ["clock-behind-ledger"]


# --- the ledger ----------------------------------------------------------------------------------


def test_a_dropped_trigger_is_found(folder: Path) -> None:
    other = sqlite3.connect(folder / "ledger.db")
    other.execute("DROP TRIGGER stored_events_no_update")
    other.close()
    assert codes(folder) == ["store-fault"]


def test_a_ledger_that_is_gone_newer_or_no_database_is_found(folder: Path) -> None:
    path = folder / "ledger.db"
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    other.close()
    assert "ledger-unopenable" in codes(folder)
    path.write_bytes(b"no database" * 1000)
    assert "ledger-unopenable" in codes(folder)
    path.unlink()
    assert "ledger-unopenable" in codes(folder)


def test_entries_that_nobody_seals_are_found(folder: Path) -> None:
    services = opened(folder)
    body = {"lot": lot(f"{FARM}/qua", "Q9"), "quantity": kg("1"), "site": "VT-01"}
    say(services, FARM, "harvested", day(3), body)
    services.close()
    assert codes(folder) == ["unsealed"]


def test_a_ledger_that_was_rolled_back_is_found(folder: Path, healthy: Path) -> None:
    services = opened(folder)
    body = {"lot": lot(f"{FARM}/qua", "Q9"), "quantity": kg("1"), "site": "VT-01"}
    say(services, FARM, "harvested", day(3), body)
    services.station.catch_up()
    services.close()
    for path in folder.glob("ledger.db*"):
        path.unlink()
    shutil.copy(healthy / "ledger.db", folder / "ledger.db")
    assert set(codes(folder)) == {"rolled-back", "views-ahead"}


def test_a_backup_that_is_old_or_was_never_made_is_found(folder: Path) -> None:
    path = folder / "last-backup.json"
    now = dt.datetime.now(dt.UTC)
    for days, expected in ((7, []), (8, ["backup-old"])):
        made = now - dt.timedelta(days=days, minutes=1)
        path.write_text(json.dumps({"time": made.isoformat(), "size": 3}))
        assert codes(folder, now) == expected
    path.unlink()
    assert codes(folder) == ["backup-never"]


def test_a_backup_that_is_made_mends_the_finding(folder: Path, tmp_path: Path) -> None:
    (folder / "last-backup.json").unlink()
    assert main(["backup", str(tmp_path / "b.zip"), "--dir", str(folder), "--lang", "en"]) == 0
    assert codes(folder) == []


def test_labels_in_doubt_for_more_than_a_day_are_found_and_a_broken_queue(folder: Path) -> None:
    path = folder / "spool.db"
    with Spool(path, lambda: "2026-01-01T00:00:00Z"):
        pass
    assert codes(folder) == []
    other = sqlite3.connect(path)
    now = dt.datetime.now(dt.UTC)
    for hours, serial in ((30, "A1"), (20, "A2")):
        then = (now - dt.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        job = f"job-{serial}"
        other.execute(
            "INSERT INTO job (job_id, printer, digest, created_at) VALUES (?, 'p', 'd', ?)",
            (job, then),
        )
        other.execute(
            "INSERT INTO label (job_id, ordinal, key, serial, attempt, reason, payload, state, "
            "changed_at) VALUES (?, 1, ?, ?, 1, '', x'00', 'in_doubt', ?)",
            (job, serial, serial, then),
        )
    other.commit()
    other.close()
    with closing(case_of(folder)) as case:
        ((_, finding),) = examine(case)
    assert finding.code == "spool-doubts"
    assert "1 labels" in finding.say("en") and "job-A1" in finding.say("en")
    path.write_bytes(b"no database" * 1000)
    assert codes(folder) == ["spool-damaged"]


# --- read models and processes -------------------------------------------------------------------


def test_read_models_that_lag_or_are_damaged_are_found(folder: Path) -> None:
    services = opened(folder)
    body = {"lot": lot(f"{FARM}/qua", "Q9"), "quantity": kg("1"), "site": "VT-01"}
    say(services, FARM, "harvested", day(3), body)
    services.station.log.seal()
    services.close()
    assert codes(folder) == ["views-behind"]
    for path in folder.glob("views.db-*"):
        path.unlink()
    content = bytearray((folder / "views.db").read_bytes())
    content[4096 : 4096 * 6] = b"\xa5" * (4096 * 5)
    (folder / "views.db").write_bytes(content)
    assert codes(folder) == ["views-damaged"]


def test_read_models_without_one_of_their_indexes_are_found(folder: Path) -> None:
    other = sqlite3.connect(folder / "views.db")
    other.execute("DROP INDEX lot_code")
    other.close()
    with closing(case_of(folder)) as case:
        ((_, finding),) = examine(case)
    assert finding.code == "views-damaged"
    assert "no lot_code" in finding.say("en")


def beating(folder: Path, now: dt.datetime, *pids: int, version: str | None = None) -> None:
    """Say that processes of this folder are alive."""
    file = RunningFile(folder, now.timestamp)
    for pid in pids:
        kept = version or program_version()
        me = Running("web", pid, kept, now.timestamp() - 60, now.timestamp())
        file.write(me, Tally(), {})


def test_a_server_without_sequencer_and_projector_is_found(folder: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    beating(folder, now, 1)
    assert codes(folder, now) == ["sequencer-absent", "projector-absent"]
    leading = [Leaderships(folder / "ledger.db"), Leaderships(folder / "views.db")]
    assert leading[0].lead("sequencer") and leading[1].lead("projector")
    assert codes(folder, now) == []
    for one in leading:
        one.close()


def test_processes_of_several_versions_are_found(folder: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    beating(folder, now, 1)
    beating(folder, now, 2, version="0.0.9")
    assert "versions-differ" in codes(folder, now)


def test_a_stuck_or_silent_projection_is_found(folder: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    beating(folder, now, 1)
    Heartbeat(now - dt.timedelta(seconds=90), now, 3).write(folder)
    assert "heartbeat-old" in codes(folder, now)
    trouble = Trouble("Statement 7 is poison.", "Phiếu 7 không dựng được.")
    Heartbeat(None, now, 3, trouble).write(folder)
    with closing(case_of(folder, now)) as case:
        said = [one for _, one in examine(case) if one.code == "projection-stuck"]
    assert "Statement 7" in said[0].say("en") and "Phiếu 7" in said[0].say("vi")
