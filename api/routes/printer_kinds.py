"""The kinds of printers on offer, in words, with where their facts come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.pages.messages_catalogue import N_, Tongue, tongue
from printers.bitmap import DOTS_PER_MM
from printers.encoders.sheet_layout import SheetLayout
from printers.profile import SHIPPED, Profile

_TIERS: Final = {
    "T0": N_("Máy không xác nhận: in xong phải quét tem cuối cùng."),
    "T1": N_("Máy báo trạng thái, không xác nhận từng tem: in xong phải quét tem cuối cùng."),
    "T2": N_("Máy báo trạng thái sau từng tem."),
    "T3": N_("Máy xác nhận từng tem đã in."),
}
_GROUPS: Final = {
    "escpos": N_("Máy in nhiệt ESC/POS"),
    "tspl": N_("Máy in tem TSPL"),
    "sheet": N_("Máy in văn phòng, tờ tem A4"),
    "virtual": N_("Máy in ảo để tập"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One profile: what it is, what it confirms, and its sources as the profile gives them."""

    name: str
    what: str
    confirms: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of one sort, in the order of the profiles."""

    title: str
    kinds: tuple[Kind, ...]


def groups(lang: str) -> list[Group]:
    """Every profile of this version in its group; virtual printers last."""
    say = tongue(lang)
    profiles = [Profile.shipped(name) for name in SHIPPED]
    return [
        Group(say(title), tuple(_kind(one, say) for one in profiles if _group(one) == key))
        for key, title in _GROUPS.items()
    ]


def _group(profile: Profile) -> str:
    return "virtual" if profile.name.startswith("virtual") else profile.language


def _kind(profile: Profile, say: Tongue) -> Kind:
    if profile.language == "sheet":
        wide, high = SheetLayout.shipped(profile.sheet).label_dots
        what = say("tem {wide} × {high} mm", wide=wide // DOTS_PER_MM, high=high // DOTS_PER_MM)
    else:
        what = say("in rộng {most} mm", most=profile.dots_wide // DOTS_PER_MM)
    return Kind(profile.name, what, say(_TIERS[profile.status_tier]), profile.sources)
