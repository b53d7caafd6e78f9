"""A hub that is co-signed: when the quorum is up, when it is not, and that it never waits for it."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from api.app import create_app
from api.background.cosigning import Cosigner
from api.bootstrap import Services
from api.commands.serve import listen
from api.witness.cosigned import COSIGNED_FILE, POLICY_FILE, Cosigned
from api.witness.errors import WitnessError
from ledger.signing import load_key
from ledger.verify.checklist import verify_bundle
from ledger.verify.checkpoint import cosignatures, open_checkpoint
from ledger.verify.note import COSIGNATURE, NoteKey, parse_note
from ledger.verify.signature import PublicKey
from ledger.verify.trust import Trust
from tests.store import small_ledger
from tests.witness.hub import (
    Behave,
    append,
    cosigned_size,
    hub,
    misbehaving,
    of,
    sealing,
    until,
    witnesses,
    write_policy,
)
from tests.witness.late import witness_on_port
from tests.witness.room import NOW, BareLog, Served, made, witness_at

BAR = 10.0


def signers(services: Services, served: list[Served]) -> dict[str, int]:
    note = services.cosigned.best()
    assert note is not None
    open_checkpoint(note, services.log_key)
    return cosignatures(parse_note(note), [one.own.vkey for one in served])


def test_with_the_quorum_up_a_checkpoint_is_cosigned_within_ten_seconds_of_sealing(
    tmp_path: Path,
) -> None:
    with hub(tmp_path / "so") as services, witnesses(tmp_path, services, 3) as served:
        write_policy(services, of(served), 2)
        with sealing(services):
            for _ in range(3):
                size = append(services)
                took = until(lambda size=size: cosigned_size(services) >= size)  # type: ignore[misc]  # this round's
                assert took < BAR
            until(lambda: len(signers(services, served)) == 3)
        assert set(signers(services, served).values()) == {NOW}
        standing = services.cosigned.standing()
        assert standing.quorum_size == services.store.size()
        assert standing.quorum_time == NOW
        assert {one.said for one in standing.witnesses.values()} == {None}


def test_the_log_serves_the_newest_checkpoint_with_its_lines_and_the_newest_with_a_quorum(
    tmp_path: Path,
) -> None:
    with hub(tmp_path / "so") as services, witnesses(tmp_path, services, 2) as served:
        client = TestClient(create_app(services), base_url="http://127.0.0.1")
        answer = client.get("/log/cosigned")
        assert answer.status_code == 404
        assert "witnesses" in answer.json()["detail"]
        write_policy(services, of(served), "all")
        with sealing(services):
            until(lambda: cosigned_size(services) == services.store.size())
        best = client.get("/log/cosigned").text
        assert best == services.cosigned.best()
        newest = client.get("/log/checkpoint").text
        assert newest.partition("\n\n")[0] == best.partition("\n\n")[0]
        assert len(parse_note(newest).signatures) == 3
        # Nobody co-signs the next one: it is served alone, and the older one with its quorum.
        append(services)
        services.station.log.seal()
        newest = client.get("/log/checkpoint").text
        assert len(parse_note(newest).signatures) == 1
        assert open_checkpoint(newest, services.log_key).size > cosigned_size(services)
        assert client.get("/log/cosigned").text == best


def test_below_the_quorum_nothing_is_called_cosigned_and_the_missing_ones_are_named(
    tmp_path: Path,
) -> None:
    with hub(tmp_path / "so") as services, witnesses(tmp_path, services, 1) as served:
        stopped = made(tmp_path / "gone", "gone.example/w")
        with witness_at(stopped) as gone:
            address = of([*served, gone])
        write_policy(services, address, 2)
        with sealing(services):
            until(lambda: all(heard_of(services)))
            assert services.cosigned.best() is None
            assert cosigned_size(services) == -1
        standing = services.cosigned.standing()
        assert standing.quorum_size is None
        assert standing.witnesses["w0"].size == services.store.size()
        said = standing.witnesses["w1"].said
        assert said is not None and "127.0.0.1" in said[0]
        partial = services.cosigned.with_lines(services.log.checkpoint() or "")
        assert len(parse_note(partial).signatures) == 2


def heard_of(services: Services) -> list[bool]:
    found = services.cosigned.standing().witnesses.values()
    return [one.answered is not None or one.said is not None for one in found]


def test_a_witness_that_comes_back_completes_the_quorum(tmp_path: Path) -> None:
    with hub(tmp_path / "so") as services, witnesses(tmp_path, services, 1) as served:
        folder = made(tmp_path / "back", "back.example/w")
        spare = listen("127.0.0.1", 0)
        port = spare.getsockname()[1]
        spare.close()
        with witness_at(folder) as other:
            vkey = other.own.vkey
        write_policy(services, [*of(served), (vkey, f"http://127.0.0.1:{port}")], 2)
        with sealing(services):
            until(lambda: all(heard_of(services)))
            assert services.cosigned.best() is None
            with witness_on_port(folder, services, port):
                assert until(lambda: cosigned_size(services) == services.store.size()) < BAR


def nothing(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    time.sleep(8)
    handler.close_connection = True


def drip(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """A header a second, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(20):
        handler.wfile.write(b"x-%d: y\r\n" % number)
        time.sleep(0.5)
    handler.close_connection = True


def answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str = "x") -> None:
    handler.send_response(status)
    handler.send_header("content-type", kind)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def huge(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(2000):
        handler.wfile.write(b"x" * 100_000)


def forged(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    line = "— w0.example/w " + "A" * 100 + "==\n"
    answer(handler, 200, line.encode())


def echoed(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """The log's own signature given back as if it were a cosignature."""
    answer(handler, 200, body.rpartition(b"\n\n")[2])


def elsewhere(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(302)
    handler.send_header("location", "http://127.0.0.1:1/add-checkpoint")
    handler.send_header("content-length", "0")
    handler.end_headers()


def another_size(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    answer(handler, 409, b"%d\n" % time.monotonic_ns(), "text/x.tlog.size")


def no_size(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    answer(handler, 409, b"many\n", "text/x.tlog.size")


def hung_up(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.connection.close()


MISBEHAVING: dict[Behave, str] = {
    nothing: "did not answer within 5 s",
    drip: "did not answer within 5 s",
    huge: "more than 16384 bytes",
    forged: "no cosignature of its key",
    echoed: "no cosignature of its key",
    elsewhere: "answered 302",
    another_size: "it is an older copy",
    no_size: "no size in the form",
    hung_up: "does not answer",
}


def test_witnesses_that_misbehave_in_every_way_never_stop_sealing_or_the_honest_one(
    tmp_path: Path,
) -> None:
    with (
        ExitStack() as stack,
        hub(tmp_path / "so") as services,
        witnesses(tmp_path, services, 1) as served,
    ):
        liars = []
        for number, behave in enumerate(MISBEHAVING):
            private = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
            key = NoteKey(f"liar{number}.example/w", PublicKey(private), COSIGNATURE)
            liars.append((key, stack.enter_context(misbehaving(behave))))
        write_policy(services, [*liars, *of(served)], "any")
        with sealing(services):
            for _ in range(3):
                size = append(services)
                assert until(lambda size=size: services.store.size() >= size) < 3  # type: ignore[misc]  # this round's
                assert until(lambda size=size: cosigned_size(services) >= size) < BAR  # type: ignore[misc]  # this round's
            until(lambda: all(heard_of(services)))
        heard = services.cosigned.standing().witnesses
        for number, said in enumerate(MISBEHAVING.values()):
            told = heard[f"w{number}"].said
            assert told is not None and said in told[0], (said, told)
            assert told[1] != told[0]
        assert heard[f"w{len(MISBEHAVING)}"].said is None
        assert list(signers(services, served)) == ["w0.example/w"]


@pytest.mark.parametrize("behind", [2, 0], ids=["shorter", "of the same size"])
def test_a_witness_that_knows_another_history_is_told_as_what_it_is(
    behind: int, tmp_path: Path
) -> None:
    """The log's key signed two histories: the witness saw the other one."""
    with hub(tmp_path / "so") as services, witnesses(tmp_path, services, 1) as served:
        key = load_key(services.folder / "keys" / "log.pem").private
        other = BareLog(services.settings.origin, key)
        size = services.store.size()
        other.grow(size - behind)
        assert served[0].post(other.request(0)).status == 200
        write_policy(services, of(served), "all")
        assert not Cosigner(services).once(BAR)
        told = services.cosigned.standing().witnesses["w0"].said
        assert told is not None and "another history" in told[0]
        assert services.cosigned.best() is None


def test_a_policy_that_cannot_be_used_stops_no_sealing_and_is_said(tmp_path: Path) -> None:
    with hub(tmp_path / "so") as services:
        path = services.folder / POLICY_FILE
        for text, code in (("quorum x\n", "policy-unreadable"), ("log x\n", "policy-unreadable")):
            path.write_text(text, encoding="utf-8")
            with sealing(services):
                size = append(services)
                until(lambda size=size: services.store.size() >= size)  # type: ignore[misc]  # this round's
            wrong = services.cosigned.standing().wrong
            assert wrong is not None and wrong.code == code
            assert services.cosigned.best() is None
            path.unlink()


def test_a_policy_of_another_log_is_refused(tmp_path: Path) -> None:
    with hub(tmp_path / "so") as services:
        line = f"log {BareLog().vkey.format()}\nquorum none\n"
        (services.folder / POLICY_FILE).write_text(line, encoding="utf-8")
        with pytest.raises(WitnessError) as refused:
            services.cosigned.policy()
        assert refused.value.code == "policy-other-log"


def test_what_is_kept_is_worth_its_signatures_and_the_policy_of_today(tmp_path: Path) -> None:
    with hub(tmp_path / "so") as services, witnesses(tmp_path, services, 3) as served:
        write_policy(services, of(served[:2]), 2)
        assert Cosigner(services).once(BAR)
        kept = services.folder / COSIGNED_FILE
        whole = kept.read_text(encoding="utf-8")
        assert Cosigned(services.folder, services.log_key).best() == whole
        # Somebody writes into the file: a bare checkpoint, a forged line.
        lines = whole.splitlines(keepends=True)
        kept.write_text("".join(lines[:-1]), encoding="utf-8")
        assert services.cosigned.best() is None
        kept.write_text(whole[:-10] + "AAAAAAA==\n", encoding="utf-8")
        assert services.cosigned.best() is None
        kept.write_text(whole, encoding="utf-8")
        assert services.cosigned.best() == whole
        # A third witness is asked for from now on.
        write_policy(services, of(served), 3)
        assert services.cosigned.best() is None


def test_asking_once_more_is_harmless_and_an_older_checkpoint_never_replaces_a_newer(
    tmp_path: Path,
) -> None:
    with hub(tmp_path / "so") as services, witnesses(tmp_path, services, 2) as served:
        write_policy(services, of(served), 2)
        early = services.log.checkpoint()
        assert early is not None
        assert Cosigner(services).once(BAR)
        append(services)
        services.station.log.seal()
        assert Cosigner(services).once(BAR)
        assert Cosigner(services).once(BAR)
        newest = services.cosigned.best()
        assert newest is not None
        services.cosigned.keep_best(early)
        assert services.cosigned.best() == newest


def test_a_bundle_of_a_cosigned_ledger_meets_the_quorum_that_its_trust_file_asks_for(
    tmp_path: Path,
) -> None:
    services = small_ledger.told(tmp_path / "so")
    try:
        with witnesses(tmp_path, services, 3) as served:
            write_policy(services, of(served), 2)
            services.committer.commit()
            trust = Trust.parse(services.trust())
            assert (len(trust.witnesses), trust.quorum) == (3, 2)
            before = services.bundle(small_ledger.GTIN, "L01")
            write_policy(services, of(served[1:2]), "all")
            assert Cosigner(services).once(BAR)
            write_policy(services, of(served), 2)
            fewer = services.bundle(small_ledger.GTIN, "L01")
            assert Cosigner(services).once(BAR)
            after = services.bundle(small_ledger.GTIN, "L01")
        assert before is not None and after is not None
        moment = small_ledger.NOW
        assert verify_bundle(before, trust, now=moment).verdict == "refused"
        assert fewer is not None
        assert list(verify_bundle(fewer, trust, now=moment).witnesses) == ["w1.example/w"]
        report = verify_bundle(after, trust, now=moment)
        assert report.verdict == "verified", report.as_text("en")
        assert "w1.example/w" in report.as_text("en")
    finally:
        services.close()


def test_a_bundle_asked_for_right_after_a_sealing_waits_for_its_cosignatures(
    tmp_path: Path,
) -> None:
    services = small_ledger.told(tmp_path / "so")
    try:
        with witnesses(tmp_path, services, 1) as served:
            write_policy(services, of(served), 1)
            assert Cosigner(services).once(BAR)
            append(services)
            services.committer.commit()
            before = services.cosigned.best()
            soon = threading.Timer(0.3, lambda: Cosigner(services).once(BAR))
            soon.start()
            try:
                raw = services.bundle(small_ledger.GTIN, "L01")
            finally:
                soon.join()
            assert raw is not None
            assert json.loads(raw)["checkpoint"] == services.cosigned.best() != before
    finally:
        services.close()
