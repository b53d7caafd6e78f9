"""What a joined folder has beside a ledger: its hub's address and trust, its state, its place."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from api.station.errors import Frozen, NotReady, StationError
from api.station.joined import JOINING_KEY, STATE_FILE, Joined, joined_of
from api.station.state import StationReplica, StationState
from api.stores import trusted
from ledger.application import TraceLedger
from ledger.errors import LedgerError
from ledger.projections.views import Views
from ledger.replica import Anchor
from ledger.signing import Signer
from ledger.verify.audit import HubPart
from ledger.verify.trust import Trust

if TYPE_CHECKING:
    from api.station.hub_client import HubClient
    from api.station.syncing import Synchroniser

Clock = Callable[[], dt.datetime]


@dataclass(slots=True)
class HubLink:
    """One station's tie to its hub. Close it."""

    folder: Path
    joined: Joined
    origin: str
    trust: Trust
    state: StationState
    replica: StationReplica

    @property
    def keyid(self) -> bytes:
        """Id of this station's key."""
        return bytes.fromhex(self.joined.keyid)

    @property
    def seal_origin(self) -> str:
        """Name of the private log that seals this folder."""
        return self.joined.seal_origin(self.origin)

    def newest(self) -> Anchor | None:
        """What own statements are anchored to: the newest checkpoint of the hub that was verified."""
        found = self.state.newest()
        return None if found is None else (found.size, found.root.hex())

    def stopped(self) -> LedgerError | None:
        """Why nothing may be recorded; None while all is well."""
        frozen = self.state.frozen()
        if frozen is None and self.state.newest() is None:
            return NotReady("nothing-pulled")
        return frozen

    def part(self) -> HubPart:
        """What an audit of this folder needs to know."""
        return HubPart(self.replica.own, self.state.checkpoints())

    def synchroniser(self, ledger: TraceLedger, signer: Signer, now: Clock) -> Synchroniser:
        """What keeps this folder in step with its hub. Close it."""
        # Read here: most commands never talk to a hub, and its libraries take long to read.
        from api.photos.album import Album
        from api.photos.sending import PhotoOutbox
        from api.station.outbox import Outbox
        from api.station.pulling import Inbox
        from api.station.syncing import Synchroniser

        state, client = self.state, self.client(signer, now)
        outbox = Outbox(ledger, state, client, self.keyid)
        inbox = Inbox(ledger, state, client, outbox, self.trust, self.joined.witnessed)
        photos = PhotoOutbox(
            Album(self.folder, Views(self.folder / "views.db")), state, client, self.joined.party
        )
        return Synchroniser(self.folder, state, outbox, inbox, client, _seconds(now), photos)

    def client(self, signer: Signer, now: Clock) -> HubClient:
        """The way to the hub, for requests signed by this key, a station's. Close it."""
        from api.station.hub_client import HubClient

        return HubClient(
            self.joined.address,
            pin=self.joined.pin,
            origin=self.origin,
            signer=signer,
            now=_seconds(now),
            nonce=lambda: secrets.token_urlsafe(18),
            offset=self.state.offset,
            note_offset=self.state.note_offset,
        )

    def close(self) -> None:
        """Let go of the state's file."""
        self.state.close()


def hub_link(folder: Path, origin: str) -> HubLink | None:
    """The tie of a joined folder to its hub; None for a ledger of its own.

    Raises:
        StationError: `hub-file`, `joining-cut`.
        DoorError, FileRefused: the trust file cannot be read.
    """
    joined = joined_of(folder)
    if joined is None:
        return None
    if (folder / "keys" / JOINING_KEY).exists():
        raise StationError("joining-cut", path=folder)
    trust = trusted(folder)
    state = StationState(folder / STATE_FILE)
    if joined.stopped:
        # Also where somebody has taken the state away.
        state.freeze(Frozen(joined.stopped))
    replica = StationReplica(state, bytes.fromhex(joined.keyid))
    return HubLink(folder, joined, origin, trust, state, replica)


def _seconds(now: Clock) -> Callable[[], int]:
    return lambda: int(now().timestamp())


def with_address(link: HubLink, address: str) -> HubLink:
    """The same tie by another way, such as a proxy."""
    return replace(link, joined=replace(link.joined, address=address))
