"""Whose tables somebody may work with, and whose a waiting file is."""

from __future__ import annotations

import hashlib

from api.access.viewer import Viewer
from api.registers.whose import chosen_party, parties_for
from api.routes.services import Services
from api.tables.errors import TableRefused


def party_asked(services: Services, viewer: Viewer, asked: str) -> str:
    """The party that was asked for, or the viewer's first. TableRefused: `party-not-yours`."""
    parties = parties_for(services, viewer)
    found = chosen_party(parties, asked)
    if found is None:
        known = ", ".join(code for code, _ in parties[:20])
        raise TableRefused("party-not-yours", found=asked, known=known or "–")
    return found


def owner_of(viewer: Viewer) -> str:
    """Whose a file is: the session's, or the own machine's while nobody signs in."""
    who = viewer.session or "machine"
    return hashlib.sha256(f"tables {who}".encode()).hexdigest()
