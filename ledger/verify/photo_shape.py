"""The body of a photo's statement (docs/format.md, section 19): which bytes, and what they show."""

from __future__ import annotations

from ledger.verify.fields import DIGEST, GTIN, LOT, PLACE, Object, OneOf, Text, Whole

STAGES = (
    *("harvested", "received", "processed", "packed"),
    *("aggregated", "shipped", "tested", "inspected"),
)
"""What of a lot's making a photo may show."""
_PIXELS = Whole(1, 9999)

PHOTOGRAPHED = Object(
    {
        "photo": DIGEST,
        "small": DIGEST,
        "width": _PIXELS,
        "height": _PIXELS,
        "caption?": Text(200),
        "lot?": LOT,
        "stage?": OneOf(STAGES),
        "site?": PLACE,
        "product?": GTIN,
    }
)
