"""Reports of problems as they are kept: once, apart from contacts, for a time, and erasable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from api.access.side_opening import open_side
from api.access.side_tables import SideTables
from api.consumer.errors import ReportRefused
from api.consumer.phones import Phones, checked_phone, dialled
from api.consumer.reports import A_DAY, CONTACT_DAYS, KEPT_DAYS, PAGE, About, Reports, Said
from tests.access.passkey_scenes import Clock
from tests.pages.cooperative import GTIN, LOT, PARTY

DAY = 86_400  # seconds
ABOUT = About(GTIN, LOT, "A1000001P7Y4", PARTY)


def said(number: int = 0, text: str = "Tem bị bóc", contact: str = "", **more: bool) -> Said:
    return Said(f"{number:022}", "opened", text, contact, **more)


@pytest.fixture
def reports(side: SideTables, clock: Clock) -> Reports:
    return Reports(side, clock)


def test_a_report_is_kept_and_read_by_its_party_and_by_inspectors(reports: Reports) -> None:
    number = reports.add(ABOUT, said(contact="0912 345 678"))
    for party in (PARTY, None):
        ((found,), more) = reports.listed(party, "new")
        assert (found.number, found.said, found.contact) == (number, "Tem bị bóc", "0912 345 678")
        assert (found.serial, found.state, more) == (ABOUT.serial, "new", False)
    assert reports.listed("HTX-KHAC", "new") == ([], False)
    assert reports.counts("HTX-KHAC") == {"new": 0, "seen": 0, "closed": 0}
    assert reports.counts(PARTY)["new"] == 1


def test_a_form_that_is_sent_twice_is_one_report(reports: Reports) -> None:
    assert reports.add(ABOUT, said(1)) == reports.add(ABOUT, said(1))
    assert reports.counts(None)["new"] == 1
    assert reports.add(ABOUT, said(2)) != reports.add(ABOUT, said(1))


def test_a_contact_for_inspectors_is_not_shown_to_the_party(reports: Reports) -> None:
    reports.add(ABOUT, said(contact="0912 345 678", inspectors_only=True))
    ((of_party,), _), ((of_all,), _) = reports.listed(PARTY, "new"), reports.listed(None, "new")
    assert (of_party.contact, of_party.inspectors_only) == ("", True)
    assert of_all.contact == "0912 345 678"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (replace(said(), kind="nonsense"), "kind-unchosen"),
        (replace(said(), text="x" * 1001), "text-too-long"),
        (replace(said(), contact="x" * 121), "contact-too-long"),
        (replace(said(), kind="other", text=""), "text-missing"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(
    tmp_path: Path, clock: Clock, wrong: Said, code: str
) -> None:
    side = open_side(tmp_path, None)
    reports = Reports(side, clock)
    with pytest.raises(ReportRefused) as refusal:
        reports.add(ABOUT, wrong)
    assert refusal.value.code == code
    assert reports.counts(None)["new"] == 0
    assert not (tmp_path / "access.db").exists()
    side.close()


def test_one_label_takes_so_many_reports_a_day_and_others_go_on(
    reports: Reports, clock: Clock
) -> None:
    for number in range(A_DAY["label"]):
        reports.add(ABOUT, said(number))
    with pytest.raises(ReportRefused) as refusal:
        reports.add(ABOUT, said(50))
    assert refusal.value.code == "reports-enough"
    reports.add(replace(ABOUT, serial="A1000002GXF1"), said(51))
    reports.add(replace(ABOUT, serial=""), said(52))
    clock.wait(DAY + 1)
    reports.add(ABOUT, said(53))


def test_labels_that_somebody_makes_up_leave_room_for_real_ones(
    reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.consumer.reports.A_DAY", {**A_DAY, "party": 4, "nobody": 3, "all": 20})
    made_up = replace(ABOUT, party="", serial="")
    for number in range(3):
        reports.add(replace(made_up, gtin=f"{number:014}"), said(number))
    for number in range(4):
        reports.add(replace(ABOUT, lot=f"L{number}", serial=""), said(10 + number))
    for about in (replace(made_up, gtin="9" * 14), replace(ABOUT, lot="L9", serial="")):
        with pytest.raises(ReportRefused) as refusal:
            reports.add(about, said(30))
        assert refusal.value.code == "reports-enough"
    reports.add(replace(ABOUT, party="HTX-KHAC", serial=""), said(31))


def test_a_report_is_answered_with_a_state_and_a_note(reports: Reports, clock: Clock) -> None:
    number = reports.add(ABOUT, said())
    clock.wait(3600)
    reports.change(number, PARTY, "seen", "Đã gọi lại", "p1")
    ((found,), _) = reports.listed(PARTY, "seen")
    assert (found.note, found.changed_by, found.changed - found.at) == ("Đã gọi lại", "p1", 3600)
    with pytest.raises(ReportRefused, match="no report"):
        reports.change(number, "HTX-KHAC", "seen", "", "p2")
    with pytest.raises(ReportRefused, match="no report"):
        reports.change("NONE-NONE", None, "seen", "", "p2")
    for state, note in (("gone", ""), ("seen", "x" * 501)):
        with pytest.raises(ReportRefused):
            reports.change(number, None, state, note, "p2")
    ((kept,), _) = reports.listed(None, "seen")
    assert kept == found


def test_erasing_takes_words_and_contact_and_leaves_that_there_was_one(
    reports: Reports, tmp_path: Path, side: SideTables
) -> None:
    number = reports.add(ABOUT, said(text="Tôi là Hoàng Thị Lụa", contact="0912 345 678"))
    with pytest.raises(ReportRefused):
        reports.erase(number, "HTX-KHAC", "p1")
    reports.erase(number, PARTY, "p1")
    ((found,), _) = reports.listed(None, "new")
    assert (found.said, found.contact, found.number) == ("", "", number)
    side.close()
    for file in tmp_path.glob("access.db*"):
        assert "Lụa".encode() not in file.read_bytes(), file.name
        assert b"0912 345" not in file.read_bytes(), file.name


def test_a_contact_goes_some_time_after_closing_and_the_report_later(
    reports: Reports, clock: Clock
) -> None:
    number = reports.add(ABOUT, said(contact="lua@example.vn"))
    reports.change(number, None, "closed", "", "p1")
    clock.wait((CONTACT_DAYS - 1) * DAY)
    reports.tidy()
    assert reports.listed(None, "closed")[0][0].contact == "lua@example.vn"
    clock.wait(2 * DAY)
    reports.tidy()
    assert reports.listed(None, "closed")[0][0].contact == ""
    clock.wait((KEPT_DAYS - CONTACT_DAYS) * DAY)
    reports.tidy()
    assert reports.listed(None, "closed") == ([], False)


def test_an_open_report_keeps_its_contact_until_it_is_too_old(
    reports: Reports, clock: Clock
) -> None:
    reports.add(ABOUT, said(contact="lua@example.vn"))
    clock.wait((KEPT_DAYS - 1) * DAY)
    reports.add(ABOUT, said(2))
    assert reports.listed(None, "new")[0][-1].contact == "lua@example.vn"
    clock.wait(2 * DAY)
    reports.add(ABOUT, said(3))
    assert len(reports.listed(None, "new")[0]) == 2


def test_a_long_list_comes_in_pages(tmp_path: Path, clock: Clock) -> None:
    side = open_side(tmp_path, None)
    reports = Reports(side, clock)
    for number in range(PAGE + 1):
        reports.add(replace(ABOUT, serial=f"A{number}"), said(number))
        clock.wait(1)
    first, more = reports.listed(None, "new")
    last, none = reports.listed(None, "new", 1)
    assert (len(first), more, len(last), none) == (PAGE, True, 1, False)
    assert first[0].serial == f"A{PAGE}" and last[0].serial == "A0"
    side.close()


def test_a_telephone_number_is_shown_changed_and_taken_away(side: SideTables) -> None:
    phones = Phones(side)
    assert phones.of(PARTY) == ""
    before = phones.version
    phones.choose(PARTY, "+84 203 3123 456")
    assert (phones.of(PARTY), phones.of("HTX-KHAC")) == ("+84 203 3123 456", "")
    assert phones.version != before
    assert dialled(phones.of(PARTY)) == "+842033123456"
    elsewhere = Phones(side)
    elsewhere.load()
    assert elsewhere.of(PARTY) == "+84 203 3123 456"
    phones.choose(PARTY, "")
    assert phones.of(PARTY) == ""


@pytest.mark.parametrize(
    "wrong", ["gọi tôi", "1", "0" * 16, "0912;345678", "javascript:1", "++84912"]
)
def test_what_is_no_telephone_number_is_refused(wrong: str) -> None:
    with pytest.raises(ReportRefused, match="telephone number"):
        checked_phone(wrong)


@pytest.mark.parametrize("right", ["", "0203 3123 456", "1900 1234", "(0203) 3123-456", "19001234"])
def test_numbers_as_people_write_them_are_taken(right: str) -> None:
    assert checked_phone(right) == right
