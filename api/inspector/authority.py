"""For which authority somebody may order: the party that the administrator bound the account to.

Who may order at all is the ledger's rule (docs/format.md, "Ownership"): the owner of the goods, or
a party of kind authority. The key is the authority's station key, which the hub holds for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from api.access.viewer import viewer_of
from api.inspector.errors import InspectorRefused
from api.routes.services import Services


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority in whose name somebody orders, and who that is."""

    party: str
    name: str
    person: str


def authority_of(services: Services, request: Request) -> Authority | InspectorRefused:
    """Whose orders whoever asks may sign here, or why none."""
    viewer = viewer_of(request.scope)
    if services.link is not None:
        return InspectorRefused("order-at-hub", address=services.link.joined.address)
    if viewer.party is None or "inspector" not in viewer.roles:
        return InspectorRefused("no-authority")
    registry = services.views.registry
    known = registry.parties.get(viewer.party, {})
    if not registry.is_authority(viewer.party):
        kind = known.get("kind", "-")
        return InspectorRefused("not-an-authority", party=viewer.party, kind=kind)
    if (viewer.party, "station") not in services.station.signers:
        return InspectorRefused("no-order-key", party=viewer.party)
    return Authority(viewer.party, str(known["name"]), viewer.name)
