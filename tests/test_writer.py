"""Many clients at once: batches, refusals among them, a full queue, a lost database, the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.bootstrap import Services
from ledger.application import MOST_AT_ONCE
from ledger.errors import ForkFound
from ledger.founding import enrolment
from ledger.signing import Signer
from ledger.verify.entry import Entry
from ledger.verify.history import SequenceRefused
from ledger.verify.keys import KeyRefused
from ledger.writer import BatchingWriter, WriterRefused
from tests.store import small_ledger
from tests.store.small_ledger import FARM, check_ledger, signed, signed_harvests

pytestmark = pytest.mark.usefixtures("both_stores")

PATIENCE = 60.0


@pytest.fixture
def services(both_stores: str, tmp_path: Path) -> Iterator[Services]:
    """A fresh ledger, re-verified whole after the test."""
    made = small_ledger.found(tmp_path / "so")
    yield made
    made.close()
    check_ledger(tmp_path / "so", bundles=3)


@pytest.fixture
def writer(services: Services) -> BatchingWriter:
    """The writer of the services, closed with them."""
    return services.writer


def stored(services: Services) -> list[bytes]:
    return [raw for _, raw in services.store.after(0, 1_000_000)]


def stations(services: Services, count: int) -> list[Signer]:
    """New stations of the farm, each with a key and a journal of its own."""
    made = []
    for number in range(count):
        signer = Signer.of(Ed25519PrivateKey.generate())
        tag = f"{'BCDEFGH'[number // 10]}{number % 10}"
        said = enrolment(
            small_ledger.ORIGIN, signer, FARM, "station", small_ledger.SETUP, by=FARM, tag=tag
        )
        services.station.record(said)
        made.append(signer)
    return made


def journal(signer: Signer, count: int, prefix: str) -> list[Entry]:
    """The first entries of a new station."""
    made: list[Entry] = []
    for seq in range(1, count + 1):
        before = made[-1].id.hex() if made else None
        made.append(signed(signer, FARM, seq, before, f"{prefix}{seq:04d}"))
    return made


def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for something that other threads bring about."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.005)


@contextmanager
def held(services: Services) -> Iterator[None]:
    """Somebody else has the right to append until the block ends."""
    with services.store.writing():
        yield


def test_many_clients_share_few_appends_and_each_gets_its_own_answer(
    services: Services, writer: BatchingWriter
) -> None:
    clients = [journal(signer, 10, f"C{n:02d}-") for n, signer in enumerate(stations(services, 20))]
    before = len(stored(services))

    def post(entries: list[Entry]) -> list[tuple[str, int, bool]]:
        found = []
        for entry in entries:  # one at a time, as clients do
            (answer,) = writer.submit([entry.raw]).result(PATIENCE)
            found.append((answer.id, answer.index, answer.known))
        return found

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(post, clients))
    added = stored(services)[before:]
    for entries, found in zip(clients, answers, strict=True):
        assert [one[0] for one in found] == [entry.id.hex() for entry in entries]
        assert not any(known for _, _, known in found)
        for entry, (_, index, _) in zip(entries, found, strict=True):
            assert added[index - before] == entry.raw
    assert len(added) == 200
    stats = writer.stats()
    assert (stats.appended, stats.refused, stats.waiting) == (200, 0, 0)
    assert stats.batches < 150


def test_what_is_refused_for_one_client_is_recorded_for_the_others(
    services: Services, writer: BatchingWriter
) -> None:
    one, two, three, four = stations(services, 4)
    good, gap, fork = journal(one, 3, "G"), journal(two, 3, "L"), journal(three, 2, "F")
    rival = signed(three, FARM, 1, None, "RIVAL")
    stranger = signed(Signer.of(Ed25519PrivateKey.generate()), FARM, 1, None, "S")
    other = journal(four, 1, "O")
    with held(services):  # so that all of them come into one batch
        futures = [
            writer.submit([entry.raw for entry in entries])
            for entries in (good, [gap[0], gap[2]], [fork[0], rival, fork[1]], [stranger], other)
        ]
        until(lambda: writer.stats().waiting == 10)
    assert [one.known for one in futures[0].result(PATIENCE)] == [False] * 3
    with pytest.raises(SequenceRefused) as missing:
        futures[1].result(PATIENCE)
    assert [one.id for one in missing.value.done] == [gap[0].id.hex()]  # type: ignore[attr-defined]  # see TraceLedger.submit
    with pytest.raises(ForkFound) as found:
        futures[2].result(PATIENCE)
    assert (found.value.stored, found.value.offered) == (fork[0].raw, rival.raw)
    assert found.value.position == 1
    with pytest.raises(KeyRefused):
        futures[3].result(PATIENCE)
    assert [one.known for one in futures[4].result(PATIENCE)] == [False]
    assert stored(services)[-6:] == [entry.raw for entry in (*good, gap[0], fork[0], other[0])]
    assert writer.stats().refused == 3


def test_nothing_is_acknowledged_before_it_is_durable(
    services: Services, writer: BatchingWriter
) -> None:
    (entry,) = signed_harvests(services, 1)
    with held(services):
        future = writer.submit([entry.raw])
        assert wait_for([future], timeout=0.5).not_done
        assert services.store.entry(entry.id) is None
    (answer,) = future.result(PATIENCE)
    assert services.store.entry(entry.id) == entry.raw
    assert answer.id == entry.id.hex()


def test_a_full_queue_refuses_and_forgets_nothing_that_it_took(services: Services) -> None:
    writer = BatchingWriter(services.ledger, most_waiting=10)
    entries = [entry.raw for entry in signed_harvests(services, 20)]
    try:
        with held(services):
            taken = [writer.submit([raw]) for raw in entries[:10]]
            with pytest.raises(WriterRefused) as refused:
                writer.submit([entries[10]])
            assert refused.value.code == "too-busy"
            assert refused.value.say("vi") != refused.value.say("en")
        for future in taken:
            assert not future.result(PATIENCE)[0].known
        assert len(writer.submit(entries[10:]).result(PATIENCE)) == 10
    finally:
        writer.close()
    assert stored(services)[-20:] == entries


def test_closing_finishes_what_was_taken_and_refuses_what_comes_later(services: Services) -> None:
    writer = BatchingWriter(services.ledger)
    entries = [entry.raw for entry in signed_harvests(services, 30)]
    with held(services):
        futures = [writer.submit([raw]) for raw in entries]
        closing = threading.Thread(target=writer.close)
        closing.start()
        until(lambda: _refuses(writer))
    closing.join(PATIENCE)
    assert not closing.is_alive()
    assert all(future.done() and not future.result()[0].known for future in futures)
    assert stored(services)[-30:] == entries
    writer.close()  # a second time is harmless


def _refuses(writer: BatchingWriter) -> bool:
    try:
        writer.submit([])
    except WriterRefused as refused:
        return refused.code == "writer-closed"
    return False


def test_what_a_client_took_back_before_its_turn_is_not_recorded(
    services: Services, writer: BatchingWriter
) -> None:
    first, second, third = signed_harvests(services, 3)
    with held(services):
        # The first one's batch is under way, waiting; the others are not begun.
        begun = writer.submit([first.raw])
        until(begun.running)
        taken_back = writer.submit([second.raw])
        kept = writer.submit([third.raw])
        assert taken_back.cancel()
    assert not begun.result(PATIENCE)[0].known
    with pytest.raises(SequenceRefused):
        kept.result(PATIENCE)
    assert stored(services)[-1] == first.raw
    assert writer.stats().waiting == 0


def test_no_append_is_larger_than_the_bound(services: Services) -> None:
    sizes: list[int] = []
    entries = [entry.raw for entry in signed_harvests(services, 900)]
    writer = BatchingWriter(services.ledger, noted=lambda count, _: sizes.append(count))
    try:
        with pytest.raises(ValueError, match="401"):
            writer.submit(entries[: MOST_AT_ONCE + 1])
        with held(services):
            futures = [writer.submit(entries[at : at + 90]) for at in range(0, 900, 90)]
        for future in futures:
            future.result(PATIENCE)
    finally:
        writer.close()
    assert sum(sizes) == 900
    assert max(sizes) <= MOST_AT_ONCE
    assert stored(services)[-900:] == entries


def test_junk_from_one_client_does_not_end_the_writer(
    services: Services, writer: BatchingWriter
) -> None:
    (entry,) = signed_harvests(services, 1)
    broken = writer.submit([None])  # type: ignore[list-item]  # what no route would pass on
    with pytest.raises(TypeError):
        broken.result(PATIENCE)
    assert not writer.submit([entry.raw]).result(PATIENCE)[0].known
    assert writer.stats().waiting == 0
