"""One witness: what it signs, what it never signs, and what a crash leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.witness.errors import WitnessError
from api.witness.folder import KEY_FILE, make_witness, opened_witness
from api.witness.protocol import AddCheckpoint
from api.witness.store import FILE
from ledger.verify.checkpoint import Checkpoint, cosignatures
from ledger.verify.note import cosign_note, parse_note, sign_note
from tests.witness.room import NOW, BareLog, Served, digest, made, witness_at


def cosigned(served: Served, request: bytes) -> int:
    """Send a request that has to be co-signed; returns the size in it."""
    reply = served.post(request)
    assert reply.status == 200, reply
    note = AddCheckpoint.parse(request).note
    whole = parse_note(note + reply.body)
    assert cosignatures(whole, [served.own.vkey]) == {served.own.vkey.name: NOW}
    return int(whole.text.split("\n")[1])


def test_a_growing_log_is_cosigned_at_every_size_and_the_time_is_the_witnesss(
    tmp_path: Path,
) -> None:
    log = BareLog()
    with witness_at(made(tmp_path / "w"), log.log) as served:
        old = 0
        for more in (1, 1, 5, 250, 3, 0):
            log.grow(more)
            old = cosigned(served, log.request(old))
        assert served.own.store.head(log.origin).size == 260
        assert served.own.store.evidence(log.origin) == []


def test_an_empty_log_is_cosigned_only_with_the_root_of_no_leaves(tmp_path: Path) -> None:
    log = BareLog()
    lie = sign_note(Checkpoint(log.origin, 0, digest("x")).format(), log.origin, log.key)
    with witness_at(made(tmp_path / "w"), log.log) as served:
        reply = served.post(log.request(0, lie))
        assert (reply.status, reply.body) == (409, "0\n")
        assert cosigned(served, log.request(0)) == 0
        log.grow(1)
        assert cosigned(served, log.request(0)) == 1


def test_two_heads_of_one_size_never_both_get_a_cosignature(tmp_path: Path) -> None:
    log = BareLog()
    twin = log.twin()
    log.grow(7)
    twin.grow(7, salt="other ")
    with witness_at(made(tmp_path / "w"), log.log) as served:
        cosigned(served, log.request(0))
        for old in (0, 3, 7):
            reply = served.post(twin.request(old))
            assert (reply.status, reply.kind, reply.body) == (409, "text/x.tlog.size", "7\n")
        twin.grow(2)
        reply = served.post(twin.request(7))
        assert reply.status == 422
        assert "consistency proof" in reply.body
        kept = served.own.store.evidence(log.origin)
        assert [one.why for one in kept] == ["split-view", "not-shown-consistent"]
        assert kept[0].beside == log.checkpoint()
        assert "7\n" in kept[0].note
        log.grow(1)
        assert cosigned(served, log.request(7)) == 8


def test_a_log_that_goes_back_is_refused_and_told_the_newest_size(tmp_path: Path) -> None:
    log = BareLog()
    early = log.grow(4)
    log.grow(5)
    with witness_at(made(tmp_path / "w"), log.log) as served:
        cosigned(served, log.request(0))
        for old in range(5):
            reply = served.post(log.request(old, early, size=4))
            assert (reply.status, reply.body) == (409, "9\n")
        # The old size is above the checkpoint's own: no request that the protocol knows.
        assert served.post(log.request(9, early, size=9)).status == 400


def test_what_is_malformed_unknown_unsigned_or_too_long_gets_its_own_status(
    tmp_path: Path,
) -> None:
    log, stranger = BareLog(), BareLog("log.example/stranger")
    log.grow(3)
    stranger.grow(3)
    good = log.request(0)
    forged = BareLog(log.origin)
    forged.grow(3)
    with witness_at(made(tmp_path / "w"), log.log) as served:
        wrong = {
            b"": 400,
            b"old 0\n\n": 400,
            b"old 00" + good[5:]: 400,
            b"old -1" + good[5:]: 400,
            b"Old 0" + good[5:]: 400,
            b"old 0\n" + b"A" * 44 + b"\n\n" + good.partition(b"\n\n")[2]: 400,
            b"old 0\nKg==\n\n" + good.partition(b"\n\n")[2]: 400,
            b"old 0\n" + b"KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64 + good[5:]: 400,
            good.replace(b"\n3\n", b"\n03\n"): 400,
            b"\xff" + good: 400,
            b"x" * (64 * 1024 + 1): 413,
            stranger.request(0): 404,
            forged.request(0): 403,
            good.replace(b"\n3\n", b"\n4\n"): 403,
            b"old 0\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" + good[5:]: 422,
        }
        assert {body: served.post(body).status for body in wrong} == wrong
        assert served.post(good, "/nothing").status == 404
        assert served.own.store.head(log.origin).size == 0
        assert cosigned(served, good) == 3


def test_signatures_of_others_on_the_checkpoint_are_ignored(tmp_path: Path) -> None:
    log = BareLog()
    note = log.grow(2)
    stranger = Ed25519PrivateKey.generate()
    note = cosign_note(note, "other.example/w", stranger, 5)
    with witness_at(made(tmp_path / "w"), log.log) as served:
        assert cosigned(served, log.request(0, note)) == 2


def test_of_many_requests_at_once_each_gets_one_history(tmp_path: Path) -> None:
    """Honest requests and those of a second history, all for the same next size."""
    log = BareLog()
    log.grow(5)
    twin = log.twin()
    twin.grow(5)
    with witness_at(made(tmp_path / "w"), log.log) as served:
        cosigned(served, log.request(0))
        log.grow(3)
        twin.grow(3, salt="other ")
        bodies = [log.request(5), twin.request(5)] * 12
        with ThreadPoolExecutor(12) as pool:
            replies = list(pool.map(served.post, bodies))
        signed = {body for body, one in zip(bodies, replies, strict=True) if one.status == 200}
        assert len(signed) == 1
        assert {one.status for one in replies} == {200, 409}
        assert all(one.body == "8\n" for one in replies if one.status == 409)


def test_two_processes_over_one_memory_never_sign_two_histories(tmp_path: Path) -> None:
    log = BareLog()
    twin = log.twin()
    log.grow(4)
    twin.grow(4, salt="other ")
    folder = made(tmp_path / "w")
    with witness_at(folder, log.log) as one, witness_at(folder) as other:
        statuses = {one.post(log.request(0)).status, other.post(twin.request(0)).status}
        assert statuses == {200, 409}


def test_a_witness_started_again_goes_on_where_it_was(tmp_path: Path) -> None:
    log = BareLog()
    folder = made(tmp_path / "w")
    log.grow(6)
    with witness_at(folder, log.log) as served:
        cosigned(served, log.request(0))
        vkey = served.own.vkey
    log.grow(6)
    with witness_at(folder) as served:
        assert served.own.vkey == vkey
        assert served.post(log.request(0)).body == "6\n"
        assert cosigned(served, log.request(6)) == 12


_KILLED = """
import os, sys
from pathlib import Path
from api.witness.cosigner import Witness
from api.witness.folder import opened_witness

moments = iter([1, None])

def clock():
    moment = next(moments)
    if moment is None:
        os.kill(os.getpid(), 9)
    return moment

with opened_witness(Path(sys.argv[1]), "witness") as own:
    print(Witness(own.store, own.signer.private, clock).add_checkpoint(sys.stdin.buffer.read()))
"""


def test_a_witness_killed_between_keeping_and_answering_signs_no_second_history(
    tmp_path: Path,
) -> None:
    log = BareLog()
    twin = log.twin()
    folder = made(tmp_path / "w")
    log.grow(4)
    twin.grow(4, salt="other ")
    with opened_witness(folder, "witness") as own:
        own.store.add_log(log.log)
    # Its clock is read when the checkpoint is on disk and before it is signed.
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(folder)],
        input=log.request(0),
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (-9, b"")
    with witness_at(folder) as served:
        assert served.post(twin.request(0)).body == "4\n"
        assert served.post(twin.request(4)).status == 409
        reply = served.post(log.request(0))
        assert (reply.status, reply.body) == (409, "4\n")
        assert cosigned(served, log.request(4)) == 4


def test_a_key_without_its_memory_never_signs_again(tmp_path: Path) -> None:
    folder = made(tmp_path / "w")
    for path in folder.glob(f"{FILE}*"):
        path.unlink()
    with pytest.raises(WitnessError) as refused, opened_witness(folder, "witness"):
        pass
    assert refused.value.code == "witness-lost"
    with pytest.raises(WitnessError) as refused:
        make_witness(folder, "example.com/witness", "witness")
    assert refused.value.code == "witness-exists"


def test_key_and_memory_are_for_the_owner_alone_and_an_open_key_is_refused(
    tmp_path: Path,
) -> None:
    folder = made(tmp_path / "w")
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {KEY_FILE: 0o600, FILE: 0o600}
    os.chmod(folder / KEY_FILE, 0o644)  # noqa: PTH101  # what a careless copy does
    with pytest.raises(Exception, match="0644"), opened_witness(folder, "witness"):
        pass


def test_a_log_never_changes_its_key(tmp_path: Path) -> None:
    log, other = BareLog(), BareLog()
    with opened_witness(made(tmp_path / "w"), "witness") as own:
        own.store.add_log(log.log)
        own.store.add_log(log.log)
        with pytest.raises(WitnessError) as refused:
            own.store.add_log(other.log)
    assert refused.value.code == "log-known"


def test_kept_evidence_is_bounded_however_much_is_sent(tmp_path: Path) -> None:
    log = BareLog()
    log.grow(2)
    with witness_at(made(tmp_path / "w"), log.log) as served:
        cosigned(served, log.request(0))
        for number in range(120):
            log.grow(1)
            bad = AddCheckpoint(2, (digest(str(number)),), log.checkpoint()).format()
            assert served.post(bad).status == 422
        assert len(served.own.store.evidence(log.origin)) == 100
