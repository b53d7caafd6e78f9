"""A key on paper: typed back it is the same key, and no mistake in typing goes unnoticed."""

from __future__ import annotations

import base64
import io
import random
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageFilter

from api.keys.errors import KeysError
from api.keys.paper import read_paper
from api.keys.paper_text import ALPHABET, groups_of, seed_of
from ledger.signing import load_key, save_key
from tests.keys.folders import FARM, data, ocop, refused, told_folder

PRINTED = "000G4 40R4F 0M30Y E209X 185GE R38EY 1W81B 24GK1 2GAHJ C5RR3 34D18 P70XC 3RFGT RC07P"
CHANCE = random.Random(5)
SEEDS = [bytes(32), b"\xff" * 32, *(CHANCE.randbytes(32) for _ in range(200))]


def test_typed_groups_give_the_key_back() -> None:
    for seed in SEEDS:
        assert seed_of(" ".join(groups_of(seed))) == seed


def times(one: int, other: int) -> int:
    """In the field of 32 elements, x^5 = x^2 + 1: by schoolbook multiplication and long division."""
    product = 0
    for bit in range(5):
        product ^= (one << bit) * (other >> bit & 1)
    for bit in range(8, 4, -1):
        product ^= (0b100101 << bit - 5) * (product >> bit & 1)
    return product


def test_the_fifth_character_is_as_the_format_says() -> None:
    for seed in SEEDS:
        for number, group in enumerate(groups_of(seed), start=1):
            a, b, c, d, fifth = (ALPHABET.index(one) for one in group)
            value = times(a, 16) ^ times(b, 8) ^ times(c, 4) ^ times(d, 2) ^ fifth
            assert value == number


def test_papers_printed_once_can_be_read_for_ever() -> None:
    """The secret bytes 0, 1, 2 ... 31, and the groups that were first printed for them."""
    assert " ".join(groups_of(bytes(range(32)))) == PRINTED


def test_small_letters_dashes_and_lines_do_not_matter_and_o_and_l_are_read_as_digits() -> None:
    for seed in SEEDS[:20]:
        typed = "-".join(groups_of(seed)).lower().replace("0", "o").replace("1", "l")
        assert seed_of(f"  {typed}\n") == seed


def test_each_single_wrong_character_is_noticed_with_its_group() -> None:
    for seed in SEEDS[:6]:
        text = "".join(groups_of(seed))
        for at, right in enumerate(text):
            for wrong in ALPHABET:
                if wrong != right:
                    with pytest.raises(KeysError) as found:
                        seed_of(text[:at] + wrong + text[at + 1 :])
                    assert (found.value.code, found.value.params["group"]) == (
                        "paper-wrong",
                        at // 5 + 1,
                    )


def test_each_two_neighbours_changed_round_are_noticed_with_their_group() -> None:
    for seed in SEEDS:
        for number, group in enumerate(groups_of(seed)):
            for at in range(4):
                swapped = group[:at] + group[at + 1] + group[at] + group[at + 2 :]
                if swapped != group:
                    groups = groups_of(seed)
                    groups[number] = swapped
                    with pytest.raises(KeysError) as found:
                        seed_of("".join(groups))
                    assert found.value.params["group"] == number + 1


def test_groups_in_another_order_and_groups_of_another_key_are_noticed() -> None:
    one, other = groups_of(SEEDS[2]), groups_of(SEEDS[3])
    for number in range(13):
        swapped = [*one[:number], one[number + 1], one[number], *one[number + 2 :]]
        with pytest.raises(KeysError):
            seed_of("".join(swapped))
    for number in range(14):
        with pytest.raises(KeysError):
            seed_of("".join([*one[:number], other[number], *one[number + 1 :]]))


def test_a_missing_group_is_said() -> None:
    with pytest.raises(KeysError) as found:
        seed_of("".join(groups_of(SEEDS[0])[:-1]))
    assert found.value.code == "paper-length" and "70" in found.value.say("vi")


def test_a_printed_page_restores_the_file_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = told_folder(tmp_path / "so")
    path, page = folder / "keys" / f"{FARM}.admin.pem", tmp_path / "page.html"
    before = path.read_bytes()
    ocop("keys", "paper", f"{FARM}.admin", "-o", page, "--dir", folder)
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text(encoding="utf-8")
    assert "http" not in text.partition("<body>")[2]  # nothing is fetched
    assert load_key(path).keyid.hex() in text and "ocop.example/small" in text
    good = data("keys", "restore", f"{FARM}.admin", "--from", page, "--dry-run", "--dir", folder)
    assert good["keyid"] == load_key(path).keyid.hex()
    assert "already" in refused("keys", "restore", f"{FARM}.admin", "--from", page, "--dir", folder)
    path.unlink()
    ocop("keys", "restore", f"{FARM}.admin", "--from", page, "--dir", folder)
    assert path.read_bytes() == before and stat.S_IMODE(path.stat().st_mode) == 0o600
    ocop("keys", "rotate", f"{FARM}.station", "--dir", folder)  # it signs as before


def test_a_blurred_and_turned_photograph_of_the_page_is_read(tmp_path: Path) -> None:
    save_key(tmp_path / "k.pem", Ed25519PrivateKey.generate())
    ocop("keys", "paper", tmp_path / "k.pem", "-o", tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    png = base64.b64decode(text.partition("data:image/png;base64,")[2].partition('"')[0])
    with Image.open(io.BytesIO(png)) as code:
        photo = Image.new("L", (1400, 1800), 235)
        photo.paste(code.convert("L").resize((700, 700)), (300, 500))
    made = io.BytesIO()
    photo.rotate(7, fillcolor=200).filter(ImageFilter.GaussianBlur(2)).save(
        made, "JPEG", quality=60
    )
    found = read_paper(made.getvalue(), Path("photo.jpg"))
    assert found.private_bytes_raw() == load_key(tmp_path / "k.pem").private.private_bytes_raw()


def test_the_paper_of_another_key_and_a_picture_without_one_are_refused(tmp_path: Path) -> None:
    folder = told_folder(tmp_path / "so")
    page, blank, junk = (tmp_path / name for name in ("page.html", "blank.png", "junk.bin"))
    ocop("keys", "paper", f"{FARM}.admin", "-o", page, "--dir", folder)
    here = ("--dir", folder)
    other = ("keys", "restore", f"{FARM}.station", "--from", page, "--dry-run", *here)
    assert "take the right paper" in refused(*other)
    Image.new("L", (200, 200), 255).save(blank)
    assert "No QR code of a key" in refused("keys", "restore", "new", "--from", blank, *here)
    junk.write_bytes(b"\xff\xfe\x00junk")
    assert "No QR code of a key" in refused("keys", "restore", "new", "--from", junk, *here)
    page.write_text('<html><img src="data:image/png;base64,iVBOR"></html>')
    assert "No QR code of a key" in refused("keys", "restore", "new", "--from", page, *here)
