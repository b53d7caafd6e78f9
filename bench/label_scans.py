"""Does a label whose code carries the station's seal still scan? Beside the plain one, same wear.

Codes of 4 dots a module on 50 x 40 mm at 203 dpi, worn and photographed as `tests/printers/phone_scan`
does, read by zxing-cpp and zbar, which share nothing. A code counts as read when one of them reads it
exactly. The seal's digits are random here: a reader cannot tell them from a signature's.

The bar: undisturbed all of them; under wear that the plain code survives (nine of ten read), at least 95 %
of what the plain one manages. Beyond that both are at their end, and the figures are shown without one.
`python -m bench.label_scans 100` takes more labels.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from ledger.verify.label_seal import SEAL_DIGITS, SEAL_NAME
from printers.design.render import lay_out
from printers.design.template import Template
from printers.label import Label
from tests.printers.phone_scan import (
    PIXELS_PER_MM,
    photograph,
    read_by_zbar,
    read_by_zxing,
    with_dead_dots,
    with_gain,
)
from tests.printers.sample_labels import SHORT

_LABELS = 20
_SHARE, _SURVIVED = 0.95, 0.9
_AROUND = 16  # dots beyond the quiet zone that the picture shows
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHORT, _LONG = "TRUYXUAT.VN", "TRUYXUAT.TUYENQUANG.GOV.VN"
Picture = Image.Image
Wear = Callable[[Picture, range, Random], Picture]


def _afar(pixels_per_mm: float) -> Wear:
    """A phone held so far away that a millimetre is only this many pixels."""

    def seen(paper: Picture, _: range, by: Random) -> Picture:
        near = photograph(paper, by)
        share = pixels_per_mm / PIXELS_PER_MM
        size = (round(near.width * share), round(near.height * share))
        return near.resize(size, Image.Resampling.BOX)

    return seen


def _out_of_focus(millimetres: float) -> Wear:
    return lambda paper, _, by: photograph(paper, by).filter(
        ImageFilter.GaussianBlur(millimetres * PIXELS_PER_MM)
    )


def _pale(share: int) -> Wear:
    """Thermal paper that has faded to one part in `share` of its contrast, under the same noise."""
    faded = [255 - (255 - v) // share for v in range(256)]
    return lambda paper, _, by: photograph(paper.point(faded), by)


def _turned(paper: Picture, _: range, by: Random) -> Picture:
    return photograph(paper, by).rotate(45, Image.Resampling.BICUBIC, expand=True, fillcolor=215)


def _gain(paper: Picture, _: range, by: Random) -> Picture:
    return photograph(with_gain(paper), by)


def _dead(count: int) -> Wear:
    return lambda paper, columns, by: photograph(with_dead_dots(paper, by, columns, count), by)


def _smeared(paper: Picture, _: range, by: Random) -> Picture:
    """Wiped while wet, or a ribbon that dragged: every dot drawn out over 3 more dots."""
    drawn = paper.copy()
    for shift in (1, 2, 3):
        moved = Image.new("L", paper.size, 255)
        moved.paste(paper, (0, shift))
        drawn = Image.blend(drawn, Image.composite(drawn, moved, drawn.point(_DARK)), 0.5 / shift)
    return photograph(drawn, by)


_DARK = [255 if v < 128 else 0 for v in range(256)]


def _scratched(paper: Picture, columns: range, by: Random) -> Picture:
    """A scratch of 0.6 mm straight across the code: nothing is left there."""
    worn = paper.copy()
    ends = [(columns.start - 9, by.choice(columns)), (columns.stop + 9, by.choice(columns))]
    ImageDraw.Draw(worn).line(ends, fill=255, width=5)
    return photograph(worn, by)


def _stained(paper: Picture, columns: range, by: Random) -> Picture:
    """A dark drop of 3 mm anywhere on the code."""
    worn = paper.copy()
    x, y = by.choice(columns), by.choice(columns)
    ImageDraw.Draw(worn).ellipse((x - 12, y - 12, x + 12, y + 12), fill=0)
    return photograph(worn, by)


_WEARS: tuple[tuple[str, Wear], ...] = (
    ("as printed", lambda paper, _, __: paper),
    ("phone, 8 px/mm (15 cm)", lambda paper, _, by: photograph(paper, by)),
    ("phone, 5 px/mm (30 cm)", _afar(5)),
    ("phone, 4 px/mm", _afar(4)),
    ("phone, 3.5 px/mm", _afar(3.5)),
    ("phone, 3 px/mm (50 cm)", _afar(3)),
    ("turned by 45 degrees more", _turned),
    ("0.2 mm out of focus", _out_of_focus(0.2)),
    ("0.15 mm out of focus", _out_of_focus(0.15)),
    ("faded to a quarter", _pale(4)),
    ("faded to a sixth", _pale(6)),
    ("ink spread half a dot", _gain),
    ("1 dead dot of the head", _dead(1)),
    ("3 dead dots", _dead(3)),
    ("6 dead dots", _dead(6)),
    ("smeared over 3 dots", _smeared),
    ("scratch of 0.6 mm", _scratched),
    ("stain of 3 mm", _stained),
)


class _Code:
    """One label's code with what is around it, one pixel a dot."""

    def __init__(self, template: Template, host: str, by: Random) -> None:
        lot = "".join(by.choices(_LETTERS, k=9)) + "-A"
        tag, check = ("".join(by.choices(_LETTERS, k=k)) for k in (2, 4))
        serial = f"{tag}{by.randrange(10**6):06}{check}"
        self.text = f"HTTPS://{host}/01/{by.randrange(10**14):014}/10/{lot}/21/{serial}"
        if template.qr.signed:
            self.text += f"?{SEAL_NAME}={by.randrange(10**SEAL_DIGITS):0{SEAL_DIGITS}}"
        laid = lay_out(template, Label(serial, self.text, {**SHORT, "lot": lot}, 3))
        assert laid.qr is not None
        self.version = f"{laid.qr.version}-{laid.qr.level}"
        side, edge = laid.qr.size * laid.qr.module_dots, 4 * laid.qr.module_dots + _AROUND
        self.picture = Image.new("L", (side + 2 * edge, side + 2 * edge), 255)
        whole = laid.bitmap().image().convert("L")
        self.picture.paste(whole, (edge - laid.qr.x, edge - laid.qr.y))
        self.columns = range(edge, edge + side)


_KINDS = (
    ("plain", "goi-50x40", _SHORT),
    ("signed", "goi-50x40-ky", _SHORT),
    ("signed, long address", "goi-50x40-ky", _LONG),
)


def _read(codes: Iterable[_Code], wear: Wear, by: Random, folder: Path) -> tuple[int, int, int]:
    wanted = {code.text: wear(code.picture, code.columns, by) for code in codes}
    zxing = read_by_zxing(wanted.values()) & set(wanted)
    zbar = read_by_zbar(wanted.values(), folder) & set(wanted)
    return len(zxing), len(zbar), len(zxing | zbar)


def _bar(what: str, shares: dict[str, tuple[int, int, int]], labels: int) -> str:
    plain = shares["plain"][2]
    if plain < _SURVIVED * labels:
        return "none: the plain one fails too"
    least = labels if what == "as printed" else math.ceil(_SHARE * plain)
    good = all(either >= least for kind, (_, _, either) in shares.items() if kind != "plain")
    return f"signed >= {least} by either: {'kept' if good else 'MISSED'}"


def rows(labels: int = _LABELS) -> list[tuple[str, str, str]]:
    """(what, read by zxing / zbar / either of so many, bar)."""
    found: list[tuple[str, str, str]] = []
    made = {
        kind: [_Code(Template.shipped(name), host, Random(f"{kind} {n}")) for n in range(labels)]
        for kind, name, host in _KINDS
    }
    with tempfile.TemporaryDirectory() as folder:
        for what, wear in _WEARS:
            shares = {}
            for kind, codes in made.items():
                shares[kind] = _read(codes, wear, Random(f"{what} {kind}"), Path(folder))
            told = ", ".join(
                f"{kind} ({made[kind][0].version}) {'/'.join(map(str, shares[kind]))}"
                for kind in made
            )
            bar = _bar(what, shares, labels)
            found.append((f"label scan, {what}", f"{told} of {labels}", bar))
    return found


if __name__ == "__main__":
    for row in rows(int(sys.argv[1]) if len(sys.argv) > 1 else _LABELS):
        print(" | ".join(row))
