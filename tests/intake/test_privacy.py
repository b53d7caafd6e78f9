"""No name and no free text may reach a body: the ledger can never forget it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.intake.kinds import KINDS
from ledger.verify.shapes import CORRECTABLE
from tests.intake.small_cooperative import HARVEST, PACKING, draft_of, judged

_UNITS = {"labels-issued": "tem", "packed": "gói"}
_ROWS = [
    *KINDS,
    *(f"đính chính {name}" for name, kind in KINDS.items() if kind in CORRECTABLE),
]


def row_of(name: str) -> dict[str, str]:
    kind = KINDS[name.removeprefix("đính chính ")]
    base = PACKING if kind in ("packed", "labels-issued", "shipped") else HARVEST
    return base | {
        "loại": name,
        "đơn vị": _UNITS.get(kind, "gói" if base is PACKING else "kg"),
        "từ lô": "B01=1",
    }


@pytest.mark.parametrize("name", _ROWS)
@pytest.mark.parametrize(
    "person",
    [
        "Hộ 07 (Phượng)",
        "Hộ 07 - Nguyễn Thị Phượng - 0912 345 678",
        "Nguyễn Thị Phượng",
        "Hộ bà Phượng",
        "Cửa hàng Phượng",
        "HTX-TH chị Phượng",
        "hộ 0912345678 Phượng",
        "PHƯỢNG",
        "Hộ 0912 345 678 Phượng",
    ],
)
def test_a_person_in_partner_or_note_stays_out_of_every_body(name: str, person: str) -> None:
    draft = draft_of(judged(row_of(name), partner=person, note=f"gặp {person}, bón phân"))
    body = json.dumps(draft.body, ensure_ascii=False).lower()
    for part in ("phượng", "nguyễn", "0912", "gặp", "bón", person.lower()):
        assert part not in body
    kept = " ".join(draft.private.values())
    assert f"gặp {person}, bón phân" in kept
    assert kept.count(person) >= 2


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(categories=("Lu", "Ll")), min_size=6, max_size=20))
def test_no_invented_name_reaches_a_body(word: str) -> None:
    row = judged(HARVEST, partner=f"ông {word}", note=f"ghi {word}")
    assert word not in json.dumps(draft_of(row).body, ensure_ascii=False)


def test_the_start_of_a_telephone_number_is_no_household_number() -> None:
    for text in ("Hộ 0912 345 678", "Hộ 091-234-5678", "Hộ 0912.345.678", "Hộ 0912345678"):
        assert draft_of(judged(HARVEST, partner=text)).body["from"] == {"kind": "household"}


def test_a_name_and_a_note_too_long_to_keep_together_are_refused() -> None:
    row = judged(row_of("đóng gói"), partner="x" * 1500, note="y" * 1500)
    assert [problem.code for problem in row.problems] == ["cell-too-long"]


def test_a_registered_party_is_named_by_its_code() -> None:
    for text in ("CH-1", "Cửa hàng Bến Đò"):
        draft = draft_of(judged(HARVEST, type="xuất hàng", partner=text))
        assert draft.body["to"] == {"kind": "shop", "party": "CH-1"}
        assert draft.private == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Siêu thị huyện", "shop"),
        ("chợ Đồng Xuân", "shop"),
        ("sieu thi huyen", "shop"),
        ("UBND xã", "authority"),
        ("Phòng Nông nghiệp", "authority"),
        ("Phòng thí nghiệm A", "lab"),
        ("Trung tâm kiểm nghiệm tỉnh", "lab"),
        ("Công ty An", "company"),
        ("Hợp tác xã Bến", "cooperative"),
        ("Hộ ông Ba", "household"),
        ("Hồ Văn Ba", "other"),
        ("Chơ vơ", "other"),
    ],
)
def test_the_kind_of_a_partner_is_told_by_its_first_words(text: str, kind: str) -> None:
    draft = draft_of(judged(HARVEST, type="bán", partner=text))
    assert draft.body["to"] == {"kind": kind}
    assert draft.private == {"to.digest": text}
