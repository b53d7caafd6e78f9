"""What this room needs of the program behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from api.intake.known import Known
from ledger.domain.drafts import Draft
from ledger.projections.stories import Stories
from ledger.projections.views import Views
from ledger.signing import Signer
from ledger.verify.registry import Registry


class ReadSide(Protocol):
    """The read side, as far as tables need it."""

    @property
    def registry(self) -> Registry: ...
    @property
    def stories(self) -> Stories: ...
    def known_for(self, party: str) -> Known: ...


class Station(Protocol):
    """This machine's own journals."""

    @property
    def signers(self) -> Mapping[tuple[str, str], Signer]: ...
    def own_parties(self) -> Sequence[str]: ...
    def record(self, draft: Draft) -> object: ...
    def now_text(self) -> str: ...
    def catch_up(self) -> None: ...


class Notes(Protocol):
    """Private texts by digest."""

    def text_of(self, digest: str) -> str | None: ...


class Desk(Protocol):
    """The services of one ledger folder."""

    @property
    def folder(self) -> Path: ...
    @property
    def tables(self) -> Views: ...
    @property
    def views(self) -> ReadSide: ...
    @property
    def station(self) -> Station: ...
    @property
    def notes(self) -> Notes: ...
    @property
    def now(self) -> Callable[[], dt.datetime]: ...
