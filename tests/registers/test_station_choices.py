"""Operators' PINs and usual label templates, without the command line."""

from __future__ import annotations

from pathlib import Path

from api.bootstrap import Services
from api.keeping.snapshot import PART, snapshot
from api.labels.preferred import PREFERRED_FILE, PreferredTemplates
from tests.access.visitors import Visitors
from tests.pages.cooperative import GTIN, LOT, PARTY
from tests.registers.forms import problems, text_of
from tests.registers.test_refused import register_other

PINS = "/quan-ly/nguoi-truc"
TEMPLATES = "/quan-ly/mau-tem"
PIN = "604817"


def pin(name: str, *, party: str = PARTY, first: str = PIN, again: str = PIN) -> dict[str, str]:
    return {"act": "them", "co-so": party, "name": name, "pin": first, "again": again}


def test_a_manager_gives_and_takes_pins_of_the_own_party(
    services: Services, visitors: Visitors
) -> None:
    register_other(services)
    visitors.set_up("phuong", "administrator")
    visitors.set_up("lan", "manager", PARTY)
    lan = visitors.signed_in("lan", home=True)
    assert lan.post(PINS, data=pin("Cô Tám")).status_code == 303
    twice = lan.post(PINS, data=pin("Cô Tám"))
    assert twice.status_code == 422 and "Đã có mã PIN cho Cô Tám" in problems_of(twice.text)
    assert lan.post(PINS, data=pin("Ai đó", party="HTX-NL")).status_code == 403
    assert [(one.name, one.party) for one in visitors.gate.pins.all()] == [("Cô Tám", PARTY)]
    page = lan.get(PINS)
    assert "Cô Tám" in text_of(page) and "lan" in text_of(page) and PIN not in page.text
    # The station asks for it now, and takes it.
    assert visitors.home().get("/tram").headers["location"] == "/tram/khoa"
    who = visitors.gate.pins.all()[0].id
    assert visitors.gate.pins.check(who, PIN).name == "Cô Tám"
    visitors.gate.pins.add("Chú Ba", "HTX-NL", PIN)
    other = lan.post(PINS, data={"act": "bo", "co-so": PARTY, "name": "Chú Ba"})
    assert other.status_code == 422 and "Chú Ba không có mã PIN của cơ sở này" in text_of(other)
    assert lan.post(PINS, data={"act": "bo", "co-so": PARTY, "name": "Cô Tám"}).status_code == 303
    assert [one.name for one in visitors.gate.pins.all()] == ["Chú Ba"]


def problems_of(text: str) -> str:
    return text.replace("&#34;", '"')


def test_bad_pins_are_told_at_their_field_and_the_name_stays(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    client = visitors.signed_in("phuong", home=True)
    for form, said in (
        (pin("Cô Tám", again="604818"), "Hai lần gõ mã PIN khác nhau"),
        (pin("Cô Tám", first="12ab", again="12ab"), "6"),
        (pin("Cô Tám", first="111111", again="111111"), "PIN"),
        (pin(""), "Thiếu tên người trực"),
    ):
        page = client.post(PINS, data=form)
        assert page.status_code == 422 and 'aria-invalid="true"' in page.text
        assert said in text_of(page) and "604817" not in page.text
        assert form["name"] in page.text
    assert visitors.gate.pins.all() == [] and problems(page) == {}


def test_the_first_pin_waits_for_somebody_who_can_still_manage(visitors: Visitors) -> None:
    home = visitors.home()
    page = home.post(PINS, data=pin("Cô Tám"))
    assert page.status_code == 422 and "Chưa ai có tài khoản quản lý" in text_of(page)
    assert visitors.gate.pins.all() == []


def test_pins_are_set_at_the_station_itself(visitors: Visitors) -> None:
    visitors.set_up("phuong", "administrator")
    away = visitors.signed_in("phuong")
    assert "Mã PIN đặt ngay tại trạm" in text_of(away.get(PINS))
    page = away.post(PINS, data=pin("Cô Tám"))
    assert page.status_code == 422 and "máy của trạm" in text_of(page)
    assert visitors.gate.pins.all() == []


def test_the_usual_template_is_chosen_with_its_picture_and_used_when_printing(
    services: Services, visitors: Visitors
) -> None:
    register_other(services)
    home = visitors.home()
    names = [n for n in services.labelling.templates() if not n.startswith("carton")]
    page = home.get(TEMPLATES)
    assert page.status_code == 200 and "Miến dong Đồng Tâm" in text_of(page)
    for gtin in (GTIN, "08938501000323"):  # with a lot of its own, and without
        asked = {"mau": names[1], "ma": gtin, "co-so": PARTY}
        picture = home.get(f"{TEMPLATES}/xem.png", params=asked)
        assert picture.headers["content-type"] == "image/png", picture.text
    printing = f"/tram/in-tem/lo?item={GTIN}&lot={LOT}"
    services.printers.add("kho", "virtual", (services.folder / "kho.bin").as_uri())
    before = home.get(printing).text
    chosen = next(
        one
        for one in names
        if f'name="template" value="{one}"' in before and f'value="{one}" checked' not in before
    )
    form = {"co-so": PARTY, "ma": GTIN, "template": chosen}
    assert home.post(TEMPLATES, data=form).status_code == 303
    assert PreferredTemplates(services.folder).of(GTIN) == chosen
    assert f'value="{chosen}" selected' in home.get(TEMPLATES).text
    assert f'value="{chosen}" checked' in home.get(printing).text
    unknown = home.post(TEMPLATES, data={**form, "template": "../../etc/passwd"})
    assert unknown.status_code == 422 and "Không có mẫu tem tên" in text_of(unknown)
    foreign = home.post(TEMPLATES, data={**form, "ma": "08938501000323"})
    assert foreign.status_code == 403
    assert home.post(TEMPLATES, data={**form, "template": ""}).status_code == 303
    assert PreferredTemplates(services.folder).all() == {}


def test_a_spoilt_file_of_choices_counts_as_none(services: Services, visitors: Visitors) -> None:
    for spoilt in ("{", "[]", '{"x": 1}'):
        (services.folder / PREFERRED_FILE).write_text(spoilt)
        assert PreferredTemplates(services.folder).all() == {}
        assert visitors.home().get(TEMPLATES).status_code == 200


def test_the_choice_of_templates_goes_into_a_backup(services: Services, tmp_path: Path) -> None:
    PreferredTemplates(services.folder).choose(GTIN, "goi-50x40")
    copy = tmp_path / "copy"
    copy.mkdir()
    snapshot(services.folder, services.store, services.side, copy)
    assert PreferredTemplates(copy).of(GTIN) == "goi-50x40"
    assert PART.fullmatch(PREFERRED_FILE)
