"""Checks 2 and 3: the seal over a bundle, and who co-signed it."""

from __future__ import annotations

from ledger.verify.bundle import LotBundle
from ledger.verify.bundle_refusals import BundleRefused
from ledger.verify.checkpoint import Checkpoint, open_checkpoint
from ledger.verify.note import Note, NoteRefused, NoteSignature, parse_note
from ledger.verify.report import Report
from ledger.verify.trust import MOST_WITNESSES, Trust

# 8 bytes of time and 64 of signature: what a line of a witness nobody here knows must look like.
_COSIGNATURE_BYTES = 72


def open_sealed(bundle: LotBundle, trust: Trust, report: Report) -> Checkpoint | None:
    """The bundle's checkpoint when the log key signed it; failures and witnesses go to `report`."""
    try:
        checkpoint = open_checkpoint(bundle.checkpoint, trust.log_key)
        note = parse_note(bundle.checkpoint)
        witnessed = _witness_lines(note, trust, old=bundle.nodes is None)
    except (NoteRefused, BundleRefused) as refused:
        report.fail(2, None, refused)
        return None
    report.origin, report.tree_size = checkpoint.origin, checkpoint.size
    _witnesses(note, witnessed, trust, report)
    return checkpoint


def _witness_lines(note: Note, trust: Trust, *, old: bool) -> list[NoteSignature]:
    """All lines but the log's own. Raises BundleRefused for one that may not be there."""
    log = trust.log_key.name, trust.log_key.key_hash
    lines = [(one.name, one.key_hash) for one in note.signatures]
    others = [one for one in note.signatures if (one.name, one.key_hash) != log]
    known = {(one.name, one.key_hash) for one in trust.witnesses}
    if (
        len(lines) != len(set(lines))
        or len(others) > (0 if old else MOST_WITNESSES)
        or any(
            len(one.signature) != _COSIGNATURE_BYTES
            for one in others
            if (one.name, one.key_hash) not in known
        )
    ):
        raise BundleRefused("signature-extra", found=len(lines))
    return others


def _witnesses(note: Note, lines: list[NoteSignature], trust: Trust, report: Report) -> None:
    known = {(one.name, one.key_hash): one for one in trust.witnesses}
    if known:
        report.not_run.discard(3)
    for line in lines:
        witness = known.get((line.name, line.key_hash))
        if witness is None:
            report.unchecked_witnesses.append(line.name)
            continue
        try:
            time = witness.check(line.signature, note.text)
        except NoteRefused as refused:
            report.fail(3, None, refused)
        else:
            report.witnesses[witness.name] = time or 0
    if len(report.witnesses) < trust.quorum:
        report.fail(
            3,
            None,
            BundleRefused("quorum-missing", found=len(report.witnesses), expected=trust.quorum),
        )
