"""Passwords and PINs: argon2id as OWASP asks (19 MiB, 2 passes, 1 lane), few at a time."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import ClassVar, Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from api.access.weak_passwords import weakness
from api.errors import DoorError

LEAST: Final = 12
MOST: Final = 128
# A letter of NFC comes apart into four at most.
_MOST_APART: Final = (MOST + 1) * 4
PIN_LEAST: Final = 6
PIN_MOST: Final = 12
AT_ONCE: Final = 2
"""Hashes computed at the same time in one process: 19 MiB and some 30 ms each."""
WAITING: Final = 24
_Result = TypeVar("_Result")


class PasswordRefused(DoorError):
    """A new password or PIN that would not protect anything, or too many asked at once."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "password-short": (
            "The password has {found} characters, but at least {least} are needed; a short sentence "
            "is easy to remember.",
            "Mật khẩu có {found} ký tự, cần ít nhất {least}; một câu ngắn là dễ nhớ nhất.",
        ),
        "password-long": (
            "The password is longer than {most} characters; choose a shorter one.",
            "Mật khẩu dài hơn {most} ký tự; hãy chọn mật khẩu ngắn hơn.",
        ),
        "password-common": (
            "That password is among the first that a stranger would try; choose another, such as a "
            "short sentence of your own.",
            "Mật khẩu này thuộc loại người lạ sẽ thử đầu tiên; hãy chọn mật khẩu khác, ví dụ một câu "
            "ngắn của riêng bạn.",
        ),
        "passwords-differ": (
            "The two passwords differ; type the same one twice.",
            "Hai lần nhập mật khẩu không giống nhau; hãy nhập lại.",
        ),
        "pin-wrong-form": (
            "A PIN is {least} to {most} digits; choose one.",
            "Mã PIN gồm {least} đến {most} chữ số; hãy chọn lại.",
        ),
        "pin-common": (
            "That PIN is among the first that somebody would try; choose another.",
            "Mã PIN này thuộc loại ai cũng thử đầu tiên; hãy chọn mã khác.",
        ),
        "sign-in-busy": (
            "Too many people are signing in just now; try again in a few seconds.",
            "Đang có quá nhiều người đăng nhập; hãy thử lại sau vài giây.",
        ),
    }


def checked_password(password: str, *about: str) -> str:
    """The password as it is hashed; `about` are words that it must not be made of.

    Raises:
        PasswordRefused: too short, too long, or too easy to guess. No rule on kinds of characters.
    """
    normal = unicodedata.normalize("NFC", password[:_MOST_APART])
    if len(normal) < LEAST:
        raise PasswordRefused("password-short", found=len(normal), least=LEAST)
    if len(normal) > MOST:
        raise PasswordRefused("password-long", most=MOST)
    if weakness(normal, *about):
        raise PasswordRefused("password-common")
    return normal


def checked_pin(pin: str) -> str:
    """The PIN. Raises PasswordRefused when it is no 6 to 12 digits, or one that everybody tries."""
    if not (pin.isascii() and pin.isdigit() and PIN_LEAST <= len(pin) <= PIN_MOST):
        raise PasswordRefused("pin-wrong-form", least=PIN_LEAST, most=PIN_MOST)
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    halves = len(pin) % 2 == 0 and pin[: len(pin) // 2] == pin[len(pin) // 2 :]
    pairs = len(set(pin)) <= 2
    if len(steps) == 1 or halves or pairs:
        raise PasswordRefused("pin-common")
    return pin


_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobody() -> str:
    """A hash that nothing fits, so that unknown accounts cost what known ones do."""
    return _HASHER.hash("nobody has this password: " + base64.b85encode(bytes(9)).decode())


def hashed(secret: str) -> str:
    """The argon2id hash, with its salt and parameters (PHC text)."""
    return _HASHER.hash(secret)


def fits(kept: str, secret: str) -> bool:
    """Whether a secret fits what is kept; an empty `kept` costs the same and never fits."""
    # Cut before it is put in order, which takes n * n steps for n marks of one letter.
    normal = unicodedata.normalize("NFC", secret[:_MOST_APART])[: MOST + 1]
    try:
        _HASHER.verify(kept or _nobody(), normal)
    except (Argon2Error, InvalidHashError):
        return False
    return bool(kept)


def peppered(key: bytes, pin: str) -> str:
    """A PIN bound to one station's secret: without it, six digits are guessed in a second."""
    return hmac.new(key, b"ocop station PIN\0" + pin.encode(), hashlib.sha256).hexdigest()


class Slowly:
    """Runs hashing off the event loop, a few at a time; more than WAITING are sent away."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._lock = threading.Lock()
        self._waiting = 0

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """The work's result. Raises PasswordRefused (`sign-in-busy`) at once when too many wait."""
        with self._lock:
            if self._waiting >= WAITING:
                raise PasswordRefused("sign-in-busy")
            self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            with self._lock:
                self._waiting -= 1
