"""Checks 4 and 10: every entry lies in the sealed tree, and the tree extends what signers saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.verify.bundle import BundleEntry, LotBundle
from ledger.verify.bundle_refusals import BundleRefused
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.history import Located
from ledger.verify.log_proof import ProvedTree
from ledger.verify.merkle import ProofRefused, verify_consistency, verify_inclusion
from ledger.verify.report import Report
from ledger.verify.statement import Statement


class BundleProofs:
    """The proofs of one bundle under its checkpoint (None when that did not open)."""

    def __init__(self, bundle: LotBundle, checkpoint: Checkpoint | None, report: Report) -> None:
        self._bundle = bundle
        self._checkpoint = checkpoint
        self._report = report
        self._tree: ProvedTree | None = None

    def prove_all(self, readable: Iterable[Statement]) -> None:
        """The one proof of v2: all entries, and all anchors of those that could be read."""
        checkpoint, nodes = self._checkpoint, self._bundle.nodes
        if checkpoint is None or nodes is None:
            return
        leaves = {one.index: one.entry.id for one in self._bundle.entries}
        if any(index >= checkpoint.size for index in leaves):
            return  # told entry by entry
        sizes = [one.anchor[0] for one in readable if one.anchor is not None]
        try:
            tree = ProvedTree(checkpoint.size, leaves, sizes, nodes)
        except ProofRefused as refused:
            self._report.fail(4, None, refused)
            return
        if tree.root_at(checkpoint.size) != checkpoint.root:
            self._report.fail(4, None, BundleRefused("entries-unproved", size=checkpoint.size))
        else:
            self._tree = tree

    def check_entry(self, one: BundleEntry) -> None:
        """Check 4 as far as it concerns one entry."""
        checkpoint = self._checkpoint
        if checkpoint is None:
            return
        if one.index >= checkpoint.size:
            beyond = BundleRefused("beyond-tree", index=one.index, size=checkpoint.size)
            self._report.fail(4, one.index, beyond)
            return
        if self._bundle.nodes is None:
            try:
                verify_inclusion(
                    one.entry.id, one.index, checkpoint.size, one.path, checkpoint.root
                )
            except ProofRefused as refused:
                self._report.fail(4, one.index, refused)

    def check_anchors(self, located: Sequence[Located]) -> None:
        """Check 10."""
        fail = self._report.fail
        roots: dict[int, str] = {}
        newest: dict[bytes, int] = {}
        for one in located:
            if one.statement.anchor is None:
                continue
            size, root = one.statement.anchor
            if size > one.index:
                fail(10, one.index, BundleRefused("anchor-early", index=one.index, size=size))
            before = newest.get(one.signer.public.keyid, 0)
            if size < before:
                fail(10, one.index, BundleRefused("anchor-backwards", before=before, size=size))
            newest[one.signer.public.keyid] = size
            if roots.setdefault(size, root) != root:
                fail(10, one.index, BundleRefused("anchor-split", size=size))
        if self._bundle.nodes is None:
            self._check_paths(roots)
        elif self._tree is not None:
            for size, root in roots.items():
                if size <= self._tree.size and self._tree.root_at(size).hex() != root:
                    split = ProofRefused("not_consistent", size1=size, size2=self._tree.size)
                    fail(10, None, split)

    def _check_paths(self, roots: dict[int, str]) -> None:
        checkpoint, fail = self._checkpoint, self._report.fail
        given = {one.size: one.path for one in self._bundle.anchors}
        for size in sorted(given.keys() - roots.keys()):
            fail(10, None, BundleRefused("anchor-unused", size=size))
        for size, root in roots.items():
            if size not in given:
                fail(10, None, BundleRefused("anchor-unproved", size=size))
            elif checkpoint is not None:
                try:
                    verify_consistency(
                        size, checkpoint.size, given[size], bytes.fromhex(root), checkpoint.root
                    )
                except ProofRefused as refused:
                    fail(10, None, refused)
