"""What may be done with what was scanned, the likeliest first. Pure: facts in, choices out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from api.pages.messages_catalogue import N_
from api.pages.words import STAGES

RECEIVE, PROCESS, PACK, PRINT, SPOILT, CARTON, SHIP, SELL, TEST, DESTROY, STORY = (
    "received",
    "processed",
    "packed",
    "labels",
    "label",
    "aggregated",
    "shipped",
    "sold",
    "tested",
    "destroyed",
    "story",
)
WORDS: Final = {
    **STAGES,
    PRINT: N_("In tem"),
    SPOILT: N_("Hủy hoặc in lại tem"),
    STORY: N_("Xem hồ sơ lô"),
}
ICONS: Final = {
    RECEIVE: "receive",
    PROCESS: "process",
    PACK: "pack",
    PRINT: "label",
    SPOILT: "printer",
    CARTON: "carton",
    SHIP: "ship",
    SELL: "sell",
    TEST: "test",
    DESTROY: "destroy",
    STORY: "search",
}


def likely_acts(
    facts: Mapping[str, Any], party: str, *, went_into: str = "", label: str = ""
) -> list[str]:
    """What `party` may do with a lot, the likeliest first.

    `went_into` is what the newest lot of the same item was used for here, "packed" or "processed";
    `label` is the state of the label that was scanned, "" for another code.
    """
    if facts["stopped"] is not None:
        return [STORY, DESTROY]
    here = facts["party"] == party or any(
        step["party"] == party and step["type"] == "received" for step in facts["steps"]
    )
    if not here:
        return [RECEIVE, STORY]
    if facts["kind"] == "packed":
        unlabelled = facts["labels"]["issued"] - facts["labels"]["voided"] < facts["packs"]
        own = facts["party"] == party
        out = [SHIP, SELL, *([CARTON] if own else [])]
        rest = [TEST, DESTROY, STORY]
        if not own:
            return [*out, PROCESS, *rest]
        if label == "printed":  # it is on a pack, and the pack goes out, or the label is torn
            return [*out, SPOILT, PRINT, *rest]
        return [PRINT, *out, *rest] if unlabelled else [*out, PRINT, *rest]
    made = [PACK, PROCESS] if went_into == "packed" else [PROCESS, PACK]
    acts = [*made, SHIP, SELL, TEST, DESTROY, STORY]
    left = facts["balance"]["left_kg"]
    if left is not None and Decimal(left) <= 0:
        # Used up: what became of it is asked more often than anything recorded of it.
        return [STORY, *(one for one in acts if one != STORY)]
    return acts
