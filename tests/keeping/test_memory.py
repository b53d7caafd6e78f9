"""A ledger put back to an older state behind the program's back is read, and never signed on."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.keeping.errors import RolledBack
from api.keeping.memory import CheckpointMemory
from ledger.sealing import SealedLog
from ledger.signing import load_key
from ledger.store.postgres.passwords import keep_password
from ledger.store.sqlite import SqliteStore
from tests.keeping import scenes
from tests.postgres.cluster import shared_cluster
from tests.store import places
from tests.store.small_ledger import GTIN, ORIGIN, audit, check_ledger


def test_the_folder_remembers_the_newest_checkpoint_without_being_told(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    path = tmp_path / "so" / "checkpoint.txt"
    assert path.read_text() == services.log.checkpoint()
    scenes.add_one_by_one(services, 1, "N")
    assert path.read_text() == services.log.checkpoint()
    assert path.stat().st_mode & 0o777 == 0o600
    services.close()
    path.unlink()
    with scenes.opened(tmp_path / "so") as again:  # a folder of an older program has none
        assert path.read_text() == again.log.checkpoint()


def test_an_older_ledger_file_in_place_of_the_newer_is_read_and_not_written(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "so"
    services = scenes.told(folder)
    scenes.put_back(services, tmp_path / "older")
    scenes.add_one_by_one(services, 3, "N")
    newest = services.store.size()
    services.close()
    scenes.swap(folder, tmp_path / "older")
    with scenes.opened(folder) as rolled:
        problem = rolled.memory.problem
        assert problem is not None
        assert problem.code == "rolled-back"
        assert str(newest) in str(problem)
        assert str(newest - 3) in str(problem)
        for lang in ("en", "vi"):
            assert "ocop restore --resubmit" in problem.say(lang)
        with pytest.raises(RolledBack):
            scenes.add_one_by_one(rolled, 1, "Z")
        assert rolled.ready() == "not written: rolled-back"
        assert rolled.bundle(GTIN, "L01") is not None
        assert audit(rolled).clean  # what is there is true; it is only not all
    assert "Z0000" not in (folder / "ledger.db").read_bytes().decode("latin-1")


def test_a_ledger_rewritten_with_the_real_key_is_not_written_on(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    services = scenes.told(folder)
    services.close()
    shutil.copytree(folder, tmp_path / "fork")
    with scenes.opened(folder) as true:
        scenes.add_one_by_one(true, 2, "N")
    with scenes.opened(tmp_path / "fork") as forked:
        scenes.add_one_by_one(forked, 3, "F")
    for path in folder.glob("ledger.db*"):
        path.unlink()
    shutil.copyfile(tmp_path / "fork" / "ledger.db", folder / "ledger.db")
    with scenes.opened(folder) as rewritten:
        assert rewritten.memory.problem is not None
        assert rewritten.memory.problem.code == "log-forked"
        with pytest.raises(RolledBack):
            scenes.add_one_by_one(rewritten, 1, "Z")


def test_a_store_that_loses_its_end_while_the_program_runs_is_not_sealed_again(
    tmp_path: Path,
) -> None:
    """As after a fail-over to a standby that lacked transactions: the sequencer notices itself."""
    services = scenes.told(tmp_path / "so")
    scenes.put_back(services, tmp_path / "older")
    scenes.add_one_by_one(services, 2, "N")
    older = SqliteStore(tmp_path / "older" / "ledger.db")
    key = load_key(services.folder / "keys" / "log.pem").private
    sequencer = SealedLog(older, ORIGIN, key, services.memory)
    issued = older.checkpoint()
    entry = services.store.after(older.newest(), 1)[0][1]
    from ledger.application import TraceLedger

    ledger = TraceLedger(older)
    ledger.submit([entry])
    with pytest.raises(RolledBack, match="are missing"):
        sequencer.seal()
    assert older.checkpoint() == issued
    assert services.memory.problem is not None
    assert services.ready() == "not written: rolled-back"
    ledger.close()
    older.close()
    services.close()


def test_a_memory_that_cannot_be_read_stops_writing_and_says_which_file(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    services.close()
    path = tmp_path / "so" / "checkpoint.txt"
    good = path.read_bytes()
    for bad in (b"", good[:-9], good.replace(b"ocop.example", b"ocop.evil...")):
        path.write_bytes(bad)
        with scenes.opened(tmp_path / "so") as opened:
            assert opened.memory.problem is not None
            assert opened.memory.problem.code == "memory-unreadable"
            with pytest.raises(RolledBack, match=r"checkpoint\.txt"):
                scenes.add_one_by_one(opened, 1, "Z")
    path.write_bytes(good)
    check_ledger(tmp_path / "so", bundles=1)


def test_the_memory_never_goes_back(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    key = services.trust_file().log_key
    notes = {size: services.store.checkpoint(size) for size, _ in services.store.checkpoints()}
    newest = max(notes)
    memory = CheckpointMemory(tmp_path / "so", key)
    memory.note(notes[1] or "")
    known = CheckpointMemory(tmp_path / "so", key).known()
    assert known is not None
    assert known.size == newest
    services.close()


def test_an_older_database_in_place_of_the_newer_is_read_and_not_written(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    with places.ledgers_on("postgres"):
        services = scenes.told(folder)
    address = services.settings.database
    assert address is not None
    services.close()
    name = conninfo_to_dict(address)["dbname"]
    older = shared_cluster().fresh_database(str(name))  # a copy, as an administrator makes one
    with scenes.opened(folder) as hub:
        scenes.add_one_by_one(hub, 2, "N")
        size = hub.store.size()
    settings = scenes.settings_of(folder)
    again = make_conninfo(address, dbname=urlsplit(older).path.removeprefix("/"))
    replace(settings, database=again).save(folder / "settings.json")
    database, role = (str(conninfo_to_dict(again)[one]) for one in ("dbname", "user"))
    keep_password(folder / "keys" / "pgpass", database, role, places.PASSWORD)
    with scenes.opened(folder) as rolled:
        assert rolled.memory.problem is not None
        assert rolled.memory.problem.code == "rolled-back"
        assert rolled.store.size() == size - 2
        with pytest.raises(RolledBack, match="2 are missing"):
            scenes.add(rolled, 1, "Z")
        with pytest.raises(RolledBack):
            rolled.store.recorder.insert_events([])
        assert audit(rolled).clean
    settings.save(folder / "settings.json")
    with scenes.opened(folder) as back:
        assert back.memory.problem is None
