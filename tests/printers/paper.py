"""What can be read on the virtual printer's paper, by a decoder that is not ours."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image

from printers.profile import Profile


def profile_like(name: str = "virtual", **facts: Any) -> Profile:
    """A shipped profile, but with a short patience, so that silence is tested in time."""
    return replace(Profile.shipped(name), **{"acknowledge_seconds": 0.6, **facts})


def serials_on_paper(folder: Path, pattern: str = "*.png") -> Counter[str]:
    """How often each serial can be read on what was printed; torn labels too, unless left out."""
    found: Counter[str] = Counter()
    for path in sorted(folder.glob(pattern)):
        with Image.open(path) as image:
            for code in zxingcpp.read_barcodes(image.convert("L")):
                found[code.text.rsplit("/", 1)[1]] += 1
    return found
