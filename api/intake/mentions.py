"""What a body mentions that is not registered: sites, instruments, items, products."""

from collections.abc import Iterator
from typing import Any

from api.intake.known import Known
from api.intake.problems import IntakeProblem
from ledger.domain.drafts import Draft
from ledger.verify.shapes import CORRECTABLE


def unregistered(draft: Draft, known: Known) -> list[IntakeProblem]:
    """Problems for every code in a well-formed goods body that `known` has never heard of."""
    body = draft.body["body"] if draft.type == "corrected" else draft.body
    kind = draft.body["of"] if draft.type == "corrected" else draft.type
    problems = []
    if kind in CORRECTABLE and "site" in body and not known.site_exists(body["site"]):
        problems.append(_unknown("site-unknown", "site", body["site"], draft.party))
    if "instrument" in body and not known.instrument_exists(body["instrument"]):
        problems.append(
            _unknown("instrument-unknown", "instrument", body["instrument"], draft.party)
        )
    for item in dict.fromkeys(_items(body)):
        if "/" in item and known.item(item) is None:
            problems.append(_unknown("item-unknown", "item", item, draft.party))
        elif "/" not in item and known.product(item) is None:
            problems.append(_unknown("product-unknown", "item", item, draft.party))
    return problems


def _unknown(code: str, path: str, found: str, party: str) -> IntakeProblem:
    return IntakeProblem.of(code, path, found=found, party=party)


def _items(body: dict[str, Any]) -> Iterator[str]:
    """The items of every lot in a body whose shape is right."""
    if "lot" in body:
        yield body["lot"]["item"]
    for lot in body.get("lots", []):
        yield lot["item"]
    for name in ("inputs", "outputs", "contents"):
        for one in body.get(name, []):
            yield one["lot"]["item"]
