from __future__ import annotations

import hashlib
import tomllib
import unicodedata
from pathlib import Path
from random import Random

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from printers.bitmap import Bitmap
from printers.design.render import render
from printers.design.template import SHIPPED, Template
from printers.design.typeface import coverage, draw, font, to_ink, width
from printers.errors import BitmapError, LabelError
from printers.label import Label
from tests.printers.sample_labels import FIELDS, SHORT, label, qr_text, serial

GOLDENS = Path(__file__).parent / "goldens"
PLAIN = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
LETTERS = PLAIN + PLAIN.upper()
MARKED = [c for c in LETTERS if c not in "aeiouyAEIOUY"]


def golden_cases() -> list[tuple[str, str, int]]:
    rows = tomllib.loads((GOLDENS / "digests.toml").read_text(encoding="utf-8"))["label"]
    return [(row["template"], row["rows_sha256"], row["stars"]) for row in rows]


@pytest.mark.parametrize(("template", "digest", "stars"), golden_cases())
def test_a_rendered_label_is_the_golden_one_dot_for_dot(
    template: str, digest: str, stars: int
) -> None:
    bitmap = render(Template.shipped(template), label(1, template, stars))
    golden = Bitmap.from_png((GOLDENS / f"{template}-{stars}.png").read_bytes())
    assert bitmap == golden
    assert hashlib.sha256(bitmap.rows).hexdigest() == digest


def test_there_are_134_marked_letters() -> None:
    assert len(set(MARKED)) == 134
    assert all(unicodedata.is_normalized("NFC", c) for c in MARKED)


@pytest.mark.parametrize("bold", [False, True])
def test_every_vietnamese_letter_has_a_glyph(bold: bool) -> None:
    assert not [c for c in LETTERS if ord(c) not in coverage(bold)]


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("em", [18, 20, 23, 36])
def test_letters_are_all_different_dots_at_the_sizes_used(bold: bool, em: int) -> None:
    seen: dict[bytes, str] = {}
    for char in LETTERS + "\ufffd":
        canvas = Image.new("L", (em * 2, em * 2), 0)
        draw(canvas, (4, round(em * 1.3)), char, bold, em)
        dots = to_ink(canvas).tobytes()
        assert dots not in seen, f"{char} looks like {seen.get(dots)}"
        seen[dots] = char


def test_each_letter_prints_the_same_from_nfc_and_nfd() -> None:
    template = Template.shipped("tron-58")
    for start in range(0, len(MARKED), 20):
        text = " ".join(MARKED[start : start + 20])
        fields = {**FIELDS["tron-58"], "usage": unicodedata.normalize("NFD", text)}
        plain = {**FIELDS["tron-58"], "usage": text}
        made = render(template, Label(serial(1), qr_text(1), fields))
        assert made == render(template, Label(serial(1), qr_text(1), plain))


@pytest.mark.parametrize("bold", [False, True])
def test_letters_add_up_to_the_width_of_the_text(bold: bool) -> None:
    for em in range(18, 46):
        text = "AVATo. Từ fi LT; " + LETTERS
        assert width(text, bold, em) == font(bold, em).getlength(text)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_cached_way_draws_what_the_uncached_way_draws(name: str) -> None:
    warm = Template.shipped(name)
    render(warm, label(1, name))
    again = render(warm, label(2, name))
    # Other bytes, so another key in the cache, but the same layout.
    cold = Template.from_bytes(warm.raw + b"# cold\n")
    assert cold.digest() != warm.digest()
    assert again == render(cold, label(2, name))
    assert again != render(warm, label(1, name))


@pytest.mark.parametrize("name", SHIPPED)
def test_zxing_reads_the_qr_from_the_bitmap(name: str) -> None:
    found = zxingcpp.read_barcodes(
        render(Template.shipped(name), label(7, name)).image().convert("L")
    )
    assert [f.text for f in found] == [qr_text(7)]


@settings(max_examples=50, deadline=None)
@given(
    width=st.integers(1, 70),
    height=st.integers(1, 20),
    noise=st.randoms(use_true_random=False),
)
def test_png_gives_the_bitmap_back(width: int, height: int, noise: Random) -> None:
    stride, pad = (width + 7) // 8, -width % 8
    rows = b"".join(
        (noise.getrandbits(width) << pad).to_bytes(stride, "big") for _ in range(height)
    )
    bitmap = Bitmap(width, height, rows)
    assert Bitmap.from_png(bitmap.png()) == bitmap


def test_svg_inks_as_many_dots_as_the_bitmap() -> None:
    bitmap = render(Template.shipped("goi-50x40"), label(1))
    runs = bitmap.svg().split('<path d="M')[1].split("h")[1::2]
    assert (
        sum(int(run.split("v")[0]) for run in runs)
        == int.from_bytes(bitmap.rows, "big").bit_count()
    )
    assert 'width="48mm" height="40mm"' in bitmap.svg()


@pytest.mark.parametrize(
    ("width", "height", "rows"),
    [(0, 1, b""), (8, 2, b"\0"), (7, 1, b"\x01"), (9000, 1, bytes(1125))],
)
def test_a_bitmap_of_another_shape_is_refused(width: int, height: int, rows: bytes) -> None:
    with pytest.raises(BitmapError):
        Bitmap(width, height, rows)


def test_a_png_that_is_none_or_too_large_is_refused() -> None:
    good = render(Template.shipped("goi-50x40"), label(1)).png()
    for bad in (b"", b"not a picture", good[:200], good[: len(good) // 2], bytes(5_000_000)):
        with pytest.raises(BitmapError):
            Bitmap.from_png(bad)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"serial": ""}, "label.serial"),
        ({"serial": "abc"}, "label.serial"),
        ({"serial": "A" * 21}, "label.serial"),
        ({"serial": "1٢3"}, "label.serial"),
        ({"qr": ""}, "label.qr-length"),
        ({"qr": "A" * 201}, "label.qr-length"),
        ({"qr": "HTTPS://CHÈ.VN"}, "label.qr-character"),
        ({"stars": 6}, "label.stars"),
        ({"stars": -1}, "label.stars"),
        ({"fields": {"Tên": "x"}}, "label.field-name"),
        ({"fields": {"serial": "x"}}, "label.field-name"),
        ({"fields": {"lot": "a\nb"}}, "label.control-character"),
        ({"fields": {"lot": "x" * 1001}}, "label.field-length"),
    ],
)
def test_a_label_that_cannot_be_printed_does_not_exist(
    change: dict[str, object], code: str
) -> None:
    words: dict[str, object] = {"serial": "A1", "qr": "A", "fields": SHORT, "stars": 0, **change}
    with pytest.raises(LabelError) as refused:
        Label(**words)  # type: ignore[arg-type]  # wrong values are the point
    assert refused.value.code == code
