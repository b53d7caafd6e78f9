"""All 134 marked letters, composed or not, in every block of every shipped template and each size."""

from __future__ import annotations

import unicodedata

import pytest
from PIL import Image, ImageChops, ImageDraw

from printers.design.layout import draw_text, ink_text, set_text
from printers.design.render import _shared, lay_out
from printers.design.template import SHIPPED, Template
from printers.design.template_parts import Box, TextBlock
from printers.design.typeface import coverage, font, glyph, to_ink
from printers.errors import LabelError, TemplateError
from printers.label import Label
from tests.printers.sample_labels import FIELDS, qr_text, serial

PLAIN = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
LETTERS = PLAIN + PLAIN.upper()
MARKED = [c for c in LETTERS if c not in "aeiouyAEIOUY"]


def sizes_used() -> list[tuple[bool, int]]:
    """Weight and dots per em of every size that any block of any shipped template may take."""
    found: set[tuple[bool, int]] = set()
    for name in SHIPPED:
        template = Template.shipped(name)
        for block in template.texts:
            found |= {(block.bold, em) for em in range(block.min_em, block.em + 1)}
        found |= {(True, round(row.box.height * 0.8 / 0.714)) for row in template.stars}
    return sorted(found)


def test_there_are_134_marked_letters() -> None:
    assert len(set(MARKED)) == 134
    assert all(unicodedata.is_normalized("NFC", c) for c in MARKED)
    assert sum(unicodedata.normalize("NFD", c) != c for c in MARKED) == 132  # all but đ and Đ


@pytest.mark.parametrize("bold", [False, True])
def test_every_vietnamese_letter_has_a_glyph(bold: bool) -> None:
    assert not [c for c in LETTERS if ord(c) not in coverage(bold)]


def test_letters_are_all_different_dots_at_every_size_used() -> None:
    sizes = sizes_used()
    assert len(sizes) > 30
    for bold, em in sizes:
        seen: dict[object, str] = {}
        for char in LETTERS + "\ufffd":  # the last one shows as .notdef
            letter = glyph(char, bold, em)
            assert letter is not None, char
            dots = (letter.left, letter.top, letter.ink.size, letter.ink.tobytes())
            assert dots not in seen, f"{char} looks like {seen.get(dots)} at {em}"
            seen[dots] = char
    print(f"\n134 of 134 letters, each its own, in {len(sizes)} sizes and weights")


def pieces(size: int) -> list[str]:
    return [" ".join(MARKED[at : at + size]) for at in range(0, len(MARKED), size)]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_block_prints_the_same_from_nfc_and_nfd(name: str) -> None:
    template = Template.shipped(name)
    kept = {"sscc": FIELDS[name]["sscc"]} if "sscc" in template.fields else {}
    printed: set[str] = set()
    for text in pieces(2):
        split = unicodedata.normalize("NFD", text)
        one, two = (
            Label(serial(1), qr_text(1), {**dict.fromkeys(template.fields, words), **kept})
            for words in (text, split)
        )
        _shared.cache_clear()  # or the second label would be given the first one's background
        made = lay_out(template, one).bitmap()
        _shared.cache_clear()
        assert made == lay_out(template, two).bitmap()
        printed |= set(text)
    assert printed >= set(MARKED)


def test_letters_kept_as_ink_are_those_drawn_anew() -> None:
    for bold, em in sizes_used()[::8]:
        for char in LETTERS:
            anew = Image.new("L", (em * 3, em * 3), 0)
            ink = font(bold, em)
            ImageDraw.Draw(anew).text((em, em * 2), char, fill=255, font=ink, anchor="ls")
            kept = Image.new("1", anew.size, 0)
            letter = glyph(char, bold, em)
            assert letter is not None
            kept.paste(255, (em + letter.left, em * 2 + letter.top), letter.ink)
            assert kept.tobytes() == to_ink(anew).tobytes()


@pytest.mark.parametrize("turned", [False, True])
def test_a_serial_of_kept_letters_is_the_serial_drawn_whole(turned: bool) -> None:
    text = "Số: 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    apart = 0
    for bold, em in sizes_used():
        size = (em * 2, em * 30) if turned else (em * 30, em * 2)
        box = Box(0, 0, *size, "here")
        block = TextBlock(box, text, em, em, bold, "left", False, 1, False, turned)
        anew = Image.new("L", size, 0)
        draw_text(anew, block, set_text(block, text), 0, 0)
        kept = ink_text(block, set_text(block, text))
        difference = ImageChops.logical_xor(kept, to_ink(anew)).tobytes()
        dots = int.from_bytes(difference, "big").bit_count()
        # A dot that two bold letters cover in part each, and neither one enough.
        assert dots <= (2 if bold else 0)
        apart += dots
    print(f"\n{apart} dots apart in {len(sizes_used())} sizes and weights")


def test_a_letter_without_glyph_and_an_invisible_one_are_refused_by_name() -> None:
    template = Template.shipped("goi-50x40")
    with pytest.raises(TemplateError, match=r"U\+0416"):
        lay_out(template, Label("1", "A", {**FIELDS["goi-50x40"], "origin": "Ж"}))
    with pytest.raises(LabelError, match=r"U\+200B"):
        Label("1", "A", {"origin": "Việt\u200bNam"})
