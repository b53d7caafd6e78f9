"""Passkeys, on a file and on a database: made, used, counted, taken away."""

from __future__ import annotations

import pytest

from api.access.passkey_site import Site, site_of
from api.access.passkeys import MOST_PASSKEYS, Passkeys
from api.access.people import People, Person
from api.access.sessions import Sessions
from api.access.side_tables import SideTables
from tests.access.authenticator import (
    BACKED_UP,
    ELIGIBLE,
    USER_PRESENT,
    USER_VERIFIED,
    Authenticator,
)
from tests.access.passkey_scenes import PASSWORD, SESSION, Clock, kept, lines, refused, used
from tests.access.visitors import AWAY


@pytest.mark.parametrize("kind", ["ES256", "EdDSA", "RS256"])
def test_a_passkey_signs_in_without_a_name_and_without_a_password(
    passkeys: Passkeys, people: People, minh: Person, clock: Clock, kind: str
) -> None:
    key = Authenticator(kind=kind)
    which = kept(passkeys, minh, key)
    clock.wait(3_600)
    assert used(passkeys, key) == (people.called("minh"), which)
    (one,) = passkeys.of(minh.id)
    assert (one.name, one.used - one.made, one.here) == ("điện thoại", 3_600, True)
    assert "passkey-refused" not in lines(people) and "passkey-added" in lines(people)


def test_what_is_asked_of_browsers_is_a_passkey_with_verification_and_no_attestation(
    passkeys: Passkeys, minh: Person
) -> None:
    kept(passkeys, minh, Authenticator())
    asked = passkeys.begin_adding(minh, SESSION)["publicKey"]
    assert asked["rp"]["id"] == "truyxuat.example.vn" and asked["attestation"] == "none"
    chosen = asked["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert [one["alg"] for one in asked["pubKeyCredParams"]] == [-8, -7, -257]
    assert len(asked["excludeCredentials"]) == 1
    asked = passkeys.begin_sign_in("203.0.113.5")["publicKey"]
    assert asked["userVerification"] == "required" and not asked.get("allowCredentials")


def test_a_passkey_without_a_counter_works_again_and_again(
    passkeys: Passkeys, minh: Person
) -> None:
    key = Authenticator(counts=False)
    kept(passkeys, minh, key)
    flags = USER_PRESENT | USER_VERIFIED | ELIGIBLE | BACKED_UP
    assert {used(passkeys, key, flags=flags)[0].account for _ in range(3)} == {"minh"}
    # One that begins to count has to go on.
    used(passkeys, key, counter=7)
    with refused("passkey-cloned"):
        used(passkeys, key, counter=0)


def test_ten_passkeys_are_enough_and_each_has_a_name(passkeys: Passkeys, minh: Person) -> None:
    for name in ("", " ", "x" * 41, "a\u202eb"):
        with refused("passkey-name"):
            kept(passkeys, minh, Authenticator(), name)
    late = passkeys.begin_adding(minh, SESSION)
    for number in range(MOST_PASSKEYS):
        kept(passkeys, minh, Authenticator(), f"khóa {number}")
    with refused("passkey-most"):
        passkeys.begin_adding(minh, SESSION)
    with refused("passkey-most"):
        passkeys.add(minh, SESSION, "one more", Authenticator().make(late))
    gone = passkeys.of(minh.id)[3]
    passkeys.remove(minh, gone.id)
    assert len(passkeys.of(minh.id)) == MOST_PASSKEYS - 1 and gone not in passkeys.of(minh.id)


def test_removing_a_passkey_ends_the_other_sessions_and_its_use(
    passkeys: Passkeys, people: People, minh: Person, side: SideTables, clock: Clock
) -> None:
    sessions = Sessions(side, clock)
    here, there = sessions.begin(minh.id), sessions.begin(minh.id)
    key = Authenticator()
    which = kept(passkeys, minh, key)
    lan = people.use_link(people.add("lan", "Lan", "inspector", ""), PASSWORD)
    with refused("passkey-unlisted"):
        passkeys.remove(lan, which)
    mine = sessions.find(here)
    assert mine is not None
    passkeys.remove(minh, which, minh.id, mine.digest)
    sessions.forget()
    assert sessions.find(here) is not None and sessions.find(there) is None
    with refused("passkey-unknown"):
        used(passkeys, key)


def test_only_passkeys_once_one_has_worked_and_until_the_last_is_gone(
    passkeys: Passkeys, people: People, minh: Person
) -> None:
    key = Authenticator()
    which = kept(passkeys, minh, key)
    with refused("passkey-untried"):
        passkeys.want_only(minh)
    used(passkeys, key)
    passkeys.check_password_is_enough(minh)
    passkeys.want_only(minh)
    with refused("passkey-needed"):
        passkeys.check_password_is_enough(minh)
    assert lines(people)[0] == "password-not-enough"
    passkeys.allow_password(minh)
    passkeys.check_password_is_enough(minh)
    passkeys.want_only(minh)
    passkeys.remove(minh, which)
    assert not passkeys.only(minh.id) and lines(people)[0] == "password-again"
    # A passkey that comes later begins anew.
    kept(passkeys, minh, Authenticator())
    assert not passkeys.only(minh.id)


def test_a_new_public_address_locks_nobody_out(
    passkeys: Passkeys, people: People, minh: Person, side: SideTables, clock: Clock
) -> None:
    key = Authenticator()
    kept(passkeys, minh, key)
    used(passkeys, key)
    passkeys.want_only(minh)
    for base in ("https://moi.example.vn", None):
        moved = Passkeys(side, clock, lambda: b"key", people, base)
        assert not moved.only(minh.id)
        assert [one.here for one in moved.of(minh.id)] == [False]
    assert passkeys.only(minh.id)


def test_of_an_erased_person_no_passkey_stays(
    passkeys: Passkeys, people: People, minh: Person, side: SideTables
) -> None:
    key = Authenticator()
    kept(passkeys, minh, key)
    used(passkeys, key)
    passkeys.want_only(minh)
    people.remove("minh")
    for table in ("passkey", "passkey_only"):
        assert side.read(f"SELECT count(*) FROM {table}") == [(0,)]
    with refused("passkey-unknown"):
        used(passkeys, key)


def test_tables_of_before_open_and_keep_their_people(side: SideTables, clock: Clock) -> None:
    # A program of before knew this room and no other.
    side._foundings = []
    old = People(side, clock, lambda: b"key")
    side._foundings = [one for one in side._foundings if one.name == "people"]
    old.use_link(old.first("phuong", "Phượng"), PASSWORD)
    assert side.read("SELECT name FROM room") == [("people",)]
    people = People(side, clock, lambda: b"key")
    passkeys = Passkeys(side, clock, lambda: b"key", people, AWAY)
    person, key = people.called("phuong"), Authenticator()
    kept(passkeys, person, key)
    assert used(passkeys, key)[0] == person


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://truyxuat.example.vn", Site("truyxuat.example.vn", "https://truyxuat.example.vn")),
        ("HTTPS://TruyXuat.Example.VN/OCOP", Site("truyxuat.example.vn", AWAY)),
        ("https://hub:8443", Site("hub", "https://hub:8443")),
        ("https://hub:443", Site("hub", "https://hub")),
        ("http://localhost:8471", Site("localhost", "http://localhost:8471")),
        ("http://localhost:80/A", Site("localhost", "http://localhost")),
        (None, "passkey-no-address"),
        ("http://truyxuat.example.vn", "passkey-plain-http"),
        ("http://localhost.example.vn", "passkey-plain-http"),
        ("http://127.0.0.1:8471", "passkey-bare-address"),
        ("https://203.0.113.5", "passkey-bare-address"),
        ("https://[2001:db8::1]:8443", "passkey-bare-address"),
    ],
)
def test_passkeys_are_of_the_public_address_or_there_are_none(
    address: str | None, site: Site | str
) -> None:
    if isinstance(site, Site):
        assert site_of(address) == site
        return
    with refused(site):
        site_of(address)
