"""What a phone's camera sees of a printed label, simulated with Pillow alone; and who reads it.

The print: dots of 1/8 mm, worn by ink that spreads or heating elements that died. The photograph:
8 pixels a millimetre, out of focus by a Gaussian of 0.12 mm, tilted by 15 degrees in the picture
and a little away from the eye, grey instead of black on white, noise, JPEG at quality 60.
"""

from __future__ import annotations

import io
import math
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

PIXELS_PER_MM = 8
_OVER = 2  # the paper is drawn this much finer than the camera sees it
_BLUR_MM = 0.12
_TILT_DEGREES = 15.0
_FAR_EDGE = 0.93  # the far edge looks this much shorter than the near one
_BLACK, _WHITE, _NOISE = 45, 215, 12
_JPEG_QUALITY = 60


def photograph(paper: Image.Image, chance: Random) -> Image.Image:
    """A grey photograph of `paper` (mode "L", one pixel a dot), tilted one way or the other."""
    side = math.ceil(math.hypot(*paper.size))
    fine = Image.new("L", (side * _OVER, side * _OVER), 255)
    big = paper.resize((paper.width * _OVER, paper.height * _OVER), Image.Resampling.NEAREST)
    fine.paste(big, ((fine.width - big.width) // 2, (fine.height - big.height) // 2))
    angle = math.radians(_TILT_DEGREES * chance.choice((-1, 1)))
    seen = fine.transform(
        fine.size,
        Image.Transform.PERSPECTIVE,
        _turn_and_lean(fine.width, angle),
        Image.Resampling.BILINEAR,
        fillcolor=255,
    ).reduce(_OVER)
    seen = seen.point([_BLACK + v * (_WHITE - _BLACK) // 255 for v in range(256)])
    seen = seen.filter(ImageFilter.GaussianBlur(_BLUR_MM * PIXELS_PER_MM))
    # Noise of mean 128 is added, and the 128 taken off again.
    noise = Image.frombytes("L", seen.size, chance.randbytes(seen.width * seen.height))
    noise = noise.point([128 + (v - 128) * _NOISE // 128 for v in range(256)])
    seen = ImageChops.add(seen, noise, 1, -128)
    out = io.BytesIO()
    seen.save(out, "JPEG", quality=_JPEG_QUALITY)
    return Image.open(io.BytesIO(out.getvalue()))


def _turn_and_lean(side: int, angle: float) -> tuple[float, ...]:
    """Coefficients from the picture's places to the paper's: a turn, then a lean backwards."""
    cos, sin, half = math.cos(angle), math.sin(angle), side / 2
    lean = (1 - _FAR_EDGE) / side
    # In coordinates from the middle: paper = turn * picture / (1 + lean * y).
    a, b, d, e, g, h = cos, sin, -sin, cos, 0.0, lean
    a, b, d, e = a + half * g, b + half * h, d + half * g, e + half * h
    whole = 1 - g * half - h * half
    c = half - a * half - b * half
    f = half - d * half - e * half
    return tuple(v / whole for v in (a, b, c, d, e, f, g, h))


def with_gain(paper: Image.Image) -> Image.Image:
    """Ink that spread half a dot on every side, in pixels of half a dot scaled back to dots."""
    fine = paper.resize((paper.width * 2, paper.height * 2), Image.Resampling.NEAREST)
    return fine.filter(ImageFilter.MinFilter(3)).reduce(2)


def with_dead_dots(
    paper: Image.Image, chance: Random, columns: range, count: int = 3
) -> Image.Image:
    """Heating elements that died: whole columns among `columns` print nothing."""
    worn = paper.copy()
    for x in chance.sample(columns, count):
        worn.paste(255, (x, 0, x + 1, paper.height))
    return worn


def read_by_zxing(pictures: Iterable[Image.Image]) -> set[str]:
    """The texts that zxing-cpp finds in the pictures."""
    return {found.text for picture in pictures for found in zxingcpp.read_barcodes(picture)}


def read_by_zbar(pictures: Iterable[Image.Image], folder: Path) -> set[str]:
    """The texts that zbar finds in the pictures: a decoder that shares nothing with zxing."""
    program = shutil.which("zbarimg")
    if program is None:
        pytest.fail("zbarimg is not installed, and is the second decoder: apt install zbar-tools")
    names = []
    for n, picture in enumerate(pictures):
        names.append(folder / f"{n:05}.pgm")
        picture.convert("L").save(names[-1])
    found: set[str] = set()
    for at in range(0, len(names), 100):
        some = [str(name) for name in names[at : at + 100]]
        done = subprocess.run(
            [program, "--raw", "-q", *some], capture_output=True, text=True, check=False
        )
        found |= set(done.stdout.splitlines())
    return found
