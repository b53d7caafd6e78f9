"""Reading passes: a program of another body (an auditor) that may read the whole log.

When a cooperative hides something, the entries in the log's tiles are no longer for everybody. An
auditor is given an address with a pass in it: `https://NAME:PASS@hub.example`. It reads the log and
nothing else.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import secrets
from collections.abc import Callable
from typing import ClassVar

from api.access.people import digest_of
from api.access.record import Record
from api.access.side_tables import SideTables
from api.errors import DoorError

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,30}[a-z0-9])?")


class ReaderRefused(DoorError):
    """What cannot be done with a reading pass."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "reader-name": (
            "The auditor's name {found} is not usable; use 1 to 32 lower-case letters, digits, dots "
            "or dashes.",
            "Tên bên giám sát {found} không dùng được; hãy dùng 1 đến 32 chữ thường, số, dấu chấm "
            "hoặc gạch.",
        ),
        "reader-unknown": (
            "There is no reading pass for {found}; see: ocop disclosure show",
            "Không có quyền đọc cho {found}; hãy xem: ocop disclosure show",
        ),
    }


class Readers:
    """Reading passes of one ledger. Every method may raise SideAway."""

    def __init__(self, side: SideTables, now: Callable[[], dt.datetime], record: Record) -> None:
        side.found(
            "readers",
            1,
            [
                "CREATE TABLE reader (name TEXT PRIMARY KEY, digest TEXT NOT NULL,"
                " made BIGINT NOT NULL)"
            ],
        )
        self._side = side
        self._now = now
        self._record = record

    def all(self) -> list[str]:
        """Names of those who have one."""
        return [str(row[0]) for row in self._side.read("SELECT name FROM reader ORDER BY name")]

    def add(self, name: str, by: str = "") -> str:
        """Give a pass, in place of an older one; its text, which is shown once."""
        if not _NAME.fullmatch(name):
            raise ReaderRefused("reader-name", found=name)
        text = secrets.token_urlsafe(32)
        with self._side.write() as write:
            write.execute(
                "INSERT INTO reader (name, digest, made) VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, made = excluded.made",
                *(name, digest_of(text), int(self._now().timestamp())),
            )
            self._record.add_to(write, "reader-added", by, name)
        return text

    def remove(self, name: str, by: str = "") -> None:
        """Take a pass away. Raises ReaderRefused (`reader-unknown`)."""
        with self._side.write() as write:
            if not write.execute("DELETE FROM reader WHERE name = ? RETURNING name", name):
                raise ReaderRefused("reader-unknown", found=name)
            self._record.add_to(write, "reader-removed", by, name)

    def knows(self, authorization: str) -> bool:
        """Whether an Authorization header (Basic, RFC 7617) holds a pass."""
        scheme, _, rest = authorization.partition(" ")
        if scheme.lower() != "basic" or len(rest) > 400:
            return False
        try:
            name, _, text = base64.b64decode(rest, validate=True).decode("ascii").partition(":")
        except (binascii.Error, ValueError):
            return False
        if not _NAME.fullmatch(name):
            return False  # nobody has it, and a database would choke on some of what may stand here
        rows = self._side.read("SELECT digest FROM reader WHERE name = ?", name)
        return bool(rows) and secrets.compare_digest(str(rows[0][0]), digest_of(text))
