"""Witnesses and logs of other makers: a Go client at our witness, our hub at a Go witness."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from api.background.cosigning import Cosigner
from api.witness.folder import opened_witness
from api.witness.following import Auditor
from api.witness.store import Log
from ledger.verify.checkpoint import cosignatures
from ledger.verify.note import NoteKey, parse_note
from tests.foreign.serving import Wire, served
from tests.witness.entry_log import EntryLog
from tests.witness.hub import append, hub, log_of, write_policy
from tests.witness.room import NOW, BareLog, made, witness_at
from tests.witness.stranger import foreign_witness, submit

pytestmark = pytest.mark.xdist_group("foreign")


def test_a_foreign_client_gets_our_cosignatures_as_the_log_grows(tmp_path: Path) -> None:
    with (
        hub(tmp_path / "so") as services,
        witness_at(made(tmp_path / "w"), log_of(services)) as witness,
        served(Wire(services)) as log,
    ):
        words = (log, services.log_key.format(), witness.url, witness.own.vkey.format())
        size = services.store.size()
        done = submit(*words)
        assert (done.returncode, done.stdout) == (0, f"size {size} time {NOW} conflicts 0\n"), done
        for _ in range(3):
            append(services)
        services.station.log.seal()
        # It does not know what the witness has, and learns it from the 409.
        size = services.store.size()
        done = submit(*words)
        assert (done.returncode, done.stdout) == (0, f"size {size} time {NOW} conflicts 1\n"), done
        assert submit(*words, size).stdout == f"size {size} time {NOW} conflicts 0\n"


def test_a_foreign_client_with_a_second_history_is_refused(tmp_path: Path) -> None:
    log = BareLog()
    twin = EntryLog(log.origin, log.key, [f"other {n}".encode() for n in range(9)])
    log.grow(5)
    with (
        witness_at(made(tmp_path / "w"), log.log) as witness,
        twin.on_the_web() as url,
    ):
        assert witness.post(log.request(0)).status == 200
        done = submit(url, twin.vkey.format(), witness.url, witness.own.vkey.format())
    assert done.returncode == 1
    assert re.match(r"REFUSED: 422 .*consistency proof", done.stderr), done.stderr


def test_our_hub_gets_the_cosignatures_of_a_foreign_witness(tmp_path: Path) -> None:
    with hub(tmp_path / "so") as services:
        key = services.log_key.format()
        with foreign_witness("stranger.example/w", key) as (vkey, url):
            write_policy(services, [(NoteKey.parse(vkey), url)], "all")
            for _ in range(3):
                assert Cosigner(services).once(10)
                best = services.cosigned.best()
                assert best is not None
                times = cosignatures(parse_note(best), [NoteKey.parse(vkey)])
                assert abs(times["stranger.example/w"] - time.time()) < 60
                assert int(best.split("\n")[1]) == services.store.size()
                append(services)
                services.station.log.seal()


def test_our_auditor_and_a_foreign_witness_make_one_quorum(tmp_path: Path) -> None:

    with (
        hub(tmp_path / "so") as services,
        served(Wire(services)) as log,
        foreign_witness("stranger.example/w", services.log_key.format()) as (vkey, url),
    ):
        services.committer.commit()
        folder = made(tmp_path / "a", "auditor.example/w", "auditor")
        roots = services.trust_file().roots
        known = Log(services.settings.origin, services.log_key, roots, log)
        with opened_witness(folder, "auditor") as own:
            auditor = Auditor(folder, own.store)
            try:
                with witness_at(folder, known, examine=auditor.examine, kind="auditor") as ours:
                    both = [(NoteKey.parse(vkey), url), (ours.own.vkey, ours.url)]
                    write_policy(services, both, "all")
                    assert Cosigner(services).once(15)
            finally:
                auditor.close()
        best = services.cosigned.best()
        assert best is not None
        assert len(parse_note(best).signatures) == 3
