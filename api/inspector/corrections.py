"""Corrections side by side: what stood there, what stands there now, who said so, when and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.pages.dates import day
from api.pages.messages_catalogue import N_, Tongue
from api.pages.words import PARTNERS, REASONS, STAGES, quantity, worded
from ledger.verify.history import Located

FIELDS: Final = {
    "lot": N_("Lô"),
    "quantity": N_("Số lượng"),
    "site": N_("Địa điểm"),
    "from": N_("Nhận từ"),
    "to": N_("Giao cho"),
    "by": N_("Bên thực hiện"),
    "instrument": N_("Cân, thiết bị"),
    "inputs": N_("Đầu vào"),
    "outputs": N_("Đầu ra"),
    "contents": N_("Bên trong thùng"),
    "container": N_("Mã thùng"),
    "loss": N_("Hao hụt"),
    "packs": N_("Số gói"),
    "expiry": N_("Hạn dùng"),
    "result": N_("Kết quả"),
    "method": N_("Phương pháp"),
    "reason": N_("Lý do"),
    "activity": N_("Việc"),
    "dose": N_("Liều lượng"),
    "interval_days": N_("Số ngày cách ly"),
    "document": N_("Mã băm của tài liệu"),
    "note": N_("Mã băm của ghi chú riêng"),
}
RESULTS: Final = {"pass": N_("đạt"), "fail": N_("không đạt"), "pending": N_("đang chờ")}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a statement: what it was and what it is; `changed` when they differ."""

    name: str
    old: str
    new: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction. `of` and `id` are ids of the statement corrected and of the correction."""

    of: str
    id: str
    index: int
    what: str
    party: str
    keyid: str
    time: str
    said: str
    reason: str
    changes: tuple[Change, ...]


def corrections_of(located: Iterable[Located], say: Tongue) -> list[Correction]:
    """The corrections among these statements in log order, each beside what stood before it."""
    found: list[Correction] = []
    bodies: dict[str, dict[str, Any]] = {}
    times: dict[str, str] = {}
    for one in sorted(located, key=lambda one: one.index):
        said = one.statement
        if said.type != "corrected":
            bodies[one.id], times[one.id] = said.body, said.time
            continue
        of, new = said.body["corrects"], said.body["body"]
        old = bodies.get(of)
        found.append(
            Correction(
                of,
                one.id,
                one.index,
                worded(STAGES, said.body["of"], say),
                said.party,
                one.signer.keyid_hex,
                said.time,
                times.get(of, ""),
                worded(REASONS, said.body["reason"], say),
                tuple(_changes(old or {}, new, say)),
            )
        )
        bodies[of] = new
    return found


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], say: Tongue) -> Iterator[Change]:
    for name in dict.fromkeys([*FIELDS, *old, *new]):
        if name in old or name in new:
            before, after = old.get(name), new.get(name)
            yield Change(
                worded(FIELDS, name, say), told(before, say), told(after, say), before != after
            )


def told(value: Any, say: Tongue) -> str:
    """A value of a statement's body in words."""
    match value:
        case None:
            return "–"
        case {"value": str(), "unit": str()}:
            return quantity(value, say)
        case {"item": item, "code": code}:
            return f"{item} {code}"
        case {"lot": lot, "quantity": amount}:
            return f"{told(lot, say)}: {told(amount, say)}"
        case {"kind": kind, **rest}:
            return " ".join([worded(PARTNERS, kind, say), *(short(str(v)) for v in rest.values())])
        case list():
            return "; ".join(told(one, say) for one in value)
    text = str(value)
    if text in RESULTS:
        return worded(RESULTS, text, say)
    if text in REASONS:
        return worded(REASONS, text, say)
    if len(text) == 10 and text[4:5] == "-":
        return day(text)
    return short(text)


def short(text: str) -> str:
    """Digests cut to what an eye compares."""
    return f"{text[:16]}…" if len(text) == 64 else text
