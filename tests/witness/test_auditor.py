"""An auditor: co-signs what it has examined, and never what a lying hub commits to."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.witness.folder import opened_witness
from api.witness.following import STEP, Auditor
from api.witness.store import Log, WitnessStore
from ledger.signing import Signer, load_key
from ledger.verify.entry import parse_entry
from ledger.verify.note import parse_note
from ledger.verify.statement import Statement, read_statement
from tests.store import small_ledger
from tests.witness.entry_log import EntryLog
from tests.witness.room import NOW, Reply, Served, made, witness_at

Story = tuple[list[bytes], Ed25519PrivateKey, frozenset[str]]


@cache
def story() -> Story:
    """Entries of a small ledger with an index committed, the log's key, the root keys."""
    with tempfile.TemporaryDirectory() as room:
        services = small_ledger.told(Path(room) / "so")
        try:
            assert services.committer.commit() is not None
            services.ledger.submit([one.raw for one in small_ledger.signed_harvests(services, 3)])
            services.station.log.seal()
            entries = [raw for _, raw in services.store.sealed(0, 10_000)]
            key = load_key(services.folder / "keys" / "log.pem").private
            return entries, key, services.trust_file().roots
        finally:
            services.close()


def lying(change: Callable[[list[bytes]], list[bytes]]) -> EntryLog:
    entries, key, _ = story()
    return EntryLog(small_ledger.ORIGIN, key, change(list(entries)))


@contextmanager
def auditing(folder: Path, log: EntryLog, url: str) -> Iterator[Served]:
    """An auditor that knows the log, on a port of its own."""
    if not folder.exists():
        made(folder, "auditor.example/w", "auditor")
    known = Log(log.origin, log.vkey, story()[2], url)
    with opened_witness(folder, "auditor") as own:
        auditor = Auditor(folder, own.store)
        try:
            with witness_at(folder, known, examine=auditor.examine, kind="auditor") as served:
                yield served
        finally:
            auditor.close()


def answer_of(log: EntryLog, room: Path, old: int = 0) -> Reply:
    with log.on_the_web() as url, auditing(room / "w", log, url) as served:
        return patiently(served, log.request(old))


def patiently(served: Served, request: bytes, patience: float = 30) -> Reply:
    """Ask again while the auditor is still catching up."""
    until = time.monotonic() + patience
    while (reply := served.post(request)).status == 503 and time.monotonic() < until:
        time.sleep(0.1)
    return reply


def test_a_log_that_holds_is_cosigned_and_so_is_what_comes_after(tmp_path: Path) -> None:
    entries, key, _ = story()
    log = EntryLog(small_ledger.ORIGIN, key, entries[:10])
    with log.on_the_web() as url, auditing(tmp_path / "w", log, url) as served:
        assert patiently(served, log.request(0)).status == 200
        log.add(entries[10:20])
        assert patiently(served, log.request(10)).status == 200
        log.add(entries[20:])
        reply = patiently(served, log.request(20))
        assert reply.status == 200, reply
        assert served.own.store.audited(log.origin) == (len(entries), None)


def flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


@pytest.mark.parametrize("at", [0, 2, 9, 17, 30, 40])
def test_an_entry_with_a_false_signature_is_never_cosigned(at: int, tmp_path: Path) -> None:
    if at >= len(story()[0]):
        at = len(story()[0]) - 1
    log = lying(lambda all_: [*all_[:at], flipped(all_[at], -5), *all_[at + 1 :]])
    reply = answer_of(log, tmp_path)
    assert reply.status == 403
    assert "may not stand in the log" in reply.body or "opens as" in reply.body


def swapped(all_: list[bytes]) -> list[bytes]:
    """The first two harvests change places."""
    first = next(n for n, raw in enumerate(all_) if b'"type":"harvested"' in raw)
    return [*all_[:first], all_[first + 1], all_[first], *all_[first + 2 :]]


@pytest.mark.parametrize(
    "change",
    [
        lambda all_: [*all_[:12], *all_[13:]],
        lambda all_: [*all_[:20], all_[19], *all_[20:]],
        swapped,
        lambda all_: all_[1:],
        lambda all_: [*all_, b"not an entry at all, but sealed like one" * 5],
    ],
    ids=["removed", "twice", "swapped", "without genesis", "rubbish"],
)
def test_a_log_that_was_rewritten_under_its_own_key_is_never_cosigned(
    change: Callable[[list[bytes]], list[bytes]], tmp_path: Path
) -> None:
    reply = answer_of(lying(change), tmp_path)
    assert reply.status == 403, reply


def committed(all_: list[bytes]) -> Statement:
    read = [read_statement(parse_entry(raw).payload) for raw in all_]
    return next(one for one in read if one.type == "index-committed")


@pytest.mark.parametrize("field", ["root", "rows", "size"])
def test_a_false_index_is_found_and_nothing_after_it_is_cosigned(
    field: str, tmp_path: Path
) -> None:
    entries, key, _ = story()
    place = next(n for n, raw in enumerate(entries) if b"index-committed" in raw)
    true = committed(entries)
    lie = {"root": "ab" * 32, "rows": true.body["rows"] + 1, "size": true.body["size"] - 1}
    body = {**true.body, field: lie[field]}
    said = Statement(
        true.type, true.party, true.seq, true.prev, true.time, true.inputs, true.anchor, body
    )
    forged = Signer.of(key).sign(said).raw
    log = EntryLog(small_ledger.ORIGIN, key, entries[:place])
    with log.on_the_web() as url, auditing(tmp_path / "w", log, url) as served:
        assert patiently(served, log.request(0)).status == 200
        log.add([forged])
        reply = patiently(served, log.request(place))
        assert reply.status == 403
        assert "index" in reply.body
        log.add(entries[place + 1 :])
        assert patiently(served, log.request(place)).status == 403
        assert served.own.store.head(log.origin).size == place
    # What was found is not forgotten by starting again.
    with log.on_the_web() as url, auditing(tmp_path / "w", log, url) as served:
        reply = patiently(served, log.request(place))
        assert reply.status == 403
        assert "index" in reply.body
        size, fault = served.own.store.audited(log.origin)
        assert size == place and fault is not None


def test_an_anchor_of_another_history_is_found(tmp_path: Path) -> None:
    """A harvest that names a checkpoint which this log never had."""
    services = small_ledger.told(tmp_path / "so")
    try:
        services.committer.commit()
        raw = [one.raw for one in small_ledger.signed_harvests(services, 1)]
        head = services.ledger.history.journals
        signer = services.station.signers[small_ledger.FARM, "station"]
        at = head[signer.keyid]
        body = {
            "lot": small_ledger.lot(f"{small_ledger.FARM}/qua", "Z1"),
            "quantity": small_ledger.kg("1"),
            "site": "VT-01",
        }
        anchor = (3, "cd" * 32)
        said = Statement(
            "harvested",
            small_ledger.FARM,
            at.seq + 1,
            at.id,
            small_ledger.day(2),
            (),
            anchor,
            body,
        )
        entry = signer.sign(said).raw
        assert entry != raw[0]
        known = [one for _, one in services.store.sealed(0, 10_000)]
        key = load_key(services.folder / "keys" / "log.pem").private
        roots = services.trust_file().roots
    finally:
        services.close()
    assert roots == story()[2]
    log = EntryLog(small_ledger.ORIGIN, key, [*known, entry])
    reply = answer_of(log, tmp_path)
    assert reply.status == 403
    assert f"index {len(known)} names a checkpoint of 3" in reply.body


def test_tiles_that_differ_from_the_checkpoint_are_refused_until_they_are_right(
    tmp_path: Path,
) -> None:
    entries, key, _ = story()
    log = EntryLog(small_ledger.ORIGIN, key, entries)
    log.served[7] = entries[8]
    with log.on_the_web() as url, auditing(tmp_path / "w", log, url) as served:
        reply = patiently(served, log.request(0))
        assert reply.status == 403
        assert "is not what the log's key signed" in reply.body
        assert served.own.store.audited(log.origin) == (0, None)
        log.served.clear()
        assert patiently(served, log.request(0)).status == 200


def test_a_log_whose_tiles_cannot_be_had_is_asked_for_patience_and_not_accused(
    tmp_path: Path,
) -> None:
    entries, key, _ = story()
    log = EntryLog(small_ledger.ORIGIN, key, entries)
    log.away = True
    with log.on_the_web() as url, auditing(tmp_path / "w", log, url) as served:
        reply = served.post(log.request(0))
        assert reply.status == 503
        assert "Examined 0 of" in reply.body
        log.away = False
        assert patiently(served, log.request(0)).status == 200


def test_after_a_restart_only_what_is_new_is_fetched(tmp_path: Path) -> None:
    log, more = long_log(600), long_log(900).entries[600:]
    with log.on_the_web() as url, auditing(tmp_path / "w", log, url) as served:
        assert patiently(served, log.request(0)).status == 200
    log.asked.clear()
    log.add(more)
    with log.on_the_web() as url, auditing(tmp_path / "w", log, url) as served:
        assert patiently(served, log.request(600)).status == 200
    entry_tiles = [path for path in log.asked if "/entries/" in path]
    assert entry_tiles == ["/tile/entries/002", "/tile/entries/003.p/132"]


@cache
def _harvests(count: int) -> tuple[list[bytes], Ed25519PrivateKey]:
    with tempfile.TemporaryDirectory() as room:
        services = small_ledger.found(Path(room) / "so")
        try:
            known = [raw for _, raw in services.store.sealed(0, 10_000)]
            raw = [one.raw for one in small_ledger.signed_harvests(services, count)]
            return [*known, *raw], load_key(services.folder / "keys" / "log.pem").private
        finally:
            services.close()


def long_log(size: int) -> EntryLog:
    entries, key = _harvests(STEP + 2000)
    return EntryLog(small_ledger.ORIGIN, key, entries[:size])


def test_the_first_replay_of_a_long_log_answers_503_and_goes_on_in_the_background(
    tmp_path: Path,
) -> None:
    log = long_log(STEP + 1500)
    with log.on_the_web() as url, auditing(tmp_path / "w", log, url) as served:
        began = time.monotonic()
        replies = [served.post(log.request(0))]
        first = time.monotonic() - began
        while replies[-1].status == 503 and time.monotonic() - began < 60:
            time.sleep(0.05)
            replies.append(served.post(log.request(0)))
        assert replies[-1].status == 200
        assert first < 5
        # It was proved and examined in two steps.
        assert "/tile/entries/015" in log.asked
        tiles = [path for path in log.asked if "/entries/" in path]
        assert len(tiles) == len(set(tiles))


def test_another_history_is_refused_even_when_the_proof_would_be_accepted(
    tmp_path: Path,
) -> None:
    """The auditor has examined ahead of what it co-signed; a second history starts in between."""
    log = long_log(300)
    with log.on_the_web() as url, auditing(tmp_path / "w", log, url) as served:
        early = long_log(200)
        assert patiently(served, early.request(0)).status == 200
        wait_for(served.own.store, log.origin, 300)
        entries = long_log(199).entries
        other = EntryLog(log.origin, log.key, [*long_log(200).entries, *entries[100:150]])
        reply = served.post(other.request(200))
        assert reply.status == 403
        assert "does not continue the 300 entries" in reply.body


def wait_for(store: WitnessStore, origin: str, size: int) -> None:
    """The auditor looks at the log by itself, without being asked."""
    until = time.monotonic() + 20
    while store.audited(origin)[0] < size:
        assert time.monotonic() < until, "the auditor does not follow by itself"
        time.sleep(0.05)


def test_the_answer_comes_from_the_auditors_own_clock(tmp_path: Path) -> None:
    log = long_log(50)
    with log.on_the_web() as url, auditing(tmp_path / "w", log, url) as served:
        reply = patiently(served, log.request(0))
        note = parse_note(log.checkpoint() + reply.body)
        assert note.signed_by([served.own.vkey]) == [(served.own.vkey, NOW)]
