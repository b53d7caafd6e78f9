"""Every statement reaches every lot that looks different after it, and start-up forgets nothing.

The projection writes anew only the lots that a statement concerns. Whether that is all of them is
told by making the tables again from nothing, where each lot is written after everything was said.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from api.bootstrap import Services
from ledger.projections import projector as projecting
from ledger.projections import schema, steering
from ledger.projections.facts import lot_facts
from ledger.projections.photos import Photos
from ledger.projections.projector import Projector
from ledger.projections.steering import FollowedHistory
from ledger.verify.entry import parse_entry
from ledger.verify.history import History
from tests.background.random_story import RandomStory
from tests.store import small_ledger
from tests.store.small_ledger import rebuilt_dump

QUICK, LONG = range(2), range(2, 60)
SEEDS = [*QUICK, *(pytest.param(seed, marks=pytest.mark.long) for seed in LONG)]


def random_ledger(folder: Path, seed: int, count: int = 110) -> Services:
    """A ledger of random statements, each projected before the next was made."""
    services = small_ledger.found(folder)
    story = RandomStory(services, seed)
    story.tell(count)
    services.station.catch_up()
    assert len(story.kinds) > 8, story.kinds
    return services


def folded_whole(services: Services) -> History:
    """The history by folding every entry, as the door of writing and an auditor do."""
    history = History(lambda _id: ("?", "?"))
    for index, raw in services.store.sealed(0, 100_000):
        history.fold(steering.locate_raw(history, index, raw), parse_entry(raw))
    return history


def different(one: History, other: History) -> list[str]:
    """What two histories know differently of registry, keys and disputes."""
    found = [
        part.name
        for part in fields(one.registry)
        if getattr(one.registry, part.name) != getattr(other.registry, part.name)
    ]
    told = [
        {
            keyid: (r.party, r.role, r.held, r.tag, r.enrolled, r.ended, r.end_reason, r.last_good)
            for keyid, r in history.keys.records.items()
        }
        for history in (one, other)
    ]
    if told[0] != told[1]:
        found.append("keys")
    if one.keys.parties != other.keys.parties or one.keys.genesis != other.keys.genesis:
        found.append("parties")
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_tables_followed_statement_by_statement_are_those_of_a_rebuild(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = random_ledger(tmp_path / "so", seed)
    followed = schema.dump(services.projector.connection)
    for batch in (7, 500):
        monkeypatch.setattr(projecting, "BATCH", batch)
        assert rebuilt_dump(services) == followed, batch
    # And no lot was left out by both: written now, each still says the same.
    for facts in services.tables.lots(limit=1000):
        lot = facts["item"], facts["lot"]
        graph = services.projector.graph_of([lot])
        history = services.projector.history
        disputed = folded_whole(services).keys.disputed()
        photos = Photos(
            lambda sql, values: services.tables.connection().execute(sql, tuple(values)).fetchall()
        )
        again = lot_facts(graph, history.registry, lot, disputed, photos)
        assert {**again, "last_index": facts["last_index"]} == facts
    services.close()


@pytest.mark.parametrize("seed", SEEDS[:1] + SEEDS[20:])
def test_a_history_of_steering_statements_alone_is_that_of_all(tmp_path: Path, seed: int) -> None:
    services = random_ledger(tmp_path / "so", seed)
    whole = folded_whole(services)
    connection = services.projector.connection
    started = FollowedHistory(services.store, lambda: connection)()
    assert different(started, whole) == []
    assert different(services.projector.history, whole) == []
    found = steering.disputed(started, connection)
    expected = whole.keys.disputed()
    assert {i: r.keyid_hex for i, r in found.items()} == {
        i: r.keyid_hex for i, r in expected.items()
    }
    services.close()


def test_a_reader_follows_a_registry_without_changing_the_one_that_is_read(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    history = FollowedHistory(services.store, services.tables.connection)
    before = history().registry
    names = [site["name"] for site in before.sites.values()]
    RandomStory(services, 5).tell(60)
    services.station.catch_up()
    after = history().registry
    assert after is not before
    assert [site["name"] for site in before.sites.values()] == names
    assert different(history(), services.projector.history) == []
    services.close()


def test_starting_reads_the_statements_that_steer_and_no_others(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    for entry in small_ledger.signed_harvests(services, 300):
        services.ledger.submit([entry.raw])
    services.station.catch_up()
    read: list[int] = []

    class Counting:
        """The store, counting what is read of it."""

        def __getattr__(self, name: str) -> object:
            found = getattr(services.store, name)
            if name in {"sealed", "sealed_at"}:

                def counted(*arguments: object) -> list[tuple[int, bytes]]:
                    rows: list[tuple[int, bytes]] = found(*arguments)
                    read.extend(index for index, _ in rows)
                    return rows

                return counted
            return found

    fresh = Projector(Counting(), services.projector.connection)  # type: ignore[arg-type]  # counts
    assert fresh.catch_up() == services.log.size
    assert 10 < len(read) < services.log.size - 250
    services.close()


def asked(services: Services) -> set[str]:
    """Every question that a projection of a ledger puts to its tables."""
    found: set[str] = set()
    connection = schema.open_views(services.folder / "asked.db")
    connection.set_trace_callback(found.add)
    Projector(services.store, connection).catch_up()
    FollowedHistory(services.store, lambda: connection)()
    connection.set_trace_callback(None)
    plans = {one for one in found if one.startswith("SELECT") and " FROM " in one}
    connection.close()
    return plans


def test_no_question_of_the_projection_looks_through_a_table(tmp_path: Path) -> None:
    """Each by an index, however large the ledger: `progress`, of one row, is the exception."""
    services = random_ledger(tmp_path / "so", 1)
    questions = asked(services)
    assert len(questions) > 50
    connection = services.projector.connection
    looking = set()
    for question in sorted(questions):
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {question}")]
        if not question.endswith("FROM photo LIMIT 1"):  # whether there is any: one row
            looking |= {step for step in plan if step.startswith("SCAN")}
        if "type IN" in question:
            assert any("entry_steering" in step for step in plan), plan
    assert {s for s in looking if s != "SCAN progress" and "(subquery" not in s} == set()
    services.close()
