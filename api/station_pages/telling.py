"""A statement in words: what stands in it, field by field, for the page of a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from api.pages.dates import day, moment
from api.pages.messages_catalogue import N_, Tongue
from api.pages.words import PARTNERS, REASONS, quantity, worded
from api.routes.services import Services

RESULTS: Final = {"pass": N_("đạt"), "fail": N_("không đạt"), "pending": N_("chờ kết quả")}
ACTIVITIES: Final = {
    "sowing": N_("gieo, trồng"),
    "fertilising": N_("bón phân"),
    "spraying": N_("phun thuốc"),
    "weeding": N_("làm cỏ"),
    "watering": N_("tưới"),
    "pruning": N_("tỉa cành"),
    "other": N_("việc khác"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line: the field's name in the body, its label and its value in words."""

    name: str
    label: str
    value: str


class Teller:
    """Puts bodies into the words of one language, with names and private texts known here."""

    def __init__(self, services: Services, say: Tongue) -> None:
        self._services = services
        self._say = say

    def lines(self, party: str, body: dict[str, Any]) -> list[Told]:
        """Every field of a body that says something, in the order of a form."""
        return list(self._lines(party, body))

    def short(self, body: dict[str, Any]) -> str:
        """The one amount or word that tells most, for a list; "" where there is none."""
        say = self._say
        if "packs" in body:
            return say("{packs} gói", packs=self._count(body["packs"]))
        if "quantity" in body:
            return quantity(body["quantity"], say)
        if "outputs" in body:
            return " + ".join(quantity(one["quantity"], say) for one in body["outputs"])
        if "contents" in body:
            return " + ".join(quantity(one["quantity"], say) for one in body["contents"])
        if "result" in body:
            return worded(RESULTS, body["result"], say)
        if "activity" in body:
            return worded(ACTIVITIES, body["activity"], say)
        labels = _labels(body)
        return say("{count} tem", count=self._count(labels)) if labels else ""

    def item_name(self, item: str) -> str:
        """Name of goods as registered; the code itself while they are not."""
        return self._services.views.registry.item_name(item)

    def lot(self, lot: dict[str, str]) -> str:
        """Goods and lot code."""
        return f"{self.item_name(lot['item'])} – {lot['code']}"

    def partner(self, found: dict[str, Any]) -> str:
        """The other side: a registered name, a household's number, a private name known here."""
        say = self._say
        if "party" in found:
            body = self._services.views.registry.parties.get(found["party"], {})
            return str(body.get("name", found["party"]))
        kind = worded(PARTNERS, found["kind"], say)
        private = self.private(found.get("digest"))
        number = found.get("number")
        public = say("{kind} số {number}", kind=kind, number=number) if number else kind
        return f"{private} ({public})" if private else public

    def _lines(self, party: str, body: dict[str, Any]) -> Iterator[Told]:
        say = self._say
        if "lot" in body:
            yield Told("lot", say("Lô"), self.lot(body["lot"]))
        if "container" in body:
            yield Told("container", say("Mã thùng (SSCC)"), body["container"])
        if "quantity" in body:
            yield Told("quantity", say("Số lượng"), quantity(body["quantity"], say))
        for name, label in (
            ("inputs", say("Lấy từ lô nào")),
            ("contents", say("Trong thùng có gì")),
            ("outputs", say("Ra mặt hàng nào")),
        ):
            if name in body:
                told = (f"{self.lot(o['lot'])}: {quantity(o['quantity'], say)}" for o in body[name])
                yield Told(name, label, "\n".join(told))
        if "loss" in body:
            yield Told("loss", say("Hao hụt"), quantity(body["loss"], say))
        if "packs" in body:
            yield Told("packs", say("Số gói"), self._count(body["packs"]))
        if labels := _labels(body):
            yield Told("labels", say("Số tem"), self._count(labels))
        if "printer" in body:
            yield Told("printer", say("Máy in"), body["printer"])
        if "expiry" in body:
            yield Told("expiry", say("Hạn sử dụng"), day(body["expiry"]))
        if "activity" in body:
            yield Told("activity", say("Việc gì"), worded(ACTIVITIES, body["activity"], say))
        if "dose" in body:
            yield Told("dose", say("Liều lượng"), quantity(body["dose"], say))
        if "interval_days" in body:
            days = say("{days} ngày", days=body["interval_days"])
            yield Told("interval_days", say("Cách ly bao nhiêu ngày"), days)
        if "result" in body:
            yield Told("result", say("Kết quả"), worded(RESULTS, body["result"], say))
        if "method" in body:
            yield Told("method", say("Chỉ tiêu, phương pháp"), body["method"])
        if "reason" in body:
            yield Told("reason", say("Vì sao"), worded(REASONS, body["reason"], say))
        for name, label in (
            ("from", say("Nhận từ ai")),
            ("to", say("Giao cho ai")),
            ("by", say("Phòng kiểm nghiệm")),
        ):
            if name in body:
                yield Told(name, label, self.partner(body[name]))
        if "site" in body:
            site = self._services.views.registry.sites.get((party, body["site"]), {})
            yield Told("site", say("Địa điểm"), str(site.get("name", body["site"])))
        if "instrument" in body:
            yield Told("instrument", say("Cân, thiết bị"), body["instrument"])
        if "note" in body:
            private = self.private(body["note"])
            kept = say("(chữ riêng tư, không có trên máy này)")
            yield Told("note", say("Ghi chú"), private or kept)

    def private(self, digest: str | None) -> str:
        """The private text of a digest, "" where it is not known here."""
        return "" if digest is None else self._services.notes.text_of(digest) or ""

    def _count(self, number: int) -> str:
        return f"{number:,}" if self._say.lang == "en" else f"{number:,}".replace(",", ".")


def _labels(body: dict[str, Any]) -> int:
    """How many labels a statement issues, or says of that they were printed or are void."""
    named = (body[name]["ranges"] for name in ("printed", "voided", "reprinted") if name in body)
    counted = sum(one["last"] - one["first"] + 1 for ranges in named for one in ranges)
    return counted or int(body.get("count", 0))


def happened(time: str) -> str:
    """When a step was, for people."""
    return moment(time)
