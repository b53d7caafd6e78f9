"""The lot dossier for inspectors: everything the ledger says of one lot, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from api.pages.consumer_page import hidden_words, lot_path
from api.pages.dates import day
from api.pages.lot_graph import draw
from api.pages.messages_catalogue import Tongue, tongue
from api.pages.rendering import render
from api.pages.words import (
    CERTIFICATES,
    PARTNERS,
    REASONS,
    SEVERITIES,
    STAGES,
    STATUSES,
    amount,
    quantity,
    worded,
)
from ledger.projections.views import Views

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StepLine:
    """One statement of this lot as a row."""

    index: int
    id: str
    what: str
    time: str
    place: str
    quantity: str
    partner: str
    instrument: str
    corrected: bool


class LotScans(Protocol):
    """How often the lot's pages were opened at least, on ISO days, and what is odd about it."""

    @property
    def about(self) -> int: ...
    @property
    def first_day(self) -> str: ...
    @property
    def last_day(self) -> str: ...
    @property
    def findings(self) -> Sequence[Mapping[str, Any]]: ...


def dossier_html(
    facts: Facts,
    size: int,
    today: str,
    lang: str,
    scans: LotScans | None = None,
    as_of: str = "",
    *,
    hub: str = "",
    fetched: bool = False,
    closed: bool = False,
) -> bytes:
    """The dossier page of a known lot; `size` is the number of entries the views have read.

    `scans` is None when the counts cannot be read now. `as_of` is the moment that the page speaks
    of, when that is not now. `hub` is where a station's evidence is, which it can have `fetched`
    for whoever sits at it; `closed` lots have a signed file that whoever asks may not have.
    """
    say = tongue(lang)
    status = Views.status(facts, today)
    stopped = facts.get("stopped")
    return render(
        "dossier.html",
        lang,
        facts=facts,
        size=size,
        as_of=as_of,
        hub=hub,
        fetched=fetched,
        closed=closed,
        hidden=hidden_words(facts, say),
        status=status,
        status_word=worded(STATUSES, status, say),
        reason=worded(REASONS, stopped["reason"], say) if stopped else "",
        drawing=draw(facts, facts.get("parents") or [], facts.get("children") or []),
        steps=[_step(one, say) for one in facts.get("steps") or []],
        parents=[_relative(one, say) for one in facts.get("parents") or []],
        children=[_relative(one, say) for one in facts.get("children") or []],
        balance=_balance(facts.get("balance") or {}, say),
        findings=[
            (f["severity"], worded(SEVERITIES, f["severity"], say), f[lang], f.get("lot", ""))
            for f in Views.findings(facts, today)
        ],
        certificates=[
            (worded(CERTIFICATES, c["kind"], say), c, c["valid_to"] < today)
            for c in facts.get("certificates") or []
        ],
        keys=_keys(facts),
        labelled=facts.get("product") is not None,
        scans=_scans(scans, say),
        scan_findings=[
            (f["severity"], worded(SEVERITIES, f["severity"], say), f[lang])
            for f in (scans.findings if scans is not None else ())
        ],
        path=lot_path(facts["item"], facts["lot"]),
    )


def _step(step: Facts, say: Tongue) -> StepLine:
    partner = step.get("counterparty") or {}
    amount_shown = quantity(step.get("quantity"), say)
    if step.get("packs"):
        amount_shown = say("{packs} gói", packs=amount(str(step["packs"]), say.lang))
    return StepLine(
        step["index"],
        step["id"],
        worded(STAGES, step["type"], say),
        step["time"],
        step.get("site_name") or step.get("site") or "–",
        amount_shown,
        _partner(partner, say) if isinstance(partner, dict) else str(partner),
        step.get("instrument") or "–",
        bool(step.get("corrected")),
    )


def _partner(partner: Facts, say: Tongue) -> str:
    if partner.get("party"):
        return str(partner["party"])
    if partner.get("number"):
        return say("Hộ {number}", number=partner["number"])
    return worded(PARTNERS, partner["kind"], say) if partner else "–"


def _relative(one: Facts, say: Tongue) -> tuple[str, str, str, str]:
    path = lot_path(one["item"], one["lot"])
    return path, one["name"], one["lot"], quantity(one.get("quantity"), say)


def _balance(balance: Facts, say: Tongue) -> list[tuple[str, str]]:
    rows = (
        (say("Làm ra"), "made_kg", " kg"),
        (say("Nhận vào"), "received_kg", " kg"),
        (say("Đã lấy đi"), "taken_kg", " kg"),
        (say("Còn lại"), "left_kg", " kg"),
        (say("Số gói"), "packs", ""),
        (say("Khối lượng tịnh cả lô"), "net_kg", " kg"),
        (say("Tỷ lệ thu hồi sản phẩm"), "yield_percent", " %"),
    )
    return [
        (label, amount(str(balance[name]), say.lang) + unit)
        for label, name, unit in rows
        if balance.get(name) is not None
    ]


def _scans(scans: LotScans | None, say: Tongue) -> str:
    if scans is None:
        return say("Hiện chưa đọc được số lượt quét.")
    if not scans.about:
        return say("Chưa có lượt quét nào.")
    return say(
        "Khoảng {count} lượt mở trang, từ {first} đến {last}.",
        count=scans.about,
        first=day(scans.first_day),
        last=day(scans.last_day),
    )


def _keys(facts: Facts) -> list[tuple[str, str, str]]:
    """(key id, party, where the key is held) of every key that signed a step, once each."""
    steps = facts.get("steps") or []
    return list(dict.fromkeys((step["keyid"], step["party"], step["held"]) for step in steps))
