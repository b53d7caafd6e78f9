"""A witness killed again and again while a hub seals and a twin with the same key competes."""

from __future__ import annotations

import random
import socket
import time
from pathlib import Path

import httpx
import pytest

from api.commands.main import main
from api.witness.folder import opened_witness
from ledger.signing import load_key
from ledger.verify.checkpoint import open_checkpoint
from ledger.verify.note import NoteKey, parse_note
from tests.witness.hub import append, cosigned_size, hub, sealing, until, write_policy
from tests.witness.room import BareLog
from tests.witness.test_commands import running

KILLS = 25


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.long
def test_a_witness_killed_again_and_again_never_signs_a_second_history(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(7)
    own, port = str(tmp_path / "w"), free_port()
    with hub(tmp_path / "so") as services:
        trust = tmp_path / "trust.json"
        trust.write_bytes(services.trust())
        assert main(["witness", "init", "--dir", own, "--name", "w.example/w"]) == 0
        vkey = NoteKey.parse(capsys.readouterr().out.strip())
        assert main(["witness", "add-log", "--dir", own, "--trust", str(trust)]) == 0
        write_policy(services, [(vkey, f"http://127.0.0.1:{port}")], "all")
        key = load_key(services.folder / "keys" / "log.pem").private
        twin = BareLog(services.settings.origin, key)
        twin.grow(5)
        seen: dict[int, str] = {}
        words = ("witness", "serve", "--dir", own)
        with sealing(services):
            # A witness takes the first checkpoint of a log on the word of its key.
            with running(*words, port=str(port)):
                until(lambda: cosigned_size(services) > 0, 60)
            for _ in range(KILLS):
                with running(*words, port=str(port)) as (url, process):
                    append(services)
                    time.sleep(chance.uniform(0, 0.6))
                    twin.grow(1)
                    for old in (0, twin.tree.size - 1, max(seen, default=0)):
                        if old <= twin.tree.size:
                            body = twin.request(old)
                            answer = httpx.post(f"{url}/add-checkpoint", content=body, timeout=20)
                            assert answer.status_code in {409, 422}, answer.text
                    process.kill()
                    process.wait(20)
                best = services.cosigned.best()
                if best is not None:
                    seen[cosigned_size(services)] = best
            with running(*words, port=str(port)):
                until(lambda: cosigned_size(services) >= services.store.size() - 1, 30)
        for size, note in seen.items():
            checkpoint = open_checkpoint(note, services.log_key)
            assert (checkpoint.size, checkpoint.root) == (size, services.log.root(size))
            assert len(parse_note(note).signatures) == 2
        assert len(seen) >= 5
        with opened_witness(Path(own), "witness") as kept:
            head = kept.store.head(services.settings.origin)
            assert head.root == services.log.root(head.size)
