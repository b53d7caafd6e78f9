"""The lot dossier for inspectors: everything the ledger says of one lot, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from api.consumer.lot_page import hidden_words
from api.inspector.addresses import ROOT, tool_at
from api.inspector.as_of import HELD
from api.inspector.corrections import RESULTS
from api.inspector.lot_graph import Drawing, Group, Shown, draw
from api.inspector.ranking import ranked
from api.inspector.story import Whole
from api.pages.addresses import at, dossier_at, lot_path
from api.pages.dates import day
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
_PHOTOS = 24
_DRAWN = 24  # lots of one step that are drawn; the list has all of them


@dataclass(frozen=True, slots=True)
class StepLine:
    """One statement of this lot as a row."""

    index: int
    id: str
    what: str
    time: str
    party: str
    place: str
    quantity: str
    partner: str
    instrument: str
    result: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding: how grave, about which lot, what, and where the statement is that it means."""

    severity: str
    word: str
    lot: str
    text: str
    link: str
    entry: str


@dataclass(frozen=True, slots=True)
class Tools:
    """Where whoever inspects goes on from a dossier; "" for what this machine or role has not."""

    order: str = ""
    reach: str = ""
    paper: str = ""
    report: str = ""
    parcel: str = ""


def tools_for(lot: tuple[str, str], lang: str, *, orders: bool, evidence: bool) -> Tools:
    """The tools for a lot; `orders` for whom the ledger lets order, `evidence` where bundles are."""
    return Tools(
        tool_at(lot, "lenh", lang) if orders else "",
        tool_at(lot, "pham-vi", lang),
        tool_at(lot, "doi-chieu", lang),
        tool_at(lot, "bien-ban.pdf", lang) if evidence else "",
        tool_at(lot, "mang-theo.zip", lang) if evidence else "",
    )


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
    whole: Whole | None = None,
    tools: Tools | None = None,
    top: Mapping[str, Any] | None = None,
) -> bytes:
    """The dossier page of a known lot; `size` is the number of entries the views have read.

    `scans` is None when the counts cannot be read now. `as_of` is the moment that the page speaks
    of, when that is not now. `hub` is where a station's evidence is, which it can have `fetched`
    for whoever sits at it; `closed` lots have a signed file that whoever asks may not have.
    `whole` is what only those are shown for whom nothing is hidden, `top` the bar above the page.
    """
    say = tongue(lang)
    status = Views.status(facts, today)
    stopped = facts.get("stopped")
    return render(
        "inspector/dossier.html",
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
        drawing=None if whole is not None else _one_step(facts, lang),
        whole=whole,
        tools=tools,
        stages=[_stage(one, say) for one in facts.get("stages") or []],
        photos=_photos(facts),
        steps=[step_line(one, say) for one in facts.get("steps") or []],
        parents=[_relative(one, say) for one in facts.get("parents") or []],
        children=[_relative(one, say) for one in facts.get("children") or []],
        balance=balance_lines(facts.get("balance") or {}, say),
        findings=_findings(
            facts,
            today,
            say,
            {one.id for one in whole.corrections} if whole is not None else set(),
            searchable=tools is not None,
        ),
        certificates=[
            (worded(CERTIFICATES, c["kind"], say), c, c["valid_to"] < today)
            for c in facts.get("certificates") or []
        ],
        keys=_keys(facts, say),
        labelled=facts.get("product") is not None,
        scans=_scans(scans, say),
        scan_findings=[
            (f["severity"], worded(SEVERITIES, f["severity"], say), f[lang])
            for f in (scans.findings if scans is not None else ())
        ],
        path=lot_path(facts["item"], facts["lot"]),
        **({} if top is None else top),
    )


def _one_step(facts: Facts, lang: str) -> Drawing:
    """One step back, this lot, one step forward."""
    own = facts["item"], facts["lot"]
    shown = [Shown(own, 0, facts["name"], facts["lot"], dossier_at(own, lang))]
    steps = []
    for level, name in ((-1, "parents"), (1, "children")):
        for one in (facts.get(name) or [])[:_DRAWN]:
            lot = one["item"], one["lot"]
            shown.append(Shown(lot, level, one["name"], one["lot"], dossier_at(lot, lang)))
            steps.append((lot, own) if level < 0 else (own, lot))
    say = tongue(lang)
    groups = {}
    for level in (-1, 1):
        count = sum(one.level == level for one in shown)
        groups[level] = Group(say("{count} lô", count=count), "", "#danh-sach-lo")
    return draw(own, shown, steps, groups)


def _photos(facts: Facts) -> list[Facts]:
    """Every photo of the chain, the product's own first, then stage by stage."""
    image = (facts.get("product") or {}).get("image")
    of_stages = [one for stage in facts.get("stages") or [] for one in stage.get("photos") or []]
    every = [*([image] if isinstance(image, dict) else []), *of_stages, *facts.get("photos", [])]
    return every[:_PHOTOS]


def _findings(
    facts: Facts, today: str, say: Tongue, corrections: set[str], *, searchable: bool
) -> list[FindingLine]:
    own = facts["item"], facts["lot"]
    here = {step["id"] for step in facts.get("steps") or []}
    found: list[FindingLine] = []
    for one in ranked(Views.findings(facts, today), own):
        lot, entry = (one["item"], one["lot"]), one["entry"]
        link = ""
        if entry in here:
            link = f"#phieu-{entry[:16]}"
        elif entry in corrections:
            link = "#dinh-chinh"
        elif entry and lot != own:
            link = dossier_at(lot, say.lang) + f"#phieu-{entry[:16]}"
        elif entry and searchable:
            link = at(ROOT, say.lang, tim=entry)
        word = worded(SEVERITIES, one["severity"], say)
        found.append(FindingLine(one["severity"], word, lot[1], one[say.lang], link, entry))
    return found


def _stage(stage: Facts, say: Tongue) -> tuple[str, str, str, str]:
    """(what, of which item, days, places) of one stage of the whole chain."""
    days = day(stage["first_day"])
    if stage["last_day"] != stage["first_day"]:
        days = f"{days} – {day(stage['last_day'])}"
    shown = [amount(stage["kg"], say.lang) + " kg"] if stage.get("kg") else []
    if stage.get("packs"):
        shown.append(say("{packs} gói", packs=amount(str(stage["packs"]), say.lang)))
    places = ", ".join(str(site["name"]) for site in stage["sites"])
    detail = " · ".join([part for part in (", ".join(shown), places) if part])
    return worded(STAGES, stage["type"], say), str(stage["item_name"]), days, detail


def step_line(step: Facts, say: Tongue) -> StepLine:
    """One step of a lot's facts in words."""
    partner = step.get("counterparty") or {}
    amount_shown = quantity(step.get("quantity"), say)
    if step.get("packs"):
        amount_shown = say("{packs} gói", packs=amount(str(step["packs"]), say.lang))
    return StepLine(
        step["index"],
        step["id"],
        worded(STAGES, step["type"], say),
        step["time"],
        step["party"],
        step.get("site_name") or step.get("site") or "–",
        amount_shown,
        _partner(partner, say) if isinstance(partner, dict) else str(partner),
        step.get("instrument") or "–",
        worded(RESULTS, step["result"], say) if step.get("result") else "",
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


def balance_lines(balance: Facts, say: Tongue) -> list[tuple[str, str]]:
    """(what, how much) of a lot's mass balance, as far as it is known."""
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


def _keys(facts: Facts, say: Tongue) -> list[tuple[str, str, str]]:
    """(key id, party, where the key is held) of every key that signed a step, once each."""
    steps = facts.get("steps") or []
    found = dict.fromkeys((step["keyid"], step["party"], step["held"]) for step in steps)
    return [(keyid, party, worded(HELD, held, say)) for keyid, party, held in found]
