"""The label law check on real labels: demo goods on shipped and on spoiled templates."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import Services, create
from api.commands.main import main
from api.commands.record import record_file
from api.labels.carton import CARTON_TEMPLATE
from api.labels.check import (
    LabelCheck,
    LabelRefused,
    check_label,
    face_of,
    law_record,
    require_lawful,
)
from api.labels.fields import label_of
from api.settings import Settings
from ledger.domain.drafts import Draft
from ledger.verify import canonical
from ledger.verify.entry import parse_entry
from ledger.verify.shapes import recognise
from ledger.verify.statement import StatementRefused, check_shape, read_statement
from printers.design.template import SHIPPED, Template
from tests.shared_data import shared
from tests.vectors.make_format_vectors import label_vectors, pinned

ITEM, LOT, RECALLED = "08938503000420", "L260815A", "L260822B"
SERIAL = "A20000012ABC"
# What is stuck on packs; a carton's label is no label of goods for a consumer.
GOODS_TEMPLATES = tuple(name for name in SHIPPED if name != CARTON_TEMPLATE)
FULL = files("printers") / "templates" / "tron-58.toml"


def recorded(folder: Path, diary: bytes, setup: bytes) -> Services:
    """A ledger with a diary recorded."""
    services = create(folder, Settings("ocop.example/law", "https://truyxuat.example.vn"))
    outcome = record_file(services, Path("diary.csv"), diary, setup, None, "vi")
    assert outcome.recorded > 0
    return services


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    data = files("api.demo_data")
    folder = tmp_path_factory.mktemp("season") / "ledger"
    made = recorded(
        folder, (data / "demo.csv").read_bytes(), (data / "demo.setup.json").read_bytes()
    )
    yield made
    made.close()


@pytest.fixture
def facts(season: Services) -> dict[str, Any]:
    found = season.tables.lot(ITEM, LOT)
    assert found is not None
    return found.facts


def spoiled(change: Callable[[str], str]) -> Template:
    """The full template with its text changed."""
    text = FULL.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    return Template.from_bytes(changed.encode(), "tem.toml")


def checked(facts: dict[str, Any], template: Template) -> LabelCheck:
    """The check of the lot's next label."""
    url = f"HTTPS://TRUYXUAT.EXAMPLE.VN/01/{facts['item']}/10/{facts['lot']}/21/{SERIAL}"
    return check_label(facts, label_of(facts, SERIAL, url, template), template)


def codes(check: LabelCheck) -> tuple[set[str], set[str]]:
    """(error codes, warning codes)."""
    return {one.code for one in check.errors}, {one.code for one in check.warnings}


# --- goods and templates of the product ----------------------------------------------------------


def packed_lots(services: Services) -> Iterator[dict[str, Any]]:
    for row in services.views.lots():
        found = services.tables.lot(row.item, row.code)
        if found is not None and found.facts["kind"] == "packed":
            yield found.facts


def test_no_lot_of_the_demo_is_stopped_by_a_false_alarm(season: Services) -> None:
    lots = list(packed_lots(season))
    assert len(lots) >= 4
    for facts in lots:
        for name in GOODS_TEMPLATES:
            check = checked(facts, Template.shipped(name))
            assert codes(check)[0] == set(), (facts["lot"], name)
            assert check.rules == "vn-2026"


def test_the_small_label_says_that_the_pack_carries_the_rest(facts: dict[str, Any]) -> None:
    check = checked(facts, Template.shipped("nho-30x20"))
    (fault,) = [one for one in check.warnings if one.code == "left-to-pack"]
    assert "thành phần" in fault.say("vi")
    assert not any(one.code.endswith("-missing") for one in check.faults)


@pytest.mark.parametrize("name", ["che-shan-tuyet", "mien-dong"])
def test_no_lot_of_a_scenario_is_stopped_by_a_false_alarm(name: str, tmp_path: Path) -> None:
    diary = shared("scenarios", f"{name}.csv").read_bytes()
    setup = shared("scenarios", f"{name}.setup.json").read_bytes()
    services = recorded(tmp_path / "ledger", diary, setup)
    try:
        for facts in packed_lots(services):
            for template in GOODS_TEMPLATES:
                errors, warnings = codes(checked(facts, Template.shipped(template)))
                assert errors == set(), (facts["lot"], template)
                assert ("stars-lapsed" in warnings) == (facts["stars_lapsed"] is not None)
    finally:
        services.close()


def test_the_full_template_says_everything(facts: dict[str, Any]) -> None:
    face = face_of(facts, label_of(facts, SERIAL, "X", t := Template.shipped("tron-58")), t)
    shown = {item for text in face.texts for item, _ in text.items}
    assert len(shown) == 11
    assert face.area_cm2 > 0
    assert codes(checked(facts, t))[1] <= {"marks-small"}


def test_the_sizes_are_those_that_were_set(facts: dict[str, Any]) -> None:
    template = Template.shipped("goi-50x40")
    face = face_of(facts, label_of(facts, SERIAL, "X", template), template)
    name = next(text for text in face.texts if ("name", facts["product"]["name"]) in text.items)
    assert 2 <= name.cap_mm <= 4
    assert all(text.x_mm >= 1 for text in face.texts)
    assert all(name.cap_mm > text.cap_mm for text in face.texts if text is not name)


# --- what stops printing -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda t: t.replace("Xuất xứ: {origin}\n", ""), "origin-missing"),
        (lambda t: t.replace(", {producer_address}", ""), "address-missing"),
        (lambda t: t.replace("{net_content}", "theo bao bì"), "quantity-missing"),
        (lambda t: t.replace("{use_by}", "xem bao bì"), "expiry-missing"),
        (lambda t: t.replace("{made_on}", "xem bao bì"), "made-on-missing"),
        (
            lambda t: t.replace('"Lô: {lot}"', '"Lô: {lot} ngày 2026/08/15"'),
            "date-order",
        ),
        (lambda t: t.replace("{net_content}", "{net_content} (0.5 kg)"), "decimal-point"),
        (
            lambda t: t.replace("Bảo quản: {storage}\n", "").replace(
                "version = 2", 'version = 3\npart = "whole"'
            ),
            "storage-missing",
        ),
    ],
)
def test_a_template_that_breaks_the_law_is_an_error(
    facts: dict[str, Any], change: Callable[[str], str], code: str
) -> None:
    assert code in codes(checked(facts, spoiled(change)))[0]


def test_the_same_lack_is_a_warning_on_a_small_label_of_which_nothing_is_said(
    facts: dict[str, Any],
) -> None:
    template = spoiled(lambda t: t.replace("Bảo quản: {storage}\n", ""))
    errors, warnings = codes(checked(facts, template))
    assert errors == set()
    assert "storage-missing" in warnings


def test_a_main_label_leaves_to_the_pack_what_the_rules_allow_and_nothing_else(
    facts: dict[str, Any],
) -> None:
    def main(text: str) -> str:
        return text.replace("version = 2", 'version = 3\npart = "main"')

    lacking = spoiled(lambda t: main(t).replace("Bảo quản: {storage}\n", ""))
    errors, warnings = codes(checked(facts, lacking))
    assert errors == set()
    assert "left-to-pack" in warnings
    assert "storage-missing" not in warnings
    undated = spoiled(lambda t: main(t).replace("{made_on}", "xem bao bì"))
    assert "made-on-missing" in codes(checked(facts, undated))[0]


def test_goods_without_an_expiry_have_no_lawful_label(facts: dict[str, Any]) -> None:
    check = checked({**facts, "expiry": None}, Template.shipped("goi-50x40"))
    assert codes(check)[0] == {"expiry-missing"}


def test_an_expiry_before_the_packing_is_an_error(facts: dict[str, Any]) -> None:
    early = {**facts, "expiry": "2026-08-01"}
    assert codes(checked(early, Template.shipped("goi-50x40")))[0] == {"expiry-before-made"}


def test_stars_of_a_lapsed_recognition_are_an_error(facts: dict[str, Any]) -> None:
    template = Template.shipped("goi-50x40")
    assert facts["stars"] == 4
    label = label_of(facts, SERIAL, f"/01/{ITEM}/10/{LOT}", template)
    lapsed = {"number": "287/QĐ-UBND", "valid_to": "2026-08-01", "stars": 4}
    check = check_label({**facts, "stars": 0, "stars_lapsed": lapsed}, label, template)
    assert codes(check)[0] == {"stars-outside"}
    assert "stars-lapsed" in codes(check)[1]


def test_a_packing_day_before_every_rule_set_is_said_plainly(facts: dict[str, Any]) -> None:
    check = checked({**facts, "packed_on": "2016-08-15"}, Template.shipped("goi-50x40"))
    assert (check.rules, check.applied) == ("none", None)
    assert codes(check)[0] == {"no-rules"}
    assert "2016-08-15" in check.errors[0].say("vi")
    assert "nothing was checked" in check.basis("en")


def test_the_older_decree_applies_to_goods_packed_under_it(facts: dict[str, Any]) -> None:
    check = checked({**facts, "packed_on": "2025-11-20"}, Template.shipped("goi-50x40"))
    assert check.rules == "vn-2017"
    assert all("43/2017" in w.cite("en") for w in check.warnings if w.code.endswith("-missing"))


# --- the refusal and the record ------------------------------------------------------------------


def test_a_refusal_names_every_error_with_its_clause(facts: dict[str, Any]) -> None:
    broken = {**facts, "expiry": None, "producer": {**facts["producer"], "address": ""}}
    check = checked(broken, Template.shipped("goi-50x40"))
    with pytest.raises(LabelRefused) as caught:
        require_lawful(check)
    for lang in ("en", "vi"):
        told = caught.value.say(lang)
        assert told.endswith(".")
        for fault in check.errors:
            assert fault.say(lang).rstrip(".") in told
            assert fault.cite(lang) in told
    assert "chưa in gì" in caught.value.say("vi")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.say("vi") == caught.value.say("vi")


def test_a_lawful_label_passes_with_its_warnings(facts: dict[str, Any]) -> None:
    check = require_lawful(checked(facts, Template.shipped("goi-50x40")))
    record = law_record(check)
    assert record["rules"] == "vn-2026"
    assert "left-to-pack" in record["warnings"]
    assert len(record["warnings"]) == len(set(record["warnings"]))


def test_the_basis_says_rule_set_and_that_it_is_no_advice(facts: dict[str, Any]) -> None:
    check = checked(facts, Template.shipped("goi-50x40"))
    assert "vn-2026" in check.basis("vi")
    assert "không phải tư vấn pháp lý" in check.basis("vi")
    assert "no legal advice" in check.basis("en")


def test_what_the_check_said_can_be_recorded_with_the_issue(
    facts: dict[str, Any], tmp_path: Path
) -> None:
    data = files("api.demo_data")
    services = recorded(
        tmp_path / "ledger",
        (data / "demo.csv").read_bytes(),
        (data / "demo.setup.json").read_bytes(),
    )
    try:
        law = law_record(checked(facts, Template.shipped("goi-50x40")))
        body = {"lot": {"item": ITEM, "code": LOT}, "count": 2, "law": law}
        services.station.record(
            Draft("labels-issued", facts["party"], "2026-11-20T09:00:00+07:00", body)
        )
        ((_, raw),) = services.store.sealed(services.log.size - 1, 1)
        assert read_statement(parse_entry(raw).payload).body["law"] == law
    finally:
        services.close()


def test_the_pinned_statements_with_and_without_law_are_read_alike() -> None:
    vectors = pinned("labels.json")
    assert vectors == label_vectors()
    for case in vectors["ok"]:
        # The quick way and the exact way agree.
        assert recognise(case["payload"]) is not None, case["what"]
        check_shape(canonical.decode(case["payload"].encode()))
        read_statement(case["payload"].encode())
    for case in vectors["refused"]:
        with pytest.raises(StatementRefused) as refused:
            read_statement(case["payload"].encode())
        assert refused.value.code == case["code"], case["what"]
        assert "law" in refused.value.say("en"), case["what"]
    assert (len(vectors["ok"]), len(vectors["refused"])) == (3, 9)


# --- the command ---------------------------------------------------------------------------------


def ask(season: Services, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["labels", "check", *words, "--dir", str(season.folder)])
    told = capsys.readouterr()
    return status, told.out, told.err


def test_the_command_lists_warnings_with_their_clause(
    season: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = ask(season, capsys, ITEM, LOT, "--lang", "vi")
    assert status == 0
    assert "Cảnh báo: " in out
    assert "Điều 42" in out
    assert "Tem in được." in out
    assert "không phải tư vấn pháp lý" in out


def test_the_command_gives_the_same_to_a_program(
    season: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = ask(season, capsys, ITEM, LOT, "--json", "--lang", "en")
    told = json.loads(out)
    assert status == 0
    assert (told["rules"], told["printable"], told["errors"]) == ("vn-2026", True, [])
    assert all(one["clause"] and one["sentence"] and one["code"] for one in told["warnings"])


def test_the_command_ends_with_1_when_there_are_errors(
    season: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = season.folder / "templates"
    folder.mkdir(exist_ok=True)
    text = FULL.read_text(encoding="utf-8").replace('"tron-58"', '"tem-sai"')
    text = text.replace("Xuất xứ: {origin}\n", "")
    (folder / "tem-sai.toml").write_text(text, encoding="utf-8")
    status, out, err = ask(season, capsys, ITEM, LOT, "--template", "tem-sai", "--lang", "vi")
    assert err == ""
    assert status == 1
    assert "Lỗi: Tem chưa ghi xuất xứ" in out
    assert "Chưa in được tem: 1 lỗi." in out


def test_an_unlawful_label_is_neither_issued_nor_printed(
    season: Services, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = FULL.read_text(encoding="utf-8").replace('"tron-58"', '"tem-cam"')
    folder = season.folder / "templates"
    folder.mkdir(exist_ok=True)
    (folder / "tem-cam.toml").write_text(text.replace("Xuất xứ: {origin}\n", ""), encoding="utf-8")
    paper = tmp_path / "paper.bin"
    season.printers.add("giay", "escpos-58", paper.absolute().as_uri())
    before, size = season.labelling.status(ITEM, LOT), season.log.size
    for verb in ("issue", "print"):
        words = ["labels", verb, ITEM, LOT, "--count", "1", "--template", "tem-cam"]
        assert main([*words, "--dir", str(season.folder), "--lang", "vi"]) == 2
        told = capsys.readouterr()
        assert "Tem chưa ghi xuất xứ hàng hóa" in told.err
        assert "Điều 42" in told.err
    assert (season.labelling.status(ITEM, LOT), season.log.size) == (before, size)
    assert not paper.exists()


def test_a_stopped_lot_gets_one_sentence_from_the_command(
    season: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = ask(season, capsys, ITEM, RECALLED, "--lang", "vi")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert "không in tem" in err


def test_an_unknown_lot_gets_one_sentence_from_the_command(
    season: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = ask(season, capsys, ITEM, "KHONG", "--lang", "en")
    assert (status, out) == (2, "")
    assert "is not in the ledger" in err
