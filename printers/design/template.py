"""Templates: documented TOML in millimetres, validated when loaded (see templates/README.md)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from printers.bitmap import DOTS_PER_MM
from printers.design.template_parts import (
    Align,
    Box,
    Level,
    Media,
    QrPlace,
    Rule,
    StarRow,
    TextBlock,
)
from printers.design.typeface import X_HEIGHT, dots_per_em, require_glyphs
from printers.errors import TemplateError
from printers.label import Label
from printers.toml_table import TomlTable

_FOLDER = Path(__file__).parents[1] / "templates"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
SHIPPED = ("goi-50x40", "tron-58")

# Letters at least 1.2 mm: read strictly, of the small x, so capitals are 1.6 mm or more.
MIN_LETTER_MM = 1.2
MIN_CAP_MM = 1.6
# GS1 X-dimension for this use: 0.396-0.990 mm.
MIN_MODULE_MM = 0.396
MAX_MODULE_MM = 0.990
_ALIGNS = ("left", "center", "right")


@dataclass(frozen=True, slots=True)
class Template:
    """A validated layout. Width and height are the bitmap's, in dots."""

    name: str
    version: int
    media: Media
    width: int
    height: int
    optional: frozenset[str]
    texts: tuple[TextBlock, ...]
    qr: QrPlace
    stars: tuple[StarRow, ...]
    rules: tuple[Rule, ...]
    raw: bytes

    @classmethod
    def from_bytes(cls, raw: bytes, where: str = "template") -> Template:
        """Parse and validate a template file. Raises TemplateError with one sentence."""
        canonical = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
        table = TomlTable.from_bytes(canonical, where, "template", TemplateError)
        name = table.text("name", most=40)
        if not _NAME.fullmatch(name):
            raise TemplateError("template.name", where=where, found=name)
        if (dpi := table.integer("dpi", 1, 2400)) != 203:
            raise TemplateError("template.dpi", where=where, found=dpi)
        version = table.integer("version", 1, 100_000)
        optional = table.text("optional", "").split()
        media = _media(table.table("media"))
        size = _size(media)
        texts = tuple(_text(t, size) for t in table.tables("text"))
        qr = _qr(table.table("qr"), size)
        stars = tuple(_stars(t, size) for t in table.tables("stars", most=2))
        rules = tuple(_rule(t, size) for t in table.tables("line"))
        table.finish()
        whole = cls(
            name, version, media, *size, frozenset(optional), texts, qr, stars, rules, canonical
        )
        whole._validate_together(where)
        return whole

    @classmethod
    def load(cls, path: Path) -> Template:
        """Read a template file."""
        return cls.from_bytes(path.read_bytes(), path.name)

    @classmethod
    def shipped(cls, name: str) -> Template:
        """One of the templates of this version (`SHIPPED`)."""
        if name not in SHIPPED:
            raise TemplateError("template.not-shipped", found=name, have=", ".join(SHIPPED))
        return cls.load(_FOLDER / f"{name}.toml")

    def __hash__(self) -> int:
        # The file says everything; hashing every part for each label cost more than its text.
        return hash(self.raw)

    def digest(self) -> str:
        """SHA-256 (hex) of the file's bytes without byte order mark and with LF line ends."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def fields(self) -> frozenset[str]:
        """Every field the template can show, without `serial`."""
        return frozenset().union(*(t.names for t in self.texts)) - {"serial"}

    @property
    def required(self) -> frozenset[str]:
        """Fields a label must bring, non-empty."""
        return self.fields - self.optional

    def require_fields(self, label: Label) -> None:
        """Raise TemplateError for a field the template does not know or lacks."""
        if unknown := sorted(set(label.fields) - self.fields):
            raise TemplateError(
                "template.unknown-field",
                template=self.name,
                found=", ".join(unknown),
                expected=", ".join(sorted(self.fields)),
            )
        missing = sorted(name for name in self.required if not label.fields.get(name))
        if missing:
            raise TemplateError(
                "template.missing-field", template=self.name, missing=", ".join(missing)
            )

    def _validate_together(self, where: str) -> None:
        if unused := sorted(self.optional - self.fields):
            raise TemplateError("template.optional", where=where, found=", ".join(unused))
        names = [t for t in self.texts if t.goods_name]
        if len(names) != 1:
            raise TemplateError("template.goods-name", where=where, found=len(names))
        rest = max((t.em for t in self.texts if not t.goods_name), default=0)
        if names[0].min_em <= rest:
            # Decree 37/2026/ND-CP art. 42: the name of goods is the largest text.
            raise TemplateError(
                "template.goods-name-size", where=where, found=names[0].min_em, most=rest
            )
        if not any(t.per_label for t in self.texts):
            raise TemplateError("template.no-serial", where=where)
        boxes = [t.box for t in self.texts] + [s.box for s in self.stars] + [self.qr.box]
        boxes += [r.box for r in self.rules]
        for n, one in enumerate(boxes):
            for other in boxes[n + 1 :]:
                if one.overlaps(other):
                    raise TemplateError(
                        "template.overlap", where=where, one=one.where, other=other.where
                    )


def _dots(mm: float) -> int:
    return round(mm * DOTS_PER_MM)


def _media(table: TomlTable) -> Media:
    kind = table.choice("kind", ("gap", "continuous"))
    gap = table.number("gap_mm", 0, 20, 0.0)
    width = table.number("width_mm", 15, 120)
    media = Media(
        width,
        table.number("height_mm", 10, 300),
        table.number("print_width_mm", 10, width),
        "gap" if kind == "gap" else "continuous",
        gap,
    )
    if (kind == "gap") != (gap > 0):
        raise TemplateError("template.gap", where=table.where, kind=kind, found=f"{gap:g}")
    table.finish()
    return media


def _size(media: Media) -> tuple[int, int]:
    return _dots(media.print_width_mm), _dots(media.height_mm)


def _box(table: TomlTable, size: tuple[int, int], square: bool = False) -> Box:
    x, y = _dots(table.number("x", 0, 300)), _dots(table.number("y", 0, 300))
    width = _dots(table.number("size" if square else "width", 0.125, 300))
    height = width if square else _dots(table.number("height", 0.125, 300))
    if x + width > size[0] or y + height > size[1]:
        raise TemplateError(
            "template.outside",
            where=table.where,
            right=f"{(x + width) / DOTS_PER_MM:g}",
            bottom=f"{(y + height) / DOTS_PER_MM:g}",
            width=f"{size[0] / DOTS_PER_MM:g}",
            height=f"{size[1] / DOTS_PER_MM:g}",
        )
    return Box(x, y, width, height, table.where)


def _text(table: TomlTable, size: tuple[int, int]) -> TextBlock:
    box = _box(table, size)
    field, text = table.text("field", "", 40), table.text("text", "", 400)
    if bool(field) == bool(text):
        raise TemplateError("template.field-or-text", where=table.where)
    size_mm = table.number("size_mm", MIN_CAP_MM, 20)
    min_mm = table.number("min_size_mm", MIN_CAP_MM, size_mm, size_mm)
    block = TextBlock(
        box,
        text or f"{{{field}}}",
        dots_per_em(size_mm, DOTS_PER_MM),
        dots_per_em(min_mm, DOTS_PER_MM),
        table.flag("bold", False),
        cast("Align", table.choice("align", _ALIGNS, "left")),
        table.choice("valign", ("top", "middle"), "top") == "middle",
        table.integer("max_lines", 1, 40, 1),
        table.choice("role", ("text", "goods-name"), "text") == "goods-name",
    )
    table.finish()
    letter = block.min_em * X_HEIGHT / DOTS_PER_MM
    if letter < MIN_LETTER_MM:
        raise TemplateError(
            "template.letter", where=table.where, found=f"{letter:.2f}", least=MIN_LETTER_MM
        )
    require_glyphs(block.text.replace("\n", ""), block.bold, table.where)
    return block


def _qr(table: TomlTable, size: tuple[int, int]) -> QrPlace:
    box = _box(table, size, square=True)
    dots = table.integer("module_dots", 1, 16, 4)
    module = dots / DOTS_PER_MM
    if not MIN_MODULE_MM <= module <= MAX_MODULE_MM:
        raise TemplateError(
            "template.qr-module",
            where=table.where,
            found=f"{module:.3f}",
            dots=dots,
            low=MIN_MODULE_MM,
            high=MAX_MODULE_MM,
        )
    quiet = table.integer("quiet_modules", 4, 16, 4)
    level = table.choice("level", ("L", "M", "Q", "H"), "M")
    table.finish()
    return QrPlace(box, dots, cast("Level", level), quiet)


def _stars(table: TomlTable, size: tuple[int, int]) -> StarRow:
    row = StarRow(
        _box(table, size),
        table.text("caption", "", 20),
        cast("Align", table.choice("align", _ALIGNS, "left")),
    )
    table.finish()
    require_glyphs(row.caption, True, table.where)
    return row


def _rule(table: TomlTable, size: tuple[int, int]) -> Rule:
    rule = Rule(_box(table, size))
    table.finish()
    return rule
