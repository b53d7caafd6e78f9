"""A station's statements arrive: its own journal only, recorded like anybody's."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from anyio.to_thread import run_sync

from api.hub.asking import Asking
from api.hub.errors import HubRefused
from api.hub.journal_heads import head_of
from api.hub.standing import Standings
from ledger.application import Submitted
from ledger.closing_fields import closing_fields
from ledger.errors import ForkFound
from ledger.store.seam import LedgerStore
from ledger.verify.entry import parse_entry
from ledger.verify.statement import read_statement
from ledger.verify.wording import Refusal

_KEYID = slice(-96, -64)


class Writing(Protocol):
    """What takes signed entries of many clients (`ledger.writer.BatchingWriter`)."""

    def submit(self, raw_entries: Sequence[bytes]) -> Future[list[Submitted]]: ...


class PushRefused(Exception):
    """The verifier's refusal of one entry, with what a station is told beside it."""

    def __init__(self, refusal: Refusal, members: dict[str, Any]) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.members = members


@dataclass(frozen=True, slots=True)
class Pushing:
    """Records what stations send. `now` is POSIX seconds."""

    store: LedgerStore
    standings: Standings
    writer: Callable[[], Writing]
    now: Callable[[], int]

    async def push(self, asking: Asking, entries: Sequence[bytes]) -> dict[str, Any]:
        """Record the entries of a station's own journal; durable when this returns.

        Raises:
            HubRefused: `entry-foreign`; nothing was recorded.
            PushRefused: an entry was refused, those before it stay recorded.
        """
        for position, raw in enumerate(entries):
            if raw[_KEYID] != asking.record.public.keyid:
                raise HubRefused("entry-foreign", position=position)
        try:
            done = await asyncio.wrap_future(self.writer().submit(entries))
        except Refusal as refusal:
            members = await run_sync(self._told, asking, refusal)
            raise PushRefused(refusal, members) from refusal
        return await run_sync(self._answer, asking, entries[-1], done)

    def _answer(self, asking: Asking, last: bytes, done: Sequence[Submitted]) -> dict[str, Any]:
        if done[-1].known:
            head = head_of(self.store, asking.keyid)
        else:
            # Just recorded, so the journal ends here: nothing has to be asked, and it is durable.
            head = {"seq": closing_fields(last).seq, "id": done[-1].id}
        indexes = [one.index for one in done]
        return {"head": head, "indexes": indexes, "size": self.store.size()}

    def _told(self, asking: Asking, refusal: Refusal) -> dict[str, Any]:
        done: list[Submitted] = list(getattr(refusal, "done", []))
        members: dict[str, Any] = {
            "position": getattr(refusal, "position", None),
            "indexes": [one.index for one in done],
        }
        if isinstance(refusal, ForkFound):
            stored, offered = refusal.stored, refusal.offered
            seq = read_statement(parse_entry(stored).payload).seq
            self.standings.forked(asking.keyid, seq, stored, offered, self.now())
            members["stored"] = base64.b64encode(stored).decode("ascii")
            members["offered"] = base64.b64encode(offered).decode("ascii")
        if refusal.code == "seq-gap":
            members["expected"] = refusal.params["expected"]
        return members
