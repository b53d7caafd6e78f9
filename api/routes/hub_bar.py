"""What the station's start page says of the hub: one sentence, and how many records wait."""

from __future__ import annotations

from dataclasses import dataclass

from api.routes.services import Services
from api.station.standing import standing


@dataclass(frozen=True, slots=True)
class HubBar:
    """`text` says how the station stands; when it is `frozen`, why, and what to do."""

    text: str
    frozen: bool
    unsent: int


def hub_bar(services: Services, lang: str) -> HubBar | None:
    """The bar of a joined folder; None for a ledger of its own."""
    link = services.link
    if link is None:
        return None
    now = standing(link, services.ledger)
    text = now.say(lang, int(services.now().timestamp()))
    return HubBar(text, now.frozen is not None, now.unsent)
