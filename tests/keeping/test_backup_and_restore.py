"""What a backup holds, and that a restore from it makes a ledger that goes on."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from api.keeping.backup import back_up
from api.keeping.errors import KeepingError
from api.keeping.restore import restore
from ledger.verify.checkpoint import open_checkpoint
from ledger.verify.wording import Refusal
from tests.keeping import scenes
from tests.store import places
from tests.store.small_ledger import FARM, audit, check_ledger, clock


def test_a_backup_goes_back_into_a_database_and_can_be_written_on(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so", 100)
    before = scenes.contents(services)
    back_up(services, tmp_path / "b.ocop")
    services.close()
    made = restore(tmp_path / "b.ocop", tmp_path / "new", founding=scenes.database(), now=clock)
    assert not (tmp_path / "new" / "ledger.db").exists()
    assert scenes.settings_of(tmp_path / "new").database is not None
    with scenes.opened(tmp_path / "new") as back:
        assert scenes.contents(back) == before
        assert back.station.log.head() is not None
        scenes.add_one_by_one(back, 2, "N")
        assert back.store.size() == made.size + 2
    check_ledger(tmp_path / "new", bundles=3)


def test_a_restored_folder_has_everything_that_makes_the_ledger_work(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    (services.folder / "templates").mkdir()
    (services.folder / "templates" / "rieng.toml").write_text("x = 1\n")
    (services.folder / "trust.json").write_bytes(services.trust())
    texts = {text for _, text in services.notes.containing("a")}
    back_up(services, tmp_path / "b.ocop")
    services.close()
    restore(tmp_path / "b.ocop", tmp_path / "new", now=clock)
    for path in ("keys/log.pem", "keys/label.key", "templates/rieng.toml", "trust.json"):
        assert (tmp_path / "new" / path).read_bytes() == (tmp_path / "so" / path).read_bytes()
    for one in (tmp_path / "new").rglob("*"):
        if one.is_file() and one.name != "settings.json":
            assert one.stat().st_mode & 0o077 == 0, one
    with scenes.opened(tmp_path / "new") as back:
        assert texts
        assert {text for _, text in back.notes.containing("a")} == texts
        scenes.add_one_by_one(back, 1, "N")
        assert back.station.own_parties() == sorted({FARM, "CT-B"})


def test_a_backup_file_is_private_and_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    path = tmp_path / "b.ocop"
    back_up(services, path)
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    told = json.loads((services.folder / "last-backup.json").read_text())
    assert told["size"] == services.store.size()
    with pytest.raises(KeepingError) as refused:
        back_up(services, path)
    assert refused.value.code == "backup-there"
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.part"))
    services.close()


def test_no_backup_is_left_of_a_ledger_whose_entries_were_changed(
    tmp_path: Path,
) -> None:
    services = scenes.told(tmp_path / "so")
    with closing(sqlite3.connect(tmp_path / "so" / "ledger.db")) as db, db:
        db.execute("DROP TRIGGER stored_events_no_update")
        db.execute(
            "UPDATE stored_events SET state = CAST(substr(state, 1, 80) || x'41' || "
            "substr(state, 82) AS BLOB) WHERE position = 20"
        )
    with pytest.raises(Refusal):
        back_up(services, tmp_path / "b.ocop")
    services.close()
    assert [one.name for one in tmp_path.iterdir()] == ["so"]


def test_a_backup_says_what_it_holds_and_leaves_keys_out_when_told_to(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    back_up(services, tmp_path / "b.ocop", keys=False)
    with zipfile.ZipFile(tmp_path / "b.ocop") as found:
        names = found.namelist()
        manifest = json.loads(found.read("manifest.json"))
    assert not [name for name in names if name.startswith("keys/")]
    assert manifest["keys"] is False
    key = services.trust_file().log_key
    head = open_checkpoint(manifest["checkpoint"], key)
    assert (head.origin, head.size) == (manifest["origin"], manifest["size"])
    assert head.size == services.store.size()
    services.close()
    made = restore(tmp_path / "b.ocop", tmp_path / "new", now=clock)
    assert not made.keys
    # With the keys put back the ledger goes on.
    (tmp_path / "so" / "keys").rename(tmp_path / "new" / "keys")
    (tmp_path / "new" / "keys" / "pgpass").unlink(missing_ok=True)
    with scenes.opened(tmp_path / "new") as back:
        assert audit(back).clean
        scenes.add_one_by_one(back, 1, "N")


def test_the_password_of_the_database_is_in_no_backup(tmp_path: Path) -> None:
    with places.ledgers_on("postgres"):
        services = scenes.told(tmp_path / "so")
    back_up(services, tmp_path / "b.ocop")
    services.close()
    with zipfile.ZipFile(tmp_path / "b.ocop") as found:
        assert not [name for name in found.namelist() if "pgpass" in name]
    assert (tmp_path / "so" / "keys" / "pgpass").exists()


def test_labels_that_waited_when_the_backup_was_made_are_in_doubt_after_a_restore(
    tmp_path: Path,
) -> None:
    services = scenes.told(tmp_path / "so")
    services.labelling.desk.spool().close()
    db = sqlite3.connect(services.folder / "spool.db")
    db.execute("INSERT INTO job (job_id, printer, digest, created_at) VALUES ('j','p','d','t')")
    for number, state in enumerate(("queued", "sent", "confirmed", "void")):
        db.execute(
            "INSERT INTO label (job_id, ordinal, key, serial, attempt, reason, payload, state, "
            "changed_at) VALUES ('j',?,?,?,1,'',x'41',?,'t')",
            (number, f"k{number}", f"s{number}", state),
        )
    db.commit()
    db.close()
    back_up(services, tmp_path / "b.ocop")
    services.close()
    made = restore(tmp_path / "b.ocop", tmp_path / "new", now=clock)
    assert made.doubtful == 2
    with closing(sqlite3.connect(tmp_path / "new" / "spool.db")) as back:
        found = back.execute("SELECT serial, state, payload FROM label ORDER BY serial").fetchall()
    assert [row[1] for row in found] == ["in_doubt", "in_doubt", "confirmed", "void"]
    assert found[0][2] == b""  # what is not there any more cannot be sent twice


def test_a_folder_with_anything_in_it_is_not_restored_into(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    back_up(services, tmp_path / "b.ocop")
    services.close()
    there = {path: path.read_bytes() for path in (tmp_path / "so").rglob("*") if path.is_file()}
    with pytest.raises(KeepingError) as refused:
        restore(tmp_path / "b.ocop", tmp_path / "so", now=clock)
    assert refused.value.code == "folder-not-empty"
    assert there == {p: p.read_bytes() for p in (tmp_path / "so").rglob("*") if p.is_file()}


@pytest.mark.long
def test_a_database_that_holds_a_ledger_is_not_restored_into(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    back_up(services, tmp_path / "b.ocop")
    services.close()
    database = scenes.database()
    restore(tmp_path / "b.ocop", tmp_path / "one", founding=database, now=clock)
    with pytest.raises(Exception, match="holds a ledger already"):
        restore(tmp_path / "b.ocop", tmp_path / "two", founding=database, now=clock)
    assert not (tmp_path / "two").exists()
    with scenes.opened(tmp_path / "one") as first:
        assert audit(first).clean
