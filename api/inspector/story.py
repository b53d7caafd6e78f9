"""What a dossier tells beyond a lot's facts, from its statements: only for who may see them whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.inspector.as_of import AsOf, AtTheTime
from api.inspector.chain import Asked, Chain, ChainTeller
from api.inspector.corrections import Correction, corrections_of
from api.inspector.lineage import MOST_LOTS, lineage_of
from api.pages.messages_catalogue import Tongue
from api.routes.services import Services

Facts = dict[str, Any]
_LABEL_TYPES = ("labels-issued", "labels-printed", "labels-voided", "labels-reprinted")


@dataclass(frozen=True, slots=True)
class Labels:
    """Counts of a lot's labels as the ledger has them, and the ranges that were issued."""

    issued: int
    printed: int
    voided: int
    reprinted: int
    ranges: tuple[tuple[str, int, int], ...]

    @property
    def silent(self) -> int:
        """Issued, and neither confirmed as printed nor void."""
        return max(self.issued - self.printed - self.voided, 0)


@dataclass(frozen=True, slots=True)
class Whole:
    """The chain, the corrections, the labels, and what held at each step (by the step's id)."""

    chain: Chain
    corrections: tuple[Correction, ...]
    labels: Labels
    as_of: dict[str, AsOf]


def whole_story(
    services: Services, facts: Facts, asked: Asked, say: Tongue, most: int = MOST_LOTS
) -> Whole:
    """Everything of one lot, its chain `most` lots each way.

    Looks through the lot's own statements only, and through indexes.
    """
    views = services.views
    lot = facts["item"], facts["lot"]
    lookup, stories = views.lookup, views.stories
    chain = ChainTeller(lineage_of(lot, lookup, views.registry, most=most), say).tell(asked)
    own = {step["index"] for step in facts["steps"]}
    located = stories.located_all(own | set(lookup.about([lot], ())))
    disputed = frozenset(one["entry"] for one in facts["findings"] if one["code"] == "disputed-key")
    history = stories.history
    then = AtTheTime(
        history.registry, history.keys.records, disputed, say, placed=stories.store.replica is None
    )
    return Whole(
        chain,
        tuple(corrections_of(located, say)),
        _labels([one.statement.body for one in located if one.statement.type in _LABEL_TYPES]),
        {step["id"]: then.of(step, facts["item"]) for step in facts["steps"]},
    )


def _labels(bodies: list[Facts]) -> Labels:
    def among(name: str) -> int:
        return sum(
            part["last"] - part["first"] + 1
            for body in bodies
            for part in body.get(name, {}).get("ranges", ())
        )

    issues = [body for body in bodies if "count" in body]
    return Labels(
        sum(body["count"] for body in issues),
        among("printed"),
        among("voided"),
        among("reprinted"),
        tuple((one["tag"], one["first"], one["first"] + one["count"] - 1) for one in issues),
    )
