"""Photos go where the ledger goes: backup, restore, move, a database; and stay erased."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import Services, open_folder
from api.commands.main import main as ocop
from api.keeping.backup import back_up
from api.keeping.moving import move_to_database, move_to_folder
from api.keeping.restore import restore
from api.photos.recording import own_photo, withdraw_photo
from api.photos.shelf import PhotoShelf
from api.watching.doctor.case import Case
from api.watching.doctor.photo_checks import check_photos
from tests.keeping.scenes import database
from tests.pages.cooperative import GTIN, LOT, NOW, PARTY
from tests.photos.pictures import hang, some_photo

LOT_SHOWN: dict[str, Any] = {"lot": {"item": GTIN, "code": LOT}, "stage": "packed"}


def open_there(folder: Path) -> Services:
    return open_folder(folder, lambda: NOW)


def test_a_backup_carries_photos_and_a_restore_has_them(services: Services, tmp_path: Path) -> None:
    photo = some_photo(81)
    hang(services, photo, **LOT_SHOWN)
    back_up(services, tmp_path / "copy.zip")
    restore(tmp_path / "copy.zip", tmp_path / "again", now=lambda: NOW)
    with closing(open_there(tmp_path / "again")) as again:
        assert again.album.opened(photo.digest) == photo.large
        assert again.album.opened(photo.small_digest) == photo.small
        facts = again.views.lot(GTIN, LOT)
        assert facts is not None
        assert facts.facts == services.views.lot(GTIN, LOT).facts  # type: ignore[union-attr]  # it is there


def test_what_was_taken_down_after_a_backup_does_not_come_back_with_it(
    services: Services, tmp_path: Path
) -> None:
    photo = some_photo(82)
    entry = hang(services, photo, **LOT_SHOWN)
    back_up(services, tmp_path / "copy.zip")
    withdraw_photo(services, own_photo(services, PARTY, entry), "customer-request")
    (tmp_path / "again").mkdir()
    shutil.copy(services.folder / "erased.txt", tmp_path / "again" / "erased.txt")
    restore(tmp_path / "copy.zip", tmp_path / "again", now=lambda: NOW)
    assert not PhotoShelf(tmp_path / "again").path_of(photo.digest).exists()


def test_a_move_to_another_folder_takes_photos_along(services: Services, tmp_path: Path) -> None:
    photo = some_photo(83)
    hang(services, photo, **LOT_SHOWN)
    move_to_folder(services, tmp_path / "moved")
    with closing(open_there(tmp_path / "moved")) as moved:
        assert moved.album.opened(photo.digest) == photo.large


def test_a_hubs_database_has_photos_for_all_its_machines(
    services: Services, tmp_path: Path
) -> None:
    before, after = some_photo(84), some_photo(85)
    hang(services, before, **LOT_SHOWN)
    folder = services.folder
    move_to_database(services, database())
    services.close()
    with closing(open_there(folder)) as hub:
        # Another machine of the hub has no file of them in its folder, and none is needed.
        other = PhotoShelf(tmp_path / "elsewhere", hub.side)
        assert other.get(before.small_digest) == before.small
        hang(hub, after, **LOT_SHOWN)
        assert hub.album.opened(after.digest) == after.large
        assert hub.album.opened(before.digest) == before.large
        back_up(hub, tmp_path / "hub.zip")
        assert other.get(after.digest) == after.large
        assert other.get(before.digest) == before.large
        with hub.side.write() as write:
            write.execute("UPDATE photo_bytes SET bytes = ? WHERE digest = ?", "AAAA", after.digest)
        assert other.get(after.digest) is None  # altered in the database
        assert hub.album.erase([before.digest]) >= 2
        assert hub.album.opened(before.small_digest) == "gone"
    restore(tmp_path / "hub.zip", tmp_path / "hub", founding=database(), now=lambda: NOW)
    with closing(open_there(tmp_path / "hub")) as again:
        assert PhotoShelf(tmp_path / "elsewhere", again.side).get(after.digest) == after.large
    restore(tmp_path / "hub.zip", tmp_path / "file", now=lambda: NOW)
    with closing(open_there(tmp_path / "file")) as alone:
        assert alone.album.opened(after.digest) == after.large


def test_the_command_that_erases_texts_erases_photos_and_the_ledger_still_holds(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = some_photo(86)
    hang(services, photo, **LOT_SHOWN)
    folder = str(services.folder)
    assert ocop(["erase", "--digest", photo.digest, "--dir", folder, "--lang", "en"]) == 0
    assert photo.digest in capsys.readouterr().out
    assert services.album.opened(photo.digest) == photo.large
    assert ocop(["erase", "--digest", photo.digest, "--dir", folder, "--yes", "--lang", "en"]) == 0
    assert services.album.opened(photo.digest) == "gone"
    assert services.album.opened(photo.small_digest) == "gone"
    assert not list((services.folder / "photos").rglob("*.jpg"))
    assert ocop(["audit", "--dir", folder]) == 0


def test_the_doctor_tells_missing_and_altered_photos(services: Services) -> None:
    missing, altered = some_photo(87), some_photo(88)
    hang(services, missing, **LOT_SHOWN)
    hang(services, altered, **LOT_SHOWN)
    case = Case(services.folder, now=lambda: NOW)
    assert check_photos(case) == []
    services.album.shelf.path_of(missing.digest).unlink()
    services.album.shelf.path_of(altered.small_digest).write_bytes(b"\xff\xd8 something else")
    found = check_photos(case)
    assert [one.code for one in found] == ["photos-missing", "photos-altered"]
    assert missing.digest[:12] in found[0].say("en")
    assert altered.small_digest[:12] in found[1].say("vi")
    assert services.album.opened(altered.small_digest) is None
    case.close()


def test_a_folder_without_photos_has_nothing_to_tell(services: Services) -> None:
    case = Case(services.folder, now=lambda: NOW)
    assert check_photos(case) == []
    assert not (services.folder / "photos").exists()
    case.close()


def test_writing_the_same_photo_twice_or_half_leaves_one_whole_file(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = some_photo(89)
    shelf = services.album.shelf
    assert shelf.put(photo.large) == shelf.put(photo.large) == photo.digest
    path = shelf.path_of(photo.digest)
    path.write_bytes(photo.large[:100])  # as after a power cut of a program that wrote in place
    assert shelf.get(photo.digest) is None
    shelf.put(photo.large)
    assert shelf.get(photo.digest) == photo.large
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o777 == 0o600
