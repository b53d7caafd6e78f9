"""Operators' PINs: who is at the station, for one shift; bound to the station's own secret.

A PIN is peppered with the station's own secret (`keys/access.key`), so it fits on no other station and cannot be found
from a copy of the tables. Wrong ones make everybody wait longer and longer, across restarts.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from api.access.passwords import checked_pin, fits, hashed, peppered
from api.access.record import Record
from api.access.schema import found_people
from api.access.side_tables import SideTables
from api.errors import DoorError

FREE_TRIES: Final = 3
FIRST_WAIT: Final = 30
LONGEST_WAIT: Final = 3_600
_MOST_NAME = 40


class PinRefused(DoorError):
    """What cannot be done with a PIN."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "pin-name": (
            "The operator's name is missing or longer than {most} characters; write it again.",
            "Thiếu tên người trực hoặc tên dài quá {most} ký tự; hãy ghi lại.",
        ),
        "pin-taken": (
            "There is a PIN for {found} already; remove it first, or choose another name.",
            "Đã có mã PIN cho {found}; hãy bỏ mã cũ trước hoặc chọn tên khác.",
        ),
        "pin-unknown": (
            "There is no PIN for {found}; see: ocop pin list",
            "Không có mã PIN cho {found}; hãy xem: ocop pin list",
        ),
        "pin-wrong": (
            "This PIN is not right; type it again.",
            "Mã PIN chưa đúng; hãy nhập lại.",
        ),
        "pin-waiting": (
            "The PIN was wrong several times; wait {seconds} seconds, or let the manager set a new "
            "one.",
            "Mã PIN đã sai nhiều lần; hãy chờ {seconds} giây, hoặc nhờ người phụ trách đặt mã mới.",
        ),
        "pin-closed": (
            "This is not the station's own machine, so its pages stay closed.",
            "Đây không phải máy của trạm nên trang của trạm không mở.",
        ),
    }


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody with a PIN, and the party they record for."""

    id: str
    name: str
    party: str


class Pins:
    """The PINs of one station. Every method may raise SideAway."""

    def __init__(
        self,
        side: SideTables,
        now: Callable[[], dt.datetime],
        key: Callable[[], bytes],
        record: Record,
    ) -> None:
        """`key` gives the station's secret, without which no PIN fits."""
        self._side = found_people(side)
        self._now = now
        self._key = key
        self._record = record

    def any(self) -> bool:
        """Whether the station asks for PINs."""
        return bool(self._side.read("SELECT id FROM pin LIMIT 1"))

    def all(self) -> list[Operator]:
        """Everybody with a PIN, by name."""
        rows = self._side.read("SELECT id, name, party FROM pin ORDER BY name")
        return [Operator(str(row[0]), str(row[1]), str(row[2])) for row in rows]

    def add(self, name: str, party: str, pin: str, by: str = "") -> Operator:
        """Give somebody a PIN. Takes the time of one hash.

        Raises:
            PinRefused: the name is missing or taken.
            PasswordRefused: no PIN, or one that everybody would try.
        """
        name = " ".join(name.split())
        if not 1 <= len(name) <= _MOST_NAME or not name.isprintable():
            raise PinRefused("pin-name", most=_MOST_NAME)
        secret = hashed(peppered(self._key(), checked_pin(pin)))
        who = secrets.token_hex(8)
        with self._side.write() as write:
            made = write.execute(
                "INSERT INTO pin (id, name, party, secret, failures, wait, made) "
                "VALUES (?, ?, ?, ?, 0, 0, ?) ON CONFLICT (name) DO NOTHING RETURNING id",
                *(who, name, party, secret, self._time()),
            )
            if not made:
                raise PinRefused("pin-taken", found=name)
            self._record.add_to(write, "pin-added", by, who)
        return Operator(who, name, party)

    def remove(self, name: str, by: str = "") -> None:
        """Erase a PIN, its name and its sessions. Raises PinRefused (`pin-unknown`)."""
        with self._side.write() as write:
            gone = write.execute("DELETE FROM pin WHERE name = ? RETURNING id", name)
            if not gone:
                raise PinRefused("pin-unknown", found=name)
            who = str(gone[0][0])
            write.execute("DELETE FROM session WHERE who = ?", who)
            self._record.add_to(write, "pin-removed", by, who)
        self._side.scrub()

    def check(self, who: str, pin: str) -> Operator:
        """The operator whose PIN it is. Takes the time of one hash.

        The attempt is counted before the PIN is looked at: many at once are many attempts.

        Raises:
            PinRefused: `pin-wrong`, or `pin-waiting` after FREE_TRIES wrong ones.
        """
        now = self._time()
        with self._side.write() as write:
            rows = write.execute(
                "SELECT id, name, party, secret, failures, wait FROM pin WHERE id = ?", who
            )
            if rows and rows[0][5] > now:
                wait = min(int(rows[0][5]) - now, LONGEST_WAIT)
                self._record.add_to(write, "pin-limited", who)
                limited = PinRefused("pin-waiting", seconds=wait)
            else:
                limited = None
                if rows:
                    failures = int(rows[0][4]) + 1
                    write.execute(
                        "UPDATE pin SET failures = ?, wait = ? WHERE id = ?",
                        *(failures, now + _wait(failures), who),
                    )
        if limited is not None:
            raise limited
        if not fits(str(rows[0][3]) if rows else "", peppered(self._key(), pin)):
            self._record.add("pin-refused", who if rows else "")
            raise PinRefused("pin-wrong")
        with self._side.write() as write:
            write.execute("UPDATE pin SET failures = 0, wait = 0 WHERE id = ?", who)
            self._record.add_to(write, "pin-opened", who)
        return Operator(str(rows[0][0]), str(rows[0][1]), str(rows[0][2]))

    def _time(self) -> int:
        return int(self._now().timestamp())


def _wait(failures: int) -> int:
    """Seconds to wait after so many wrong PINs in a row: none, then 30, 60, 120 ... one hour."""
    if failures < FREE_TRIES:
        return 0
    return int(min(FIRST_WAIT * 2 ** min(failures - FREE_TRIES, 10), LONGEST_WAIT))
