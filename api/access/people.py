"""People: who may sign in, in which role, for which party; and the one-time links that let them in.

Nobody ever has a password that somebody else chose: an administrator hands on a link, and its
owner sets the password. A link works once, for two days.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from api.access.passwords import checked_password, fits, hashed
from api.access.record import Record
from api.access.schema import found_people
from api.access.side_tables import SideTables, Write
from api.access.table import OF_A_PARTY, OF_AN_AUTHORITY, PEOPLE
from api.errors import DoorError

LINK_SECONDS: Final = 2 * 86_400
TRIES_A_MINUTE: Final = 5
_ACCOUNT = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?")
_MOST_NAME = 80
_COLUMNS = "id, account, name, role, party, secret"


class PeopleRefused(DoorError):
    """What cannot be done with an account."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "account-wrong": (
            "The sign-in name {found} is not usable; use 1 to 32 lower-case letters without marks, "
            "digits, dots or dashes.",
            "Tên đăng nhập {found} không dùng được; hãy dùng 1 đến 32 chữ thường không dấu, số, dấu "
            "chấm hoặc gạch.",
        ),
        "name-missing": (
            "The person's name is missing or longer than {most} characters; write it again.",
            "Thiếu họ tên hoặc họ tên dài quá {most} ký tự; hãy ghi lại.",
        ),
        "role-unknown": (
            "There is no role {found}; choose one of: {known}",
            "Không có vai trò {found}; hãy chọn một trong: {known}",
        ),
        "party-needed": (
            "A person with the role {role} belongs to a party; say which one.",
            "Người có vai trò {role} phải thuộc một cơ sở; hãy cho biết cơ sở nào.",
        ),
        "party-unwanted": (
            "A person with the role {role} belongs to no party; leave it out.",
            "Người có vai trò {role} không thuộc cơ sở nào; hãy bỏ trống cơ sở.",
        ),
        "party-unregistered": (
            "Party {found} is not registered in this ledger, there are: {known}",
            "Cơ sở {found} chưa đăng ký trong sổ, hiện có: {known}",
        ),
        "party-no-authority": (
            "Party {found} is registered as {kind}, not as an authority; an inspector belongs to an "
            "authority, or to no party and then signs no orders.",
            "Cơ sở {found} được đăng ký là {kind}, không phải cơ quan quản lý; cán bộ kiểm tra thuộc "
            "một cơ quan quản lý, hoặc không thuộc cơ sở nào và khi đó không ký lệnh.",
        ),
        "party-none": (
            "Party {found} is not registered in this ledger, nor is any other; register it first: "
            "ocop record NAME.setup.json",
            "Cơ sở {found} chưa đăng ký, trong sổ chưa có cơ sở nào; hãy đăng ký trước: ocop record "
            "TÊN.setup.json",
        ),
        "account-taken": (
            "There is an account {found} already; choose another sign-in name.",
            "Đã có tài khoản {found}; hãy chọn tên đăng nhập khác.",
        ),
        "account-unknown": (
            "There is no account {found}; see the list of people.",
            "Không có tài khoản {found}; hãy xem danh sách người dùng.",
        ),
        "last-administrator": (
            "{found} is the last administrator; make another one first.",
            "{found} là người quản trị cuối cùng; hãy thêm người quản trị khác trước.",
        ),
        "administrator-there": (
            "There is an administrator already; ask them for an account.",
            "Đã có người quản trị; hãy nhờ người đó cấp tài khoản.",
        ),
        "link-unknown": (
            "This link was used already, has run out, or was never given; ask the administrator for "
            "a new one.",
            "Liên kết này đã dùng, đã hết hạn hoặc không có; hãy xin người quản trị liên kết mới.",
        ),
        "sign-in-wrong": (
            "Name or password is not right; type them again.",
            "Tên đăng nhập hoặc mật khẩu chưa đúng; hãy nhập lại.",
        ),
        "sign-in-limited": (
            "There were too many attempts; try again in {seconds} seconds.",
            "Đã thử quá nhiều lần; hãy thử lại sau {seconds} giây.",
        ),
    }


@dataclass(frozen=True, slots=True)
class Person:
    """An account. `party` is "" for roles that belong to none; `ready` once a password is set."""

    id: str
    account: str
    name: str
    role: str
    party: str
    ready: bool


def digest_of(token: str) -> str:
    """What is kept of a link's or session's token: a thief of the tables cannot use it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class People:
    """The accounts of one ledger folder or hub. Every method may raise SideAway."""

    def __init__(
        self, side: SideTables, now: Callable[[], dt.datetime], key: Callable[[], bytes]
    ) -> None:
        """`key` gives the folder's secret: unknown accounts are counted under it, not written down."""
        self._side = found_people(side)
        self._now = now
        self._key = key
        self.record = Record(self._side, now)

    def all(self) -> list[Person]:
        """Everybody, by account."""
        rows = self._side.read(f"SELECT {_COLUMNS} FROM person ORDER BY account")  # noqa: S608  # constant text
        return [_person(row) for row in rows]

    def called(self, account: str) -> Person:
        """The person with an account. Raises PeopleRefused (`account-unknown`)."""
        rows = self._side.read(
            f"SELECT {_COLUMNS} FROM person WHERE account = ?",  # noqa: S608  # constant text
            account.strip().lower(),
        )
        if not rows:
            raise PeopleRefused("account-unknown", found=account)
        return _person(rows[0])

    def numbered(self, who: str) -> Person | None:
        """The person with a number, None for nobody (any more)."""
        rows = self._side.read(f"SELECT {_COLUMNS} FROM person WHERE id = ?", who)  # noqa: S608  # constant text
        return _person(rows[0]) if rows else None

    def has_administrator(self) -> bool:
        """Whether somebody can sign in as one."""
        return bool(self._side.read(_READY))

    def add(self, account: str, name: str, role: str, party: str, by: str = "") -> str:
        """Make an account; the token of its one-time link.

        Raises:
            PeopleRefused: the name is taken or unusable, role and party do not go together.
        """
        account, name = account.strip().lower(), " ".join(name.split())
        if not _ACCOUNT.fullmatch(account):
            raise PeopleRefused("account-wrong", found=account)
        if not 1 <= len(name) <= _MOST_NAME or not name.isprintable():
            raise PeopleRefused("name-missing", most=_MOST_NAME)
        _check_role(role, party)
        who = secrets.token_hex(8)
        with self._side.write() as write:
            made = write.execute(
                "INSERT INTO person (id, account, name, role, party, secret, made) "
                "VALUES (?, ?, ?, ?, ?, '', ?) ON CONFLICT (account) DO NOTHING RETURNING id",
                *(who, account, name, role, party, self._time()),
            )
            if not made:
                raise PeopleRefused("account-taken", found=account)
            self.record.add_to(write, "person-added", by, who)
            return self._link(write, who)

    def first(self, account: str, name: str) -> str:
        """Make the first administrator (again, while no password is set); the link's token.

        Raises:
            PeopleRefused: `administrator-there`, or the account is not usable.
        """
        with self._side.write() as write:
            if write.execute(_READY):
                raise PeopleRefused("administrator-there")
            write.execute(
                "DELETE FROM link WHERE person IN (SELECT id FROM person WHERE secret = '' AND role = 'administrator')"
            )
            write.execute("DELETE FROM person WHERE secret = '' AND role = 'administrator'")
        return self.add(account, name, "administrator", "")

    def set_role(self, account: str, role: str, party: str, by: str = "") -> None:
        """Change role and party; whoever is signed in stays so, with the new role.

        Raises:
            PeopleRefused: unknown, role and party do not go together, or the last administrator.
        """
        _check_role(role, party)
        person = self.called(account)
        with self._side.write() as write:
            self._keep_one(write, person, role)
            write.execute(
                "UPDATE person SET role = ?, party = ? WHERE id = ?", role, party, person.id
            )
            self.record.add_to(write, "person-role", by, person.id)

    def reset(self, account: str, by: str = "") -> str:
        """A new one-time link; the old password and all sessions stay until it is used."""
        person = self.called(account)
        with self._side.write() as write:
            self.record.add_to(write, "person-reset", by, person.id)
            return self._link(write, person.id)

    def remove(self, account: str, by: str = "") -> None:
        """Erase account, name, password, links, passkeys and sessions; the record keeps a number.

        Raises:
            PeopleRefused: unknown, or the last administrator.
        """
        person = self.called(account)
        with self._side.write() as write:
            self._keep_one(write, person, "")
            for table, column in _OF_A_PERSON:
                write.execute(f"DELETE FROM {table} WHERE {column} = ?", person.id)  # noqa: S608  # constant text
            self.record.add_to(write, "person-removed", by, person.id)
        self._side.scrub()

    def behind_link(self, token: str) -> Person:
        """Whom a one-time link belongs to. Raises PeopleRefused (`link-unknown`)."""
        rows = self._side.read(
            "SELECT id, account, name, role, party, secret FROM person JOIN link ON person = id "
            "WHERE digest = ? AND until > ?",
            digest_of(token),
            self._time(),
        )
        if not rows:
            raise PeopleRefused("link-unknown")
        return _person(rows[0])

    def use_link(self, token: str, password: str, address: str = "") -> Person:
        """Set the password behind a link, which ends the link and every session of that person.

        Takes the time of one hash.

        Raises:
            PeopleRefused: `link-unknown`.
            PasswordRefused: the password is too short or too easy to guess.
        """
        person = self.behind_link(token)
        secret = hashed(checked_password(password, person.account, person.name, person.party))
        with self._side.write() as write:
            if not write.execute(
                "DELETE FROM link WHERE digest = ? RETURNING person", digest_of(token)
            ):
                raise PeopleRefused("link-unknown")  # somebody else was quicker
            first = person.role == "administrator" and not write.execute(_READY)
            self._set(write, person.id, secret)
            what = "first-administrator" if first else "password-set"
            self.record.add_to(write, what, person.id, "", address)
        return person

    def change_password(self, person: Person, old: str, new: str, address: str = "") -> None:
        """Set a new password with the old one, which ends every session of that person.

        Takes the time of two hashes.

        Raises:
            PeopleRefused: `sign-in-wrong`, `sign-in-limited`, as for signing in.
            PasswordRefused: the new password is too short or too easy to guess.
        """
        self.check(person.account, old, address)
        secret = hashed(checked_password(new, person.account, person.name, person.party))
        with self._side.write() as write:
            self._set(write, person.id, secret)
            self.record.add_to(write, "password-changed", person.id, "", address)

    def check(self, account: str, password: str, address: str = "") -> Person:
        """The person whose password it is. An unknown account takes as long as a known one.

        Five attempts a minute for an account, known or not, in all processes together. One counts
        as refused before the password is looked at: many at once are many attempts.

        Raises:
            PeopleRefused: `sign-in-wrong`, `sign-in-limited`.
        """
        account = account.strip().lower()
        # What can be no account is not asked for: a database would choke on some of it.
        rows = (
            []
            if not _ACCOUNT.fullmatch(account)
            else self._side.read(
                f"SELECT {_COLUMNS} FROM person WHERE account = ?",  # noqa: S608  # constant text
                account,
            )
        )
        who = str(rows[0][0]) if rows else self._stranger(account)
        now = self._time()
        with self._side.write() as write:
            tries = self.record.count_in(write, "sign-in-refused", who, now - 60)
            limited = tries >= TRIES_A_MINUTE
            what = "sign-in-limited" if limited else "sign-in-refused"
            number = self.record.add_to(write, what, who, "", address)
        if limited:
            raise PeopleRefused("sign-in-limited", seconds=60)
        if not fits(str(rows[0][5]) if rows else "", password):
            raise PeopleRefused("sign-in-wrong")
        self.record.take_back(number, what, who)
        return _person(rows[0])

    def _stranger(self, account: str) -> str:
        # People type passwords into the field of the name: a plain digest of one could be guessed.
        return "?" + hmac.new(self._key(), account.encode(), hashlib.sha256).hexdigest()[:15]

    def _set(self, write: Write, who: str, secret: str) -> None:
        write.execute("UPDATE person SET secret = ? WHERE id = ?", secret, who)
        write.execute("DELETE FROM link WHERE person = ?", who)
        write.execute("DELETE FROM session WHERE who = ?", who)

    def _link(self, write: Write, who: str) -> str:
        token, now = secrets.token_urlsafe(32), self._time()
        write.execute("DELETE FROM link WHERE person = ? OR until <= ?", who, now)
        write.execute(
            "INSERT INTO link (digest, person, until) VALUES (?, ?, ?)",
            *(digest_of(token), who, now + LINK_SECONDS),
        )
        return token

    def _keep_one(self, write: Write, person: Person, role: str) -> None:
        if role == "administrator" or person.role != "administrator" or not person.ready:
            return
        others = write.execute(_READY + " AND id <> ?", person.id)
        if not others:
            raise PeopleRefused("last-administrator", found=person.account)

    def _time(self) -> int:
        return int(self._now().timestamp())


_OF_A_PERSON: Final = (
    ("person", "id"),
    ("link", "person"),
    ("session", "who"),
    ("passkey", "person"),
    ("passkey_only", "person"),
)
_READY: Final = "SELECT id FROM person WHERE role = 'administrator' AND secret <> ''"


def _check_role(role: str, party: str) -> None:
    if role not in PEOPLE:
        raise PeopleRefused("role-unknown", found=role, known=", ".join(PEOPLE))
    if role in OF_A_PARTY and not party:
        raise PeopleRefused("party-needed", role=role)
    if party and role not in OF_A_PARTY | OF_AN_AUTHORITY:
        raise PeopleRefused("party-unwanted", role=role)


def checked_for(role: str, party: str, kinds: Mapping[str, str]) -> str:
    """As `checked_party`, and of kind authority for an inspector; `kinds` by party code."""
    known = checked_party(party, list(kinds))
    if known and role in OF_AN_AUTHORITY and kinds[known] != "authority":
        raise PeopleRefused("party-no-authority", found=party, kind=kinds[known])
    return known


def checked_party(party: str, registered: list[str]) -> str:
    """A party's code as it is registered; "" stays "". Raises PeopleRefused."""
    if party and party not in registered:
        if not registered:
            raise PeopleRefused("party-none", found=party)
        raise PeopleRefused("party-unregistered", found=party, known=", ".join(registered[:20]))
    return party


def _person(row: tuple[object, ...]) -> Person:
    who, account, name, role, party, secret = map(str, row)
    return Person(who, account, name, role, party, bool(secret))
