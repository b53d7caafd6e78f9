"""Printer profiles: what is known of a printer model, and where each fact comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from printers.errors import ProfileError
from printers.toml_table import TomlTable

_FOLDER = Path(__file__).parent / "profiles"
SHIPPED = ("escpos-58", "escpos-80", "virtual")

Cutter = Literal["none", "partial", "full", "unknown"]
GapFeed = Literal["form-feed", "gs-form-feed", "unknown"]
Tier = Literal["T0", "T3"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Facts of one printer model, and how long to wait for it.

    dots_wide           widest raster in dots
    band_rows           most rows in one raster command, 1 to 255
    feed_in_dots        True: ESC J counts dots; None: unknown, so blank rows go as raster
    margin_in_dots      True: GS L counts dots; None: unknown, so no margin is ever used
    sets_motion_unit    send GS P 203 203 first, so that both count dots
    cutter, gap_feed    how a label ends on continuous and on gap stock
    tear_lines          lines fed after a label when nothing cuts
    status_tier         T3 process id acknowledgement; T0 write-only
    realtime_status     the printer answers DLE EOT
    acknowledge_seconds longest silence before un-acknowledged labels are in doubt
    sources             where the facts come from
    """

    name: str
    dots_wide: int
    band_rows: int
    feed_in_dots: bool | None
    margin_in_dots: bool | None
    sets_motion_unit: bool
    cutter: Cutter
    gap_feed: GapFeed
    tear_lines: int
    status_tier: Tier
    realtime_status: bool | None
    code_pages: str
    acknowledge_seconds: float
    sources: tuple[str, ...]

    @classmethod
    def from_bytes(cls, raw: bytes, where: str = "profile") -> Profile:
        """Parse and validate a profile file. Raises ProfileError with one sentence."""
        table = TomlTable.from_bytes(raw, where, "profile", ProfileError)
        table.choice("language", ("escpos",))
        table.integer("dpi", 203, 203)
        profile = cls(
            table.text("name", most=40),
            table.integer("dots_wide", 64, 2048),
            table.integer("band_rows", 1, 255),
            _known(table.choice("feed_unit", ("dots", "unknown"))),
            _known(table.choice("margin_unit", ("dots", "unknown"))),
            table.flag("sets_motion_unit"),
            cast("Cutter", table.choice("cutter", ("none", "partial", "full", "unknown"))),
            cast("GapFeed", table.choice("gap_feed", ("form-feed", "gs-form-feed", "unknown"))),
            table.integer("tear_lines", 0, 20),
            cast("Tier", table.choice("status_tier", ("T0", "T3"))),
            _known(table.choice("realtime_status", ("yes", "unknown"))),
            table.text("code_pages"),
            table.number("acknowledge_seconds", 0.1, 600),
            table.texts("sources"),
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


def _known(word: str) -> bool | None:
    return None if word == "unknown" else True
