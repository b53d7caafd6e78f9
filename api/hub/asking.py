"""Who sent a signed request, and whether that station may ask."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from api.hub.errors import HubRefused
from api.hub.standing import Standing, Standings
from api.station_wire.errors import WireRefused
from api.station_wire.request_signing import verify_request
from ledger.application import TraceLedger
from ledger.verify.keys import KeyBook, KeyRecord
from ledger.verify.signature import PublicKey


@dataclass(frozen=True, slots=True)
class Asking:
    """The station behind a request: its key as the ledger has it, how it stood before."""

    record: KeyRecord
    before: Standing

    @property
    def keyid(self) -> str:
        return self.record.keyid_hex


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Lets stations of this ledger in, each request once.

    `keys` gives the keys as this machine's read models know them, `now` POSIX seconds, `wait` how
    long a station (by key id) that asks too often must wait, None when it need not.
    """

    origin: str
    ledger: TraceLedger
    keys: Callable[[], KeyBook]
    standings: Standings
    now: Callable[[], int]
    wait: Callable[[str], float | None]

    def admit(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        *,
        ended: bool = False,
    ) -> Asking:
        """The station that signed this request. `ended` lets in keys that were ended, too.

        Raises:
            WireRefused: the request is not signed by a station of this ledger.
            HubRefused: `key-ended`, `nonce-repeated`, `too-many`.
        """
        signed = verify_request(self._public, method, path, headers, body, self.now(), self.origin)
        record = self._record(signed.keyid)
        if record is None or record.role != "station":
            raise WireRefused("key-unknown", keyid=signed.keyid)
        seconds = self.wait(signed.keyid)
        if seconds is not None:
            raise HubRefused("too-many", seconds=math.ceil(seconds))
        new, before = self.standings.heard(signed.keyid, signed.nonce, self.now())
        if not new:
            raise HubRefused("nonce-repeated")
        if record.ended is not None and not ended:
            raise HubRefused("key-ended", keyid=signed.keyid, ended=record.ended)
        return Asking(record, before)

    def _public(self, keyid: str) -> PublicKey | None:
        record = self._record(keyid)
        return None if record is None else record.public

    def _record(self, keyid: str) -> KeyRecord | None:
        """A key as this machine's read models know it: they follow what every process records."""
        name = bytes.fromhex(keyid)
        record = self.keys().records.get(name)
        if record is None:
            # Just enrolled: not projected yet, and perhaps recorded by another process.
            if name not in self.ledger.history.keys.records:
                self.ledger.catch_up()
            record = self.ledger.history.keys.records.get(name)
        return record
