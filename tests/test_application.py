"""The one door of writing: what is repeated, forked, broken off or offered twice at once."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.bootstrap import Services
from api.stores import open_store
from ledger.application import Submitted, TraceLedger
from ledger.domain.drafts import Draft
from ledger.errors import ForkFound
from ledger.founding import enrolment
from ledger.recorded import Recorded, stored_event
from ledger.signing import Signer
from ledger.verify.entry import Entry, make_entry, parse_entry
from ledger.verify.history import SequenceRefused
from ledger.verify.keys import KeyRefused
from ledger.verify.signature import SignatureRefused
from ledger.verify.statement import Statement, read_statement
from ledger.verify.wording import Refusal
from tests.store import places, small_ledger
from tests.store.append_until_killed import write_entries
from tests.store.small_ledger import FARM, SHOP, check_ledger, signed, signed_harvests

pytestmark = pytest.mark.usefixtures("both_stores")

ROOT = Path(__file__).resolve().parents[1]
WORKER = Path(__file__).with_name("store") / "append_until_killed.py"


@pytest.fixture(scope="module")
def founded(both_stores: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a ledger founded once, to be copied."""
    made = small_ledger.found(tmp_path_factory.mktemp("founded") / "so")
    made.close()
    return made.folder


@pytest.fixture
def services(founded: Path, tmp_path: Path) -> Iterator[Services]:
    """A fresh ledger, re-verified whole after the test."""
    with small_ledger.opened(places.copy_of(founded, tmp_path / "so")) as made:
        yield made
    check_ledger(tmp_path / "so", bundles=20)


def raws(entries: list[Entry]) -> list[bytes]:
    return [entry.raw for entry in entries]


def stored(services: Services) -> list[bytes]:
    return [raw for _, raw in services.store.after(0, 1_000_000)]


def wrongly_signed(entry: Entry) -> Entry:
    return make_entry(
        entry.payload, entry.keyid, bytes([entry.signature[0] ^ 1]) + entry.signature[1:]
    )


def rivals(services: Services) -> tuple[Entry, Entry]:
    """Two different entries of one key for the same journal position."""
    (first,) = signed_harvests(services, 1)
    statement = read_statement(first.payload)
    signer = services.station.signers[FARM, "station"]
    second = signed(signer, FARM, statement.seq, statement.prev, "OTHER")
    assert first.id != second.id
    return first, second


def test_repeating_a_submission_gives_the_same_answer_and_stores_nothing(
    services: Services,
) -> None:
    entries = raws(signed_harvests(services, 5))
    first = services.ledger.submit(entries)
    before = stored(services)
    assert [one.known for one in first] == [False] * 5
    for again in (services.ledger.submit(entries), services.ledger.submit(entries[2:])):
        assert [one.known for one in again] == [True] * len(again)
        assert [(one.id, one.index) for one in again] == [
            (one.id, one.index) for one in first[-len(again) :]
        ]
    assert stored(services) == before


def test_an_index_told_before_the_seal_is_the_one_after_it(services: Services) -> None:
    entries = raws(signed_harvests(services, 4))
    told = services.ledger.submit(entries)
    repeated = services.ledger.submit(entries[1:3])  # not sealed yet
    services.log.seal()
    sealed = [services.store.index_of(bytes.fromhex(one.id)) for one in told]
    assert [one.index for one in told] == sealed
    assert [one.index for one in repeated] == sealed[1:3]
    assert [one.index for one in services.ledger.submit(entries)] == sealed


def test_an_entry_twice_in_one_submission_is_stored_once(services: Services) -> None:
    (entry,) = raws(signed_harvests(services, 1))
    first, second = services.ledger.submit([entry, entry])
    assert (first.id, first.index) == (second.id, second.index)
    assert (first.known, second.known) == (False, True)
    assert stored(services).count(entry) == 1


def test_a_repeated_submission_brings_only_the_new_entries(services: Services) -> None:
    entries = raws(signed_harvests(services, 6))
    services.ledger.submit(entries[:4])
    answers = services.ledger.submit(entries)
    assert [one.known for one in answers] == [True] * 4 + [False] * 2
    assert stored(services)[-6:] == entries


@pytest.mark.parametrize("together", [False, True])
def test_a_fork_is_answered_with_both_entries_and_stores_neither_silently(
    services: Services, together: bool
) -> None:
    first, second = rivals(services)
    if not together:
        services.ledger.submit([first.raw])
    with pytest.raises(ForkFound) as found:
        services.ledger.submit([first.raw, second.raw] if together else [second.raw])
    assert (found.value.stored, found.value.offered) == (first.raw, second.raw)
    assert found.value.position == int(together)
    assert stored(services).count(first.raw) == 1
    assert second.raw not in stored(services)
    for lang in ("en", "vi"):
        assert str(read_statement(first.payload).seq) in found.value.say(lang)


def test_a_fork_far_back_in_the_journal_is_found_too(services: Services) -> None:
    first, second = rivals(services)
    services.ledger.submit([first.raw])
    services.ledger.submit(raws(signed_harvests(services, 30)))
    services.log.seal()
    with pytest.raises(ForkFound) as found:
        services.ledger.submit([second.raw])
    assert found.value.stored == first.raw


def test_a_wrongly_signed_rival_is_no_fork(services: Services) -> None:
    first, second = rivals(services)
    services.ledger.submit([first.raw])
    with pytest.raises(SignatureRefused):
        services.ledger.submit([wrongly_signed(second).raw])
    with pytest.raises(SignatureRefused):
        services.ledger.submit([wrongly_signed(first).raw])
    assert stored(services)[-1] == first.raw


def test_entries_before_the_offending_one_stay_recorded(services: Services) -> None:
    entries = signed_harvests(services, 5)
    offered = raws(entries)
    offered[3] = wrongly_signed(entries[3]).raw
    before = len(stored(services))
    with pytest.raises(SignatureRefused) as refused:
        services.ledger.submit(offered)
    assert refused.value.position == 3  # type: ignore[attr-defined]  # set by submit, see there
    done = refused.value.done  # type: ignore[attr-defined]  # as above
    assert [one.id for one in done] == [entry.id.hex() for entry in entries[:3]]
    assert stored(services)[before:] == raws(entries[:3])
    # The rest goes through once it is right.
    assert len(services.ledger.submit(raws(entries))) == 5
    assert stored(services)[before:] == raws(entries)


def test_a_missing_entry_is_asked_for_and_nothing_after_it_is_recorded(
    services: Services,
) -> None:
    first, second, third = signed_harvests(services, 3)
    with pytest.raises(SequenceRefused) as refused:
        services.ledger.submit([first.raw, third.raw])
    assert refused.value.code == "seq-gap"
    assert stored(services)[-1] == first.raw
    services.ledger.submit([second.raw, third.raw])
    assert stored(services)[-3:] == raws([first, second, third])


def test_an_unknown_key_is_refused_whatever_position_it_names(services: Services) -> None:
    stranger = Signer.of(Ed25519PrivateKey.generate())
    with pytest.raises(KeyRefused) as refused:
        services.ledger.submit([signed(stranger, FARM, 1, None, "X").raw])
    assert refused.value.code == "key-unknown"


def test_a_submission_that_breaks_off_leaves_memory_as_the_disk_is(services: Services) -> None:
    (first, second) = signed_harvests(services, 2)
    before = stored(services)
    with pytest.raises(TypeError):
        services.ledger.submit([first.raw, None])  # type: ignore[list-item]  # what breaks it off
    assert stored(services) == before
    assert [one.known for one in services.ledger.submit(raws([first, second]))] == [False, False]
    assert stored(services) == [*before, first.raw, second.raw]


def test_the_store_holds_the_very_bytes_that_were_signed(services: Services) -> None:
    entries = signed_harvests(services, 3)
    services.ledger.submit(raws(entries))
    for entry in entries:
        assert services.store.entry(entry.id) == entry.raw
        statement = read_statement(entry.payload)
        assert services.store.entry_at(entry.keyid.hex(), statement.seq) == entry.raw
    assert services.store.entry(b"\0" * 32) is None
    assert services.store.entry_at(entries[0].keyid.hex(), 999) is None


def test_the_librarys_own_reading_gives_the_same_entries(services: Services) -> None:
    services.ledger.submit(raws(signed_harvests(services, 7)))
    log = services.ledger.recorder.select_notifications(start=1, limit=1_000)
    assert [bytes(one.state) for one in log] == stored(services)
    assert {one.topic for one in log} == {"ocop.recorded.v1"}
    assert services.ledger.recorder.max_notification_id() == log[-1].id
    after = services.ledger.recorder.select_notifications(
        start=log[3].id, limit=2, inclusive_of_start=False
    )
    assert [one.id for one in after] == [log[4].id, log[5].id]
    none = services.ledger.recorder.select_notifications(start=1, limit=9, topics=["other"])
    assert list(none) == []


def test_an_event_is_stored_as_the_librarys_own_mapper_would_store_it(services: Services) -> None:
    (entry,) = signed_harvests(services, 1)
    seq = read_statement(entry.payload).seq
    event = Recorded(entry.keyid.hex(), seq, entry.raw)
    made = stored_event(entry.keyid.hex(), seq, entry.raw)
    assert services.ledger.mapper.to_stored_event(event) == made
    assert services.ledger.mapper.to_domain_event(made) == event


def test_another_process_is_followed_before_anything_is_added(services: Services) -> None:
    """Two ledgers over one file, in turn: each sees what the other appended."""
    with small_ledger.opened(services.folder) as other:
        for turn in range(3):
            for writer in (services, other):
                (entry,) = signed_harvests(writer, 1, prefix=f"T{turn}")
                (answer,) = writer.ledger.submit([entry.raw])
                assert not answer.known
        assert stored(services) == stored(other)


def test_two_processes_that_append_at_once_leave_no_gap_and_no_fork(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    made = small_ledger.found(folder)
    before = made.store.size()
    wanted = {}
    for by in (FARM, SHOP):
        if by == SHOP:
            item = {"code": "qua", "name": "Quả"}
            made.station.record(Draft("item-registered", SHOP, small_ledger.SETUP, item))
            before += 1
        wanted[by] = raws(signed_harvests(made, 50, by=by))
        write_entries(tmp_path / by, wanted[by])
    made.close()
    workers = [
        subprocess.Popen(
            [sys.executable, str(WORKER), str(folder), str(tmp_path / by)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for by in wanted
    ]
    said = [worker.communicate(timeout=60)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert [text.count("ack ") for text in said] == [50, 50]
    assert check_ledger(folder, bundles=5) == before + 100
    with small_ledger.opened(folder) as after:
        found = stored(after)[before:]
        positions = [position for position, _ in after.store.after(0, 1_000)]
    assert positions == list(range(1, before + 101))
    for entries in wanted.values():
        assert [raw for raw in found if raw in set(entries)] == entries


@pytest.mark.parametrize("junk", [b"", b"DSSEv1 ", b"\0" * 200])
def test_bytes_that_are_no_entry_are_refused_and_nothing_is_recorded(
    services: Services, junk: bytes
) -> None:
    before = stored(services)
    with pytest.raises(Refusal) as refused:
        services.ledger.submit([junk])
    assert refused.value.say("vi") != refused.value.say("en")
    assert stored(services) == before


def test_a_ledger_opened_with_other_roots_refuses_its_file(services: Services) -> None:
    store = open_store(services.folder, services.settings)
    ledger = TraceLedger(store, frozenset({"00" * 32}))
    with pytest.raises(KeyRefused) as refused:
        ledger.catch_up()
    ledger.close()
    store.close()
    assert refused.value.code == "roots-differ"


def test_an_answer_cannot_be_changed_after_it_was_given(services: Services) -> None:
    (answer,) = services.ledger.submit(raws(signed_harvests(services, 1)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.index = 0  # type: ignore[misc]  # the point of the test
    assert parse_entry(stored(services)[answer.index]).id.hex() == answer.id


def test_several_submissions_share_one_append_and_each_has_its_own_outcome(
    services: Services,
) -> None:
    one, two, three, four = signed_harvests(services, 4)
    before, newest = stored(services), services.store.newest()
    good, refused, again, rest = services.ledger.submit_all(
        [raws([one]), [two.raw, wrongly_signed(three).raw], raws([one]), raws([three, four])]
    )
    assert isinstance(good, list)
    assert isinstance(again, list)
    assert isinstance(rest, list)
    assert [found.known for found in (*good, *again, *rest)] == [False, True, False, False]
    assert isinstance(refused, SignatureRefused)
    assert refused.position == 1  # type: ignore[attr-defined]  # set by submit_all
    assert [found.id for found in refused.done] == [two.id.hex()]  # type: ignore[attr-defined]  # as above
    assert stored(services) == [*before, *raws([one, two, three, four])]
    assert services.store.newest() > newest


def test_a_submission_longer_than_one_append_is_recorded_up_to_its_offending_entry(
    services: Services,
) -> None:
    entries = signed_harvests(services, 900)
    offered = raws(entries)
    offered[850] = wrongly_signed(entries[850]).raw
    before = len(stored(services))
    with pytest.raises(SignatureRefused) as refused:
        services.ledger.submit(offered)
    assert refused.value.position == 850  # type: ignore[attr-defined]  # set by submit
    done = refused.value.done  # type: ignore[attr-defined]  # as above
    assert [found.index for found in done] == list(range(before, before + 850))
    assert stored(services)[before:] == raws(entries[:850])


def test_a_key_can_sign_in_the_very_submission_that_enrols_it(services: Services) -> None:
    new = Signer.of(Ed25519PrivateKey.generate())
    enrolling = _enrolling(services, new)
    first = signed(new, FARM, 1, None, "NEW-1")
    forged = wrongly_signed(signed(new, FARM, 2, first.id.hex(), "NEW-2"))
    with pytest.raises(SignatureRefused) as refused:
        services.ledger.submit([enrolling.raw, first.raw, forged.raw])
    assert refused.value.position == 2  # type: ignore[attr-defined]  # set by submit
    assert stored(services)[-2:] == raws([enrolling, first])


def test_what_was_checked_before_a_key_ended_is_refused_after_it(services: Services) -> None:
    """The signature is checked without the lock; whether the key may sign, under it."""
    first, second = signed_harvests(services, 2)
    early = services.ledger.prepare([first.raw, second.raw])
    assert [one.signed for one in early.entries] == [True, True]
    ended = {"keyid": first.keyid.hex(), "reason": "lost"}
    small_ledger.say(services, FARM, "key-retired", small_ledger.day(3), ended)
    (outcome,) = services.ledger.append([early])
    assert isinstance(outcome, KeyRefused)
    assert outcome.code == "key-ended"
    assert first.raw not in stored(services)


def test_an_entry_that_is_sealed_while_its_repeat_is_answered_has_its_index_all_the_same(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    (entry,) = signed_harvests(services, 1)
    (first,) = services.ledger.submit([entry.raw])
    assert services.store.index_of(entry.id) is None
    repeating, asked = TraceLedger(services.store), services.store.index_of

    def sealed_just_now(entry_id: bytes) -> int | None:
        found = asked(entry_id)
        services.station.log.seal()
        return found

    monkeypatch.setattr(services.store, "index_of", sealed_just_now)
    assert repeating.submit([entry.raw]) == [Submitted(entry.id.hex(), first.index, known=True)]


def _enrolling(services: Services, new: Signer) -> Entry:
    """The signed enrolment of another station key of the farm; not submitted."""
    said = enrolment(
        small_ledger.ORIGIN, new, FARM, "station", small_ledger.SETUP, by=FARM, tag="Z9"
    )
    signer = services.station.signers[FARM, "admin"]
    services.ledger.catch_up()
    head = services.ledger.history.journals[signer.keyid]
    return signer.sign(
        Statement(said.type, FARM, head.seq + 1, head.id, said.time, (), None, dict(said.body))
    )
