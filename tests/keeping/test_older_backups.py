"""Going back to an older state is said in plain words, and a forked log is never signed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.commands.main import main
from api.keeping.backup import back_up
from api.keeping.errors import KeepingError, RolledBack
from api.keeping.restore import OlderBackup, restore
from api.keeping.resubmission import resubmit
from ledger.verify.entry import parse_entry
from ledger.verify.note import NoteRefused
from tests.keeping import scenes
from tests.store.small_ledger import GTIN, check_ledger, clock, found_anew


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room with `old.ocop`, then 12 statements more, then `new.ocop` and its checkpoint."""
    room = tmp_path_factory.mktemp("older")
    services = scenes.told(room / "so")
    back_up(services, room / "old.ocop")
    scenes.add_one_by_one(services, 8, "M")
    scenes.add(services, 4, "P")
    (room / "new.txt").write_text(services.log.checkpoint() or "")
    back_up(services, room / "new.ocop")
    size = services.store.size()
    raw = [raw for _, raw in services.store.sealed(size - 12, 12)]
    (room / "lost.tile").write_bytes(b"".join(len(r).to_bytes(2, "big") + r for r in raw))
    tile = services.log.tile(f"entries/000.p/{size}")
    assert tile is not None
    (room / "entries").mkdir()
    (room / "entries" / "000.p").write_bytes(tile)
    bundle = services.bundle(GTIN, "L01")
    assert bundle is not None
    (room / "lot.json").write_bytes(bundle)
    services.close()
    return room


def older(story: Path, folder: Path) -> None:
    """Restore the old backup although the newer checkpoint is known."""
    restore(
        story / "old.ocop",
        folder,
        checkpoints=[story / "new.txt"],
        accept_older=True,
        now=clock,
    )


def test_a_backup_older_than_a_known_checkpoint_does_not_go_on_silently(
    story: Path, tmp_path: Path
) -> None:
    with pytest.raises(OlderBackup) as refused:
        restore(story / "old.ocop", tmp_path / "new", checkpoints=[story / "new.txt"], now=clock)
    behind = refused.value.behind
    assert behind.missing == 12
    assert behind.known.checkpoint.size == behind.size + 12
    assert ("HTX-A", "station") in {(one.party, one.role) for one in refused.value.journals}
    for lang, word in (("en", "12 are missing"), ("vi", "thiếu 12 phiếu")):
        said = refused.value.say(lang)
        assert word in said
        assert f"{behind.size}" in said
        assert "HTX-A station" in said
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_remembers_a_newer_checkpoint_is_enough_to_notice(
    story: Path, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "checkpoint.txt").write_bytes((story / "new.txt").read_bytes())
    with pytest.raises(OlderBackup):
        restore(story / "old.ocop", tmp_path / "new", now=clock)
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["checkpoint.txt"]
    made = restore(story / "new.ocop", tmp_path / "new", now=clock)
    assert made.behind is None


def test_an_accepted_older_state_is_read_and_neither_written_nor_sealed(
    story: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "so"
    older(story, folder)
    said = json.loads((folder / "restored.json").read_text())
    assert (said["by"], said["resubmitted"]) == ("unknown", None)
    with scenes.opened(folder) as services:
        size = services.store.size()
        assert said["restored"]["size"] == size
        assert services.memory.problem is not None
        assert "12" in services.memory.problem.say("vi")
        assert services.ready() is not None
        with pytest.raises(RolledBack, match="12 are missing"):
            scenes.add_one_by_one(services, 1, "Z")
        with pytest.raises(RolledBack):
            scenes.add(services, 1, "Z")
        with pytest.raises(RolledBack):
            services.store.recorder.insert_events([])
        assert services.station.log.seal() == size  # without the key: nothing to sign with
        # Reading goes on: pages, bundles and proofs.
        assert services.bundle(GTIN, "L01") is not None
        assert services.log.proof(3) is not None
    with scenes.opened(folder) as again:
        assert again.store.size() == again.store.newest() == size


@pytest.mark.parametrize("source", ["new.ocop", "lost.tile", "entries/000.p"])
def test_the_missing_statements_come_back_and_the_log_goes_on_where_it_was(
    story: Path, tmp_path: Path, source: str
) -> None:
    folder = tmp_path / "so"
    older(story, folder)
    made = resubmit(folder, [story / "lot.json", story / source], now=clock)
    assert made.added == 12
    check_ledger(folder, bundles=3)
    with scenes.opened(folder) as services:
        assert services.memory.problem is None
        # The very checkpoint that was known, byte for byte, and those that statements name.
        assert services.store.checkpoint(made.size) == (story / "new.txt").read_text()
        scenes.add_one_by_one(services, 1, "Z")
    assert json.loads((folder / "restored.json").read_text())["resubmitted"] is not None
    with pytest.raises(KeepingError) as nothing:
        resubmit(folder, [story / source], now=clock)
    assert nothing.value.code == "nothing-missing"


def test_statements_in_another_order_or_of_another_journal_are_not_recorded(
    story: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "so"
    older(story, folder)
    raw, entries = (story / "lost.tile").read_bytes(), []
    while raw:
        length = int.from_bytes(raw[:2], "big")
        entries.append(raw[: 2 + length])
        raw = raw[2 + length :]
    entries[3], entries[4] = entries[4], entries[3]
    (tmp_path / "swapped.tile").write_bytes(b"".join(entries))
    (tmp_path / "short.tile").write_bytes(b"".join(entries[:11]))
    with scenes.opened(folder) as services:
        before = services.store.size()
    for name, code in (("swapped.tile", "missing-differ"), ("short.tile", "missing-not-found")):
        with pytest.raises(KeepingError) as refused:
            resubmit(folder, [tmp_path / name], now=clock)
        assert refused.value.code == code
        assert refused.value.say("vi")
    with scenes.opened(folder) as services:
        assert (services.store.size(), services.store.newest()) == (before, before)
    assert not (folder / "resubmit.part").exists()


def test_what_was_recorded_and_not_sealed_before_the_roll_back_is_where_the_rest_begins(
    story: Path, tmp_path: Path
) -> None:
    """Cut off in the middle: some of the missing are recorded and not sealed; the rest still fits."""
    folder = tmp_path / "so"
    older(story, folder)
    raw = (story / "lost.tile").read_bytes()
    first = raw[2 : 2 + int.from_bytes(raw[:2], "big")]
    from api.settings import Settings
    from api.stores import open_store
    from ledger.application import TraceLedger

    store = open_store(folder, Settings.load(folder / "settings.json"))
    ledger = TraceLedger(store)
    ledger.submit([first])
    ledger.close()
    store.close()
    made = resubmit(folder, [story / "lost.tile"], now=clock)
    assert made.added == 12
    assert parse_entry(first).id
    check_ledger(folder, bundles=1)


def test_a_backup_of_another_log_is_no_continuation(story: Path, tmp_path: Path) -> None:
    services = found_anew(tmp_path / "other")
    (tmp_path / "other.txt").write_text(services.log.checkpoint() or "")
    services.close()
    with pytest.raises(NoteRefused):
        restore(
            story / "new.ocop",
            tmp_path / "new",
            checkpoints=[tmp_path / "other.txt"],
            now=clock,
        )
    assert not (tmp_path / "new").exists()


def test_a_ledger_that_was_forked_with_the_real_key_is_refused_even_when_older_is_accepted(
    story: Path, tmp_path: Path
) -> None:
    restore(story / "old.ocop", tmp_path / "fork", now=clock)
    with scenes.opened(tmp_path / "fork") as forked:
        scenes.add_one_by_one(forked, 8, "F")
        scenes.add(forked, 4, "P")
        (tmp_path / "fork.txt").write_text(forked.log.checkpoint() or "")
    with pytest.raises(KeepingError) as refused:
        restore(
            story / "new.ocop",
            tmp_path / "new",
            checkpoints=[tmp_path / "fork.txt"],
            accept_older=True,
            now=clock,
        )
    assert refused.value.code == "restore-forked"
    assert not (tmp_path / "new").exists()


def test_the_audit_of_an_older_state_says_without_being_asked_that_it_is_cut(
    story: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "back"
    older(story, folder)
    capsys.readouterr()
    assert main(["audit", "--dir", str(folder), "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert "REFUSED" in said
    assert "Everything holds" not in said and "ocop rebuild" not in said
