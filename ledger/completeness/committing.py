"""Signing what the completeness index says now: one statement by the log key, sealed at once.

A crash before the append leaves nothing but a proposal forgotten; one after it, a commitment that is
sealed and followed like any other. Two that sign for one log never contradict each other: the right
to append is held from the look at the log key's journal until the statement is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger.application import Submitted, TraceLedger
from ledger.completeness.keeper import Committed, IndexKeeper, Proposal
from ledger.sealing import SealedLog
from ledger.signing import Signer
from ledger.verify.keys import COMMITTED, ROOT_PARTY
from ledger.verify.statement import Statement


@dataclass(frozen=True, slots=True)
class Committer:
    """All that a commitment needs. Without `signer`, the log key, it only follows what others sign.

    `now_text` is the claimed time of a statement, RFC 3339.
    """

    keeper: IndexKeeper
    ledger: TraceLedger
    log: SealedLog
    signer: Signer | None
    now_text: Callable[[], str]

    def commit(self) -> Committed | None:
        """As `commit_index`."""
        if self.signer is None:
            self.keeper.follow()
            return self.keeper.committed()
        return commit_index(self.keeper, self.ledger, self.log, self.signer, self.now_text())


def commit_index(
    keeper: IndexKeeper, ledger: TraceLedger, log: SealedLog, signer: Signer, time: str
) -> Committed | None:
    """Commit to everything sealed by now, unless nothing is new since the last commitment.

    Returns the newest true commitment, None when there is none: `signer` is not the key that genesis
    names, as for a station's part of a hub's log.

    Raises:
        LedgerError: the store cannot be written; nothing, or one whole commitment, was recorded.
    """
    log.seal()
    if not _may_sign(ledger, signer):
        keeper.follow()
        return keeper.committed()
    with keeper.proposing() as proposal:
        done = None if proposal is None else _record(ledger, signer, time, proposal)
        if proposal is not None and done is not None:
            log.seal()
            proposal.made = done.index, bytes.fromhex(done.id)
    return keeper.committed()


def _may_sign(ledger: TraceLedger, signer: Signer) -> bool:
    if ledger.history.keys.genesis is None:
        ledger.catch_up()
    record = ledger.history.keys.records.get(signer.keyid)
    return record is not None and record.role == "log"


def _record(ledger: TraceLedger, signer: Signer, time: str, proposal: Proposal) -> Submitted | None:
    """Append the statement; None when another was appended meanwhile, which is then followed."""
    body = {"size": proposal.size, "root": proposal.root.hex(), "rows": proposal.rows}
    with ledger.store.writing():
        ledger.catch_up()
        head = ledger.history.journals.get(signer.keyid)
        last, seq = (None, 0) if head is None else (head.id, head.seq)
        if last != proposal.before:
            return None
        one = Statement(COMMITTED, ROOT_PARTY, seq + 1, last, time, (), None, body)
        (done,) = ledger.submit([signer.sign(one).raw])
    return done
