"""Reading codes back with somebody else's reader."""

from __future__ import annotations

import zxingcpp
from PIL import Image

from printers.bitmap import Bitmap


def read_qr(bitmap: Bitmap) -> str | None:
    """The text of the one QR code on a bitmap, None when none or several can be read."""
    page = Image.new("L", (bitmap.width + 64, bitmap.height + 64), 255)
    page.paste(bitmap.image().convert("L"), (32, 32))
    found = [str(code.text) for code in zxingcpp.read_barcodes(page)]
    return found[0] if len(found) == 1 else None
