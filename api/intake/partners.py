"""The other side of a step: what of it may be public, and what stays private.

A household is public by its number only; a name goes into the erasable table. A registered party
is public already, by its own registration.
"""

import re
from typing import Any, Final

from api.intake.folding import first_said, tidy
from api.intake.known import Known

# Longest phrases first within a kind and before their own beginnings elsewhere: a laboratory is
# often called "phòng ...", which alone would be an office.
_KINDS: Final = (
    ("household", "hộ|hộ gia đình"),
    ("lab", "trung tâm kiểm nghiệm|phòng thí nghiệm|phòng kiểm nghiệm|viện kiểm nghiệm"),
    ("shop", "cửa hàng|siêu thị|đại lý|chợ|nhà hàng|quán|shop"),
    ("authority", "chi cục|cục|sở|ubnd|ủy ban|uỷ ban|phòng|thanh tra"),
    ("cooperative", "htx|hợp tác xã|tổ hợp tác"),
    ("company", "công ty|cty|doanh nghiệp"),
    ("carrier", "nhà xe|vận tải|xe tải|bưu điện|bưu cục"),
)
# More digits behind the number would be a telephone number, and its start must not become public.
_NUMBERED: Final = re.compile(
    r"(?:hộ|ho)(?: số| so)? ?([0-9]{1,4})(?![ .-]*[0-9])(.*)", re.IGNORECASE
)
_SAME_WORD: Final = frozenset({"cooperative", "company", "authority", "lab", "shop", "carrier"})


def read_partner(text: str, known: Known) -> tuple[dict[str, Any], str | None]:
    """Return (counterparty object of a body, text to keep private or None)."""
    full = tidy(text)
    registered = known.party_called(full)
    if registered is not None:
        code, kind = registered
        # A party of kind household-group is a group that acts as one.
        return {"kind": kind if kind in _SAME_WORD else "cooperative", "party": code}, None
    numbered = _NUMBERED.fullmatch(full)
    if numbered is not None:
        rest = numbered[2].strip(" .,")
        return {"kind": "household", "number": numbered[1]}, full if rest else None
    return {"kind": kind_of_partner(full)}, full


def kind_of_partner(text: str) -> str:
    """Guess what a partner is from the first words of the name."""
    return first_said(text, _KINDS, "other", at_start=True)
