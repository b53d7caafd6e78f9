"""From a lot's facts to the words on its label. The label law's rule sets come with printing."""

from __future__ import annotations

from typing import Any

from api.errors import DoorError
from ledger.domain.identifiers import Gtin, LotCode
from ledger.domain.quantities import Quantity
from printers.design.template import Template
from printers.label import Label


def label_of(facts: dict[str, Any], serial: str, url: str, template: Template) -> Label:
    """The label of one pack.

    Stars appear only when the OCOP recognition covered the packing day (domain.md, "Rules").

    Raises:
        DoorError: the lot is no packed product.
    """
    product = facts["product"]
    if product is None or facts["kind"] != "packed":
        raise DoorError("not-printable", lot=facts["lot"])
    net = product.get("net_content")
    producer = facts["producer"]
    fields = {
        "product_name": product["name"],
        "net_content": ""
        if net is None
        else Quantity.parse(net["value"], net["unit"]).vietnamese(),
        "made_on": short_day(facts["packed_on"]),
        "use_by": short_day(facts["expiry"]),
        "lot": facts["lot"],
        "producer_name": producer["name"],
        "producer_address": producer["address"],
        "origin": product.get("origin", "Việt Nam"),
        "ingredients": product.get("ingredients", ""),
        "storage": product.get("storage", ""),
        "usage": product.get("usage", ""),
        "warning": product.get("warning", ""),
    }
    wanted = {name: text for name, text in fields.items() if name in template.fields}
    return Label(serial, url, wanted, facts["stars"])


def test_label(base_url: str | None, template: Template) -> Label:
    """A label that shows the printer's work and names no goods."""
    words = {
        "product_name": "TEM THỬ MÁY IN",
        "net_content": "Ắ ằ ẫ Ộ ỡ ữ Ỵ đ",
        "producer_name": "Không dán lên hàng",
    }
    fields = {name: words.get(name, "–") for name in template.fields}
    return Label("TEST", (base_url or "OCOP LEDGER TEST").upper(), fields, 0)


def short_day(day: str | None) -> str:
    """dd/mm/yy as the label decree orders dates; a dash when there is none."""
    return "–" if day is None else f"{day[8:10]}/{day[5:7]}/{day[2:4]}"


def codes_of(facts: dict[str, Any]) -> tuple[Gtin, LotCode]:
    """GTIN and lot code of a product lot; DoorError for a raw lot."""
    if "/" in facts["item"]:
        raise DoorError("not-printable", lot=facts["lot"])
    return Gtin(facts["item"]), LotCode(facts["lot"])
