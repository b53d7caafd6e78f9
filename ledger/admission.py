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
    """An entry that was read. `signed` when its signature is good under the key of its key id."""

    entry: Entry
    statement: Statement
    signed: bool = False

    def verify(self, key: PublicKey) -> None:
        """Make sure that the key of its key id, which is `key`, signed it.

        Raises:
            SignatureRefused: it did not.
        """
        if not self.signed:
            key.verify(self.entry.signature, self.entry.signed)
            self.signed = True


@dataclass(slots=True)
class Submission:
    """What one client sent: the entries up to the first that cannot be read or is wrongly signed.

    `refusal` is what is wrong with that one, None when all are well.
    """

    entries: list[Prepared]
    refusal: Refusal | None = None


def prepare(raw_entries: Sequence[bytes], keys: Mapping[bytes, KeyRecord]) -> Submission:
    """Read entries and check their signatures, as far as their keys are known already."""
    entries: list[Entry] = []
    refusal: Refusal | None = None
    try:
        for raw in raw_entries:
            entries.append(parse_entry(raw))  # noqa: PERF401  # kept when one is refused
    except Refusal as refused:
        refusal = refused
    # Signatures in a loop of their own, because what the library needs for them then stays in the
    # processor's cache. Reading comes last: what it makes is looked at next, by `TraceLedger`.
    checked = _checked(entries, keys)
    found: list[Prepared] = []
    try:
        for entry, signed in zip(entries, checked, strict=False):
            statement = read_statement(entry.payload)
            if isinstance(signed, SignatureRefused):
                raise signed
            found.append(Prepared(entry, statement, signed))
    except Refusal as refused:
        refusal = refused
    return Submission(found, refusal)


def _checked(
    entries: list[Entry], keys: Mapping[bytes, KeyRecord]
) -> list[bool | SignatureRefused]:
    """Whether each signature is known to be good, up to the first that is wrong."""
    found: list[bool | SignatureRefused] = []
    for entry in entries:
        record = keys.get(entry.keyid)
        try:
            if record is not None:
                record.public.verify(entry.signature, entry.signed)
        except SignatureRefused as refused:
            return [*found, refused]
        found.append(record is not None)
    return found
