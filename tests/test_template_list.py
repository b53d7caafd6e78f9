from __future__ import annotations

from pathlib import Path

import pytest

from api.commands.main import main
from api.labels.fields import FIELDS, label_of, sample_label
from api.labels.template_list import TemplateList, check_template
from ledger.domain.serials import serial_text
from printers.bitmap import Bitmap
from printers.design.render import render
from printers.design.template import SHIPPED, Template
from printers.errors import PrintingError, TemplateError
from printers.label import Label

GOI = Template.shipped("goi-50x40").raw.decode()
OWN = GOI.replace('name = "goi-50x40"', 'name = "vuon-nha"')
SLIM = OWN.replace("x = 27.25\ny = 8\nsize = 20.5", "x = 27.25\ny = 8\nsize = 18")
NAMED = OWN.replace("Xuất xứ: {origin}", "Vị: {taste}")
LONG = OWN.replace("{lot}", "{ingredients}")
CROWDED = OWN.replace("x = 27.25\ny = 8\n", "x = 26.25\ny = 8\n")

REFUSED = {
    "a QR module under 0.396 mm": (
        OWN.replace("module_dots = 4", "module_dots = 3"),
        "template.qr-module",
        "0.375",
    ),
    "a code that loses its quiet zone": (SLIM, "template.qr-does-not-fit", "18 mm"),
    "fewer than four modules of quiet zone": (
        OWN.replace("quiet_modules = 4", "quiet_modules = 2"),
        "template.wrong-value",
        "quiet_modules",
    ),
    "a text inside the quiet zone": (CROWDED, "template.overlap", "[qr]"),
    "a text that overflows with the longest words": (LONG, "template.overflow", "26 x 2.875 mm"),
    "an unknown field": (NAMED, "template.unknown-word", "taste"),
    "a missing glyph": (OWN.replace("NSX", "製"), "template.no-glyph", "U+88FD"),
    "no TOML": ("name = ", "template.not-toml", "TOML"),
    "too long": (OWN + "#" * 70_000, "template.too-long", "65536"),
    "a wrong name": (OWN.replace("vuon-nha", "../Vườn"), "template.name", "Vườn"),
    "the name of a shipped one": (GOI, "template.name-shipped", "goi-50x40"),
    "stars too wide": (
        OWN.replace("width = 25.5", "width = 12"),
        "template.stars-too-wide",
        "12 mm",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_template_that_could_print_a_wrong_label_is_never_saved(why: str, tmp_path: Path) -> None:
    text, code, fact = REFUSED[why]
    with pytest.raises(PrintingError) as refused:
        TemplateList(tmp_path).add(text.encode())
    assert refused.value.code == code
    assert fact in refused.value.say("en")
    assert refused.value.say("vi") != refused.value.say("en")
    assert list(tmp_path.rglob("*.toml")) == []


def test_a_good_template_is_saved_listed_and_given_back(tmp_path: Path) -> None:
    templates = TemplateList(tmp_path)
    made = templates.add(OWN.encode())
    assert templates.names() == [*SHIPPED, "vuon-nha"]
    assert templates.get("vuon-nha").raw == made.raw
    assert (tmp_path / "templates" / "vuon-nha.toml").read_bytes() == OWN.encode()
    assert [path.name for path in (tmp_path / "templates").iterdir()] == ["vuon-nha.toml"]


def test_a_changed_template_needs_a_higher_version(tmp_path: Path) -> None:
    templates = TemplateList(tmp_path)
    templates.add(OWN.encode())
    templates.add(OWN.encode())
    changed = OWN.replace("Quét mã", "Xin quét mã")
    with pytest.raises(TemplateError, match="3 or more"):
        templates.add(changed.encode())
    assert templates.get("vuon-nha").raw == OWN.encode()
    templates.add(changed.replace("version = 2", "version = 3").encode())
    assert templates.get("vuon-nha").version == 3


@pytest.mark.parametrize("name", ["khong-co", "../goi-50x40", "", "GOI"])
def test_an_unknown_template_is_refused_with_those_there_are(name: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="expected one of goi-50x40"):
        TemplateList(tmp_path).get(name)


def test_a_file_renamed_by_hand_is_refused(tmp_path: Path) -> None:
    templates = TemplateList(tmp_path)
    templates.add(OWN.encode())
    file = tmp_path / "templates" / "vuon-nha.toml"
    file.rename(file.with_name("khac.toml"))
    with pytest.raises(TemplateError, match="rename the file"):
        templates.get("khac")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_template_takes_the_longest_realistic_words(name: str) -> None:
    assert check_template(Template.shipped(name).raw).name == name


@pytest.mark.parametrize("name", SHIPPED)
def test_every_serial_of_the_first_million_fits(name: str) -> None:
    template = Template.shipped(name)
    sample = sample_label(template)
    for tag, counter in (("WW", 999_999), ("MM", 0), ("QW", 444_444)):
        for gtin in ("08936012345674", "18936012345671"):
            serial = serial_text(b"k" * 32, gtin, tag, counter)
            render(template, Label(serial, sample.qr, sample.fields))


def test_every_field_has_a_meaning_in_both_languages_and_a_sample() -> None:
    for name, (vietnamese, english, sample) in FIELDS.items():
        assert vietnamese, name
        assert english, name
        assert len(sample) >= 2, name


def test_the_command_checks_shows_and_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "tot.toml", tmp_path / "sai.toml"
    good.write_text(OWN, encoding="utf-8")
    bad.write_text(NAMED, encoding="utf-8")
    assert main(["template", "check", str(good), "--lang", "en"]) == 0
    assert "vuon-nha is a good template" in capsys.readouterr().err
    assert main(["template", "check", str(bad), "--lang", "vi"]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("sai.toml dùng mục lạ taste")
    assert said.count("\n") == 0
    at = ["--dir", str(tmp_path), "--lang", "en"]
    assert main(["template", "list", *at]) == 0
    assert capsys.readouterr().out.count("\n") == len(SHIPPED)
    picture = tmp_path / "tem.png"
    assert main(["template", "show", "nho-30x20", "-o", str(picture), *at]) == 0
    template = Template.shipped("nho-30x20")
    shown = Bitmap.from_png(picture.read_bytes())
    assert shown == render(template, sample_label(template))
    assert main(["template", "show", "nho-30x20", *at]) == 0
    assert template.digest() in capsys.readouterr().out


def test_the_command_adds_to_a_ledger_folder(tmp_path: Path) -> None:
    folder, file = tmp_path / "so", tmp_path / "vuon.toml"
    file.write_text(OWN, encoding="utf-8")
    at = ["--dir", str(folder), "--lang", "en"]
    assert main(["template", "add", str(file), *at]) == 2
    assert not folder.exists()
    assert main(["init", *at]) == 0
    assert main(["template", "add", str(file), *at]) == 0
    assert (folder / "templates" / "vuon-nha.toml").read_text(encoding="utf-8") == OWN


def test_a_label_takes_certificates_and_codes_from_the_lots_story() -> None:
    template = Template.from_bytes(
        OWN.replace("Xuất xứ: {origin}", "{certificates}")
        .replace("Quét mã để xem nguồn gốc", "Vùng trồng {growing_area_code}")
        .encode()
    )
    certificate = {"kind": "vietgap", "number": "VG-1", "covers": True}
    facts = {
        "item": "8936012345674",
        "lot": "PH-1",
        "kind": "packed",
        "product": {"name": "Chè", "net_content": {"value": "0.5", "unit": "kg"}},
        "producer": {"name": "HTX", "address": "xã Thông Nguyên"},
        "packed_on": "2026-04-02",
        "expiry": "2028-04-02",
        "packs": 12_000,
        "stars": 4,
        "certificates": [
            certificate,
            certificate,
            {"kind": "vietgap", "number": "VG-0", "covers": False},
            {"kind": "ocop", "number": "OCOP-4", "covers": True},
        ],
        "stages": [
            {"sites": [{"code": "A", "name": "A", "growing_area_code": "VN-1"}]},
            {"sites": [{"code": "B", "name": "B", "growing_area_code": "VN-2"}, {"code": "C"}]},
        ],
    }
    made = label_of(facts, "A1000001K7M2", "HTTPS://A.VN", template)
    assert made.fields["certificates"] == "VG-1"
    assert made.fields["growing_area_code"] == "VN-1, VN-2"
    assert made.fields["net_content"] == "0,5\u00a0kg"
    assert made.fields["made_on"] == "02/04/26"
    assert "origin" not in made.fields
