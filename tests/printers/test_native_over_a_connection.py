"""Stored backgrounds and tier 1 against the virtual printer, over a real connection."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image

from printers.bitmap import Bitmap
from printers.design.laid import Laid
from printers.design.render import lay_out
from printers.design.template import Template
from printers.dialogue.base import Dialogue
from printers.dialogue.choose import dialogue_for
from printers.encoders.choose import encode_label
from printers.profile import Profile, Send
from printers.transport import Transport, open_transport
from printers.virtual import VirtualPrinter
from tests.printers.readers import read_qr
from tests.printers.sample_labels import label, qr_text

FAST = "tron-58-nhanh"


def confirm(way: Transport, dialogue: Dialogue, number: int, seconds: float = 10) -> bool:
    """Ask and hear until label `number` is acknowledged, as the spool's worker does."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if question := dialogue.question():
            way.send(question)
        if dialogue.hear(way.receive(dialogue.ask_every), [number]) == [number]:
            return True
    return False


def print_all(printer: VirtualPrinter, profile: Profile, laids: list[Laid], send: Send) -> None:
    way = open_transport(printer.address)
    way.open()
    dialogue = dialogue_for(profile, way.can_reply)
    for number, laid in enumerate(laids, 1):
        encoded = encode_label(laid, profile, send)
        if number == 1 and encoded.prologue:
            way.send(encoded.prologue)
        way.send(encoded.payload + dialogue.request(number))
        assert confirm(way, dialogue, number), number
    way.close()
    assert dialogue.condition.trouble() is None


def ink(picture: Path, box: tuple[int, int, int, int]) -> bytes:
    with Image.open(picture) as image:
        return image.convert("L").crop(box).tobytes()


@pytest.mark.parametrize("send", ["whole", "changes"])
@pytest.mark.parametrize("profile", ["virtual", "virtual-tspl"])
def test_each_label_comes_out_and_is_confirmed(tmp_path: Path, profile: str, send: Send) -> None:
    spoken = Profile.shipped(profile)
    laids = [lay_out(Template.shipped(FAST), label(n, FAST)) for n in (1, 2, 3)]
    language: Literal["escpos", "tspl"] = "tspl" if spoken.language == "tspl" else "escpos"
    with VirtualPrinter(tmp_path, language=language) as printer:
        print_all(printer, spoken, laids, send)
        assert printer.printed == 3
        assert printer.unknown_commands == 0
    pictures = sorted(tmp_path.glob("*.png"))
    assert len(pictures) == 3
    left = 40 if language == "tspl" else 0  # 48 of 58 mm are printed on, in the middle
    for n, (picture, laid) in enumerate(zip(pictures, laids, strict=True), 1):
        whole, qr = laid.bitmap(), laid.qr
        assert qr is not None
        want = tmp_path / "want"
        want.write_bytes(whole.png())
        side = qr.y + qr.size * qr.module_dots
        for top, bottom in ((0, qr.y), (side, whole.height)):
            box = (0, top, whole.width, bottom)
            moved = (left, top, left + whole.width, bottom)
            assert ink(picture, moved) == ink(want, box)
        if send == "whole" or language == "tspl":
            moved = (left, 0, left + whole.width, whole.height)
            assert ink(picture, moved) == ink(want, (0, 0, whole.width, whole.height))
        with Image.open(picture) as image:
            cut = image.convert("1").crop((left, 0, left + whole.width, whole.height))
            flipped = bytes(255 - byte for byte in cut.tobytes())
        assert read_qr(Bitmap(whole.width, whole.height, flipped)) == qr_text(n)


def test_tier_2_confirms_each_label_by_its_paper_answer(tmp_path: Path) -> None:
    spoken = replace(Profile.shipped("virtual"), status_tier="T2")
    laids = [lay_out(Template.shipped("goi-50x40"), label(n)) for n in (1, 2, 3)]
    with VirtualPrinter(tmp_path) as printer:
        print_all(printer, spoken, laids, "whole")
        assert printer.printed == 3
