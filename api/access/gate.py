"""Who asks: the connection and the cookies of a request made into roles."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import Scope

from api.access.cookies import token_in
from api.access.errors import SideAway
from api.access.limits import Limits
from api.access.own_secret import secret_in
from api.access.passkeys import Passkeys
from api.access.passwords import Slowly
from api.access.people import People
from api.access.pins import Pins
from api.access.readers import Readers
from api.access.sessions import Sessions
from api.access.side_tables import SideTables
from api.access.viewer import ANONYMOUS, Viewer
from api.disclosure.choices import Disclosures
from api.routes.station_guard import own_machine

_FRESH: Final = 2.0
# A proxy on the own machine speaks from 127.0.0.1, too; whatever went through one is not from here.
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class Addressed(Protocol):
    """Settings, as far as the gate needs them."""

    @property
    def base_url(self) -> str | None: ...


class Asked(Protocol):
    """What the gate needs of the program behind it."""

    @property
    def folder(self) -> Path: ...
    @property
    def side(self) -> SideTables: ...
    @property
    def now(self) -> Callable[[], dt.datetime]: ...
    @property
    def settings(self) -> Addressed: ...


class Standing:
    """Whether there is an administrator, and whether the station asks for PINs.

    Looked up at most every two seconds. While the tables are away, what was known goes on to hold;
    when nothing was ever known, nothing is assumed.
    """

    def __init__(self, people: People, pins: Pins) -> None:
        self._people = people
        self._pins = pins
        self._lock = threading.Lock()
        self._known: tuple[bool, bool] | None = None
        self._until = 0.0

    def get(self) -> tuple[bool, bool]:
        """(an administrator is there, PINs are set). Raises SideAway."""
        with self._lock:
            if self._known is not None and time.monotonic() < self._until:
                return self._known
        try:
            found = self._people.has_administrator(), self._pins.any()
        except SideAway as away:
            if away.code == "side-unfounded":
                # A hub of before: nobody can have been set up there.
                found = False, False
            elif self._known is None:
                raise
            else:
                found = self._known
        with self._lock:
            self._known, self._until = found, time.monotonic() + _FRESH
        return found

    def fresh(self) -> bool:
        """Whether the answer is known without asking the tables."""
        return self._known is not None and time.monotonic() < self._until

    def forget(self) -> None:
        """Look again at the next request."""
        with self._lock:
            self._until = 0.0


class Gate:
    """Everything about who may come in, for the routes of one application."""

    def __init__(self, services: Asked) -> None:
        side, now = services.side, services.now
        secret = secret_in(services.folder / "keys")
        self.side = side
        self.now = now
        self.people = People(side, now, secret)
        self.record = self.people.record
        self.pins = Pins(side, now, secret, self.record)
        self.sessions = Sessions(side, now)
        self.passkeys = Passkeys(side, now, secret, self.people, services.settings.base_url)
        self.readers = Readers(side, now, self.record)
        self.disclosures = Disclosures(side)
        self.standing = Standing(self.people, self.pins)
        self.limits = Limits(time.monotonic)
        self.slowly = Slowly()

    async def viewer(self, scope: Scope) -> Viewer:
        """Who asks. Raises SideAway when that hangs on tables that are away."""
        request = Request(scope)
        local = at_home(request)
        cookies = request.cookies
        person = token_in(cookies, "person", local=local)
        pin = token_in(cookies, "pin", local=local)
        whole_log = scope["path"].startswith("/log/")
        reader = request.headers.get("authorization", "") if whole_log else ""
        if not (local or person or pin or reader):
            return ANONYMOUS
        if not (person or pin or reader) and self.standing.fresh():
            return self._without_session(local=local)
        return await run_in_threadpool(self._look, person, pin, reader, local=local)

    def _look(self, person: str, pin: str, reader: str, *, local: bool) -> Viewer:
        session = self.sessions.find(person) if person else None
        if session is None and pin:
            session = self.sessions.find(pin, "pin")
        if session is not None:
            return Viewer(
                frozenset({session.role}),
                session.party or None,
                session.who,
                session.name,
                session.digest,
                local,
            )
        if reader and self.readers.knows(reader):
            return Viewer(frozenset({"anonymous"}), reads_only=True)
        return self._without_session(local=local)

    def _without_session(self, *, local: bool) -> Viewer:
        if not local:
            return ANONYMOUS
        administrator, pins = self.standing.get()
        roles = {"anonymous"} if pins else {"machine"}
        if not administrator and not pins:
            # Nobody has been set up: the machine is its owner's, as it always was.
            roles.add("administrator")
        return Viewer(frozenset(roles), own_machine=True)


def at_home(request: Request) -> bool:
    """Whether a browser on the own machine asks, by the machine's own name, through no proxy."""
    return own_machine(request) and not any(name in request.headers for name in _FORWARDED)
