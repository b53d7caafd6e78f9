"""`ocop witness` and `ocop auditor` as people run them, in processes of their own."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.commands.main import main
from api.witness.cosigned import POLICY_FILE
from api.witness.protocol import AddCheckpoint
from ledger.verify.note import NoteKey
from tests.foreign.serving import Wire, served
from tests.witness.hub import append, hub, write_policy
from tests.witness.room import BareLog, made, witness_at

PROGRAM = [sys.executable, "-m", "api.commands.main"]


@contextmanager
def running(*words: str, port: str = "0") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A serving command: its address, once it has said it, and its process."""
    command = [*PROGRAM, *words, "--port", port, "--lang", "en"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            found = None
            for line in process.stderr:
                if (found := re.search(r"at (http://127\.0\.0\.1:\d+)", line)) is not None:
                    break
            assert found is not None, "it never said where it is"
            yield found[1], process
        finally:
            process.kill()
            process.wait(20)


def told(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> tuple[str, str]:
    """Run a command here; (stdout, stderr)."""
    capsys.readouterr()
    assert main([*words, "--lang", "en"]) == status
    shown = capsys.readouterr()
    return shown.out, shown.err


def test_a_witness_is_set_up_by_four_commands_and_a_hub_is_cosigned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = str(tmp_path / "w")
    with hub(tmp_path / "so") as services:
        trust = tmp_path / "trust.json"
        trust.write_bytes(services.trust())
        ledger = str(services.folder)
        vkey = told(capsys, "witness", "init", "--dir", own, "--name", "tinh.example/w1")[0].strip()
        key = NoteKey.parse(vkey)
        assert (key.name, key.type) == ("tinh.example/w1", 4)
        _, said = told(capsys, "witness", "add-log", "--dir", own, "--trust", str(trust))
        assert f"witness {key.name} {vkey}" in said, "a name that no other witness has"
        with running("witness", "serve", "--dir", own) as (url, process):
            write_policy(services, [(key, url)], "all")
            out, _ = told(capsys, "witness", "ask", "--dir", ledger)
            size = services.store.size()
            assert f"w0: co-signed {size} entries" in out
            assert f"Quorum met for {size} entries" in out
            shown = json.loads(told(capsys, "witness", "show", "--dir", own, "--json")[0])
            assert shown["logs"][0]["size"] == size
            # A second one over the same folder is refused.
            done = subprocess.run(
                [*PROGRAM, "witness", "serve", "--dir", own, "--port", "0", "--lang", "en"],
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert done.returncode == 2
            assert "already serves" in done.stderr
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        append(services)
        out, _ = told(capsys, "witness", "ask", "--dir", ledger, status=1)
        assert "NOT met" in out
        data = json.loads(told(capsys, "witness", "ask", "--dir", ledger, "--json", status=1)[0])
        assert data["quorum_met"] is False
        assert "does not answer" in data["witnesses"]["w0"]["trouble"]


def test_a_killed_witness_process_goes_on_after_a_restart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own, log = str(tmp_path / "w"), BareLog()
    told(capsys, "witness", "init", "--dir", own, "--name", "w.example/w")
    told(capsys, "witness", "add-log", "--dir", own, "--key", log.vkey.format())
    log.grow(5)
    with running("witness", "serve", "--dir", own) as (url, process):
        answer = httpx.post(f"{url}/add-checkpoint", content=log.request(0), timeout=20)
        assert answer.status_code == 200
        process.kill()
        process.wait(20)
    log.grow(5)
    with running("witness", "serve", "--dir", own) as (url, _):
        answer = httpx.post(f"{url}/add-checkpoint", content=log.request(0), timeout=20)
        assert (answer.status_code, answer.text) == (409, "5\n")
        answer = httpx.post(f"{url}/add-checkpoint", content=log.request(5), timeout=20)
        assert answer.status_code == 200
        assert httpx.get(url, timeout=20).text.startswith("witness w.example/w+")


def test_an_auditor_is_set_up_by_four_commands_and_says_how_far_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = str(tmp_path / "a")
    with hub(tmp_path / "so") as services, served(Wire(services)) as log:
        trust = tmp_path / "trust.json"
        trust.write_bytes(services.trust())
        vkey = told(capsys, "auditor", "init", "--dir", own, "--name", "ngo.example/a")[0].strip()
        words = ("auditor", "add-log", "--dir", own, "--trust", str(trust))
        _, said = told(capsys, *words, status=2)
        assert "--url" in said
        _, said = told(capsys, *words, "--url", "ftp://x/log", status=2)
        assert "cannot be used" in said
        told(capsys, *words, "--url", f"{log}/")
        with running("auditor", "serve", "--dir", own) as (url, _):
            write_policy(services, [(NoteKey.parse(vkey), url)], "all")
            assert main(["witness", "ask", "--dir", str(services.folder)]) == 0
            size = services.store.size()
            out, _ = told(capsys, "auditor", "show", "--dir", own)
            assert f"co-signed {size} entries" in out
            assert f"examined: {size} entries" in out
        # Its key promises more than a witness's: the other command does not touch it.
        _, said = told(capsys, "witness", "show", "--dir", own, status=2)
        assert "ocop auditor" in said


def test_what_goes_wrong_is_one_sentence_with_a_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = str(tmp_path / "w")
    _, said = told(capsys, "witness", "show", "--dir", own, status=2)
    assert "ocop witness init" in said
    told(capsys, "witness", "init", "--dir", own, "--name", "w.example/w")
    _, said = told(capsys, "witness", "init", "--dir", own, "--name", "w.example/w", status=2)
    assert "already" in said
    _, said = told(capsys, "witness", "add-log", "--dir", own, status=2)
    assert "--trust" in said
    _, said = told(capsys, "witness", "add-log", "--dir", own, "--key", "x", status=2)
    assert "name+8 hex digits+base64" in said
    witness = NoteKey(BareLog().vkey.name, BareLog().vkey.key, 4).format()
    _, said = told(capsys, "witness", "add-log", "--dir", own, "--key", witness, status=2)
    assert "log's own key" in said
    other = str(tmp_path / "x")
    _, said = told(capsys, "witness", "init", "--dir", other, "--name", "a b", status=2)
    assert "key name" in said
    assert not (tmp_path / "x").exists()
    with hub(tmp_path / "so") as services:
        _, said = told(capsys, "witness", "ask", "--dir", str(services.folder), status=2)
        assert POLICY_FILE in said


def test_evidence_against_a_log_is_shown_and_is_the_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = BareLog()
    twin = log.twin()
    log.grow(3)
    twin.grow(3, salt="other ")
    folder = made(tmp_path / "w")
    with witness_at(folder, log.log) as one:
        assert one.post(log.request(0)).status == 200
        assert one.post(twin.request(3)).status == 409
    out, _ = told(capsys, "witness", "show", "--dir", str(folder), status=1)
    assert "1 signed checkpoints contradict" in out
    shown = json.loads(told(capsys, "witness", "show", "--dir", str(folder), "--json", status=1)[0])
    kept = shown["logs"][0]["evidence"][0]
    assert (kept["checkpoint"], kept["beside"]) == (twin.checkpoint(), log.checkpoint())


def test_whoever_sends_a_made_up_proof_cannot_accuse_an_honest_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, folder = BareLog(), made(tmp_path / "w")
    log.grow(3)
    with witness_at(folder, log.log) as one:
        assert one.post(log.request(0)).status == 200
        same = AddCheckpoint(3, (bytes(32),), log.checkpoint()).format()
        assert one.post(same).status == 422
        assert one.own.store.evidence(log.origin) == []
        log.grow(2)
        wrong = AddCheckpoint(3, (bytes(32),), log.checkpoint()).format()
        assert one.post(wrong).status == 422
        assert one.post(log.request(3)).status == 200
    out, _ = told(capsys, "witness", "show", "--dir", str(folder), status=0)
    assert "contradict" not in out and "1 signed checkpoints came with a proof" in out
