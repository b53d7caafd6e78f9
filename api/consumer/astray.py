"""Labels that lead to no lot: which page tells of each, with whom to ask and what is known."""

from __future__ import annotations

from api.consumer.label_pages import label_page
from api.consumer.lot_page import Contact, banners_of, contact_of
from api.consumer.phones import Phones
from api.pages.dates import today
from api.pages.messages_catalogue import tongue
from api.routes.freshness import as_of
from api.routes.link_path import LabelPath
from api.routes.services import Facts, Services


def why(genuine: bool, made_here: bool, *, lot: bool, product: bool) -> str:
    """The code of the page for a label whose lot, or whose serial, nobody has recorded.

    `genuine` is False for wrong check letters, `made_here` True for right ones; both say little
    where the label names no serial. `lot` and `product` say what is known.
    """
    if not genuine:
        return "wrong-check" if product else "other-ledger"
    if lot:
        return "serial-not-yet"
    # Check letters are made with this ledger's own key, also where the product is not known yet.
    return "lot-not-yet" if product or made_here else "other-ledger"


class Astray:
    """The pages of such labels, for one application."""

    def __init__(self, services: Services, phones: Phones) -> None:
        self._services = services
        self._phones = phones

    def page(
        self, code: str, path: LabelPath, lang: str, facts: Facts | None, *, genuine: bool = False
    ) -> bytes:
        """The page of a label as UTF-8; `facts` are those of the lot that its address names."""
        services = self._services
        product = services.views.registry.products.get(path.gtin14)
        banners = []
        if facts is not None:
            # Whatever is wrong with the label: that its lot is recalled is said first.
            banners = banners_of(facts, today(services.now()), tongue(lang), None)
        return label_page(
            code,
            lang,
            path,
            name=product[1]["name"] if product is not None else "",
            contact=self._contact(path.gtin14),
            banners=banners,
            lot_known=facts is not None,
            genuine=genuine,
            as_of=as_of(services),
        )

    def _contact(self, gtin14: str) -> Contact | None:
        """Whoever a product belongs to, as far as that is registered here."""
        views = self._services.views
        party = views.owner_of(gtin14)
        if party is None:
            return None
        return contact_of(views.registry.parties.get(party, {}), self._phones.of(party))
