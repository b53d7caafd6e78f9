"""Passkeys, on a file and on a database: what is late, wrong, copied or too often is refused."""

from __future__ import annotations

from typing import Any

import pytest

from api.access.passkey_challenges import MOST, MOST_OF_ONE, OPEN_SECONDS, Challenges
from api.access.passkeys import Passkeys
from api.access.people import TRIES_A_MINUTE, People, Person
from api.access.side_tables import SideTables
from tests.access.authenticator import (
    ATTESTED,
    BACKED_UP,
    USER_PRESENT,
    USER_VERIFIED,
    Authenticator,
    cose_of,
    new_key,
)
from tests.access.passkey_scenes import PASSWORD, SESSION, Clock, kept, lines, refused, used
from tests.access.visitors import AWAY


def test_a_challenge_is_answered_once_in_time_and_by_whom_it_was_given_to(
    passkeys: Passkeys, minh: Person, clock: Clock
) -> None:
    key = Authenticator()
    wishes = passkeys.begin_adding(minh, SESSION)
    with refused("passkey-late"):
        passkeys.add(minh, "another session", "a", key.make(wishes))
    with refused("passkey-late"):
        passkeys.add(minh, SESSION, "a", key.make(wishes))  # the attempt before has ended it
    kept(passkeys, minh, key)
    wishes = passkeys.begin_sign_in("203.0.113.5")
    answer = key.answer(wishes)
    passkeys.sign_in(answer)
    for again in (answer, key.answer(wishes)):
        with refused("passkey-late"):
            passkeys.sign_in(again)
    for_adding = passkeys.begin_adding(minh, SESSION)["publicKey"]["challenge"]
    with refused("passkey-late"):
        used(passkeys, key, challenge=for_adding)
    wishes = passkeys.begin_sign_in("203.0.113.5")
    clock.wait(OPEN_SECONDS)
    with refused("passkey-late"):
        passkeys.sign_in(key.answer(wishes))
    wishes = passkeys.begin_sign_in("203.0.113.5")
    clock.wait(-2 * OPEN_SECONDS)
    with refused("passkey-late"):
        passkeys.sign_in(key.answer(wishes))


def test_open_challenges_are_few_for_one_asker_and_bounded_for_all(
    side: SideTables, people: People, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST >= 100 * MOST_OF_ONE
    monkeypatch.setattr("api.access.passkey_challenges.MOST", 25)
    challenges = Challenges(side, clock)
    patient = challenges.give("sign-in", "patient")
    for _ in range(3 * MOST_OF_ONE):
        clock.wait(1)
        newest = challenges.give("sign-in", "greedy")
    assert side.read("SELECT count(*) FROM passkey_challenge") == [(MOST_OF_ONE + 1,)]
    challenges.take(patient, "sign-in")
    challenges.take(newest, "sign-in")
    for number in range(100):
        challenges.give("sign-in", f"one of many {number}")
    assert side.read("SELECT count(*) FROM passkey_challenge") == [(25,)]
    clock.wait(OPEN_SECONDS)
    challenges.give("sign-in", "later")
    assert side.read("SELECT count(*) FROM passkey_challenge") == [(1,)]


WRONG_ANSWERS: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://truyxuat.example.vn.evil.example"},
    "a part of our origin": {"origin": "https://an.truyxuat.example.vn"},
    "another port": {"origin": f"{AWAY}:8443"},
    "plain http": {"origin": "http://truyxuat.example.vn"},
    "another name": {"name": "evil.example"},
    "a frame elsewhere": {"cross": True},
    "nobody there": {"flags": USER_VERIFIED},
    "nobody verified": {"flags": USER_PRESENT},
    "a backup of what has none": {"flags": USER_PRESENT | USER_VERIFIED | BACKED_UP},
    "for another purpose": {"type": "webauthn.create"},
    "a signature of nothing": {"signature": b"no signature"},
    "another's handle": {"handle": b"somebody else"},
    "no handle": {"handle": b""},
}


def test_an_answer_that_is_not_quite_right_signs_nobody_in(
    passkeys: Passkeys, people: People, minh: Person, clock: Clock
) -> None:
    key = Authenticator()
    kept(passkeys, minh, key)
    for name, bent in WRONG_ANSWERS.items():
        clock.wait(61)
        with refused("passkey-wrong"):
            used(passkeys, key, **bent)
            pytest.fail(name)
        assert lines(people)[0] == "passkey-refused"
        assert used(passkeys, key)[0].account == "minh"


def test_an_answer_signed_for_another_challenge_is_refused(
    passkeys: Passkeys, minh: Person
) -> None:
    key = Authenticator()
    kept(passkeys, minh, key)
    with refused("passkey-late"):
        used(passkeys, key, challenge="A" * 43)


def test_nobody_signs_in_as_somebody_else_with_a_passkey_of_their_own(
    passkeys: Passkeys, people: People, minh: Person
) -> None:
    lan = people.use_link(people.add("lan", "Lan", "administrator", ""), PASSWORD)
    mine, theirs = Authenticator(), Authenticator()
    kept(passkeys, minh, mine)
    kept(passkeys, lan, theirs)
    with refused("passkey-wrong"):
        used(passkeys, mine, handle=theirs.handle)
    with refused("passkey-wrong"):
        used(passkeys, mine, id=theirs.credential)
    with refused("passkey-wrong"):
        used(passkeys, mine, id=theirs.credential, handle=theirs.handle)
    with refused("passkey-unknown"):
        used(passkeys, Authenticator(), handle=theirs.handle)
    # Nor can anybody put the other's credential under their own account.
    with refused("passkey-taken"):
        kept(passkeys, minh, theirs)


def test_a_counter_that_goes_back_is_refused_and_recorded(
    passkeys: Passkeys, people: People, minh: Person
) -> None:
    key = Authenticator()
    which = kept(passkeys, minh, key)
    used(passkeys, key, counter=50)
    for counter in (50, 49, 0):
        with refused("passkey-cloned"):
            used(passkeys, key, counter=counter)
        found = people.record.newest(1)[0]
        assert (found.what, found.who, found.about) == ("passkey-cloned", minh.id, which)
    assert used(passkeys, key, counter=51)[1] == which


def test_wrong_answers_are_limited_for_each_person_in_all_processes(
    passkeys: Passkeys, people: People, minh: Person, side: SideTables, clock: Clock
) -> None:
    key = Authenticator()
    kept(passkeys, minh, key)
    other = Passkeys(side, clock, lambda: b"key", people, AWAY)
    for number in range(TRIES_A_MINUTE):
        with refused("passkey-wrong"):
            used((passkeys, other)[number % 2], key, signature=b"no")
    with refused("passkey-limited"):
        used(passkeys, key)
    # Passwords are counted apart: nobody locks both doors from outside.
    assert people.check("minh", PASSWORD).id == minh.id
    clock.wait(61)
    assert used(other, key)[0].id == minh.id


WRONG_NEW: dict[str, tuple[str, dict[str, Any]]] = {
    "another origin": ("passkey-wrong", {"origin": "https://evil.example"}),
    "another name": ("passkey-wrong", {"name": "evil.example"}),
    "nobody verified": ("passkey-wrong", {"flags": USER_PRESENT | ATTESTED}),
    "nothing attested": ("passkey-wrong", {"flags": USER_PRESENT | USER_VERIFIED}),
    "a frame elsewhere": ("passkey-wrong", {"cross": True}),
    "an answer of signing in": ("passkey-wrong", {"type": "webauthn.get"}),
    "two ids": ("passkey-wrong", {"id": b"another"}),
    "no id": ("passkey-kind", {"id": b"", "credential": b""}),
    "too long an id": ("passkey-kind", {"id": bytes(1024), "credential": bytes(1024)}),
    "a kind that was not asked for": ("passkey-kind", {"cose": {**cose_of(new_key()), 3: -9}}),
    "SHA-1": ("passkey-kind", {"cose": {**cose_of(new_key("RS256")), 3: -65535}}),
    "an unknown kind": ("passkey-kind", {"cose": {1: 2, 3: -9999}}),
    "no point of the curve": ("passkey-kind", {"cose": {**cose_of(new_key()), -2: bytes(32)}}),
    "half a key": ("passkey-kind", {"cose": {1: 2, 3: -7, -1: 1}}),
    "a number as key": ("passkey-kind", {"cose": {1: 1, 3: -8, -1: 6, -2: 7}}),
    "a number as modulus": ("passkey-wrong", {"cose": 7}),
    "a short modulus": (
        "passkey-kind",
        {"cose": {1: 3, 3: -257, -1: b"\xff" * 128, -2: b"\1\0\1"}},
    ),
    "a huge modulus": (
        "passkey-kind",
        {"cose": {1: 3, 3: -257, -1: b"\xff" * 4096, -2: b"\1\0\1"}},
    ),
    "a modulus that is a number": ("passkey-kind", {"cose": {1: 3, 3: -257, -1: 7, -2: 3}}),
    "a key with a parcel": ("passkey-kind", {"cose": {**cose_of(new_key()), -70000: bytes(2000)}}),
}


def test_a_new_passkey_that_is_not_quite_right_is_not_kept(
    passkeys: Passkeys, minh: Person
) -> None:
    for name, (code, bent) in WRONG_NEW.items():
        wishes = passkeys.begin_adding(minh, SESSION)
        with refused(code):
            passkeys.add(minh, SESSION, "a", Authenticator().make(wishes, **bent))
            pytest.fail(name)
        assert passkeys.of(minh.id) == []
