"""One round with the hub: send what waits, take what is needed. Only one process does it at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.photos.sending import PhotoOutbox
from api.station.errors import Frozen, StationError
from api.station.hub_client import HubClient
from api.station.outbox import Outbox
from api.station.pulling import Inbox
from api.station.state import StationState
from ledger.errors import LedgerError
from ledger.store.locks import FileLock

LOCK_FILE = "station.lock"


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: statements sent, statements taken that were new here, files of photos sent."""

    sent: int
    taken: int
    photos: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """Who is told how far a round is: statements still to send, statements taken so far."""

    sent: Callable[[int], None] = lambda _left: None
    taken: Callable[[int], None] = lambda _done: None


class Synchroniser:
    """Keeps one station in step with its hub. Close it."""

    def __init__(
        self,
        folder: Path,
        state: StationState,
        outbox: Outbox,
        inbox: Inbox,
        client: HubClient,
        now: Callable[[], int],
        photos: PhotoOutbox,
    ) -> None:
        """`now` is this machine's clock in POSIX seconds."""
        self.state = state
        self.outbox = outbox
        self._inbox = inbox
        self._client = client
        self._now = now
        self.photos = photos
        self._lock = FileLock(folder / LOCK_FILE)

    def close(self) -> None:
        """Hang up."""
        self._client.close()
        self.photos.close()
        self._lock.close()

    def once(
        self,
        progress: Progress | None = None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> Round:
        """Send, then take. It ends early, between two requests, when it is not `wanted` any more.

        A frozen station sends nothing, but for what the hub refused: that is tried again. It goes
        on taking, and tells the hub why it is frozen. One whose key was said to have ended goes on
        as soon as the hub takes its key again.

        Raises:
            Frozen: the station was frozen by this round.
            StationError: the hub is away, or what it sent does not hold.
            LedgerError: this machine's disk cannot be written.
        """
        told = Progress() if progress is None else progress
        with self._alone():
            try:
                sent = self._send(told, wanted)
                taken = self._inbox.take(told.taken, wanted)
            except Frozen as frozen:
                known = self.state.frozen()
                self.state.freeze(frozen)
                self.state.note_contact(self._now())
                if known is None:
                    raise
                return Round(0, 0)
            known = self.state.frozen()
            if known is not None and known.code == "ended":
                # A hub gives nothing to a key that was ended: the word that it was is taken back.
                self.state.thaw("ended")
            self.state.note_contact(self._now())
            # What names them is there and sealed by now, or will be at the next round.
            photos = self.photos.send(wanted) if self.state.frozen() is None else 0
            return Round(sent, taken, photos)

    def _send(self, told: Progress, wanted: Callable[[], bool]) -> int:
        frozen = self.state.frozen()
        if frozen is not None and frozen.code != "refused":
            return 0
        sent = self.outbox.send(told.sent, wanted)
        if frozen is not None and not self.outbox.waiting():
            self.state.thaw("refused")
        return sent

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the right to synchronise; another process of this folder may be at it."""
        with ExitStack() as held:
            try:
                held.enter_context(self._lock.held())
            except LedgerError as wrong:
                raise StationError("sync-running") from wrong
            yield
