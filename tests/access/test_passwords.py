"""Passwords and PINs: which are refused, what a check costs, and that few run at once."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time

import pytest

from api.access.passwords import (
    AT_ONCE,
    WAITING,
    PasswordRefused,
    Slowly,
    checked_password,
    checked_pin,
    fits,
    hashed,
    peppered,
)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("ngắn quá", "password-short"),
        ("a" * 129, "password-long"),
        ("aaaaaaaaaaaa", "password-common"),
        ("123456789012", "password-common"),
        ("abcdefghijkl", "password-common"),
        ("qwertyuiop12", "password-common"),
        ("1qaz2wsx3edc", "password-common"),
        ("password1234", "password-common"),
        ("P@ssw0rd2026!", "password-common"),
        ("mật khẩu 1234", "password-common"),
        ("Iloveyou12345", "password-common"),
        ("anhyeuem2026!", "password-common"),
        ("welcomeadmin1", "password-common"),
        ("abc1abc1abc1", "password-common"),
        ("2026-11-21 09", "password-common"),
        ("phuongphuong1", "password-common"),
        ("HTX-MD-HTX-MD", "password-common"),
    ],
)
def test_a_password_that_protects_nothing_is_refused(password: str, code: str) -> None:
    with pytest.raises(PasswordRefused) as refused:
        checked_password(password, "phuong", "HTX-MD")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "password",
    [
        "một câu ngắn của riêng tôi",
        "gà gáy ba lần",
        "tractor lemon fog",
        "xK3-pp9-mmQ-z1",
        "пароль без правил",
        "只有汉字也可以用作密码吗呢",
        "x" * 60 + "abcdefgh" + "y" * 60,
        "493817205546182739",
    ],
)
def test_length_is_enough_and_kinds_of_characters_are_nobodys_business(password: str) -> None:
    assert checked_password(password, "phuong", "HTX-MD") == password


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("12345", "pin-wrong-form"),
        ("1234567890123", "pin-wrong-form"),
        ("12345a", "pin-wrong-form"),
        ("١٢٣٤٥٦", "pin-wrong-form"),
        ("123456", "pin-common"),
        ("987654", "pin-common"),
        ("111111", "pin-common"),
        ("131313", "pin-common"),
        ("472472", "pin-common"),
        ("246802", "pin-common"),
    ],
)
def test_a_pin_that_everybody_tries_is_refused(pin: str, code: str) -> None:
    with pytest.raises(PasswordRefused) as refused:
        checked_pin(pin)
    assert refused.value.code == code
    assert checked_pin("739205") == "739205"


def test_what_is_kept_is_argon2id_with_the_parameters_of_owasp() -> None:
    kept = hashed("một câu ngắn của riêng tôi")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hashed("một câu ngắn của riêng tôi") != kept
    assert fits(kept, "một câu ngắn của riêng tôi")
    assert not fits(kept, "một câu ngắn của riêng tôi ")


def test_a_password_typed_with_marks_apart_is_the_same_password() -> None:
    import unicodedata

    kept = hashed(checked_password("gà gáy ba lần"))
    assert fits(kept, unicodedata.normalize("NFD", "gà gáy ba lần"))


def test_an_unknown_account_costs_what_a_known_one_does() -> None:
    kept = hashed("một câu ngắn của riêng tôi")
    fits("", "warm")

    def seconds(secret: str) -> float:
        began = time.thread_time()
        assert not fits(secret, "một câu khác hẳn")
        return time.thread_time() - began

    known = statistics.median(seconds(kept) for _ in range(5))
    unknown = statistics.median(seconds("") for _ in range(5))
    assert 0.5 < known / unknown < 2
    assert not fits("no hash at all", "một câu khác hẳn")


def test_a_pin_fits_only_with_the_secret_of_its_station() -> None:
    kept = hashed(peppered(b"one station", "739205"))
    assert fits(kept, peppered(b"one station", "739205"))
    assert not fits(kept, peppered(b"another station", "739205"))


def test_few_hashes_run_at_once_and_a_crowd_is_sent_away() -> None:
    slowly, running, most = Slowly(), 0, 0
    lock, go = threading.Lock(), threading.Event()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        assert go.wait(20)
        with lock:
            running -= 1

    async def crowd() -> list[BaseException | None]:
        asked = [asyncio.create_task(slowly.run(work)) for _ in range(WAITING + 5)]
        await asyncio.sleep(0.2)
        go.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(crowd())
    refused = [one for one in answers if one is not None]
    assert len(refused) == 5
    assert all(isinstance(one, PasswordRefused) and one.code == "sign-in-busy" for one in refused)
    assert most == AT_ONCE
