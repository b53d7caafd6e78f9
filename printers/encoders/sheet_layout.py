"""Where labels lie on a sheet: data in millimetres (printers/sheets), validated when loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from printers.bitmap import DOTS_PER_MM
from printers.errors import ProfileError
from printers.toml_table import TomlTable

_FOLDER = Path(__file__).parents[1] / "sheets"
SHIPPED = ("a4-30x20", "a4-50x40", "a4-58x108", "a4-80x78", "a4-100x100")


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A page with `columns` x `rows` equal places, all lengths in millimetres.

    left_mm, top_mm    the first place's top left corner, from the page's
    pitch_*_mm         from a place's left (top) edge to the next one's
    label_*_mm         size of a place
    offset_*_mm        moves everything right and down, for an office printer that feeds askew

    Raises ProfileError when a place is not wholly on the page or two places overlap.
    """

    name: str
    page_width_mm: float
    page_height_mm: float
    columns: int
    rows: int
    left_mm: float
    top_mm: float
    pitch_x_mm: float
    pitch_y_mm: float
    label_width_mm: float
    label_height_mm: float
    offset_x_mm: float = 0.0
    offset_y_mm: float = 0.0

    def __post_init__(self) -> None:
        for edge, size, pitch, count, label, first in (
            (
                "x",
                self.page_width_mm,
                self.pitch_x_mm,
                self.columns,
                self.label_width_mm,
                self.left_mm + self.offset_x_mm,
            ),
            (
                "y",
                self.page_height_mm,
                self.pitch_y_mm,
                self.rows,
                self.label_height_mm,
                self.top_mm + self.offset_y_mm,
            ),
        ):
            last = first + (count - 1) * pitch + label
            if first < 0 or last > size:
                raise ProfileError(
                    "sheet.outside",
                    sheet=self.name,
                    edge=edge,
                    found=f"{first:g} .. {last:g}",
                    most=f"{size:g}",
                )
            if count > 1 and pitch < label:
                raise ProfileError(
                    "sheet.overlap", sheet=self.name, found=f"{label:g}", most=f"{pitch:g}"
                )

    @property
    def places(self) -> int:
        """Labels on one sheet."""
        return self.columns * self.rows

    @property
    def page_dots(self) -> tuple[int, int]:
        """Width and height of a page in dots."""
        return _dots(self.page_width_mm), _dots(self.page_height_mm)

    @property
    def label_dots(self) -> tuple[int, int]:
        """Width and height of a place in dots."""
        return int(self.label_width_mm * DOTS_PER_MM), int(self.label_height_mm * DOTS_PER_MM)

    def corner(self, place: int) -> tuple[int, int]:
        """Top left corner in dots of place 1, 2, ... counted row by row."""
        row, column = divmod(place - 1, self.columns)
        return (
            _dots(self.left_mm + self.offset_x_mm + column * self.pitch_x_mm),
            _dots(self.top_mm + self.offset_y_mm + row * self.pitch_y_mm),
        )

    @classmethod
    def from_bytes(cls, raw: bytes, where: str = "sheet") -> SheetLayout:
        """Parse and validate a layout file. Raises ProfileError with one sentence."""
        table = TomlTable.from_bytes(raw, where, "profile", ProfileError)
        layout = cls(
            table.text("name", most=40),
            table.number("page_width_mm", 50, 250),
            table.number("page_height_mm", 50, 900),
            table.integer("columns", 1, 40),
            table.integer("rows", 1, 60),
            table.number("left_mm", 0, 200),
            table.number("top_mm", 0, 400),
            table.number("pitch_x_mm", 5, 250),
            table.number("pitch_y_mm", 5, 900),
            table.number("label_width_mm", 5, 250),
            table.number("label_height_mm", 5, 900),
            table.number("offset_x_mm", -20, 20, 0.0),
            table.number("offset_y_mm", -20, 20, 0.0),
        )
        table.texts("sources")
        table.finish()
        return layout

    @classmethod
    def load(cls, path: Path) -> SheetLayout:
        """Read a layout file."""
        return cls.from_bytes(path.read_bytes(), path.name)

    @classmethod
    def shipped(cls, name: str) -> SheetLayout:
        """One of the layouts of this version (`SHIPPED`)."""
        if name not in SHIPPED:
            raise ProfileError("sheet.not-shipped", found=name, have=", ".join(SHIPPED))
        return cls.load(_FOLDER / f"{name}.toml")


def _dots(mm: float) -> int:
    return round(mm * DOTS_PER_MM)
