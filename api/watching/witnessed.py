"""How far witnesses have co-signed, in numbers; nothing at all for a ledger without witnesses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from api.witness.cosigned import Cosigned

Values = Mapping[str, float]


def witness_gauges(cosigned: Cosigned) -> dict[str, Callable[[], Values]]:
    """Gauges for one scrape, by name."""

    def quorum() -> Values:
        standing = cosigned.standing()
        if not standing.witnesses:
            return {}
        return {"": standing.quorum_size or 0}

    def each() -> Values:
        return {name: one.size or 0 for name, one in cosigned.standing().witnesses.items()}

    return {"cosigned_entries": quorum, "witness_entries": each}
