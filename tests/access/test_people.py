"""Accounts, links, sessions, PINs and the record, on a file and on a database."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from api.access.passwords import PasswordRefused
from api.access.people import LINK_SECONDS, People, PeopleRefused
from api.access.pins import FREE_TRIES, PinRefused, Pins
from api.access.record import KEPT_DAYS
from api.access.sessions import IDLE, LONGEST, MOST_SESSIONS, Sessions
from api.access.side_opening import open_side
from api.access.side_tables import SideTables
from tests.access.passkey_scenes import Clock

PASSWORD = "một câu ngắn của riêng tôi"
OTHER = "gà gáy ba lần rồi"


def refused(code: str) -> pytest.RaisesExc[PeopleRefused]:
    return pytest.raises(PeopleRefused, check=lambda wrong: wrong.code == code)


def test_the_first_administrator_is_made_by_a_link_and_only_once(people: People) -> None:
    lost = people.first("phuong", "Phượng")
    token = people.first("phuong", "Phượng")
    assert not people.has_administrator()
    with refused("link-unknown"):
        people.behind_link(lost)
    people.use_link(token, PASSWORD)
    assert people.has_administrator()
    assert people.check("Phuong ", PASSWORD).role == "administrator"
    with refused("administrator-there"):
        people.first("minh", "Minh")
    assert people.record.newest()[0].what == "first-administrator"


def test_a_link_works_once_and_for_two_days(people: People, clock: Clock) -> None:
    token = people.add("minh", "Minh", "inspector", "")
    with pytest.raises(PasswordRefused):
        people.use_link(token, "minhminh")
    people.use_link(token, PASSWORD)
    with refused("link-unknown"):
        people.use_link(token, OTHER)
    late = people.reset("minh")
    clock.wait(LINK_SECONDS)
    with refused("link-unknown"):
        people.use_link(late, OTHER)
    assert people.check("minh", PASSWORD).account == "minh"


def test_neither_password_nor_token_is_in_the_tables(people: People, side: SideTables) -> None:
    token = people.add("minh", "Minh", "inspector", "")
    people.use_link(token, PASSWORD)
    session = Sessions(side, people._now).begin(people.called("minh").id)
    kept = str(
        [
            side.read(f"SELECT * FROM {table}")
            for table in ("person", "link", "session", "happening")
        ]
    )
    assert "Minh" in kept
    for secret in (PASSWORD, token, session):
        assert secret not in kept


@pytest.mark.parametrize(
    ("account", "name", "role", "party", "code"),
    [
        ("Phượng", "P", "inspector", "", "account-wrong"),
        ("../x", "P", "inspector", "", "account-wrong"),
        ("p", " ", "inspector", "", "name-missing"),
        ("p", "P\x1b[2J", "inspector", "", "name-missing"),
        ("p", "P\0", "inspector", "", "name-missing"),
        ("p", "P", "root", "", "role-unknown"),
        ("p", "P", "machine", "", "role-unknown"),
        ("p", "P", "manager", "", "party-needed"),
        ("p", "P", "officer", "HTX", "party-unwanted"),
        ("taken", "P", "inspector", "", "account-taken"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(
    tmp_path: Path, clock: Clock, account: str, name: str, role: str, party: str, code: str
) -> None:
    people = People(open_side(tmp_path, None), clock, lambda: b"key")
    people.add("taken", "T", "officer", "")
    with refused(code):
        people.add(account, name, role, party)


def test_the_last_administrator_can_neither_be_erased_nor_made_less(people: People) -> None:
    people.use_link(people.first("phuong", "Phượng"), PASSWORD)
    people.add("minh", "Minh", "administrator", "")  # has no password yet, so does not count
    with refused("last-administrator"):
        people.remove("phuong")
    with refused("last-administrator"):
        people.set_role("phuong", "inspector", "")
    people.use_link(people.reset("minh"), PASSWORD)
    people.remove("phuong")
    assert [one.account for one in people.all()] == ["minh"]


def test_attempts_are_limited_for_known_and_unknown_accounts_alike(
    people: People, clock: Clock
) -> None:
    people.use_link(people.add("minh", "Minh", "inspector", ""), PASSWORD)
    for account in ("minh", "nobody"):
        for _ in range(5):
            with refused("sign-in-wrong"):
                people.check(account, OTHER)
        with refused("sign-in-limited"):
            people.check(account, PASSWORD)
    clock.wait(61)
    assert people.check("minh", PASSWORD).account == "minh"
    told = str(people.record.newest())
    assert "nobody" not in told and OTHER not in told


def test_a_new_password_ends_every_session(people: People, side: SideTables, clock: Clock) -> None:
    people.use_link(people.add("minh", "Minh", "inspector", ""), PASSWORD)
    person, sessions = people.called("minh"), Sessions(side, clock)
    tokens = [sessions.begin(person.id) for _ in range(2)]
    with refused("sign-in-wrong"):
        people.change_password(person, OTHER, OTHER)
    assert all(sessions.find(one) for one in tokens)
    people.change_password(person, PASSWORD, OTHER)
    sessions.forget()
    assert not any(sessions.find(one) for one in tokens)
    with refused("sign-in-wrong"):
        people.check("minh", PASSWORD)


def test_a_session_ends_when_idle_and_at_the_end_of_the_day(
    people: People, side: SideTables, clock: Clock
) -> None:
    people.use_link(people.add("minh", "Minh", "inspector", ""), PASSWORD)
    sessions, who = Sessions(side, clock), people.called("minh").id
    token = sessions.begin(who)
    for _ in range(LONGEST["person"] // (IDLE["person"] - 60)):
        clock.wait(IDLE["person"] - 60)
        sessions.forget()
        assert sessions.find(token) is not None
    clock.wait(IDLE["person"] - 60)
    sessions.forget()
    assert sessions.find(token) is None
    token = sessions.begin(who)
    clock.wait(IDLE["person"])
    sessions.forget()
    assert sessions.find(token) is None
    assert sessions.find("made up") is None


def test_the_newest_sessions_stay_and_the_oldest_go(
    people: People, side: SideTables, clock: Clock
) -> None:
    people.use_link(people.add("minh", "Minh", "inspector", ""), PASSWORD)
    sessions, who = Sessions(side, clock), people.called("minh").id
    tokens = []
    for _ in range(MOST_SESSIONS + 2):
        tokens.append(sessions.begin(who))
        clock.wait(1)
    assert [sessions.find(one) is not None for one in tokens] == [False] * 2 + [
        True
    ] * MOST_SESSIONS


def test_a_role_that_changes_changes_at_once_for_whoever_is_signed_in(
    people: People, side: SideTables, clock: Clock
) -> None:
    people.use_link(people.add("minh", "Minh", "inspector", ""), PASSWORD)
    sessions = Sessions(side, clock)
    token = sessions.begin(people.called("minh").id)
    people.set_role("minh", "manager", "HTX-MD")
    sessions.forget()
    found = sessions.find(token)
    assert found is not None and (found.role, found.party) == ("manager", "HTX-MD")
    people.remove("minh")
    sessions.forget()
    assert sessions.find(token) is None


def test_the_record_keeps_a_number_of_somebody_who_was_erased(
    people: People, side: SideTables
) -> None:
    people.use_link(people.add("minh", "Nguyễn Văn Minh", "inspector", ""), PASSWORD)
    who = people.called("minh").id
    people.remove("minh", by="admin-number")
    lines = people.record.newest()
    assert (lines[0].what, lines[0].who, lines[0].about) == ("person-removed", "admin-number", who)
    assert "Minh" not in str(lines)
    for table in ("person", "link", "session"):
        assert side.read(f"SELECT count(*) FROM {table}") == [(0,)]


def test_an_erased_name_is_in_no_byte_of_the_file(tmp_path: Path, clock: Clock) -> None:
    tables = open_side(tmp_path, None)
    people = People(tables, clock, lambda: b"key")
    people.add("minh", "Nguyen Van Minh", "inspector", "")
    people.remove("minh")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Nguyen" not in kept and b"person-removed" in kept
    tables.close()


def test_the_record_is_kept_for_a_time_and_its_places_are_networks(
    people: People, clock: Clock
) -> None:
    people.record.add("signed-in", "a", "", "203.0.113.77")
    people.record.add("signed-in", "a", "", "2001:db8:1:2:3:4:5:6")
    assert [one.place for one in people.record.newest()] == ["2001:0db8:0001::", "203.0.113.*"]
    clock.wait(KEPT_DAYS * 86_400 + 1)
    people.record.add("signed-out", "a")
    assert [one.what for one in people.record.newest()] == ["signed-out"]


# --- PINs ----------------------------------------------------------------------------------------


def test_wrong_pins_make_everybody_wait_longer_and_longer(
    people: People, side: SideTables, clock: Clock
) -> None:
    pins = Pins(side, clock, lambda: b"station", people.record)
    who = pins.add("Phượng", "HTX-MD", "739205").id
    waits = []
    for _ in range(FREE_TRIES + 9):
        with pytest.raises(PinRefused) as wrong:
            pins.check(who, "739206")
        assert wrong.value.code == "pin-wrong"
        row = side.read("SELECT wait FROM pin")[0][0] - int(clock().timestamp())
        waits.append(row)
        # Another process, or the same one after a start, counts on.
        again = Pins(side, clock, lambda: b"station", people.record)
        if row:
            with pytest.raises(PinRefused) as limited:
                again.check(who, "739205")
            assert limited.value.code == "pin-waiting"
        clock.wait(row)
    assert waits == [0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert pins.check(who, "739205").name == "Phượng"
    assert side.read("SELECT failures, wait FROM pin") == [(0, 0)]


def test_a_pin_is_no_use_at_another_station_and_gone_when_removed(
    people: People, side: SideTables, clock: Clock
) -> None:
    pins = Pins(side, clock, lambda: b"station", people.record)
    who = pins.add("Phượng", "HTX-MD", "739205").id
    with pytest.raises(PinRefused):
        Pins(side, clock, lambda: b"another", people.record).check(who, "739205")
    sessions = Sessions(side, clock)
    token = sessions.begin(who, "pin")
    assert sessions.find(token) is None  # no account's session
    found = sessions.find(token, "pin")
    assert found is not None and (found.role, found.party) == ("operator", "HTX-MD")
    pins.remove("Phượng")
    sessions.forget()
    assert sessions.find(token, "pin") is None and not pins.any()
    with pytest.raises(PinRefused):
        pins.check(who, "739205")


def test_attempts_that_come_all_at_once_are_no_more_than_those_that_come_one_by_one(
    people: People, clock: Clock
) -> None:
    people.use_link(people.add("minh", "Minh", "inspector", ""), PASSWORD)
    found: list[str] = []
    start = threading.Barrier(12)

    def attempt() -> None:
        start.wait(10)
        try:
            people.check("minh", OTHER)
        except PeopleRefused as refused_:
            found.append(refused_.code)

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert sorted(found) == ["sign-in-limited"] * 7 + ["sign-in-wrong"] * 5
    clock.wait(61)
    for _ in range(6):  # right ones are no attempts
        assert people.check("minh", PASSWORD).account == "minh"


@pytest.mark.parametrize("account", ["a\0b", "\0", "x" * 5000, "phượng'--"])
def test_what_can_be_no_account_is_refused_like_any_other_and_breaks_nothing(
    people: People, account: str
) -> None:
    with refused("sign-in-wrong"):
        people.check(account, OTHER)
