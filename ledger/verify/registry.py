"""What the ledger says exists: parties, sites, items, products, certificates, instruments.

Folded from registry statements in log order; the newest registration of a code
holds. It also knows who owns what, since only a product's owner may label it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from ledger.verify.graph import lots_about
from ledger.verify.statement import Statement
from ledger.verify.wording import Refusal


class OwnershipRefused(Refusal):
    """The party speaks of something that belongs to another."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "product-of-other": (
            "Product {item} is registered by {owner}, so {party} cannot record {type} for it.",
            "Sản phẩm {item} do {owner} đăng ký, {party} không được ghi phiếu {type} cho sản phẩm này.",
        ),
        "product-unknown": (
            "Product {item} is not registered; register it before {type}.",
            "Sản phẩm {item} chưa được đăng ký; hãy đăng ký trước khi ghi phiếu {type}.",
        ),
        "item-of-other": (
            "Item {item} belongs to {owner}, so {party} cannot record {type} for it.",
            "Mặt hàng {item} thuộc {owner}, {party} không được ghi phiếu {type} cho mặt hàng này.",
        ),
        "gtin-taken": (
            "GTIN {item} is already registered by {owner}.",
            "GTIN {item} đã do {owner} đăng ký.",
        ),
        "authority-needed": (
            "Party {party} is no authority and not the owner, so it cannot record {type} for "
            "{item}.",
            "{party} không phải cơ quan quản lý và không phải chủ hàng nên không được ghi phiếu "
            "{type} cho {item}.",
        ),
        "party-taken": (
            "Party code {item} is registered already.",
            "Mã cơ sở {item} đã được đăng ký.",
        ),
    }


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate. Days are ISO text; `vouched_by` is the party that recorded it."""

    kind: str
    number: str
    issuer: str
    subject: str
    valid_from: str
    valid_to: str
    stars: int
    vouched_by: str
    by_authority: bool
    withdrawn: bool = False

    def covers(self, day: str) -> bool:
        """True when `day` (ISO text) lies in the validity and it was not withdrawn."""
        return not self.withdrawn and self.valid_from <= day <= self.valid_to


@dataclass(slots=True)
class Registry:
    """Registered things by code. Bodies are kept as signed."""

    parties: dict[str, dict[str, Any]] = field(default_factory=dict)
    sites: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    products: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    certificates: dict[tuple[str, str], Certificate] = field(default_factory=dict)
    instruments: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    # Subject -> number -> place among all certificates, so that asking for a few is not a search.
    certified: dict[str, dict[str, int]] = field(default_factory=dict)

    def is_authority(self, party: str) -> bool:
        return self.parties.get(party, {}).get("kind") == "authority"

    def owner_of(self, item: str) -> str | None:
        """Party that owns an item: the prefix of an item code, the registrant of a GTIN."""
        if "/" in item:
            return item.partition("/")[0]
        found = self.products.get(item)
        return None if found is None else found[0]

    def item_name(self, item: str) -> str:
        """Registered name of an item, or its code."""
        if "/" in item:
            name = self.items.get(item, {}).get("name")
        else:
            name = self.products.get(item, ("", {}))[1].get("name")
        return str(name) if name else item

    def certificates_of(self, *subjects: str) -> list[Certificate]:
        """Every certificate recorded for these subjects, in ledger order."""
        places = sorted(
            (place, subject, number)
            for subject in dict.fromkeys(subjects)
            for number, place in self.certified.get(subject, {}).items()
        )
        return [self.certificates[subject, number] for _, subject, number in places]

    def check(self, statement: Statement) -> None:
        """Refuse a statement about another party's product or item.

        Receiving, shipping, selling and testing goods of others is trade; making,
        labelling, photographing and recalling them is their owner's (or, for
        trouble, an authority's) alone.
        """
        kind = statement.type
        if kind in _OWNER_ONLY:
            if kind == "processed":
                for output in statement.body["outputs"]:
                    self._check_owner(statement, output["lot"]["item"])
            else:
                self._check_owner(statement, statement.body["lot"]["item"])
        elif kind == "product-registered":
            owner = self.owner_of(statement.body["gtin"])
            if owner is not None and owner != statement.party:
                raise OwnershipRefused("gtin-taken", item=statement.body["gtin"], owner=owner)
        elif kind == "party-registered":
            known = self.parties.get(statement.body["code"])
            if known is not None and known != statement.body:
                raise OwnershipRefused("party-taken", item=statement.body["code"])
        elif kind in _OWNER_OR_AUTHORITY and not self.is_authority(statement.party):
            for lot in lots_about(statement.type, statement.body):
                owner = self.owner_of(lot[0])
                if owner is not None and owner != statement.party:
                    raise OwnershipRefused(
                        "authority-needed", party=statement.party, type=kind, item=lot[0]
                    )
        elif kind == "photographed":
            self._check_photographed(statement, statement.body)
        elif kind == "corrected" and statement.body["of"] == "photographed":
            self._check_photographed(statement, statement.body["body"])

    def _check_photographed(self, statement: Statement, body: dict[str, Any]) -> None:
        # A picture that strangers could hang on somebody's goods would be shown as their own.
        if "lot" in body:
            self._check_owner(statement, body["lot"]["item"])
        if "product" in body:
            self._check_owner(statement, body["product"])

    def _check_owner(self, statement: Statement, item: str) -> None:
        if item.startswith(
            f"{statement.party}/"
        ):  # most items are, and this is asked of each entry
            return
        owner = self.owner_of(item)
        if owner is None:
            raise OwnershipRefused("product-unknown", item=item, type=statement.type)
        if owner != statement.party:
            raise OwnershipRefused(
                "item-of-other" if "/" in item else "product-of-other",
                item=item,
                owner=owner,
                party=statement.party,
                type=statement.type,
            )

    def apply(self, statement: Statement) -> None:
        """Fold one admitted statement; types that register nothing pass by."""
        body, party = statement.body, statement.party
        match statement.type:
            case "party-registered":
                self.parties[body["code"]] = body
            case "site-registered":
                self.sites[party, body["code"]] = body
            case "item-registered":
                self.items[f"{party}/{body['code']}"] = body
            case "product-registered":
                self.products[body["gtin"]] = (party, body)
            case "certificate-recorded":
                self.certified.setdefault(body["subject"], {}).setdefault(
                    body["number"], len(self.certificates)
                )
                self.certificates[body["subject"], body["number"]] = Certificate(
                    body["kind"],
                    body["number"],
                    body["issuer"],
                    body["subject"],
                    body["valid_from"],
                    body["valid_to"],
                    body.get("stars", 0),
                    party,
                    self.is_authority(party),
                )
            case "certificate-withdrawn":
                self._withdraw(body["subject"], body["number"])
            case "instrument-registered":
                self.instruments.setdefault((party, body["code"]), [])
            case "instrument-verified":
                self.instruments.setdefault((party, body["code"]), []).append(
                    (body["verified_on"], body["valid_to"])
                )

    def _withdraw(self, subject: str, number: str) -> None:
        known = self.certificates.get((subject, number))
        if known is not None:
            self.certificates[subject, number] = Certificate(
                known.kind,
                known.number,
                known.issuer,
                known.subject,
                known.valid_from,
                known.valid_to,
                known.stars,
                known.vouched_by,
                known.by_authority,
                withdrawn=True,
            )


_OWNER_ONLY = frozenset(
    {
        "harvested",
        "processed",
        "packed",
        "labels-issued",
        "labels-printed",
        "labels-voided",
        "labels-reprinted",
    }
)
_OWNER_OR_AUTHORITY = frozenset({"held", "released", "recalled", "recall-closed"})
REGISTRY_TYPES = frozenset(
    {
        "party-registered",
        "site-registered",
        "item-registered",
        "product-registered",
        "certificate-recorded",
        "certificate-withdrawn",
        "instrument-registered",
        "instrument-verified",
    }
)
