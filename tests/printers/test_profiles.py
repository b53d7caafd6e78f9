from __future__ import annotations

import pytest

from printers.bitmap import Bitmap
from printers.design.template_parts import Media
from printers.encoders.escpos import encode
from printers.errors import EncodingError, ProfileError
from printers.profile import SHIPPED, Profile
from tests.printers.test_sheets import ROOM

NAMED = ("unknown", "not confirmed", "not found", "not known", "public", "every fact", "ISO 216")


@pytest.mark.parametrize("name", SHIPPED)
def test_each_profile_names_a_source_or_says_unknown(name: str) -> None:
    profile = Profile.shipped(name)
    assert profile.name == name
    assert len(profile.sources) >= 2
    assert any(word in source for source in profile.sources for word in NAMED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_confirming_tier_is_claimed_only_with_its_source(name: str) -> None:
    profile = Profile.shipped(name)
    words = {"T3": "GS ( H", "T2": "GS r", "T1": "<ESC>!?", "T0": ""}[profile.status_tier]
    assert any(words in source for source in profile.sources)
    if profile.status_tier == "T1":
        assert profile.realtime_status


def test_models_without_public_status_facts_are_write_only() -> None:
    for name in ("escpos-58", "escpos-80", "xprinter-xp-58", "xprinter-xp-80", "zywell-zj-5870"):
        profile = Profile.shipped(name)
        assert (profile.status_tier, profile.realtime_status) == ("T0", None)
        assert profile.sends == ("whole",)


def test_the_files_in_the_folder_are_the_profiles_shipped() -> None:
    assert {path.stem for path in (ROOM / "profiles").glob("*.toml")} == set(SHIPPED)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("tsc-te200", 'status_tier = "T1"', 'status_tier = "T3"'),
        ("epson-tm-l90", 'status_tier = "T3"', 'status_tier = "T1"'),
        ("a4-50x40", 'status_tier = "T0"', 'status_tier = "T2"'),
        ("tsc-te200", 'media = ["gap", "mark", "continuous"]', 'media = ["rolls"]'),
        ("tsc-te200", 'language = "tspl"', 'language = "zpl"'),
    ],
)
def test_what_a_language_does_not_have_is_refused(name: str, old: str, new: str) -> None:
    good = (ROOM / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
    assert old in good
    with pytest.raises(ProfileError) as refused:
        Profile.from_bytes(good.replace(old, new).encode())
    assert refused.value.code == "profile.wrong-value"


def test_a_receipt_printer_without_gap_sensor_refuses_gap_stock() -> None:
    gap, roll = Media(50, 40, 48, "gap", 2), Media(58, 40, 48, "continuous", 0)
    one = Bitmap(8, 1, b"\x80")
    with pytest.raises(EncodingError, match=r"for gap stock, and xprinter-xp-58 .* continuous"):
        encode(one, Profile.shipped("xprinter-xp-58"), gap)
    assert encode(one, Profile.shipped("xprinter-xp-58"), roll)
    assert encode(one, Profile.shipped("escpos-58"), gap)


def test_marked_stock_is_fed_to_its_mark() -> None:
    mark = Media(50, 40, 48, "mark", 3)
    one = Bitmap(8, 1, b"\x80")
    assert encode(one, Profile.shipped("epson-tm-l90"), mark).endswith(b"\x1d\x0c")
    assert encode(one, Profile.shipped("virtual"), mark).endswith(b"\x0c")
