"""A ledger whose log key once lied about its index comes back from a backup as it was, and says so."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from api.commands.evidence import audit
from api.keeping.backup import back_up
from api.keeping.errors import KeepingError
from api.keeping.restore import restore
from api.settings import Settings
from ledger.store.sqlite import SqliteStore
from tests.completeness.following import hold, say_falsely
from tests.keeping import scenes
from tests.keeping.scenes import run
from tests.keeping.test_damaged_backups import edited, repacked
from tests.store.small_ledger import clock


@pytest.fixture(scope="module")
def lied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A ledger with a false commitment in its midst, true statements after it; and its backup."""
    room = tmp_path_factory.mktemp("lied")
    services = scenes.told(room / "so")
    say_falsely(services, root="ab" * 32)
    hold(services, "2026-11-20T11:00:00+07:00")
    services.committer.commit()
    back_up(services, room / "b.ocop")
    services.close()
    return room / "so", room / "b.ocop"


def test_it_is_restored_byte_for_byte_and_never_silently(
    lied: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, backup = lied
    status, out, err = run(capsys, "restore", backup, "--dir", tmp_path / "new", "--json")
    made = json.loads(out)
    assert (status, made["restored"]) == (1, True)
    assert [one["code"] for one in made["findings"]] == ["index-false"]
    assert "FOUND" in err and "vouched for" in err
    with scenes.opened(folder) as before, scenes.opened(tmp_path / "new") as after:
        assert scenes.contents(after) == scenes.contents(before)
        (index, _), *_ = audit(after).false_index
    assert made["findings"][0]["index"] == index


def test_an_audit_goes_on_past_a_false_commitment_and_names_what_else_is_wrong(
    lied: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = lied
    status, out, _ = run(capsys, "audit", "--dir", folder)
    assert (status, out.count("REFUSED")) == (1, 1)
    assert "All the rest of the ledger was checked and holds" in out
    with scenes.opened(folder) as services:
        whole = audit(services)
        assert (whole.clean, whole.whole, whole.entries) == (False, True, services.store.size())
        assert whole.failed_index == whole.false_index[0][0] < whole.entries - 1
    scenes.told(tmp_path / "so").close()
    with scenes.opened(tmp_path / "so") as services:
        say_falsely(services, rows=1)
        hold(services, "2026-11-20T11:00:00+07:00")
        last = services.store.size() - 1
    change = edited(
        "UPDATE stored_events SET state = CAST(substr(state, 1, 80) || x'41' || substr(state, 82) "
        "AS BLOB) WHERE position = (SELECT max(position) FROM stored_events)",
        "stored_events_no_update",
    )
    change(tmp_path / "so")
    status, out, _ = run(capsys, "audit", "--dir", tmp_path / "so", "--json", "--without-views")
    said = json.loads(out)
    assert status == 1
    assert said["failure"]["index"] == last
    assert [one["code"] for one in said["false_index"]] == ["index-false"]


def test_a_false_commitment_excuses_nothing_else(lied: tuple[Path, Path], tmp_path: Path) -> None:
    _, backup = lied
    change = edited(
        "UPDATE stored_events SET state = CAST(substr(state, 1, 80) || x'41' || substr(state, 82) "
        "AS BLOB) WHERE position = (SELECT max(position) - 1 FROM stored_events)",
        "stored_events_no_update",
    )
    forged = repacked(backup, tmp_path, change)
    with pytest.raises(KeepingError) as refused:
        restore(forged, tmp_path / "new", now=clock)
    assert refused.value.code == "backup-refused"
    assert not (tmp_path / "new").exists()


def test_it_comes_back_into_a_database_too(lied: tuple[Path, Path], tmp_path: Path) -> None:
    _, backup = lied
    made = restore(backup, tmp_path / "hub", founding=scenes.database(), now=clock)
    assert [one.code for _, one in made.findings] == ["index-false"]
    assert Settings.load(tmp_path / "hub" / "settings.json").database is not None
    with scenes.opened(tmp_path / "hub") as hub:
        assert hub.store.size() == made.size
        assert not audit(hub).clean


def test_every_false_commitment_is_named(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    for number in range(3):
        hold(services, f"2026-11-20T11:0{number}:00+07:00")
        say_falsely(services, rows=number + 1)
    result = audit(services)
    services.close()
    assert [one.code for _, one in result.false_index] == ["index-false"] * 3
    with closing(SqliteStore(tmp_path / "so" / "ledger.db")) as store:
        assert result.entries == store.size()
    with closing(sqlite3.connect(tmp_path / "so" / "ledger.db")) as db:
        assert db.execute("SELECT count(*) FROM log_leaves").fetchone() == (result.entries,)
