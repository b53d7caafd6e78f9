"""The one 1-bit picture of a label that is previewed, printed and tested."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from printers.errors import BitmapError

DOTS_PER_MM = 8  # 203.2 dpi
MAX_WIDTH = 2048
MAX_HEIGHT = 8192
_MAX_PNG_BYTES = 4_000_000
_PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
_PNG_HEADER_BYTES = 33


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Width and height in dots; `rows` packed 8 dots a byte, most significant bit leftmost.

    A set bit is ink. Each row is padded with no ink to a whole byte, so `rows` has
    height * ceil(width / 8) bytes. Raises BitmapError for any other shape.
    """

    width: int
    height: int
    rows: bytes

    def __post_init__(self) -> None:
        if not (1 <= self.width <= MAX_WIDTH and 1 <= self.height <= MAX_HEIGHT):
            raise BitmapError(
                "bitmap.size",
                width=self.width,
                height=self.height,
                most_width=MAX_WIDTH,
                most_height=MAX_HEIGHT,
            )
        if len(self.rows) != self.stride * self.height:
            raise BitmapError(
                "bitmap.rows", found=len(self.rows), expected=self.stride * self.height
            )
        padding = self.stride * 8 - self.width
        if padding and any(
            byte & ((1 << padding) - 1) for byte in self.rows[self.stride - 1 :: self.stride]
        ):
            raise BitmapError("bitmap.padding", width=self.width)

    @property
    def stride(self) -> int:
        """Bytes in a row."""
        return (self.width + 7) // 8

    def row(self, y: int) -> bytes:
        """The packed bytes of row `y`."""
        return self.rows[y * self.stride : (y + 1) * self.stride]

    def image(self) -> Image.Image:
        """A Pillow image of mode "1", black ink on white."""
        return Image.frombytes("1", (self.width, self.height), self.rows, "raw", "1;I")

    def png(self) -> bytes:
        """The bitmap as a 1-bit PNG that knows its physical size (8 dots a millimetre)."""
        out = io.BytesIO()
        dpi = DOTS_PER_MM * 25.4
        self.image().save(out, "PNG", dpi=(dpi, dpi), optimize=False, compress_level=6)
        return out.getvalue()

    def svg(self) -> str:
        """The same dots as one SVG path in millimetres; runs of ink become rectangles."""
        parts: list[str] = []
        for y in range(self.height):
            bits = f"{int.from_bytes(self.row(y), 'big'):0{self.stride * 8}b}"
            x = bits.find("1")
            while x >= 0:
                end = bits.find("0", x)
                end = len(bits) if end < 0 else end
                parts.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
                x = bits.find("1", end)
        size = f'width="{self.width / DOTS_PER_MM:g}mm" height="{self.height / DOTS_PER_MM:g}mm"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
            f'viewBox="0 0 {self.width} {self.height}" shape-rendering="crispEdges">'
            f'<path fill="#fff" d="M0 0h{self.width}v{self.height}H0z"/>'
            f'<path d="{"".join(parts)}"/></svg>'
        )

    @classmethod
    def from_image(cls, canvas: Image.Image) -> Bitmap:
        """From a Pillow image of mode "1" where a set pixel (non-zero) is ink."""
        return cls(canvas.width, canvas.height, canvas.tobytes())

    @classmethod
    def from_png(cls, png: bytes) -> Bitmap:
        """Read back a black-and-white PNG (dark is ink). Raises BitmapError, also for a huge one."""
        if len(png) > _MAX_PNG_BYTES:
            raise BitmapError("bitmap.png-bytes", found=len(png), most=_MAX_PNG_BYTES)
        width, height = png_size(png)
        if width > MAX_WIDTH or height > MAX_HEIGHT:
            raise BitmapError(
                "bitmap.size",
                width=width,
                height=height,
                most_width=MAX_WIDTH,
                most_height=MAX_HEIGHT,
            )
        try:
            with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
                mono = image.convert("1", dither=Image.Dither.NONE)
                return cls(image.width, image.height, mono.tobytes("raw", "1;I"))
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as fault:
            raise BitmapError("bitmap.png") from fault


def png_size(png: bytes) -> tuple[int, int]:
    """Width and height that a PNG's header names, (0, 0) for bytes that are none.

    Read before Pillow sees the file: it warns or raises by itself for a header that promises too
    much, with errors that are no `OSError`.
    """
    if not png.startswith(_PNG_START) or len(png) < _PNG_HEADER_BYTES:
        return (0, 0)
    width, height = struct.unpack_from(">II", png, len(_PNG_START))
    return (width, height)
