"""What can be decided about an entry before the right to append is held.

Reading it and checking its signature take most of the time of recording, and neither depends on
what others append meanwhile: a key id is the hash of its key, so a signature that was good is good.
Whether that key may sign here, and all else, `TraceLedger` decides under the lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.verify.entry import Entry, parse_entry
from ledger.verify.keys import KeyRecord
from ledger.verify.signature import PublicKey, SignatureRefused
from ledger.verify.statement import Statement, read_statement
from ledger.verify.wording import Refusal


@dataclass(slots=True)
class Prepared:
    """An entry that was read. `verified` is the key that its signature was checked with, if any."""

    entry: Entry
    statement: Statement
    verified: PublicKey | None

    def verify(self, key: PublicKey) -> None:
        """Make sure that `key` signed it.

        Raises:
            SignatureRefused: it did not.
        """
        if self.verified is key or (self.verified is not None and self.verified.raw == key.raw):
            return
        key.verify(self.entry.signature, self.entry.signed)
        self.verified = key


@dataclass(slots=True)
class Submission:
    """What one client sent: the entries up to the first that cannot be read or is wrongly signed.

    `refusal` is what is wrong with that one, None when all are well.
    """

    entries: list[Prepared]
    refusal: Refusal | None = None


def prepare(raw_entries: Sequence[bytes], keys: Mapping[bytes, KeyRecord]) -> Submission:
    """Read entries and check their signatures, as far as their keys are known already."""
    found = Submission([])
    try:
        for raw in raw_entries:
            entry = parse_entry(raw)
            found.entries.append(Prepared(entry, read_statement(entry.payload), None))
    except Refusal as refused:
        found.refusal = refused
    # In a loop of its own, because what the library needs for it then stays in the processor's cache.
    for at, one in enumerate(found.entries):
        record = keys.get(one.entry.keyid)
        if record is not None:
            try:
                one.verify(record.public)
            except SignatureRefused as refused:
                return Submission(found.entries[:at], refused)
    return found
