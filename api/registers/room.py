"""What all pages of the registers share: whose register is asked for, and what each page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.access.viewer import Viewer, viewer_of
from api.pages.messages_catalogue import tongue
from api.pages.notices import notice
from api.pages.shell import shell
from api.registers.errors import RegisterRefused
from api.registers.fields import REGISTERS
from api.registers.reading import Desk
from api.registers.signing import standing
from api.registers.things import Key
from api.registers.values import read_value
from api.registers.whose import chosen_party, parties_for
from api.routes.replies import html
from api.routes.services import Services
from api.routes.station_guard import language

ROOT = "/quan-ly"
LISTS = f"{ROOT}/danh-muc"
SIGNING = frozenset({"register-passphrase", "register-passphrase-wrong", "register-tries"})
"""Refusals that stand at the field of the passphrase."""

Typed = Mapping[str, str]
Asked = ParamSpec("Asked")


class NotTheirs(Exception):  # no fault: somebody asks for another party's register
    """The party asked for is not one that the viewer may keep registers for."""


class Room:
    """The registers behind an address."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def party(self, viewer: Viewer, asked: str) -> tuple[str | None, list[tuple[str, str]]]:
        """The party asked for or the first, None for neither; and all that the viewer may keep."""
        parties = parties_for(self.services, viewer)
        return chosen_party(parties, asked), parties

    def desk(self, request: Request, asked: str) -> tuple[Desk, list[tuple[str, str]]]:
        """The register of the address for the party asked for, and all parties of the viewer.

        Raises:
            NotTheirs: it is another's.
            HTTPException: 404, there is no such register.
        """
        register = REGISTERS.get(str(request.path_params["register"]))
        party, parties = self.party(viewer_of(request.scope), asked)
        if register is None:
            raise HTTPException(404)
        if party is None:
            raise NotTheirs
        say = tongue(language(request))
        return Desk(self.services, register, party, say), parties

    def shown(self, request: Request, desk: Desk, parties: list[tuple[str, str]]) -> dict[str, Any]:
        """What every page of a register needs."""
        lang = language(request)
        return {
            **shell(request.scope, lang),
            "register": desk.register,
            "title": desk.say(desk.register.title),
            "party": desk.party,
            "party_name": dict(parties).get(desk.party, desk.party),
            "parties": parties,
            "root": f"{LISTS}/{desk.register.slug}",
            "standing": standing(self.services, desk.party),
            "hub": "" if self.services.link is None else self.services.link.joined.address,
        }


async def answered(
    request: Request, work: Callable[Asked, Response], *args: Asked.args, **more: Asked.kwargs
) -> Response:
    """The work's answer, off the event loop; a plain page for somebody else's register."""
    try:
        return await run_in_threadpool(work, *args, **more)
    except NotTheirs:
        return html(notice("not-yours", language(request), link=ROOT), 403)


def key_of(desk: Desk, asked: Typed) -> Key:
    """The key that an address or a form names: `ma`, and `cua` for the subject of a certificate."""
    names = ("ma", "cua")[: len(desk.register.key)]
    found = []
    for name, field in zip(names, desk.register.key, strict=True):
        text = asked.get(name, "")[:200]
        if field == "gtin":
            try:
                text = read_value(desk.register.field("gtin"), text, desk.say) or ""
            except RegisterRefused:
                text = ""
        found.append(text)
    return tuple(found)
