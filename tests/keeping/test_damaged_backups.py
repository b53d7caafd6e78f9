"""A backup that is damaged or not true is refused whole: nothing is put anywhere."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from api.keeping.archive import Manifest, pack, part_of, unpack
from api.keeping.backup import back_up
from api.keeping.errors import KeepingError
from api.keeping.missing import gathered
from api.keeping.restore import restore
from ledger.store.sqlite import SqliteStore
from tests.keeping import scenes
from tests.store.small_ledger import clock


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good backup of the small ledger."""
    room = tmp_path_factory.mktemp("backup")
    services = scenes.told(room / "so")
    (services.folder / "trust.json").write_bytes(services.trust())
    back_up(services, room / "b.ocop")
    services.close()
    return room / "b.ocop"


def refused(path: Path, folder: Path) -> str:
    """Code of the refusal to restore a file, after seeing that nothing was left behind."""
    before = set(folder.parent.iterdir())
    with pytest.raises(KeepingError) as wrong:
        restore(path, folder, now=clock)
    assert wrong.value.say("vi")
    assert set(folder.parent.iterdir()) == before
    return wrong.value.code


def test_a_flipped_byte_anywhere_in_the_file_is_noticed(backup: Path, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    with zipfile.ZipFile(backup) as found:
        # In every part: its header, its first byte, its middle; and everything after the parts.
        places = [
            at
            for one in found.infolist()
            for at in (one.header_offset, one.header_offset + 40, one.header_offset + 120)
        ]
        places += range(found.start_dir, len(whole), 97)
    places += [len(whole) - 1, len(whole) - 64, len(whole) - 70]
    target = tmp_path / "b.ocop"
    for at in places:
        flipped = bytearray(whole)
        flipped[at] ^= 0x20
        target.write_bytes(flipped)
        assert refused(target, tmp_path / "new") in {"backup-altered", "backup-cut"}, at
    print(f"{len(places)} flipped bytes, all refused")


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_noticed(backup: Path, tmp_path: Path, part: float) -> None:
    whole = backup.read_bytes()
    target = tmp_path / "b.ocop"
    target.write_bytes(whole[: int(len(whole) * part)])
    assert refused(target, tmp_path / "new") == ("backup-cut" if part else "backup-foreign")


def test_a_file_of_another_kind_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "b.ocop").write_bytes(b"PK\x03\x04" + b"x" * 500)
    assert refused(tmp_path / "b.ocop", tmp_path / "new") == "backup-foreign"


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(KeepingError) as told:
        restore(tmp_path / "nosuch.ocop", tmp_path / "new", now=clock)
    assert told.value.code == "file-unreadable"
    assert "nosuch.ocop cannot be read (No such file or directory)" in str(told.value)
    assert not (tmp_path / "new").exists()


def test_a_missing_or_foreign_file_of_missing_statements_is_called_so(tmp_path: Path) -> None:
    store = SqliteStore.create(tmp_path / "ledger.db")
    (tmp_path / "note.txt").write_text("no log tile")
    for name, code in (("nosuch", "file-unreadable"), ("note.txt", "missing-foreign")):
        with pytest.raises(KeepingError) as told:
            gathered(store, [tmp_path / name], 0, 1, tmp_path)
        assert told.value.code == code
        assert name in told.value.say("vi")
    store.close()


def test_a_restore_that_is_refused_leaves_what_the_folder_remembers(
    backup: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "checkpoint.txt").write_bytes(b"kept")
    (tmp_path / "b.ocop").write_bytes(backup.read_bytes()[:-1])
    assert refused(tmp_path / "b.ocop", folder) == "backup-cut"
    assert (folder / "checkpoint.txt").read_bytes() == b"kept"


# --- forged by somebody who makes the digests right again ----------------------------------------


def repacked(backup: Path, room: Path, change: Callable[[Path], None]) -> Path:
    """The backup with its parts changed, and a manifest and digests that agree with them."""
    parts = room / "parts"
    parts.mkdir()
    manifest = unpack(backup, parts)
    change(parts)
    files = sorted(one for one in parts.rglob("*") if one.is_file())
    new = Manifest(
        manifest.origin,
        manifest.made,
        manifest.size,
        manifest.checkpoint,
        manifest.keys,
        tuple(part_of(parts, one) for one in files),
    )
    pack(parts, new, room / "forged.ocop")
    shutil.rmtree(parts)
    return room / "forged.ocop"


def edited(sql: str, trigger: str) -> Callable[[Path], None]:
    """A change of the ledger file by somebody who drops a trigger and makes it anew."""

    def change(parts: Path) -> None:
        with closing(sqlite3.connect(parts / "ledger.db")) as db, db:
            made = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (trigger,)).fetchone()
            db.execute(f"DROP TRIGGER {trigger}")
            assert db.execute(sql).rowcount > 0
            db.execute(made[0])

    return change


def without_guards(parts: Path) -> None:
    """The ledger file without one of its triggers."""
    with closing(sqlite3.connect(parts / "ledger.db")) as db, db:
        db.execute("DROP TRIGGER log_leaves_no_delete")


def other_trust(parts: Path) -> None:
    """A trust file that names another root key."""
    said = json.loads((parts / "trust.json").read_text())
    said["roots"] = [hashlib.sha256(b"x").hexdigest()]
    (parts / "trust.json").write_text(json.dumps(said))


FORGERIES: dict[str, Callable[[Path], None]] = {
    "an entry changed": edited(
        "UPDATE stored_events SET state = "
        "CAST(substr(state, 1, 80) || x'41' || substr(state, 82) AS BLOB) WHERE position = 20",
        "stored_events_no_update",
    ),
    "the last checkpoint removed": edited(
        "DELETE FROM log_checkpoints WHERE size = (SELECT max(size) FROM log_checkpoints)",
        "log_checkpoints_no_delete",
    ),
    "a checkpoint's root changed": edited(
        "UPDATE log_checkpoints SET root = zeroblob(32) WHERE size = 5", "log_checkpoints_no_update"
    ),
    "a checkpoint's note changed": edited(
        "UPDATE log_checkpoints SET note = replace(note, 'small', 'smell') WHERE size = 5",
        "log_checkpoints_no_update",
    ),
    "the last leaf removed": edited(
        "DELETE FROM log_leaves WHERE leaf = (SELECT max(leaf) FROM log_leaves)",
        "log_leaves_no_delete",
    ),
    "a guard removed": without_guards,
    "another trust file": other_trust,
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_backup_whose_digests_were_made_right_again_is_refused_by_its_content(
    backup: Path, tmp_path: Path, what: str
) -> None:
    forged = repacked(backup, tmp_path, FORGERIES[what])
    assert refused(forged, tmp_path / "new") == "backup-refused"


def with_right_digest(path: Path, raw: bytes) -> Path:
    """A file of these bytes, whose last 64 are the digest of those before."""
    path.write_bytes(raw[:-64] + hashlib.sha256(raw[:-64]).hexdigest().encode())
    return path


@pytest.mark.parametrize("how", ["its packed bytes are none", "it asks for a password"])
def test_a_part_that_cannot_be_unpacked_is_refused_in_words(
    backup: Path, tmp_path: Path, how: str
) -> None:
    raw = bytearray(backup.read_bytes())
    with zipfile.ZipFile(backup) as found:
        part, start = found.infolist()[1], found.start_dir
    if how.startswith("its"):
        raw[part.header_offset + 60 : part.header_offset + 120] = b"\xff" * 60
    else:
        listed = raw.index(b"PK\x01\x02", start + 4)
        raw[listed + 8] |= 1
        raw[part.header_offset + 6] |= 1
    forged = with_right_digest(tmp_path / "b.ocop", bytes(raw))
    assert refused(forged, tmp_path / "new") == "backup-damaged"


def test_the_same_repacking_without_a_change_is_accepted(backup: Path, tmp_path: Path) -> None:
    same = repacked(backup, tmp_path, lambda _parts: None)
    assert restore(same, tmp_path / "new", now=clock).behind is None


def test_a_part_with_a_name_that_leaves_the_folder_is_refused(backup: Path, tmp_path: Path) -> None:
    def outside(parts: Path) -> None:
        (parts / "views.db").write_bytes(b"")

    forged = repacked(backup, tmp_path, outside)
    assert refused(forged, tmp_path / "new") == "backup-damaged"
    raw = forged.read_bytes()
    for name in (b"../ws.db", b"/iews.db"):
        changed = raw.replace(b"views.db", name)
        digest = hashlib.sha256(changed[:-64]).hexdigest().encode()
        forged.write_bytes(changed[:-64] + digest)
        assert refused(forged, tmp_path / "new") == "backup-damaged"
