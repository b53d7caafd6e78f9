"""Words under which what the ledger names is found: without marks, without capitals.

An inspector types `mien dong` on a telephone, or a code as it stands on a paper with other dashes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

_WORD: Final = re.compile(r"[a-z0-9]+")
_LONGEST: Final = 80  # characters of a word; a certificate's number may be that long
_MOST: Final = 60  # words of one statement
_NAMES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "party-registered": ("party", ("code", "name", "gln", "province")),
    "site-registered": (
        "site",
        ("code", "name", "growing_area_code", "packing_house_code", "gln"),
    ),
    "product-registered": ("product", ("gtin", "name", "brand")),
    "item-registered": ("item", ("code", "name")),
    "certificate-recorded": ("certificate", ("number",)),
    "held": ("order", ("order",)),
    "released": ("order", ("order",)),
    "recalled": ("order", ("order",)),
    "recall-closed": ("order", ("order",)),
}
KINDS: Final = ("party", "site", "product", "item", "certificate", "order")


def folded(text: str) -> str:
    """The text in small letters without marks: `Miến dong Đồng Tâm` is `mien dong dong tam`."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(char for char in plain if not unicodedata.combining(char))


def words_of(text: str) -> list[str]:
    """The words of a text, folded, each once."""
    return list(dict.fromkeys(word[:_LONGEST] for word in _WORD.findall(folded(text))))


def named_by(
    kind: str, party: str, entry: str, body: dict[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """(word, kind, reference) of what a statement gives a name to.

    References: a party's code, `PARTY/code` of a site or an item, 14 digits of a product,
    `SUBJECT NUMBER` of a certificate, and of an order the id of its statement.
    """
    found = _NAMES.get(kind)
    if found is None:
        return
    what, fields = found
    reference = _reference(what, party, entry, body)
    words: dict[str, None] = {}
    for name in fields:
        text = body.get(name)
        if isinstance(text, str) and text:
            spoken = words_of(text)
            words.update(dict.fromkeys(spoken))
            # A code is also found when somebody leaves its dashes out.
            words[("".join(spoken))[:_LONGEST]] = None
            if name == "gtin":
                words[text.lstrip("0")] = None  # as it stands under the bars of a pack
    words.pop("", None)
    for word in list(words)[:_MOST]:
        yield word, what, reference


def _reference(what: str, party: str, entry: str, body: dict[str, Any]) -> str:
    match what:
        case "party":
            return str(body["code"])
        case "product":
            return str(body["gtin"])
        case "certificate":
            return f"{body['subject']} {body['number']}"
        case "order":
            return entry
    return f"{party}/{body['code']}"
