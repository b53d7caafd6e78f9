from __future__ import annotations

import base64
import hashlib
import struct
import tomllib
import zlib
from pathlib import Path
from random import Random

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from printers.bitmap import Bitmap
from printers.design.render import render
from printers.design.template import SHIPPED, Template
from printers.design.typeface import font, width
from printers.errors import BitmapError, LabelError, TemplateError
from printers.label import Label
from tests.printers.sample_labels import SHORT, label, qr_text

GOLDENS = Path(__file__).parent / "goldens"
PLAIN = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
LETTERS = PLAIN + PLAIN.upper()


def golden_cases() -> list[tuple[str, str, int]]:
    rows = tomllib.loads((GOLDENS / "digests.toml").read_text(encoding="utf-8"))["label"]
    return [(row["template"], row["rows_sha256"], row["stars"]) for row in rows]


def test_every_shipped_template_has_a_golden_label() -> None:
    assert {name for name, _, _ in golden_cases()} == set(SHIPPED)


@pytest.mark.parametrize(("template", "digest", "stars"), golden_cases())
def test_a_rendered_label_is_the_golden_one_dot_for_dot(
    template: str, digest: str, stars: int
) -> None:
    bitmap = render(Template.shipped(template), label(1, template, stars))
    golden = Bitmap.from_png((GOLDENS / f"{template}-{stars}.png").read_bytes())
    assert bitmap == golden
    assert hashlib.sha256(bitmap.rows).hexdigest() == digest


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
    assert qr_text(7) in [f.text for f in found]


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


def huge_png(width: int, height: int) -> bytes:
    """A PNG whose header promises a picture that no memory holds."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + bytes(4)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("side", [3000, 10_000, 60_000])
def test_a_decompression_bomb_is_refused_by_its_header(side: int) -> None:
    with pytest.raises(BitmapError):
        Bitmap.from_png(huge_png(side, side))
    logo = (
        '\n[[image]]\nx = 0\ny = 20\nwidth = 10\nheight = 5\npng = "'
        + base64.b64encode(huge_png(side, side)).decode()
        + '"\n'
    )
    with pytest.raises(TemplateError) as refused:
        Template.from_bytes(Template.shipped("tron-58-nhanh").raw + logo.encode())
    assert refused.value.code in {"template.image-size", "template.image"}


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
        ({"qr": "A" * 301}, "label.qr-length"),
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
