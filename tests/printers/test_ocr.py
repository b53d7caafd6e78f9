"""Rendered text read back by tesseract: soft, since OCR errs where people do not."""

from __future__ import annotations

import difflib
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from printers.design.layout import fill
from printers.design.render import render
from printers.design.template import Template
from tests.printers.sample_labels import FIELDS, label, serial

_UPSCALE = 4
_LEAST = 0.85


def program() -> str:
    """The program, if it is there and knows Vietnamese."""
    found = shutil.which("tesseract")
    if found is None:
        pytest.skip("tesseract is not installed")
    listed = subprocess.run([found, "--list-langs"], capture_output=True, text=True, check=False)
    if "vie" not in listed.stdout.split():
        pytest.skip("tesseract has no Vietnamese (package tesseract-ocr-vie)")
    return found


@pytest.mark.parametrize("name", ["goi-50x40", "tron-58", "tron-80"])
def test_ocr_reads_the_words_of_a_label(name: str, tmp_path: Path) -> None:
    tesseract = program()
    template = Template.shipped(name)
    words = {**FIELDS[name], "serial": serial(1)}
    picture = render(template, label(1, name, 0)).image().convert("L")
    asked = read = 0
    for n, block in enumerate(template.texts):
        box = block.box
        part = picture.crop((box.x, box.y, box.x + box.width, box.y + box.height))
        roomy = Image.new("L", (part.width + 40, part.height + 40), 255)
        roomy.paste(part, (20, 20))
        size = (roomy.width * _UPSCALE, roomy.height * _UPSCALE)
        path = tmp_path / f"{n}.png"
        roomy.resize(size, Image.Resampling.LANCZOS).save(path)
        done = subprocess.run(
            [tesseract, str(path), "-", "-l", "vie", "--psm", "6"],
            capture_output=True,
            text=True,
            check=True,
            env={"OMP_THREAD_LIMIT": "1"},
        )
        wanted = " ".join(fill(block, words).split())
        found = " ".join(done.stdout.split())
        same = difflib.SequenceMatcher(None, wanted, found, autojunk=False)
        asked += len(wanted)
        read += sum(match.size for match in same.get_matching_blocks())
    print(f"\n{name}: tesseract read {read} of {asked} characters, {read / asked:.1%}")
    assert read / asked >= _LEAST
