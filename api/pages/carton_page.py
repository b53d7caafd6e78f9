"""The page behind a carton's QR code: what is in it, each lot a link to its own page.

Pure: facts in, words out. Nothing here reads a database or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from api.pages.addresses import lot_path
from api.pages.messages_catalogue import tongue
from api.pages.rendering import render
from api.pages.words import STATUSES, quantity, worded


@dataclass(frozen=True, slots=True)
class CartonLine:
    """One lot in the carton. `status` is recalled, held, expired or active; `amount` None is hidden."""

    item: str
    lot: str
    name: str
    amount: dict[str, str] | None
    status: str

    @property
    def link(self) -> str:
        """The lot's consumer page; its dossier where the goods have no GTIN."""
        if "/" in self.item:
            return f"/lo/{lot_path(self.item, self.lot)}"
        return f"/01/{self.item}/10/{quote(self.lot, safe='')}"


def carton_html(
    sscc: str, producer: dict[str, Any], time: str, lines: list[CartonLine], lang: str
) -> bytes:
    """The page of a known carton; `time` is RFC 3339."""
    say = tongue(lang)
    states = {line.status for line in lines}
    return render(
        "carton.html",
        lang,
        sscc=sscc,
        producer=producer,
        time=time,
        recalled="recalled" in states,
        held="held" in states,
        expired="expired" in states,
        lines=[
            (
                line,
                quantity(line.amount, say),
                "" if line.status == "active" else worded(STATUSES, line.status, say),
            )
            for line in lines
        ],
    )


def carton_notice(lang: str, detail: str = "") -> bytes:
    """The page for a number that is no carton of this ledger; `detail` says what is wrong with it."""
    say = tongue(lang)
    title = say("Không có thùng này trong sổ truy xuất.")
    lines = [
        *([detail] if detail else []),
        say("Hãy quét lại mã trên thùng. Nếu vẫn vậy, thùng này không phải của cơ sở trong sổ."),
        say("Mã trên từng gói hàng vẫn quét được riêng."),
    ]
    return render("notice.html", lang, tone="bad", title=title, lines=lines, link="", link_text="")
