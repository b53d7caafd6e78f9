"""Carton labels: from an `aggregated` statement to the label that is stuck on the carton.

What is in the carton, and the words of its label; printing is `api.labels.carton_printing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from api.labels.desk import LOCAL_BASE
from api.labels.fields import short_day
from api.read_side import ReadSide
from ledger.domain.codes import Sscc
from ledger.domain.digital_link import DigitalLink
from ledger.domain.quantities import Quantity
from ledger.domain.web_address import in_capitals
from ledger.projections.views import Views
from ledger.verify.wording import Refusal
from printers.design.template import Template
from printers.label import Label

CARTON_TEMPLATE: Final = "thung-100x100"
_AI: Final = "00"
_LOTS_NAMED: Final = 3
_NAMES_AT_MOST: Final = 60


class CartonRefused(Refusal):
    """A carton that gets no label, or none without a word more."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "carton-unknown": (
            "Carton {sscc} is not in the ledger; record what is in it first (statement aggregated), "
            "then print its label.",
            "Thùng {sscc} chưa có trong sổ; hãy ghi hàng xếp trong thùng trước (phiếu aggregated) rồi "
            "mới in tem.",
        ),
        "carton-stopped": (
            "Carton {sscc} holds lot {lot}, which is {status}; it gets no label until that is lifted.",
            "Thùng {sscc} chứa lô {lot} {status_vi}; không in tem thùng cho đến khi được gỡ.",
        ),
        "carton-copy": (
            "The label of carton {sscc} was printed before; give --reason to print a further copy.",
            "Tem của thùng {sscc} đã in rồi; muốn in thêm bản nữa hãy ghi lý do bằng --reason.",
        ),
        "carton-in-doubt": (
            "It is not known whether the label of carton {sscc} came out; look, then say --came-out "
            "yes or --came-out no.",
            "Chưa rõ tem của thùng {sscc} đã in ra hay chưa; hãy xem máy in rồi ghi --came-out yes "
            "(đã ra) hoặc --came-out no (chưa ra).",
        ),
        "carton-not-in-doubt": (
            "No label of carton {sscc} is in doubt; leave out --came-out.",
            "Thùng {sscc} không có tem nào chưa rõ; hãy bỏ --came-out.",
        ),
    }


@dataclass(frozen=True, slots=True)
class Content:
    """One lot in a carton. Days are ISO text; `gtin` is "" for goods without one."""

    name: str
    gtin: str
    lot: str
    amount: dict[str, str]
    made_on: str | None
    use_by: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class Carton:
    """A carton as its label needs it; `producer` has name and address of whoever filled it."""

    sscc: str
    producer: dict[str, Any]
    contents: tuple[Content, ...]


def find_carton(views: ReadSide, text: str) -> Carton:
    """The carton of an SSCC (18 digits, as typed or scanned).

    Raises:
        IdentifierError: no SSCC, or a wrong check digit.
        CartonRefused: the ledger does not know it, or a lot in it is held or recalled.
    """
    sscc = Sscc.parse(text).text
    found = views.container(sscc)
    if found is None:
        raise CartonRefused("carton-unknown", sscc=sscc)
    refuse_stopped_contents(views, sscc)
    contents = []
    for item, code, amount in found.contents:
        lot = views.lot(item, code)
        contents.append(_content(item, code, amount, {} if lot is None else lot.facts))
    return Carton(sscc, _producer(views, found.party), tuple(contents))


def refuse_stopped_contents(views: ReadSide | Views, sscc: str) -> None:
    """CartonRefused when a lot in the carton is held or recalled now."""
    found = views.container(sscc)
    for item, code, _ in () if found is None else found.contents:
        lot = views.lot(item, code)
        if lot is not None and (stopped := lot.facts.get("stopped")):
            words = {"recalled": "đang bị thu hồi", "held": "đang bị tạm giữ"}
            raise CartonRefused(
                "carton-stopped",
                sscc=sscc,
                lot=code,
                status=stopped["type"],
                status_vi=words[stopped["type"]],
            )


def _content(item: str, lot: str, amount: dict[str, str], facts: dict[str, Any]) -> Content:
    product = facts.get("product") or {}
    return Content(
        str(facts.get("name", item)),
        "" if "/" in item else item,
        lot,
        amount,
        facts.get("packed_on"),
        facts.get("expiry"),
        product.get("origin", "Việt Nam"),
    )


def _producer(views: ReadSide, party: str) -> dict[str, Any]:
    body = views.registry.parties.get(party, {})
    address = body.get("address") or body.get("province") or "–"
    return {"name": body.get("name", party), "address": address}


def carton_url(base: str | None, sscc: str) -> str:
    """The address in a carton's QR code: `BASE/00/SSCC`, in capitals."""
    return in_capitals(DigitalLink(base or LOCAL_BASE, ((_AI, sscc),)).uri(), path_too=True)


def carton_label(carton: Carton, base: str | None, template: Template) -> Label:
    """The label of a carton; where its lots differ, the label says so and the code says how."""
    lots = carton.contents
    fields = {
        "sscc": carton.sscc,
        "contents": contents_text(carton),
        "product_name": _names(list(dict.fromkeys(one.name for one in lots))),
        "gtin": _one_or_many([one.gtin or "–" for one in lots], "mã"),
        "lot": _one_or_many([one.lot for one in lots], "lô"),
        "made_on": _days([one.made_on for one in lots]),
        "use_by": _days([one.use_by for one in lots]),
        "origin": ", ".join(dict.fromkeys(one.origin for one in lots)),
        "producer_name": carton.producer["name"],
        "producer_address": carton.producer["address"],
    }
    wanted = {name: text for name, text in fields.items() if name in template.fields}
    return Label(carton.sscc, carton_url(base, carton.sscc), wanted, 0)


def contents_text(carton: Carton) -> str:
    """What is in the carton, in Vietnamese; beyond a few lots the page behind the code says the rest."""
    named = [
        f"{Quantity.parse(one.amount['value'], one.amount['unit']).vietnamese()} {one.name}, "
        f"lô {one.lot}"
        for one in carton.contents
    ]
    if len(named) > _LOTS_NAMED:
        rest = len(named) - _LOTS_NAMED + 1
        named[_LOTS_NAMED - 1 :] = [f"và {rest} lô nữa, quét mã QR để xem"]
    return "; ".join(named)


def _names(names: list[str]) -> str:
    joined = ", ".join(names)
    if len(names) == 1 or len(joined) <= _NAMES_AT_MOST:
        return joined
    return f"{names[0]} và {len(names) - 1} mặt hàng khác"


def _one_or_many(values: list[str], word: str) -> str:
    distinct = list(dict.fromkeys(values))
    return distinct[0] if len(distinct) == 1 else f"{len(distinct)} {word}, quét mã QR để xem"


def _days(days: list[str | None]) -> str:
    """One day, or the first and the last of several; "–" for none."""
    known = sorted(day for day in days if day is not None)
    if not known:
        return "–"
    ends = [short_day(day) for day in dict.fromkeys((known[0], known[-1]))]
    return " – ".join(ends)
