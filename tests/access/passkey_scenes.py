"""Passkeys as a browser makes and uses them, and a clock that a test puts forward."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from api.access.passkey_errors import PasskeyRefused
from api.access.passkeys import Passkeys
from api.access.people import People, Person
from tests.access.authenticator import Authenticator

PASSWORD = "một câu ngắn của riêng tôi"
SESSION = "s" * 64


class Clock:
    """A clock that a test puts forward."""

    def __init__(self) -> None:
        self.time = dt.datetime(2026, 10, 1, 3, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += dt.timedelta(seconds=seconds)


def refused(code: str) -> pytest.RaisesExc[PasskeyRefused]:
    return pytest.raises(PasskeyRefused, check=lambda wrong: wrong.code == code)


def kept(passkeys: Passkeys, person: Person, key: Authenticator, name: str = "điện thoại") -> str:
    """Make a passkey as a browser would; its id."""
    wishes = passkeys.begin_adding(person, SESSION)
    return passkeys.add(person, SESSION, name, key.make(wishes)).id


def used(passkeys: Passkeys, key: Authenticator, **bent: Any) -> tuple[Person, str]:
    """Sign in with a passkey as a browser would."""
    return passkeys.sign_in(key.answer(passkeys.begin_sign_in("203.0.113.5"), **bent))


def lines(people: People) -> list[str]:
    return [one.what for one in people.record.newest()]
