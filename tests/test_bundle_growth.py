"""A bundle costs what its lot has, whatever else the ledger holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from api.bootstrap import Services, enrol_party
from ledger.domain.drafts import Draft
from ledger.export import Exporter
from ledger.export_errors import ExportRefused
from ledger.node_blocks import NodeBlocks
from ledger.projections.steering import stories_of
from ledger.registrations import Registrations
from ledger.sealing import SealedLog
from ledger.store.seam import LedgerStore
from ledger.verify.bundle import LotBundle
from ledger.verify.checklist import verify_bundle
from ledger.verify.merkle import inclusion_proof
from ledger.verify.trust import Trust
from tests.store import small_ledger
from tests.store.small_ledger import FARM, GTIN

pytestmark = pytest.mark.usefixtures("both_stores")

LOT = (GTIN, "L01")


class CountingStore:
    """The store itself, and how much was asked of it."""

    def __init__(self, store: LedgerStore) -> None:
        self._store = store
        self.questions = 0
        self.statements = 0

    def sealed_at(self, indexes: Sequence[int]) -> list[tuple[int, bytes]]:
        self.statements += len(indexes)
        return self._store.sealed_at(indexes)

    def __getattr__(self, name: str) -> Any:
        self.questions += 1
        return getattr(self._store, name)


@pytest.fixture
def services(both_stores: str, tmp_path: Path) -> Iterator[Services]:
    made = small_ledger.told(tmp_path / "so")
    yield made
    made.close()


def counting(services: Services) -> tuple[Exporter, CountingStore]:
    """An exporter that knows nothing yet, over a store that counts."""
    store = CountingStore(services.store)
    typed = cast(LedgerStore, store)
    stories = stories_of(typed, services.tables.connection)
    log = SealedLog(typed, services.settings.origin, None)
    return Exporter(log, stories, services.tables), store


def strangers(services: Services, count: int) -> None:
    """Parties with keys, sites and goods of their own, that the lot has nothing to do with."""
    for number in range(count):
        code = f"HTX-{number:03d}"
        services.station.record(small_ledger.party(code, "cooperative"))
        enrol_party(services, code)
        for draft in small_ledger.registry_drafts()[:4]:
            services.station.record(
                Draft(draft.type, code, draft.time, draft.body)  # the same, said by another
            )


def chosen(bundle: LotBundle) -> list[bytes]:
    return [one.entry.raw for one in bundle.entries]


def test_what_strangers_register_is_in_no_bundle_and_is_read_once_at_most(
    services: Services,
) -> None:
    exporter, store = counting(services)
    before = exporter.bundle(LOT)
    strangers(services, 3)
    after = exporter.bundle(LOT)
    assert chosen(after) == chosen(before)
    assert verify_bundle(after.format(), services.trust_file()).verdict == "verified"
    store.questions = store.statements = 0
    exporter.bundle(LOT)
    asked, read = store.questions, store.statements
    strangers_more(services)
    exporter.bundle(LOT)  # reads what is new
    store.questions = store.statements = 0
    exporter.bundle(LOT)
    assert store.statements == read == len(after.entries)
    # Of hashes a block more for each sixteenfold growth, of statements none.
    assert store.questions <= asked + 1


def test_a_bundle_is_complete_as_of_what_was_committed_and_the_trust_file_asks_for_it(
    services: Services,
) -> None:
    trust = Trust.parse(services.trust())
    assert trust.index_required and trust.witnesses == ()
    before = services.bundle(*LOT)
    assert before is not None
    assert {one.refusal.code for one in verify_bundle(before, trust).failures} == {"index-absent"}
    committed = services.committer.commit()
    assert committed is not None
    services.station.catch_up()
    made = services.bundle(*LOT)
    assert made is not None
    report = verify_bundle(made, trust)
    assert report.verdict == "verified", report.as_text("en")
    assert report.complete_as_of is not None
    assert report.complete_as_of.size == committed.size
    strangers_more(services)
    older = services.bundle(*LOT)
    assert older is not None
    report = verify_bundle(older, trust)
    assert (report.verdict, report.tree_size) == ("verified", services.store.size())
    assert report.complete_as_of is not None
    assert report.complete_as_of.size == committed.size  # an older mark, and it says so


def test_read_models_behind_the_index_are_told_and_no_bundle_is_made_of_them(
    services: Services,
) -> None:
    raw = [entry.raw for entry in small_ledger.signed_harvests(services, 3, by=FARM)]
    services.ledger.submit(raw)
    services.committer.commit()
    with pytest.raises(ExportRefused) as refused:
        services.exporter.bundle(LOT)
    assert refused.value.code == "views-behind"
    services.station.catch_up()
    assert services.exporter.bundle(LOT).index is not None


def test_the_newest_co_signed_checkpoint_is_taken_when_it_covers_the_bundle(
    services: Services,
) -> None:
    services.committer.commit()
    services.station.catch_up()
    seen = services.log.checkpoint()
    assert seen is not None
    services.exporter.best = lambda: seen
    strangers_more(services)
    assert services.exporter.bundle(LOT).checkpoint == seen
    services.committer.commit()
    services.station.catch_up()
    newer = services.exporter.bundle(LOT)
    assert newer.checkpoint == services.log.checkpoint() != seen
    assert verify_bundle(newer.format(), services.trust_file()).verdict == "verified"


def strangers_more(services: Services) -> None:
    """A few hundred statements of the farm about other lots."""
    raw = [entry.raw for entry in small_ledger.signed_harvests(services, 300, by=FARM)]
    services.ledger.submit(raw)
    services.station.catch_up()


def test_every_registration_and_key_statement_is_found_by_what_it_is_about(
    services: Services,
) -> None:
    stories = stories_of(services.store, services.tables.connection)
    registrations = Registrations(services.tables, stories.located_all)
    wanted = services.tables.steering_from(0)
    steering = stories.located_all(wanted)
    records = services.ledger.history.keys.records
    subjects = {f"key:{keyid.hex()}" for keyid in records}
    for one in steering:
        body, party = one.statement.body, one.statement.party
        code = body.get("code")
        subjects |= {f"party:{code}", f"site:{party}/{code}", f"item:{party}/{code}"}
        subjects |= {f"instrument:{party}/{code}", f"product:{body.get('gtin')}"}
    found = registrations.about(subjects)
    # All but genesis, which stands in every bundle anyway.
    assert [one.index for one in found] == wanted[1:]
    assert [one.index for one in registrations.about({"party:NOBODY"})] == []


def test_nodes_read_in_blocks_are_those_of_the_store(services: Services) -> None:
    raw = [entry.raw for entry in small_ledger.signed_harvests(services, 300)]
    services.ledger.submit(raw)
    services.station.catch_up()
    store, size = services.store, services.store.size()
    blocks = NodeBlocks(store)
    complete = 0
    for level in range(10):
        for index in range(size >> level):
            assert blocks.node(level, index) == store.node(level, index)
            complete += 1
        with pytest.raises(KeyError):
            NodeBlocks(store).node(level, size >> level)
    assert complete > 2 * size - 12
    for index in (0, 15, 16, 255, 256, size - 1):
        assert inclusion_proof(index, size, blocks.node) == inclusion_proof(index, size, store.node)
