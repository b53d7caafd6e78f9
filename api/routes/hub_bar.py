"""What the station's start page says of the hub: one sentence, and how far each record has come."""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.messages_catalogue import tongue
from api.pages.words import STAGES, worded
from api.routes.services import Services
from api.station.standing import newest_statements, standing

RECENT = 10


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One own statement in the list; `state` is here, sent or sealed."""

    seq: int
    stage: str
    lots: str
    time: str
    state: str


@dataclass(frozen=True, slots=True)
class HubBar:
    """`text` says how the station stands; when it is `frozen`, why, and what to do."""

    text: str
    frozen: bool
    unsent: int
    rows: list[OwnLine]


def hub_bar(services: Services, lang: str) -> HubBar | None:
    """The bar of a joined folder; None for a ledger of its own."""
    link = services.link
    if link is None:
        return None
    now, say = standing(link, services.ledger), tongue(lang)
    return HubBar(
        now.say(lang, int(services.now().timestamp())),
        now.frozen is not None,
        now.unsent,
        [
            OwnLine(
                one.seq, worded(STAGES, one.type, say), ", ".join(one.lots), one.time, one.state
            )
            for one in newest_statements(link, services.ledger, RECENT)
        ],
    )
