"""The kinds of printers on offer, in words, with where their facts come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.pages.messages_catalogue import N_, Tongue, tongue
from printers.bitmap import DOTS_PER_MM
from printers.profile import SHIPPED, Profile

_TIERS: Final = {
    "T0": N_("Máy không xác nhận: in xong phải quét tem cuối cùng."),
    "T1": N_("Máy báo trạng thái, không xác nhận từng tem: in xong phải quét tem cuối cùng."),
    "T2": N_("Máy báo trạng thái sau từng tem."),
    "T3": N_("Máy xác nhận từng tem đã in."),
}
_LANGUAGES: Final = {
    "escpos": N_("máy in nhiệt (ESC/POS)"),
    "tspl": N_("máy in tem nhãn (TSPL)"),
    "sheet": N_("máy in văn phòng, tờ tem"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One profile: what it is, what it confirms, and its sources as the profile gives them."""

    name: str
    what: str
    confirms: str
    sources: tuple[str, ...]


def kinds(lang: str) -> list[Kind]:
    """Every profile of this version, in its order."""
    say = tongue(lang)
    return [_kind(Profile.shipped(name), say) for name in SHIPPED]


def _kind(profile: Profile, say: Tongue) -> Kind:
    what = say(
        "{language}, in rộng {most} mm",
        language=say(_LANGUAGES[profile.language]),
        most=profile.dots_wide // DOTS_PER_MM,
    )
    return Kind(profile.name, what, say(_TIERS[profile.status_tier]), profile.sources)
