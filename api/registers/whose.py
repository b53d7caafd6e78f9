"""For which party somebody keeps registers, photos, tables and figures."""

from __future__ import annotations

from api.access.viewer import Viewer
from api.routes.services import Services


def parties_for(services: Services, viewer: Viewer) -> list[tuple[str, str]]:
    """(code, name) of every party whose registers somebody may keep, those with a key here first.

    A manager keeps those of the own party; an administrator everybody's. The own machine keeps those
    of the one party that it has keys of; where it has several parties' keys, as a hub has, nobody
    signs in their name without having signed in.
    """
    every = [(str(one["code"]), str(one["name"])) for one in services.views.parties()]
    here = {party for party, role in services.station.signers if role in {"admin", "station"}}
    if "administrator" in viewer.roles:
        return sorted(every, key=lambda one: (one[0] not in here, one[0]))
    if "machine" in viewer.roles:
        mine = [one for one in every if one[0] in here]
        return mine if len(mine) == 1 else []
    return [one for one in every if one[0] == viewer.party]


def chosen_party(parties: list[tuple[str, str]], asked: str) -> str | None:
    """The party asked for when it is one of these, the first of them when none was; else None."""
    codes = [code for code, _ in parties]
    if asked:
        return asked if asked in codes else None
    return codes[0] if codes else None
