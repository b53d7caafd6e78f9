from __future__ import annotations

import ast
import base64
import hashlib
import io
import pickle
import string
from pathlib import Path

import pytest
from PIL import Image, ImageChops

import printers
from printers.design.render import render
from printers.design.template import SHIPPED, Template
from printers.errors import ProfileError, TemplateError, TransportError
from printers.label import Label
from printers.profile import SHIPPED as PROFILES
from printers.profile import Profile
from printers.sentences import SENTENCES
from tests.printers.sample_labels import FIELDS, SHORT, label, qr_text, serial

ROOM = Path(printers.__file__).parent
DOORS = ROOM.parent / "api"  # some refusals are about what a folder holds
GOOD = Template.shipped("goi-50x40").raw.decode()
_NOTE = 'text = "Quét mã để xem nguồn gốc"\nx = 1\ny = 28.5\nwidth = '
ROOMY = GOOD.replace(_NOTE + "46", _NOTE.replace(" để xem nguồn gốc", "") + "30")

BAD = [
    ("version = 2", "version = 1\ncolour = 3", "template.unknown-key"),
    ("module_dots = 4", "module_dots = 4\nzoom = 2", "template.unknown-key"),
    ("version = 2", "", "template.missing-key"),
    ("version = 2", 'version = "one"', "template.wrong-value"),
    ("version = 2", "version = true", "template.wrong-value"),
    ("version = 2", "version =", "template.not-toml"),
    ("dpi = 203", "dpi = 300", "template.dpi"),
    ('name = "goi-50x40"', 'name = "Gói 50"', "template.name"),
    ("gap_mm = 2", "gap_mm = 0", "template.gap"),
    ("module_dots = 4", "module_dots = 3", "template.qr-module"),
    ("module_dots = 4", "module_dots = 8", "template.qr-module"),
    ("quiet_modules = 4", "quiet_modules = 3", "template.wrong-value"),
    ('level = "M"', 'level = "X"', "template.wrong-value"),
    ("x = 27.25", "x = 30", "template.outside"),
    ("x = 27.25", "x = 20", "template.overlap"),
    ('role = "goods-name"\n', "", "template.goods-name"),
    ("min_size_mm = 2.05", "min_size_mm = 1.8", "template.goods-name-size"),
    ("min_size_mm = 2.05", "min_size_mm = 1.2", "template.wrong-value"),
    ("{serial}", "{lot}", "template.no-serial"),
    ('optional = ""', 'optional = "taste"', "template.optional"),
    ('field = "product_name"', "", "template.field-or-text"),
    ("Quét mã", "Quét 二", "template.no-glyph"),
    ('caption = "OCOP"', 'caption = "★"', "template.no-glyph"),
    ('kind = "gap"', 'kind = "continuous"', "template.gap"),
    ('kind = "gap"', 'kind = "roll"', "template.wrong-value"),
    ('part = "main"', 'part = "half"', "template.wrong-value"),
]


def picture(size: tuple[int, int], mode: str = "L", colour: int | tuple[int, ...] = 0) -> str:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def image(png: str, width: float = 3) -> str:
    return f'\n[[image]]\nx = 40\ny = 28.5\nwidth = {width}\nheight = 3\npng = "{png}"\n'


def bars(text: str, height: float = 32, dots: int = 4) -> str:
    return (
        "[[barcode]]\n"
        f'text = "{text}"\nx = 5\ny = 60\nwidth = 90\nheight = {height}\nmodule_dots = {dots}\n'
    )


@pytest.mark.parametrize(("old", "new", "code"), BAD)
def test_a_wrong_template_gives_one_clear_sentence(old: str, new: str, code: str) -> None:
    assert old in GOOD
    with pytest.raises(TemplateError) as refused:
        Template.from_bytes(GOOD.replace(old, new, 1).encode())
    assert refused.value.code == code
    assert refused.value.say("en").count("\n") == 0
    assert refused.value.say("vi") != refused.value.say("en")


@pytest.mark.parametrize(
    ("addition", "code"),
    [
        (image("!!"), "template.image"),
        (image("R0lGODdhAQABAIAAAAAAAAAAACwAAAAAAQABAAACAkQBADs="), "template.image"),
        (image(picture((900, 2))), "template.image-size"),
        (image(picture((25, 3))), "template.image-does-not-fit"),
        (image(picture((4, 4)), 20), "template.outside"),
    ],
)
def test_a_wrong_picture_is_refused(addition: str, code: str) -> None:
    with pytest.raises(TemplateError) as refused:
        Template.from_bytes((ROOMY + addition).encode())
    assert refused.value.code == code


def test_a_logo_prints_in_whole_dots_and_is_part_of_the_digest() -> None:
    plain = Template.from_bytes(ROOMY.encode())
    made = Template.from_bytes((ROOMY + image(picture((10, 10)))).encode())
    pale = Template.from_bytes((ROOMY + image(picture((10, 10), "RGBA", (0, 0, 0, 0)))).encode())
    assert len({plain.digest(), made.digest(), pale.digest()}) == 3
    before, after = (render(t, label(1)).image().convert("L") for t in (plain, made))
    # 10 pixels in 24 dots: each is 2 dots, 20 in all, 2 dots from the corner of its place.
    assert ImageChops.difference(before, after).getbbox() == (322, 230, 342, 250)
    assert render(pale, label(1)) == render(plain, label(1))


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (bars("SSCC"), "template.barcode-text"),
        (bars("(00){sscc}", height=31), "template.barcode-size"),
        (bars("(00){sscc}", dots=3), "template.barcode-size"),
        (bars("(00){sscc}", dots=5), "template.barcode-does-not-fit"),
        (bars("(00)123456789012345678"), "template.barcode-value"),
        (bars("(01){contents}"), "template.optional-bars"),
    ],
)
def test_wrong_bars_are_refused(new: str, code: str) -> None:
    carton = Template.shipped("thung-100x100").raw.decode()
    start = carton.index("[[barcode]]")
    end = carton.index("[[text]]", start)
    with pytest.raises(TemplateError) as refused:
        render(
            Template.from_bytes((carton[:start] + new + carton[end:]).encode()),
            label(1, "thung-100x100"),
        )
    assert refused.value.code == code


def test_black_mark_stock_needs_the_height_of_its_mark() -> None:
    assert Template.from_bytes(GOOD.replace('"gap"', '"mark"').encode()).media.kind == "mark"
    with pytest.raises(TemplateError, match="gap_mm = 0"):
        Template.from_bytes(GOOD.replace('"gap"', '"mark"').replace("gap_mm = 2", "").encode())


def test_a_huge_or_binary_template_is_refused() -> None:
    for raw in (b"#" * 70_000, b"\xff\xfe\x00"):
        with pytest.raises(TemplateError):
            Template.from_bytes(raw)


def test_the_digest_ignores_line_ends_and_byte_order_mark_only() -> None:
    crlf = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert Template.from_bytes(crlf).digest() == hashlib.sha256(GOOD.encode()).hexdigest()
    assert (
        Template.from_bytes(GOOD.encode() + b"# x\n").digest() != Template.from_bytes(crlf).digest()
    )


@pytest.mark.parametrize(
    ("change", "code", "numbers"),
    [
        ({"product_name": "Chè " * 40}, "template.overflow", ["46", "7.75", "2.05"]),
        ({"lot": "M" * 20}, "template.overflow", ["26", "1.61"]),
        ({"lot": "二"}, "template.no-glyph", ["U+4E8C"]),
        ({"taste": "ngọt"}, "template.unknown-field", ["taste"]),
        ({"lot": ""}, "template.missing-field", ["lot"]),
    ],
)
def test_words_that_do_not_fit_are_refused_with_numbers(
    change: dict[str, str], code: str, numbers: list[str]
) -> None:
    with pytest.raises(TemplateError) as refused:
        render(Template.shipped("goi-50x40"), Label(serial(1), qr_text(1), {**SHORT, **change}))
    assert refused.value.code == code
    assert all(n in str(refused.value) for n in numbers), str(refused.value)


def test_a_qr_code_larger_than_its_place_is_refused_with_the_millimetres() -> None:
    with pytest.raises(TemplateError, match=r"version 6 .* 41 modules.* needs 24.5 mm.* 20.5 mm"):
        render(Template.shipped("goi-50x40"), Label("1", "A" * 150, SHORT))


def test_the_small_label_says_how_much_too_long_its_address_is() -> None:
    address = qr_text(1).replace("TRUYXUAT.VN", "TRUYXUAT.SANPHAMDIAPHUONG.VN")
    with pytest.raises(TemplateError, match=r"83 characters .* 33 modules.* 20.5 mm.* 18.5 mm"):
        render(Template.shipped("nho-30x20"), Label("1", address, {"lot": "A"}))


def test_an_optional_field_left_out_leaves_no_empty_heading() -> None:
    template = Template.shipped("tron-58")
    fields = {k: v for k, v in FIELDS["tron-58"].items() if k != "warning"}
    empty = {**fields, "warning": ""}
    without = render(template, Label(serial(1), qr_text(1), fields))
    assert without == render(template, Label(serial(1), qr_text(1), empty))
    assert without != render(template, label(1, "tron-58", 0))


@pytest.mark.parametrize("name", [n for n in SHIPPED if Template.shipped(n).part == "whole"])
def test_the_name_of_goods_is_the_largest_text_of_a_shipped_template(name: str) -> None:
    texts = Template.shipped(name).texts
    smallest = next(t.min_em for t in texts if t.goods_name)
    assert smallest > max(t.em for t in texts if not t.goods_name)


@pytest.mark.parametrize("name", PROFILES)
def test_a_shipped_profile_says_where_its_facts_come_from(name: str) -> None:
    profile = Profile.shipped(name)
    assert profile.name == name
    assert len(profile.sources) >= 2


def test_generic_profiles_claim_no_status_and_no_cutter() -> None:
    for name in ("escpos-58", "escpos-80"):
        profile = Profile.shipped(name)
        assert (profile.status_tier, profile.cutter, profile.realtime_status) == (
            "T0",
            "unknown",
            None,
        )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("band_rows = 255", "band_rows = 256", "profile.wrong-value"),
        ("band_rows = 255", "band_rows = 255\nspeed = 3", "profile.unknown-key"),
        ("tear_lines = 4", "", "profile.missing-key"),
        ('status_tier = "T0"', 'status_tier = "T9"', "profile.wrong-value"),
        ("dpi = 203", "dpi 203", "profile.not-toml"),
    ],
)
def test_a_wrong_profile_is_refused(old: str, new: str, code: str) -> None:
    good = (ROOM / "profiles" / "escpos-58.toml").read_text(encoding="utf-8")
    assert old in good
    with pytest.raises(ProfileError) as refused:
        Profile.from_bytes(good.replace(old, new).encode())
    assert refused.value.code == code


def test_names_that_are_not_shipped_are_refused() -> None:
    with pytest.raises(TemplateError):
        Template.shipped("../goi-50x40")
    with pytest.raises(ProfileError):
        Profile.shipped("../virtual")


def raised_codes() -> set[str]:
    codes: set[str] = set()
    for path in (*ROOM.rglob("*.py"), *DOORS.rglob("*.py")):
        if not path.name.startswith("sentences"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    codes |= {node.value} & set(SENTENCES)
    return codes


def test_every_sentence_is_said_somewhere_in_both_languages_with_the_same_facts() -> None:
    tables = {
        f"{r}.{w}"
        for r in ("template", "profile")
        for w in ("too-long", "not-toml", "missing-key", "wrong-value", "unknown-key")
    }
    assert set(SENTENCES) == raised_codes() | tables
    for code, said in SENTENCES.items():
        facts = [{f for _, f, _, _ in string.Formatter().parse(said[lang]) if f} for lang in said]
        assert set(said) == {"en", "vi"}
        assert facts[0] == facts[1], code
        assert said["en"].endswith(".")
        assert said["vi"].endswith(".")


def test_errors_survive_pickling() -> None:
    error = TransportError("transport.connect", 3, address="a", seconds="3", why="b")
    back = pickle.loads(pickle.dumps(error))
    assert isinstance(back, TransportError)
    assert (back.code, back.params, back.bytes_sent) == (error.code, error.params, 3)
