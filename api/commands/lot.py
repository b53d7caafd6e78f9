"""`ocop lot ITEM LOT`: one lot's story, lineage, balance and findings."""

from __future__ import annotations

import argparse
from typing import Any

from api.bootstrap import Services
from api.commands.words import Nouns, choose, give, opened, options
from api.pages.words import amount as decimal
from ledger.errors import LedgerError
from ledger.verify.findings import TYPE_WORDS
from ledger.verify.report import STATUSES

# Name of a figure in both languages, and its unit.
_BALANCE = {
    "made_kg": ("made", "làm ra", " kg"),
    "received_kg": ("received", "nhận vào", " kg"),
    "taken_kg": ("taken", "đã lấy đi", " kg"),
    "left_kg": ("left", "còn lại", " kg"),
    "packs": ("packs", "số gói", ""),
    "left_packs": ("packs left", "số gói còn lại", ""),
    "net_kg": ("net content", "khối lượng tịnh cả lô", " kg"),
    "into_kg": ("went into it", "nguyên liệu đưa vào", " kg"),
    "yield_percent": ("yield", "tỷ lệ thu hồi sản phẩm", " %"),
}

_UNITS = {"pack": "gói", "piece": "cái"}


def add_to(nouns: Nouns) -> None:
    """Add the command."""
    lot = options(
        nouns.add_parser("lot", help="one lot's story, lineage, balance, findings"), machine=True
    )
    lot.add_argument("item", metavar="ITEM", help="GTIN, PARTY/code, or an item code")
    lot.add_argument("lot", metavar="LOT")
    lot.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print one lot's story as text or JSON."""
    with opened(args) as services:
        story = lot_story(services, services.views.item_named(args.item), args.lot)
    if args.json:
        give(story)
    else:
        print(_as_text(story, args.lang), end="")
    return 0


def lot_story(services: Services, item: str, lot: str) -> dict[str, Any]:
    """The lot's facts with what today adds: status, findings, all descendants."""
    found = services.tables.lot(item, lot)
    if found is None:
        raise LedgerError("lot-unknown", lot=lot, item=item)
    today = services.now().date().isoformat()
    return {
        **found.facts,
        "status": services.tables.status(found.facts, today),
        "findings": services.tables.findings(found.facts, today),
        "descendants": [list(one) for one in services.tables.descendants((item, lot))],
    }


def _unit(unit: str, lang: str) -> str:
    return _UNITS.get(unit, unit) if lang == "vi" else unit


def _as_text(story: dict[str, Any], lang: str) -> str:
    def say(english: str, vietnamese: str) -> str:
        return choose(lang, english, vietnamese)

    lines = [
        f"{story['name']} – {say('lot', 'lô')} {story['lot']} ({story['item']})",
        f"{say('Producer', 'Cơ sở')}: {story['producer']['name']}",
        f"{say('Standing', 'Tình trạng')}: {choose(lang, *STATUSES[story['status']])}",
        say("Story:", "Nhật ký:"),
    ]
    for step in story["steps"]:
        quantity = step["quantity"]
        amount = ""
        if quantity is not None:
            amount = f" {decimal(quantity['value'], lang)} {_unit(quantity['unit'], lang)}"
        kind = step["type"] if lang == "en" else TYPE_WORDS.get(step["type"], step["type"])
        packs = "" if not step["packs"] else f" {step['packs']} {say('packs', 'gói')}"
        lines.append(f"  {step['time']}  {kind}{amount}{packs}  [{step['index']}]")
    back = ", ".join(one["lot"] for one in story["parents"]) or "–"
    forward = ", ".join(one["lot"] for one in story["children"]) or "–"
    lines.append(f"{say('One step back', 'Một bước trước')}: {back}")
    lines.append(f"{say('One step forward', 'Một bước sau')}: {forward}")
    balance = story["balance"]
    shown = ", ".join(
        f"{choose(lang, *words)} {decimal(str(balance[name]), lang)}{unit}"
        for name, (*words, unit) in _BALANCE.items()
        if balance[name] not in (None, 0)
    )
    lines.append(f"{say('Balance', 'Cân đối')}: {shown}")
    if story["findings"]:
        lines.append(say("Findings:", "Phát hiện:"))
        lines += [f"  • {one[lang]}" for one in story["findings"]]
    return "\n".join(lines) + "\n"
