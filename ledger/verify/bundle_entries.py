"""Checks 1 and 4 to 8 as far as they concern one entry: what stands is folded, what fails is listed.

An entry that fails a check never lends its keys or registrations to others.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.verify.bundle import BundleEntry, LotBundle
from ledger.verify.bundle_proofs import BundleProofs
from ledger.verify.bundle_refusals import BundleRefused
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.history import History, Located
from ledger.verify.report import Report
from ledger.verify.statement import Statement, read_statement
from ledger.verify.trust import Trust
from ledger.verify.wording import Refusal


class BundleEntries:
    """The entries of one file. `located` are those that stand, `history` what they add up to."""

    def __init__(
        self, bundle: LotBundle, trust: Trust, report: Report, *, linked: bool = True
    ) -> None:
        """Without `linked` statements need not travel with what they build on."""
        self.history = History(self._party_of, trust.roots, partial=True)
        self.located: list[Located] = []
        self.readings = {one.index: _read(one) for one in bundle.entries}
        self._bundle = bundle
        self._trust = trust
        self._report = report
        self._linked = linked
        self._statements: dict[str, Statement] = {}

    @property
    def readable(self) -> dict[int, Statement]:
        """Statements by log index, without those that cannot be read."""
        return {at: one for at, one in self.readings.items() if isinstance(one, Statement)}

    def check(self, proofs: BundleProofs, before: Callable[[int], None]) -> None:
        """Judge and fold every entry; `before` hears of each log index before it is folded."""
        for one in self._bundle.entries:
            before(one.index)
            self._entry(one, self.readings[one.index], proofs)

    def check_genesis(self, checkpoint: Checkpoint | None) -> None:
        """The ledger was opened under the names and keys that sealed it."""
        genesis = self.history.keys.genesis
        if genesis is None:
            self._fail(6, None, BundleRefused("genesis-absent"))
            return
        if checkpoint is not None and genesis["origin"] != checkpoint.origin:
            self._fail(
                2,
                0,
                BundleRefused(
                    "origin-differs", found=genesis["origin"], expected=checkpoint.origin
                ),
            )
        if genesis["log_key"] != self._trust.log_key.format():
            self._fail(2, 0, BundleRefused("log-key-differs"))

    def _fail(self, check: int, index: int | None, refusal: Refusal) -> None:
        self._report.fail(check, index, refusal)

    def _party_of(self, entry_id: str) -> tuple[str, str] | None:
        found = self._statements.get(entry_id)
        return None if found is None else (found.type, found.party)

    def _entry(self, one: BundleEntry, reading: Statement | Refusal, proofs: BundleProofs) -> None:
        before = len(self._report.failures)
        proofs.check_entry(one)
        if isinstance(reading, Refusal):
            self._fail(1, one.index, reading)
            return
        self._admit(one, reading, failed=len(self._report.failures) > before)
        self._statements[one.entry.id.hex()] = reading

    def _admit(self, one: BundleEntry, statement: Statement, *, failed: bool) -> None:
        history, entry = self.history, one.entry
        try:
            signer = history.keys.signer(entry.keyid, one.index, statement)
        except Refusal as refused:
            self._fail(6, one.index, refused)
            return
        sound = not failed
        checks: tuple[tuple[int, Callable[[], None]], ...] = (
            (5, lambda: signer.public.verify(entry.signature, entry.signed)),
            (6, lambda: history.check_authority(signer, statement)),
            (7, lambda: history.check_journal(entry, statement)),
            (8, lambda: history.check_links(statement)),
        )
        for number, check in checks if self._linked else checks[:-1]:
            try:
                check()
            except Refusal as refused:
                self._fail(number, one.index, refused)
                sound = False
        if sound:
            located = Located(one.index, entry.id.hex(), statement, signer)
            history.fold(located, entry)
            self.located.append(located)


def _read(one: BundleEntry) -> Statement | Refusal:
    try:
        return read_statement(one.entry.payload)
    except Refusal as refused:
        return refused
