"""A new station joins: the ticket's code, then a proof that the key is its own, then the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from api.hub.errors import HubRefused
from api.hub.tickets import TicketRow, Tickets
from api.station_wire.ticket import shown_bytes, spelled
from ledger.application import TraceLedger
from ledger.domain.drafts import Draft
from ledger.founding import free_tag
from ledger.key_errors import KeyFileError
from ledger.signing import Signer
from ledger.store.seam import LedgerStore
from ledger.verify.entry import parse_entry
from ledger.verify.keys import KeyBook, KeyRecord, KeyRefused, enrolment_proof_bytes
from ledger.verify.signature import PublicKey, SignatureRefused
from ledger.verify.trust import Trust


class Recording(Protocol):
    """What signs with the keys of this machine and records (`ledger.station.Station`)."""

    signers: Mapping[tuple[str, str], Signer]

    def record(self, draft: Draft) -> Any: ...
    def catch_up(self) -> None: ...
    def now_text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A recorded enrolment: entry id (hex), log index.

    `confided`: the hub's secrets may go with the answer. Only until the station was heard of, or its
    key ended: afterwards a ticket found in some chat, with the proof that everybody can read in the
    log, would be enough to get them.
    """

    id: str
    index: int
    confided: bool


@dataclass(frozen=True, slots=True)
class Enrolments:
    """Lets stations in, by ticket. `now` is POSIX seconds."""

    origin: str
    tickets: Tickets
    ledger: TraceLedger
    store: LedgerStore
    station: Recording
    trust: Callable[[], Trust]
    heard_of: Callable[[str], bool]
    now: Callable[[], int]

    def join(self, code: str, key: str) -> dict[str, Any]:
        """What a new station needs to know before it signs its enrolment; `key` is 64 hex digits.

        Raises:
            HubRefused: `code-unknown`, `key-taken`, `admin-missing`.
            SignatureRefused: `key` is no Ed25519 key.
        """
        public = PublicKey(bytes.fromhex(key))
        self.ledger.catch_up()
        row = self.tickets.claim(code, key, self.now(), self._tag)
        record = self.ledger.history.keys.records.get(public.keyid)
        # One that this very ticket brought in, signed by an admin elsewhere, is no stranger's.
        if record is not None and (record.party, record.tag) != (row.party, row.tag):
            raise HubRefused("key-taken", keyid=public.keyid.hex())
        refuse_without_admin(self.ledger.history.keys, row.party)
        body = enrolment_of(row)
        return {
            "origin": self.origin,
            **{name: body[name] for name in ("party", "role", "held", "tag")},
            "trust": json.loads(self.trust().format()),
            "enrolment": body,
        }

    def enrol(self, code: str, key: str, proof: str, shown: str = "") -> Enrolled:
        """Record the key of a station that joined; the same id and index each time.

        `shown` is the key's signature (hex) over `shown_bytes`, "" for none. Where an admin
        elsewhere has signed, the proof was in the log before this answer, for days perhaps: then
        only who shows the key itself is confided in.

        Raises:
            HubRefused: `code-unknown`, `key-taken`, `tag-gone`, `admin-missing`, `admin-locked`;
                `admin-awaited` when it waits for the admin key, which is not on this machine.
            KeyRefused: `proof-wrong`.
            LedgerError: it cannot be recorded now.
        """
        public = PublicKey(bytes.fromhex(key))
        row = self.tickets.claimed(code, key, self.now())
        self.ledger.catch_up()
        record = self.ledger.history.keys.records.get(public.keyid)
        ended = record is not None and record.ended is not None
        confided = not ended and not self.heard_of(public.keyid.hex())
        if row.proof and confided:
            confided = public.accepts(bytes.fromhex(shown), shown_bytes(self.origin, row.code))
        if row.entry:
            return Enrolled(row.entry, row.log_index, confided)
        body = enrolment_of(row)
        try:
            public.verify(bytes.fromhex(proof), enrolment_proof_bytes(self.origin, body))
        except SignatureRefused as wrong:
            keyid = public.keyid.hex()
            raise KeyRefused("proof-wrong", keyid=keyid, party=row.party) from wrong
        if record is None:
            self._refuse_to_wait(row, proof)
            found = self._record(row, public, {**body, "proof": proof})
        else:
            found = self._recorded(record, row)
        self.tickets.enrolled(row, *found)
        return Enrolled(*found, confided)

    def _record(self, row: TicketRow, public: PublicKey, body: dict[str, Any]) -> tuple[str, int]:
        try:
            # Here, not while the right to append is held: it may wait for somebody to type.
            _ = self.station.signers[row.party, "admin"].private
        except KeyFileError as locked:
            raise HubRefused("admin-locked", party=row.party) from locked
        draft = Draft("key-enrolled", row.party, self.station.now_text(), body)
        try:
            answer = self.station.record(draft)
        except KeyRefused as refused:
            if refused.code == "tag-taken":
                raise HubRefused("tag-gone", tag=row.tag) from refused
            # The same request, sent again while the first was on its way, gets the same answer.
            record = self.ledger.history.keys.records.get(public.keyid)
            if refused.code == "key-twice" and record is not None:
                return self._recorded(record, row)
            raise
        return str(answer.id), int(answer.index)

    def _recorded(self, record: KeyRecord, row: TicketRow) -> tuple[str, int]:
        """The enrolment that was recorded, though its ticket was not marked any more."""
        if (record.party, record.tag) != (row.party, row.tag):
            raise HubRefused("key-taken", keyid=record.keyid_hex)
        self.station.catch_up()
        rows = self.store.sealed_at([record.enrolled])
        return parse_entry(rows[0][1]).id.hex(), record.enrolled

    def _tag(self, row: TicketRow, promised: set[str]) -> str:
        """The tag that this ticket has, or a free one: a tag is one key's for ever."""
        records = self.ledger.history.keys.records.values()
        taken = {
            one.tag: one
            for one in records
            if one.party == row.party and one.tag and one.public.raw.hex() != row.key
        }
        if row.entry or (row.tag and row.tag not in taken):
            return row.tag
        return free_tag({**taken, **dict.fromkeys(promised)})

    def _refuse_to_wait(self, row: TicketRow, proof: str) -> None:
        """Note that the enrolment waits, when the admin's key is on another machine."""
        keys = self.ledger.history.keys
        refuse_without_admin(keys, row.party)
        if not admin_is_here(keys, self.station.signers, row.party):
            self.tickets.waits(row, proof, self.now())
            keyid = PublicKey(bytes.fromhex(row.key)).keyid.hex()
            raise HubRefused("admin-awaited", party=row.party, keyid=spelled(keyid))

    def waiting(self, party: str | None = None) -> list[TicketRow]:
        """Enrolments that wait for an admin key elsewhere, but for those recorded since."""
        known = self.ledger.history.keys.records
        return [
            one
            for one in self.tickets.waiting(party, self.now())
            if PublicKey(bytes.fromhex(one.key)).keyid not in known
        ]


def refuse_without_admin(keys: KeyBook, party: str) -> None:
    """Raise HubRefused (`admin-missing`) unless a party has an admin key in force, wherever it is."""
    if not any(_is_admin(one, party) for one in keys.records.values()):
        raise HubRefused("admin-missing", party=party)


def admin_is_here(keys: KeyBook, signers: Mapping[tuple[str, str], Signer], party: str) -> bool:
    """Whether this machine can sign as a party's admin."""
    signer = signers.get((party, "admin"))
    record = None if signer is None else keys.records.get(signer.keyid)
    return record is not None and _is_admin(record, party)


def _is_admin(record: KeyRecord, party: str) -> bool:
    return (record.role, record.party, record.ended) == ("admin", party, None)


def enrolment_of(row: TicketRow) -> dict[str, Any]:
    """The key-enrolled body of a claimed ticket, without its proof."""
    return {
        "key": row.key,
        "party": row.party,
        "role": "station",
        "held": "station",
        "tag": row.tag,
    }
