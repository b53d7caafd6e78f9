"""Whole-ledger verification, beside raw Ed25519 verification in the same run."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.commands.evidence import audit
from bench.ledgers import harvests, hub
from bench.timing import ROUNDS, Stopwatch, interleaved, ratio
from ledger.signature_processes import SignatureProcesses
from ledger.verify.audit import audit_entries
from ledger.verify.entry import parse_entry
from ledger.verify.keys import KeyRecord
from ledger.verify.merkle import CompactRange, leaf_hash

Row = tuple[str, str, str]

COUNT = 3000
SCALED = 6_000
_BATCH = 400


def rows() -> list[Row]:
    """(what, measured, bar) for this theme."""
    return [*_one_process(), *_streamed("sqlite"), *_streamed("postgres")]


def _one_process() -> list[Row]:
    with hub("sqlite") as services:
        raw = harvests(services, COUNT)
        for at in range(0, COUNT, _BATCH):
            services.ledger.submit(raw[at : at + _BATCH])
        services.log.seal()
        entries = [raw for _, raw in services.store.sealed(0, COUNT * 2)]
        heads = dict(services.store.checkpoints())
        roots = services.trust_file().roots
        raw_verify = _RawVerify(entries, _keys(services.ledger.history.keys.records.values()))

        def in_memory() -> None:
            assert audit_entries(entries, heads, roots).clean

        def by_hashes() -> None:
            tree = CompactRange()
            for raw in entries:
                tree.append(leaf_hash(raw))
            assert tree.root() == heads[tree.size]

        floor, memory, hashes = interleaved(raw_verify, in_memory, by_hashes)
    return [
        (
            "raw Ed25519 verify (the floor), us a statement",
            f"{floor / len(entries) * 1e6:.1f}",
            "-",
        ),
        ("verify a whole ledger, in memory / raw verify", f"{floor / memory:.3f}", ">= 0.85"),
        ("re-audit by hashes / raw verify", f"{floor / hashes:.1f}", ">= 15"),
    ]


def _streamed(store: str) -> list[Row]:
    """From the database, by one process (CPU) and by two that check signatures (wall)."""
    floor, alone, shared = Stopwatch(), Stopwatch(), Stopwatch()
    with hub(store) as services:
        raw = harvests(services, SCALED)
        for at in range(0, SCALED, _BATCH):
            services.ledger.submit(raw[at : at + _BATCH])
        services.log.seal()
        entries = [raw for _, raw in services.store.sealed(0, SCALED * 2)]
        heads = dict(services.store.checkpoints())
        roots = services.trust_file().roots
        raw_verify = _RawVerify(entries, _keys(services.ledger.history.keys.records.values()))
        with SignatureProcesses(2) as ahead:
            assert all(good for _, good in ahead(entries))  # they have started
            for _ in range(ROUNDS):
                with floor.running():
                    raw_verify()
                with alone.running():
                    assert audit(services, processes=1).clean
                with shared.running():
                    stored = (raw for _, raw in services.store.sealed(0, SCALED * 2))
                    assert audit_entries(stored, heads, roots, ahead=ahead).clean
    count = len(entries)
    return [
        (
            f"verify a whole ledger, from {store} / raw verify",
            f"{ratio(floor.cpu, alone.cpu):.3f}",
            ">= 0.70",
        ),
        (
            f"the same with 2 processes for signatures / with one, {store} (wall)",
            f"{ratio(alone.wall, shared.wall):.2f} x: {shared.rate(count):.0f} statements/s, "
            f"with one {alone.rate(count):.0f}, raw verify {floor.rate(count):.0f}",
            "scales",
        ),
    ]


class _RawVerify:
    """Every signature checked with keys that are loaded, and nothing else."""

    def __init__(self, entries: list[bytes], keys: dict[bytes, Ed25519PublicKey]) -> None:
        parsed = [parse_entry(raw) for raw in entries]
        self._work = [(keys[one.keyid], one.signature, one.signed) for one in parsed]

    def __call__(self) -> None:
        for key, signature, message in self._work:
            key.verify(signature, message)


def _keys(records: Iterable[KeyRecord]) -> dict[bytes, Ed25519PublicKey]:
    return {
        record.public.keyid: Ed25519PublicKey.from_public_bytes(record.public.raw)
        for record in records
    }


if __name__ == "__main__":
    for row in rows():
        print(" | ".join(row))
