"""Bundles of format v1, which are written no more and must be read for ever."""

from __future__ import annotations

import json
from dataclasses import replace

from ledger.verify.bundle import AnchorPath, LotBundle
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.merkle import Node, consistency_proof, inclusion_proof


def as_v1(made: LotBundle, node: Node) -> LotBundle:
    """The same evidence as v1 carried it: a path for each entry and anchor, no index."""
    size = Checkpoint.parse(made.checkpoint.partition("\n\n")[0] + "\n").size
    entries = [
        replace(one, path=tuple(inclusion_proof(one.index, size, node))) for one in made.entries
    ]
    anchors = {
        anchor["size"]
        for one in entries
        if isinstance(anchor := json.loads(one.entry.payload)["anchor"], dict)
    }
    proofs = [AnchorPath(old, tuple(consistency_proof(old, size, node))) for old in sorted(anchors)]
    return replace(made, entries=tuple(entries), anchors=tuple(proofs), nodes=None, index=None)
