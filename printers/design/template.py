"""Templates: documented TOML in millimetres, validated when loaded (see templates/README.md)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from printers.design.template_parts import (
    BarcodePlace,
    Media,
    Part,
    Picture,
    QrPlace,
    Rule,
    StarRow,
    TextBlock,
)
from printers.design.template_reading import (
    read_barcode,
    read_image,
    read_media,
    read_qr,
    read_rule,
    read_stars,
    read_text,
    size_of,
)
from printers.errors import TemplateError
from printers.label import Label
from printers.toml_table import TomlTable

_FOLDER = Path(__file__).parents[1] / "templates"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
SHIPPED = (
    "goi-50x40",
    "goi-50x40-ky",
    "tron-58",
    "tron-58-nhanh",
    "tron-80",
    "nho-30x20",
    "thung-100x100",
)
_PARTS: tuple[Part, ...] = ("whole", "main", "trace")


@dataclass(frozen=True, slots=True)
class Template:
    """A validated layout. Width and height are the bitmap's, in dots.

    `part` says which part of the mandatory information the label carries: "whole", "main", or "trace"
    when the pack carries the rest.
    """

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
    images: tuple[Picture, ...]
    barcodes: tuple[BarcodePlace, ...]
    part: Part
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
        part = cast("Part", table.choice("part", _PARTS, "whole"))
        media = read_media(table.table("media"))
        size = size_of(media)
        texts = tuple(read_text(t, size) for t in table.tables("text"))
        qr = read_qr(table.table("qr"), size)
        stars = tuple(read_stars(t, size) for t in table.tables("stars", most=2))
        rules = tuple(read_rule(t, size) for t in table.tables("line"))
        images = tuple(read_image(t, size) for t in table.tables("image", most=4))
        barcodes = tuple(read_barcode(t, size) for t in table.tables("barcode", most=2))
        table.finish()
        whole = cls(
            name,
            version,
            media,
            *size,
            frozenset(optional),
            texts,
            qr,
            stars,
            rules,
            images,
            barcodes,
            part,
            canonical,
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
        names = [text.names for text in self.texts] + [bars.names for bars in self.barcodes]
        return frozenset().union(*names) - {"serial"}

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
        barred = frozenset().union(*(b.names for b in self.barcodes)) & self.optional
        if barred:
            raise TemplateError(
                "template.optional-bars", where=where, found=", ".join(sorted(barred))
            )
        if self.qr.signed and "sscc" in self.fields:
            raise TemplateError("template.signed-carton", where=where)
        self._validate_goods_name(where)
        if not any(t.per_label for t in self.texts):
            raise TemplateError("template.no-serial", where=where)
        boxes = [t.box for t in self.texts] + [s.box for s in self.stars] + [self.qr.box]
        boxes += [r.box for r in self.rules] + [i.box for i in self.images]
        boxes += [b.box for b in self.barcodes]
        for n, one in enumerate(boxes):
            for other in boxes[n + 1 :]:
                if one.overlaps(other):
                    raise TemplateError(
                        "template.overlap", where=where, one=one.where, other=other.where
                    )

    def _validate_goods_name(self, where: str) -> None:
        names = [t for t in self.texts if t.goods_name]
        if self.part == "trace" and not names:
            return
        if len(names) != 1:
            raise TemplateError("template.goods-name", where=where, found=len(names))
        rest = max((t.em for t in self.texts if not t.goods_name), default=0)
        if names[0].min_em <= rest:
            # Decree 37/2026/ND-CP art. 42: the name of goods is the largest text.
            raise TemplateError(
                "template.goods-name-size", where=where, found=names[0].min_em, most=rest
            )
