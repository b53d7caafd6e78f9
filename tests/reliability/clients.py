"""Many stations that send their journals to one hub at the same time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.bootstrap import Services
from ledger.founding import enrolment
from ledger.signing import Signer
from ledger.verify.entry import parse_entry
from ledger.verify.statement import read_statement
from tests.reliability.hub import Client
from tests.reliability.model import leaf
from tests.store import small_ledger
from tests.store.small_ledger import FARM


def enrolled(services: Services, count: int) -> list[Signer]:
    """`count` new station keys of the farm, enrolled by it, for stations elsewhere."""
    signers = [Signer.of(Ed25519PrivateKey.generate()) for _ in range(count)]
    tags = (a + d for a in "STVWXYZ" for d in "123456789")
    for signer, tag in zip(signers, tags, strict=False):
        origin, time_text = services.settings.origin, small_ledger.SETUP
        draft = enrolment(origin, signer, FARM, "station", time_text, by=FARM, tag=tag)
        services.station.record(draft)
    return signers


def journal(signer: Signer, number: int, length: int) -> list[bytes]:
    """A whole journal, signed: harvests of lots that only this station names."""
    made: list[bytes] = []
    before = None
    for seq in range(1, length + 1):
        entry = small_ledger.signed(signer, FARM, seq, before, f"T{number:02d}-{seq:04d}")
        before = entry.id.hex()
        made.append(entry.raw)
    return made


def send(port: int, raws: list[bytes]) -> list[int]:
    """One client: entry after entry, each when the one before is acknowledged; the log indexes."""
    client = Client(port)
    try:
        indexes = []
        for raw in raws:
            result = client.record(raw)
            assert result["id"] == leaf(raw).hex()
            indexes.append(int(result["index"]))
        return indexes
    finally:
        client.close()


def send_all(port: int, journals: list[list[bytes]]) -> tuple[list[list[int]], float]:
    """Every client at once; indexes by client, and the seconds it took."""
    began = time.perf_counter()
    with ThreadPoolExecutor(len(journals)) as pool:
        indexes = list(pool.map(lambda raws: send(port, raws), journals))
    return indexes, time.perf_counter() - began


def check(folder: Path, before: int, journals: list[list[bytes]], indexes: list[list[int]]) -> str:
    """Nothing lost, doubled, missing or forked; the figures, for people."""
    total = sum(map(len, journals))
    given = sorted(index for one in indexes for index in one)
    figures = (
        f"{len(journals)} clients, {total} appends: {len(set(given))} indexes, "
        f"{before} to {given[-1]}"
    )
    assert small_ledger.check_ledger(folder, bundles=20) == before + total, figures
    with small_ledger.opened(folder) as after:
        log = dict(small_ledger.said(after, before))
    # 0 gaps, 0 duplicated: the indexes acknowledged are the log's, each given once.
    assert given == list(log), figures
    for raws, one in zip(journals, indexes, strict=True):
        assert all(a < b for a, b in pairwise(one)), figures
        assert [log[index] for index in one] == raws, figures
        # 0 forks: the journal in the ledger is 1 to its length, each once.
        keyid = parse_entry(raws[0]).keyid
        mine = [entry for entry in map(parse_entry, log.values()) if entry.keyid == keyid]
        seqs = [read_statement(entry.payload).seq for entry in mine]
        assert seqs == list(range(1, len(raws) + 1)), figures
    return figures
