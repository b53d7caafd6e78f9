"""Nobody raises an alarm over a clean ledger: audit, auditor and the readers of its bundles."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import pytest

from api.bootstrap import Services
from api.witness.log_copy import LogCopy
from api.witness.store import Log, WitnessStore
from bench.ledgers import small_cooperative
from bench.season import EACH_LOT, Member, Scribe, enrol, gtin, year
from ledger.verify.audit import audit_entries
from ledger.verify.checklist import verify_bundle
from ledger.verify.keys import COMMITTED, ROOT_PARTY
from ledger.verify.trust import Trust

_BATCH = 400


@dataclass(frozen=True)
class Plan:
    """So many parties with so many lots each; the index is committed every `pace` statements."""

    members: int
    lots: int
    bundles: int
    pace: int


def test_no_alarm_over_a_thousand_statements(tmp_path: Path) -> None:
    _campaign(tmp_path, Plan(members=2, lots=90, bundles=25, pace=400))


@pytest.mark.long
def test_no_alarm_over_a_hundred_thousand_statements(tmp_path: Path) -> None:
    _campaign(tmp_path, Plan(members=34, lots=500, bundles=1_000, pace=4_000))


def _campaign(room: Path, plan: Plan) -> None:
    took = Stopwatch()
    with closing(small_cooperative(room / "so")) as services:
        members = [Member.new(number) for number in range(plan.members)]
        with closing(_Auditor(room / "kiem-toan", services)) as auditor:
            statements = 0
            for group in _groups(_statements(services, members, plan.lots), plan.pace):
                for raw in _groups(group, _BATCH):
                    services.ledger.submit(raw)
                services.committer.commit()
                statements += len(group)
                took.lap("recorded, sealed and committed to")
                assert auditor.follow() == services.log.size
                took.lap("examined by the auditor")
        commitments = _audited_clean(services)
        took.lap("audited with the index")
        services.projector.catch_up()
        took.lap("projected")
        _bundles_verify(services, members, plan)
        took.lap(f"{plan.bundles:,} bundles made and verified")
        print(f"{services.log.size:,} entries, {commitments} commitments: {took}")
        assert statements >= plan.members * plan.lots * EACH_LOT
        assert commitments >= statements // plan.pace


def _groups(raw_entries: Iterable[bytes], most: int) -> Iterator[list[bytes]]:
    source = iter(raw_entries)
    while group := list(islice(source, most)):
        yield group


def _statements(services: Services, members: list[Member], lots: int) -> Iterator[bytes]:
    """Registrations, then the parties' statements in turn."""
    signer = services.station.signers[ROOT_PARTY, "root"]
    head = services.ledger.history.journals[signer.keyid]
    root = Scribe(signer, ROOT_PARTY, head.seq, head.id)
    for member in members:
        yield from enrol(root, member, services.settings.origin)
    journals = [year(member, lots) for member in members]
    yield from chain.from_iterable(zip(*journals, strict=True))


class _Auditor:
    """The auditor's copy of the log, taken in as it grows."""

    def __init__(self, folder: Path, services: Services) -> None:
        self._services = services
        folder.mkdir()
        WitnessStore.create(folder, "auditor.example/w", "auditor")
        self._memory = WitnessStore(folder)
        trust = services.trust_file()
        log = Log(services.settings.origin, trust.log_key, trust.roots)
        self._memory.add_log(log)
        self._copy = LogCopy(folder / "log", log, self._memory)

    def follow(self) -> int:
        """Examine what is new; raises LogFault for an alarm. Answers the entries examined."""
        store = self._services.store
        while rows := store.sealed(self._copy.size, 4096):
            self._copy.take([raw for _, raw in rows])
        assert self._copy.fault is None
        assert self._copy.root(self._copy.size) == self._services.log.root(self._copy.size)
        return self._copy.size

    def close(self) -> None:
        self._copy.close()
        self._memory.close()


def _audited_clean(services: Services) -> int:
    """Answers how many commitments were checked."""
    store = services.store

    def entries() -> Iterator[bytes]:
        at = 0
        while rows := store.sealed(at, 500):
            yield from (raw for _, raw in rows)
            at += len(rows)

    found = audit_entries(entries(), dict(store.checkpoints()), services.trust_file().roots)
    assert found.clean, found.failure
    assert found.entries == services.log.size
    return found.types[COMMITTED]


def _bundles_verify(services: Services, members: list[Member], plan: Plan) -> None:
    trust, chance = Trust.parse(services.trust()), random.Random(11)
    assert trust.index_required
    newest = services.index.committed()
    assert newest is not None
    told: Counter[tuple[str, str, int]] = Counter()
    for _ in range(plan.bundles):
        member, number = chance.choice(members), f"{chance.randrange(plan.lots):06d}"
        item, code = chance.choice(
            [
                (f"{member.code}/cu-dong", f"C{number}"),
                (f"{member.code}/bot-dong", f"B{number}"),
                (gtin(member.number), f"M{number}"),
            ]
        )
        raw = services.bundle(item, code)
        assert raw is not None
        report = verify_bundle(raw, trust)
        assert report.complete_as_of is not None, report.as_text("en")
        told[report.verdict, report.status, report.complete_as_of.size] += 1
    assert told == {("verified", "active", newest.size): plan.bundles}


class Stopwatch:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._spent: dict[str, float] = {}

    def lap(self, what: str) -> None:
        """All since the lap before was spent on this."""
        now = time.monotonic()
        self._spent[what] = self._spent.get(what, 0.0) + now - self._since
        self._since = now

    def __str__(self) -> str:
        return ", ".join(f"{what} {seconds:.1f} s" for what, seconds in self._spent.items())
