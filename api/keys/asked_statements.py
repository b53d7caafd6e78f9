"""Statements that keys kept elsewhere are asked to sign, as files carry them there and back.

A request names statements and where the journals of those who are asked stand; what comes back are
entries, ready for the next places. So a signing machine needs no ledger.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.domain.drafts import Draft
from ledger.signing import Signer
from ledger.verify import canonical, strict_json
from ledger.verify.entry import Entry, parse_entry
from ledger.verify.history import History
from ledger.verify.shapes import BODIES
from ledger.verify.signature import PublicKey
from ledger.verify.statement import Statement
from ledger.verify.strict_json import FileRefused

MOST_BYTES = 1024 * 1024
MOST_STATEMENTS = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where the journal of a key stands: its last position and entry id (hex), 0 and None."""

    seq: int
    id: str | None


def places_of(history: History, role: str, party: str) -> dict[str, Place]:
    """Journals of a party's good keys of one role, by raw public key (hex)."""
    found = {}
    for record in history.keys.records.values():
        if (record.role, record.party) == (role, party) and record.ended is None:
            head = history.journals.get(record.public.keyid)
            found[record.public.raw.hex()] = (
                Place(0, None) if head is None else Place(head.seq, head.id)
            )
    return found


def drafts_as_data(drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """Statements as a file has them; whose they are the file says once."""
    return [{"type": one.type, "time": one.time, "body": one.body} for one in drafts]


def places_as_data(journals: Mapping[str, Place]) -> dict[str, Any]:
    """Journals as a file has them."""
    return {key: {"seq": place.seq, "id": place.id} for key, place in journals.items()}


def digest_of(said: dict[str, Any], journals: Mapping[str, Place]) -> str:
    """SHA-256 of a request (hex): what its parties can compare by telephone.

    Public keys, which a canonical object cannot have as names, are listed.
    """
    listed = [[key, one.seq, one.id] for key, one in sorted(journals.items())]
    return hashlib.sha256(canonical.encode({**said, "journals": listed})).hexdigest()


def drafts_read(found: object, types: frozenset[str], party: str, what: str) -> tuple[Draft, ...]:
    """The statements of a request: each of these types, well formed, and of this party.

    Raises:
        FileRefused, Refusal: they are not.
    """
    drafts = []
    for one in strict_json.list_of(found, "statements", what, MOST_STATEMENTS):
        fields = strict_json.object_of(one, ("type", "time", "body"), "a statement", what)
        kind, body = fields["type"], fields["body"]
        if kind not in types or BODIES[kind].faults(body, ""):
            raise FileRefused(
                "value-wrong", where="a statement", what=what, found=kind, expected="one to sign"
            )
        drafts.append(Draft(kind, party, fields["time"], body))
    if not drafts:
        raise FileRefused(
            "value-wrong", where="statements", what=what, found=0, expected="at least one"
        )
    return tuple(drafts)


def places_read(found: object, what: str) -> dict[str, Place]:
    """The journals of a request.

    Raises:
        FileRefused, SignatureRefused: they are none.
    """
    if not isinstance(found, dict):
        raise FileRefused(
            "value-wrong", where="journals", what=what, found="?", expected="an object"
        )
    journals = {}
    for key, place in found.items():
        public = PublicKey(strict_json.hex_of(key, 32, "a key", what))
        fields = strict_json.object_of(place, ("seq", "id"), "a journal", what)
        seq = strict_json.whole_of(fields["seq"], "seq", what)
        if fields["id"] is not None:
            strict_json.hex_of(fields["id"], 32, "id", what)
        if (seq == 0) != (fields["id"] is None):
            raise FileRefused(
                "value-wrong", where="a journal", what=what, found=seq, expected="an id"
            )
        journals[public.raw.hex()] = Place(seq, fields["id"])
    return journals


def placed(drafts: Sequence[Draft], place: Place) -> list[Statement]:
    """The statements at the next places of a journal; `prev` is the first one's only.

    They carry no anchor: a machine without the ledger has verified no checkpoint.
    """
    return [
        Statement(
            one.type,
            one.party,
            place.seq + 1 + number,
            place.id if number == 0 else None,
            one.time,
            (),
            None,
            one.body,
        )
        for number, one in enumerate(drafts)
    ]


def after(one: Statement, before: str | None) -> Statement:
    """The statement as it follows an entry."""
    return Statement(one.type, one.party, one.seq, before, one.time, (), None, one.body)


def signed_at(drafts: Sequence[Draft], place: Place, signer: Signer) -> list[str]:
    """Entries (base64) of the statements at the next places of the signer's journal."""
    before, entries = place.id, []
    for one in placed(drafts, place):
        entry = signer.sign(after(one, before))
        before = entry.id.hex()
        entries.append(base64.b64encode(entry.raw).decode("ascii"))
    return entries


def entries_read(found: object, what: str) -> list[Entry]:
    """Entries from their base64, 1 to 100.

    Raises:
        FileRefused, Refusal: they are none.
    """
    listed = strict_json.list_of(found, "entries", what, MOST_STATEMENTS)
    try:
        entries = [parse_entry(base64.b64decode(str(one), validate=True)) for one in listed]
    except ValueError as wrong:
        raise FileRefused(
            "value-wrong", where="entries", what=what, found="?", expected="base64"
        ) from wrong
    if not entries:
        raise FileRefused(
            "value-wrong", where="entries", what=what, found=0, expected="at least one"
        )
    return entries
