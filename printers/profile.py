"""Printer profiles: what is known of a printer model, and where each fact comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from printers.errors import ProfileError
from printers.toml_table import TomlTable

_FOLDER = Path(__file__).parent / "profiles"
SHIPPED = (
    "escpos-58",
    "escpos-80",
    "epson-tm-t20",
    "epson-tm-t82",
    "epson-tm-l90",
    "xprinter-xp-58",
    "xprinter-xp-80",
    "zywell-zj-5870",
    "xprinter-xp-365b",
    "tsc-te200",
    "a4-30x20",
    "a4-50x40",
    "a4-58x108",
    "a4-80x78",
    "a4-100x100",
    "virtual",
    "virtual-tspl",
)

Language = Literal["escpos", "tspl", "sheet"]
Cutter = Literal["none", "partial", "full", "unknown"]
GapFeed = Literal["form-feed", "gs-form-feed", "unknown"]
Tier = Literal["T0", "T1", "T2", "T3"]
Send = Literal["whole", "changes"]

_TIERS: dict[str, tuple[str, ...]] = {
    "escpos": ("T0", "T2", "T3"),
    "tspl": ("T0", "T1"),
    "sheet": ("T0",),
}
_MEDIA = ("gap", "continuous", "mark")


@dataclass(frozen=True, slots=True)
class Profile:
    """Facts of one printer model, and how long to wait for it. None is unknown.

    dots_wide           widest line in dots
    media               kinds of stock it is known to stop at or feed; None: not known, so any is
                        tried
    status_tier         T3 process id acknowledgement, T2 GS r, T1 TSPL status; T0 confirms nothing
    realtime_status     True: it answers DLE EOT (ESC/POS) or <ESC>!? (TSPL) at any time
    acknowledge_seconds longest silence before un-acknowledged labels are in doubt
    cutter              what ends a label on continuous stock
    sources             where the facts come from

    ESC/POS only:
    band_rows           most rows in one raster command, 1 to 255
    feed_in_dots        True: ESC J counts dots; None: blank rows go as raster
    margin_in_dots      True: GS L counts dots; None: no margin is ever used
    sets_motion_unit    send GS P 203 203 first, so that both count dots
    gap_feed            how it feeds to the next gap or mark
    tear_lines          lines fed after a label when nothing cuts
    native_qr           True: GS ( k draws QR codes, in the densest mode by itself
    download_area       largest x * y of GS * (bytes of 8 x 8 dots), 0 when not known

    TSPL only:
    stored_bmp          True: DOWNLOAD keeps a 1-bit BMP that PUTBMP draws

    Sheet only:
    sheet               name of the sheet layout (printers/sheets)
    """

    name: str
    language: Language
    dots_wide: int
    media: tuple[str, ...] | None
    status_tier: Tier
    realtime_status: bool | None
    acknowledge_seconds: float
    cutter: Cutter
    code_pages: str
    sources: tuple[str, ...]
    band_rows: int = 255
    feed_in_dots: bool | None = None
    margin_in_dots: bool | None = None
    sets_motion_unit: bool = False
    gap_feed: GapFeed = "unknown"
    tear_lines: int = 0
    native_qr: bool | None = None
    download_area: int = 0
    stored_bmp: bool | None = None
    sheet: str = ""

    @property
    def sends(self) -> tuple[Send, ...]:
        """Ways of sending that every needed fact is known for; "whole" always is."""
        escpos = self.native_qr and self.download_area and self.feed_in_dots and self.margin_in_dots
        return ("whole", "changes") if escpos or self.stored_bmp else ("whole",)

    @classmethod
    def from_bytes(cls, raw: bytes, where: str = "profile") -> Profile:
        """Parse and validate a profile file. Raises ProfileError with one sentence."""
        table = TomlTable.from_bytes(raw, where, "profile", ProfileError)
        language = cast("Language", table.choice("language", ("escpos", "tspl", "sheet")))
        table.integer("dpi", 203, 203)
        profile = cls(
            table.text("name", most=40),
            language,
            table.integer("dots_wide", 64, 2048),
            _media(table),
            cast("Tier", table.choice("status_tier", _TIERS[language])),
            _known(table, "realtime_status"),
            table.number("acknowledge_seconds", 0.1, 600),
            cast("Cutter", table.choice("cutter", ("none", "partial", "full", "unknown"))),
            table.text("code_pages"),
            table.texts("sources"),
            **_OWN[language](table),  # type: ignore[arg-type]
        )
        table.finish()
        return profile

    @classmethod
    def load(cls, path: Path) -> Profile:
        """Read a profile file."""
        return cls.from_bytes(path.read_bytes(), path.name)

    @classmethod
    def shipped(cls, name: str) -> Profile:
        """One of the profiles of this version (`SHIPPED`)."""
        if name not in SHIPPED:
            raise ProfileError("profile.not-shipped", found=name, have=", ".join(SHIPPED))
        return cls.load(_FOLDER / f"{name}.toml")


def _escpos(table: TomlTable) -> dict[str, object]:
    return {
        "band_rows": table.integer("band_rows", 1, 255),
        "feed_in_dots": _known(table, "feed_unit", "dots"),
        "margin_in_dots": _known(table, "margin_unit", "dots"),
        "sets_motion_unit": table.flag("sets_motion_unit"),
        "gap_feed": table.choice("gap_feed", ("form-feed", "gs-form-feed", "unknown")),
        "tear_lines": table.integer("tear_lines", 0, 20),
        "native_qr": _known(table, "native_qr"),
        "download_area": table.integer("download_area", 0, 65_025),
    }


def _tspl(table: TomlTable) -> dict[str, object]:
    return {"stored_bmp": _known(table, "stored_bmp")}


def _sheet(table: TomlTable) -> dict[str, object]:
    return {"sheet": table.text("sheet", most=40)}


_OWN = {"escpos": _escpos, "tspl": _tspl, "sheet": _sheet}


def _known(table: TomlTable, key: str, word: str = "yes") -> bool | None:
    return None if table.choice(key, (word, "unknown")) == "unknown" else True


def _media(table: TomlTable) -> tuple[str, ...] | None:
    kinds = table.texts("media")
    if kinds == ("unknown",):
        return None
    for kind in kinds:
        if kind not in _MEDIA:
            raise ProfileError(
                "profile.wrong-value",
                where=table.where,
                key="media",
                found=repr(kind)[:60],
                expected=", ".join(("unknown", *_MEDIA)),
            )
    return kinds
