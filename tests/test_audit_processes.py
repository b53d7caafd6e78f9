"""An audit by several processes says exactly what an audit by one says."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from api.commands.main import main
from ledger import signature_processes
from ledger.signature_processes import CHUNK, SignatureProcesses
from ledger.verify.audit import AuditResult, audit_entries
from tests.ledger_story import TRUST, told
from tests.store import small_ledger
from tests.verify.test_audit import RandomTrade, trade


@pytest.fixture(scope="module")
def processes() -> Iterator[SignatureProcesses]:
    with SignatureProcesses(2) as made:
        yield made


@cache
def short_trade() -> RandomTrade:
    """Two thousand statements: enough for both processes to be at work when one of them ends."""
    made = RandomTrade(20261121)
    while made.desk.size < 2_000:
        made.step()
    return made


def said(result: AuditResult) -> tuple[object, ...]:
    failure = None if result.failure is None else result.failure.say("en")
    return (
        failure,
        result.failed_index,
        result.entries,
        result.root,
        result.types,
        result.disputed,
    )


def flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def test_every_signature_of_a_clean_ledger_is_checked_ahead(processes: SignatureProcesses) -> None:
    desk = trade().desk
    seen = list(processes(desk.entries))
    assert [raw for raw, _ in seen] == desk.entries
    assert all(good for _, good in seen)
    assert len(seen) > 10 * CHUNK


def test_two_processes_give_the_same_result_for_a_clean_ledger(
    processes: SignatureProcesses,
) -> None:
    desk = trade().desk
    alone = audit_entries(desk.entries, desk.roots, TRUST.roots)
    shared = audit_entries(desk.entries, desk.roots, TRUST.roots, ahead=processes)
    assert shared.clean
    assert said(shared) == said(alone)


@pytest.mark.parametrize("at", range(len(told().entries)))
def test_every_damage_is_refused_with_the_same_words_at_the_same_place(
    processes: SignatureProcesses, at: int
) -> None:
    entries = told().entries
    raw = entries[at]
    other = entries[at - 1]
    damaged = [
        flipped(raw, len(raw) - 1),  # the signature's S
        flipped(raw, len(raw) - 40),  # the signature's R
        flipped(raw, len(raw) - 80),  # the key id
        flipped(raw, len(raw) // 2),  # the payload
        raw[:-64] + other[-64:],  # another entry's signature
        raw[:-96] + other[-96:],  # another entry's key and signature
        raw[:-1],
        other,
    ]
    for one in damaged:
        changed = [*entries[:at], one, *entries[at + 1 :]]
        alone = audit_entries(changed, told().checkpoints, TRUST.roots)
        shared = audit_entries(changed, told().checkpoints, TRUST.roots, ahead=processes)
        assert not alone.clean
        assert said(shared) == said(alone)


def test_a_wrong_signature_deep_in_a_large_ledger_is_not_vouched_for(
    processes: SignatureProcesses,
) -> None:
    desk = trade().desk
    places = [0, CHUNK - 1, CHUNK, 1_999, len(desk.entries) - 1]
    raw = list(desk.entries)
    for at in places:
        raw[at] = flipped(raw[at], len(raw[at]) - 1)
    assert [index for index, (_, good) in enumerate(processes(raw)) if not good] == places


@pytest.mark.parametrize(("killed", "after_chunks"), [(1, 0), (1, 1), (1, 7), (2, 0), (2, 30)])
def test_an_audit_whose_processes_are_killed_says_the_same(killed: int, after_chunks: int) -> None:
    desk = short_trade().desk
    before = {child.pid for child in multiprocessing.active_children()}

    with SignatureProcesses(2) as processes:
        ours = [child for child in multiprocessing.active_children() if child.pid not in before]
        assert len(ours) == 2
        victims = ours[:killed]

        def killed_on_the_way() -> Iterable[bytes]:
            for index, raw in enumerate(desk.entries):
                if index == after_chunks * CHUNK:
                    for child in victims:
                        child.kill()
                        child.join(10)
                yield raw

        shared = audit_entries(killed_on_the_way(), desk.roots, TRUST.roots, ahead=processes)
    assert shared.clean
    assert shared.entries == len(desk.entries)


@pytest.mark.skipif(os.name != "posix", reason="no such signal")
@pytest.mark.parametrize("padding", [0, 5_000])
def test_an_audit_goes_on_without_a_process_that_stands_still(
    monkeypatch: pytest.MonkeyPatch, padding: int
) -> None:
    """With large entries it is a send that waits, with small ones the answer."""
    monkeypatch.setattr(signature_processes, "_PATIENCE", 1)
    entries = [raw + bytes(padding) for raw in short_trade().desk.entries]
    before = {child.pid for child in multiprocessing.active_children()}
    with SignatureProcesses(2) as processes:
        victim = next(c for c in multiprocessing.active_children() if c.pid not in before)
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGSTOP)
        assert [raw for raw, _ in processes(entries)] == entries
    assert {child.pid for child in multiprocessing.active_children()} <= before


@pytest.mark.skipif(os.name != "posix", reason="no such signal")
def test_ctrl_c_at_their_start_does_not_reach_the_processes(
    capfd: pytest.CaptureFixture[str],
) -> None:
    desk = short_trade().desk
    before = {child.pid for child in multiprocessing.active_children()}
    with SignatureProcesses(2) as processes:
        for child in multiprocessing.active_children():
            if child.pid is not None and child.pid not in before:
                os.kill(child.pid, signal.SIGINT)
        assert all(good for _, good in processes(desk.entries))
    assert "KeyboardInterrupt" not in capfd.readouterr().err


def test_processes_left_in_the_middle_of_an_audit_end_with_it() -> None:
    desk = short_trade().desk
    before = set(multiprocessing.active_children())
    with SignatureProcesses(2) as processes:
        answers = processes(desk.entries)
        next(answers)
    assert set(multiprocessing.active_children()) <= before


def test_the_command_takes_the_number_of_processes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "so"
    small_ledger.told(folder).close()
    answers = []
    for count in ("1", "2"):
        code = main(["audit", "--dir", str(folder), "--processes", count, "--json"])
        assert code == 0
        answers.append(json.loads(capsys.readouterr().out) | {"seconds": 0})
    assert answers[0] == answers[1]
    assert answers[0]["clean"] is True
