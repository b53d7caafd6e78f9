"""Whole-ledger verification and durable ingest, beside raw Ed25519 verification in the same run."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.commands.evidence import audit
from bench.ledgers import harvests, small_cooperative
from bench.timing import interleaved
from ledger.verify.audit import audit_entries
from ledger.verify.entry import parse_entry
from ledger.verify.merkle import CompactRange, leaf_hash

COUNT = 3000
_BATCH = 100


def rows() -> list[tuple[str, str, str]]:
    """(what, measured, bar) for this theme."""
    with tempfile.TemporaryDirectory() as folder:
        services = small_cooperative(Path(folder) / "ledger")
        try:
            fresh = harvests(services, COUNT)
            started_cpu, started = time.process_time(), time.perf_counter()
            for at in range(0, COUNT, _BATCH):
                services.ledger.submit(fresh[at : at + _BATCH])
            ingest_cpu = time.process_time() - started_cpu
            ingest = time.perf_counter() - started
            services.log.seal()
            entries = [raw for _, raw in services.store.sealed(0, COUNT * 2)]
            heads = dict(services.store.checkpoints())
            roots = services.trust_file().roots
            parsed = [parse_entry(raw) for raw in entries]
            keys = {k: r.public.raw for k, r in services.ledger.history.keys.records.items()}
            loaded = {k: Ed25519PublicKey.from_public_bytes(v) for k, v in keys.items()}
            work = [(loaded[e.keyid], e.signature, e.signed) for e in parsed]

            def raw_verify() -> None:
                for key, signature, message in work:
                    key.verify(signature, message)

            def in_memory() -> None:
                assert audit_entries(entries, heads, roots).clean

            def streamed() -> None:
                assert audit(services).clean

            def by_hashes() -> None:
                tree = CompactRange()
                for raw in entries:
                    tree.append(leaf_hash(raw))
                assert tree.root() == heads[tree.size]

            floor, memory, stream, hashes = interleaved(raw_verify, in_memory, streamed, by_hashes)
        finally:
            services.close()
    each = floor / len(work) * 1e6
    return [
        ("raw Ed25519 verify (the floor), us a statement", f"{each:.1f}", "-"),
        ("verify a whole ledger, in memory / raw verify", f"{floor / memory:.3f}", ">= 0.85"),
        ("verify a whole ledger, from SQLite / raw verify", f"{floor / stream:.3f}", ">= 0.70"),
        ("re-audit by hashes / raw verify", f"{floor / hashes:.1f}", ">= 15"),
        (
            "ingest in durable batches of 100 / raw verify (CPU)",
            f"{floor * COUNT / len(work) / ingest_cpu:.3f}",
            ">= 0.75 (hub)",
        ),
        ("ingest in durable batches of 100, statements/s", f"{COUNT / ingest:.0f}", "-"),
    ]
