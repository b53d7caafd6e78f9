"""Rights, room on the disk, and the small files beside the ledger."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import fields
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from api.keeping.cut_moves import refuse_left
from api.keeping.errors import KeepingError
from api.labels.printer_list import PrinterList
from api.settings import Settings
from api.stores import reads_only
from api.watching.doctor.case import Case
from api.watching.doctor.finding import Finding, Told
from api.watching.rights import may
from ledger.errors import LedgerError
from ledger.signing import load_key, read_secret
from ledger.verify.wording import Refusal

_LEAST_FREE = 500 * 1024 * 1024
_LEAST_SHARE = 5
_NEEDED_KEYS = ("log.pem", "label.key")
# Beside the keys: names and notes of people, and the ledger's own file.
_PRIVATE = ("private.db*", "access.db*", "ledger.db*")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class FileFinding(Finding):
    """Something about the folder and its files."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "folder-missing": (
            "There is no folder {path}.\nWithout it there is no ledger.\n"
            "Give the right --dir, or make a ledger with: ocop init --dir {path}",
            "Không có thư mục {path}.\nKhông có thư mục thì không có sổ.\n"
            "Hãy ghi đúng --dir, hoặc tạo sổ bằng: ocop init --dir {path}",
        ),
        "folder-not-writable": (
            "This user may not write in {path}.\nNothing can be recorded or printed.\n"
            "Run the program as the folder's owner, or as its owner run: chmod u+rwx {path}",
            "Người dùng này không ghi được vào {path}.\nKhông ghi sổ và in tem được.\n"
            "Hãy chạy chương trình bằng chủ thư mục, hoặc bằng chủ thư mục chạy: chmod u+rwx {path}",
        ),
        "file-not-writable": (
            "This user may not write {path}.\nWhat belongs there cannot be recorded.\n"
            "As the file's owner run: chmod u+rw {path}",
            "Người dùng này không ghi được {path}.\nNhững gì thuộc tệp đó không ghi được.\n"
            "Bằng chủ của tệp, hãy chạy: chmod u+rw {path}",
        ),
        "file-open-to-others": (
            "{path} can be read by other users of this machine (mode {mode}).\n"
            "It holds keys, private texts or the ledger's own file.\n"
            "Run: chmod {better} {path}, and think who may have copied it",
            "Người dùng khác của máy này đọc được {path} (quyền {mode}).\n"
            "Trong đó là khóa, thông tin riêng hoặc chính tệp sổ.\n"
            "Hãy chạy: chmod {better} {path}, và xem ai có thể đã sao chép",
        ),
        "file-writable-by-all": (
            "Everybody on this machine may change {path} (mode {mode}).\n"
            "Pages, settings or printing can be altered unnoticed.\n"
            "Run: chmod o-w {path}",
            "Ai trên máy này cũng sửa được {path} (quyền {mode}).\n"
            "Trang, cài đặt hoặc việc in tem có thể bị sửa âm thầm.\n"
            "Hãy chạy: chmod o-w {path}",
        ),
        "disk-low": (
            "Only {free} MB ({share} %) are free on the disk of {path}.\n"
            "On a full disk nothing is recorded; printing stops in the middle of a job.\n"
            "Free some space, or move the ledger to a larger disk",
            "Ổ đĩa của {path} chỉ còn {free} MB ({share} %).\n"
            "Khi đầy ổ đĩa thì không ghi được gì, in tem dừng giữa chừng.\n"
            "Hãy giải phóng ổ đĩa hoặc chuyển sổ sang ổ lớn hơn",
        ),
        "settings-unknown": (
            "The settings name things this program does not know: {names}.\n"
            "A misspelt setting has no effect, and nobody notices.\n"
            "Correct or remove them in {path}",
            "Tệp cài đặt có mục chương trình không biết: {names}.\n"
            "Mục viết sai không có tác dụng mà không ai hay.\n"
            "Hãy sửa hoặc xóa trong {path}",
        ),
        "settings-password": (
            "A database password stands in {path}.\n"
            "Settings are shown, copied and sent around; passwords must not be.\n"
            "Move it into keys/pgpass (mode 0600), take it out of the address, and change it",
            "Mật khẩu cơ sở dữ liệu nằm trong {path}.\n"
            "Tệp cài đặt hay được xem, sao chép, gửi đi; mật khẩu thì không được.\n"
            "Hãy chuyển vào keys/pgpass (quyền 0600), bỏ khỏi địa chỉ, và đổi mật khẩu",
        ),
        "base-missing": (
            "No label address is set.\nA label printed now would lead nowhere.\n"
            "Set it once: ocop init --dir {path} --base-url https://...",
            "Chưa đặt địa chỉ tem.\nTem in lúc này sẽ không dẫn tới đâu.\n"
            "Hãy đặt một lần: ocop init --dir {path} --base-url https://...",
        ),
        "base-loopback": (
            "The label address is {found}, which leads to the reader's own phone.\n"
            "Nobody who scans a label sees anything.\n"
            "Labels printed so far cannot be mended; make a ledger with a public --base-url",
            "Địa chỉ tem là {found}, chỉ dẫn tới chính điện thoại người quét.\n"
            "Không ai quét tem mà xem được gì.\n"
            "Tem đã in không sửa được; hãy tạo sổ với --base-url công khai",
        ),
    }


def check_folder(case: Case) -> list[Finding]:
    """Rights of the folder and of what is in it."""
    folder = case.folder
    if not folder.is_dir():
        return [FileFinding("folder-missing", path=folder)]
    found: list[Finding] = []
    if not may(folder, os.R_OK | os.W_OK | os.X_OK):
        found.append(FileFinding("folder-not-writable", path=folder))
    if not may(folder, os.R_OK | os.X_OK):
        return found
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    found += [
        FileFinding("file-not-writable", path=path)
        for path in files
        if path.suffix == ".db" and not may(path, os.R_OK | os.W_OK)
    ]
    if os.name != "nt":
        found += _modes(folder, files)
    return found


def _modes(folder: Path, files: list[Path]) -> list[Finding]:
    keys = folder / "keys"
    private = {path for pattern in _PRIVATE for path in folder.glob(pattern)}
    private |= {path for path in files if keys in path.parents}
    found: list[Finding] = []
    for path, mode in ((path, stat.S_IMODE(path.stat().st_mode)) for path in (folder, *files)):
        if path in private and mode & 0o077:
            found.append(_open(path, mode, "600"))
        elif mode & 0o002:
            found.append(FileFinding("file-writable-by-all", path=path, mode=f"{mode:04o}"))
    if keys.is_dir() and (mode := stat.S_IMODE(keys.stat().st_mode)) & 0o077:
        found.append(_open(keys, mode, "700"))
    return found


def _open(path: Path, mode: int, better: str) -> Finding:
    return FileFinding("file-open-to-others", path=path, mode=f"{mode:04o}", better=better)


def check_keys(case: Case) -> list[Finding]:
    """Every key file can be read, and those that every ledger needs are there."""
    keys = case.folder / "keys"
    found: list[Finding] = []
    settings = case.settings_or_none()
    reader = settings is not None and reads_only(case.folder, settings)
    needed = ("label.key",) if reader else _NEEDED_KEYS
    names = {path.name for path in keys.glob("*.pem")} | set(needed)
    for name in sorted(names):
        try:
            (load_key if name.endswith(".pem") else read_secret)(keys / name)
        except LedgerError as wrong:
            if wrong.code != "key-open":  # the check of the folder says that
                found.append(Told("key-unusable", wrong.say))
        except OSError:
            found.append(Told("key-unusable", LedgerError("key-missing", path=keys / name).say))
    return found


def check_disk(case: Case) -> list[Finding]:
    """Room for the ledger, the views and the spool, on whichever disks they are."""
    if not case.folder.is_dir():
        return []
    found: list[Finding] = []
    seen: set[int] = set()
    for path in (case.folder, *sorted(case.folder.glob("*.db"))):
        disk = path.stat().st_dev
        if disk in seen:
            continue
        seen.add(disk)
        total, free = case.room(path)
        share = 100 * free // max(total, 1)
        if free < _LEAST_FREE or share < _LEAST_SHARE:
            left = free // (1024 * 1024)
            found.append(FileFinding("disk-low", free=left, share=share, path=path))
    return found


def check_settings(case: Case) -> list[Finding]:
    """settings.json: readable, nothing misspelt, no password, a label address that leads somewhere."""
    path = case.folder / "settings.json"
    try:
        settings = case.settings()
    except Refusal as wrong:
        try:
            refuse_left(case.folder)
        except KeepingError:
            return []  # they went with the ledger: opening it says where
        return [Told("settings-unreadable", wrong.say)]
    found: list[Finding] = []
    written = json.loads(path.read_text(encoding="utf-8"))
    unknown = sorted(written.keys() - {one.name for one in fields(Settings)})
    if unknown:
        found.append(FileFinding("settings-unknown", names=unknown, path=path))
    addresses = [settings.database or "", *settings.read_from]
    if any(_has_password(one) for one in addresses):
        found.append(FileFinding("settings-password", path=path))
    if settings.base_url is None:
        found.append(FileFinding("base-missing", path=case.folder))
    elif (urlsplit(settings.base_url).hostname or "").lower() in _LOOPBACK:
        found.append(FileFinding("base-loopback", found=settings.base_url))
    return found


def _has_password(dsn: str) -> bool:
    if not dsn:
        return False
    from ledger.store.postgres.address import without_password

    try:
        return without_password(dsn)[1] is not None
    except Refusal:
        return "password" in dsn


def check_printers(case: Case) -> list[Finding]:
    """printers.json can be read."""
    try:
        PrinterList(case.folder / "printers.json").all()
    except Refusal as wrong:
        return [Told("printers-unreadable", wrong.say)]
    return []
