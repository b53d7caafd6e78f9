"""How a batch is merged into the rows that are there: one SQL text for both databases.

`kept` is the row there is, `excluded` what a batch brings. Adding, or-ing bits and shifting days
give the same row in whatever order several processes come with batches of one day.
"""

from __future__ import annotations

from api.scans.storage import DAYS_KEPT
from api.scans.tally import BUSY, OFTEN

SERIAL_COLUMNS = "gtin, tag, counter, lot, scans, void, first_day, last_day, places, history, noted"
LOT_COLUMNS = "gtin, lot, scans, invented, never_issued, void, stopped, first_day, last_day"
_DAYS = (
    "first_day = CASE WHEN excluded.first_day < kept.first_day "
    "THEN excluded.first_day ELSE kept.first_day END, "
    "last_day = CASE WHEN excluded.last_day > kept.last_day "
    "THEN excluded.last_day ELSE kept.last_day END"
)
_MASK = (1 << 4 * DAYS_KEPT) - 1


def merge_serial(places_of: str) -> str:
    """The end of an upsert of serials. `places_of` names the function that counts set bits."""
    old = f"{places_of}(kept.places)"
    return (
        "ON CONFLICT (gtin, tag, counter) DO UPDATE SET "
        "scans = kept.scans + excluded.scans, void = kept.void + excluded.void, "
        f"{_DAYS}, "
        "places = CASE WHEN excluded.last_day = kept.last_day THEN kept.places | excluded.places "
        "WHEN excluded.last_day > kept.last_day THEN excluded.places ELSE kept.places END, "
        # A new day: what was counted moves on by as many days, and the day that ended joins it.
        "history = CASE WHEN excluded.last_day <= kept.last_day THEN kept.history "
        f"WHEN excluded.last_day - kept.last_day > {DAYS_KEPT} THEN 0 "
        f"ELSE (((kept.history << 4) | CASE WHEN {old} > 15 THEN 15 ELSE {old} END) "
        f"<< (4 * (excluded.last_day - kept.last_day - 1))) & {_MASK} END, "
        "noted = CASE WHEN kept.noted = 1 OR excluded.noted = 1 "
        f"OR kept.scans + excluded.scans >= {OFTEN} "
        f"OR {places_of}(kept.places | excluded.places) >= {BUSY} THEN 1 ELSE 0 END"
    )


MERGE_LOT = (
    "ON CONFLICT (gtin, lot) DO UPDATE SET scans = kept.scans + excluded.scans, "
    "invented = kept.invented + excluded.invented, "
    "never_issued = kept.never_issued + excluded.never_issued, "
    "void = kept.void + excluded.void, stopped = kept.stopped + excluded.stopped, "
    f"{_DAYS}"
)
# A batch whose acknowledgement was lost is sent again: its number says whether it had arrived.
MERGE_BATCH = (
    "ON CONFLICT (process) DO UPDATE SET number = excluded.number, day = excluded.day "
    "WHERE kept.number < excluded.number"
)
