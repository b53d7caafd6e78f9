"""Stations that are mostly off line, a line that spoils a third of all requests, and kills.

At the end nothing is lost, nothing is there twice, nothing is missing anywhere, and every station
holds a checked proof of each of its statements.
"""

from __future__ import annotations

import random
import re
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.bootstrap import open_folder
from api.commands.evidence import audit
from ledger.verify.merkle import leaf_hash, verify_inclusion
from tests.reliability.faulty_proxy import FAULTS, FaultyProxy, faulty_proxy
from tests.station_sync.scene import BIEN, SON, START, joined, make_hub, running_hub, station, sync

ROOT = Path(__file__).resolve().parents[2]
SHARE = 0.3
HOUR = 3600
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
_PATIENCE = 120.0


@dataclass(frozen=True)
class Plan:
    """So many simulated hours, statements of all stations together, kills and hub restarts."""

    hours: int
    statements: int
    kills: int
    restarts: int
    seed: int = 20261121


@dataclass
class Member:
    """One station and its process, started again whenever it was killed."""

    name: str
    party: str
    folder: Path
    address: str = ""
    away_until: int = 0
    process: subprocess.Popen[str] | None = None
    kills: int = 0

    def ask(self, at: int, wanted: int, tries: int) -> None:
        """Set it to work; `answer` waits for the end of it."""
        if self.process is not None and self.process.poll() is not None:
            self.end()  # killed after it had answered
        if self.process is None:
            with self.folder.with_suffix(".wrong").open("a") as wrong:
                self.process = subprocess.Popen(
                    [
                        *(sys.executable, "-m", "tests.reliability.offline_station"),
                        *(str(self.folder), self.address, self.name),
                    ],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=wrong,
                    text=True,
                    cwd=ROOT,
                )
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(f"{at} {wanted} {tries}\n")
            self.process.stdin.flush()

    def answer(self) -> int | None:
        """How many statements still wait here; None when it was killed meanwhile."""
        assert self.process is not None and self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], 5 * _PATIENCE)
        assert ready, f"{self.name} hangs: {self.said()}"
        line = self.process.stdout.readline()
        if line:
            return int(line)
        code = self.process.wait(timeout=30)
        assert code == -signal.SIGKILL, self.said()
        self.end()
        return None

    def kill(self) -> None:
        """kill -9, wherever it is."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)
            self.kills += 1

    def end(self) -> None:
        """End the process and close what leads to it."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait(timeout=30)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        self.process = None

    def said(self) -> str:
        return self.folder.with_suffix(".wrong").read_text()[-4000:]


@dataclass
class HubProcess:
    """`ocop serve` of the hub's folder, killed and started again as told."""

    folder: Path
    _process: subprocess.Popen[bytes] | None = None

    @property
    def _log(self) -> Path:
        return self.folder.with_suffix(".said")

    def start(self) -> int:
        before = len(self.said())
        with self._log.open("a") as told:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "api.commands.main", "serve", "--port", "0"),
                    *("--dir", str(self.folder), "--lang", "en"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                cwd=ROOT,
            )
        deadline = time.monotonic() + _PATIENCE
        while (found := _ADDRESS.search(self.said(), before)) is None:
            assert self._process.poll() is None and time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        return int(found[1])

    def end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=30)
        self._process = None

    def said(self) -> str:
        return self._log.read_text() if self._log.exists() else ""


@pytest.mark.long
def test_three_days_off_line_with_thirty_thousand_statements_lose_nothing(tmp_path: Path) -> None:
    _campaign(tmp_path, Plan(hours=72, statements=30_000, kills=60, restarts=12))


def test_stations_that_are_killed_behind_a_bad_line_lose_nothing(tmp_path: Path) -> None:
    _campaign(tmp_path, Plan(hours=3, statements=250, kills=3, restarts=1))


def _campaign(tmp_path: Path, plan: Plan) -> None:
    chance = random.Random(plan.seed)
    make_hub(tmp_path / "hub")
    members = [
        Member(name, party, tmp_path / name)
        for name, party in (("A", SON), ("B", SON), ("C", SON), ("D", BIEN), ("E", BIEN))
    ]
    with running_hub(tmp_path / "hub") as first:
        for one in members:
            joined(one.folder, first, one.party)
            with station(one.folder) as services:
                sync(services)  # without the registry nothing can be recorded
    hub = HubProcess(tmp_path / "hub")
    each = plan.statements // len(members)
    try:
        with faulty_proxy(hub.start(), SHARE, plan.seed) as proxy:
            for one in members:
                one.address = proxy.address
            _hours(plan, chance, members, hub, proxy, each)
            spoiled = sum(proxy.counted[fault] for fault in FAULTS)
            share = spoiled / (spoiled + proxy.counted["passed"])
            assert SHARE / 2 < share < SHARE * 2, proxy.counted
            proxy.share = 0
            _settle(plan, members, each)
            print(dict(proxy.counted), f"kills: {sum(one.kills for one in members)}")
    finally:
        for one in members:
            one.end()
        hub.end(signal.SIGINT)
    assert "Traceback" not in hub.said(), hub.said()[-4000:]
    _everything_is_everywhere(tmp_path / "hub", members, each)


def _hours(
    plan: Plan,
    chance: random.Random,
    members: list[Member],
    hub: HubProcess,
    proxy: FaultyProxy,
    each: int,
) -> None:
    kills = Counter(chance.randrange(plan.hours) for _ in range(plan.kills))
    restarts = set(chance.sample(range(plan.hours), plan.restarts))
    for hour in range(plan.hours):
        at = int(START.timestamp()) + HOUR * (hour + 1)
        if hour in restarts:
            hub.end(chance.choice([signal.SIGKILL, signal.SIGINT]))
            proxy.port = hub.start()
        for one in members:
            if one.away_until <= hour and chance.random() < 0.2:
                one.away_until = hour + chance.randrange(2, 13)  # off line for hours
            tries = 2 if one.away_until <= hour else 0
            one.ask(at, each * (hour + 1) // plan.hours, tries)
        for _ in range(kills[hour]):
            time.sleep(chance.uniform(0.1, 1.5))
            chance.choice(members).kill()
        for one in members:
            one.answer()  # whoever was killed is started again by the next hour


def _settle(plan: Plan, members: list[Member], each: int) -> None:
    """The line is good at last: everything is sent, sealed, taken and proved."""
    at = int(START.timestamp()) + HOUR * (plan.hours + 2)
    for _ in range(2):  # what the last one sent, the first one takes in the second turn
        for one in members:
            one.ask(at, each, 3)
            assert one.answer() == 0, (one.name, one.said())
        time.sleep(1.0)  # the hub seals


def _everything_is_everywhere(hub_folder: Path, members: list[Member], each: int) -> None:
    hub = open_folder(hub_folder)
    try:
        journals: dict[str, list[bytes]] = {}
        for one in members:
            keyid = _checked(one, each, members, journals, hub.log.root)
            assert [hub.store.entry_at(keyid, seq) for seq in range(1, each + 1)] == journals[
                keyid
            ], f"the hub has another journal of {one.name}"
            assert hub.store.entry_at(keyid, each + 1) is None
        result = audit(hub)
        assert result.clean, result.failure
        assert result.types["harvested"] == each * len(members)
    finally:
        hub.close()


def _checked(
    one: Member,
    each: int,
    members: list[Member],
    journals: dict[str, list[bytes]],
    root: Callable[[int], bytes],
) -> str:
    """Re-verify one station's folder; returns its key id. Its journal goes into `journals`."""
    services = open_folder(one.folder)
    try:
        link = services.link
        assert link is not None and link.state.frozen() is None
        keyid = link.joined.keyid
        journal = [services.store.entry_at(keyid, seq) for seq in range(1, each + 1)]
        journals[keyid] = [raw for raw in journal if raw is not None]
        assert len(journals[keyid]) == each, f"{one.name} lost statements"
        for seq, raw in enumerate(journals[keyid], start=1):
            proof = link.state.proof(seq)
            assert proof is not None, f"{one.name}: statement {seq} was never proved"
            index, checkpoint, path = proof
            verify_inclusion(leaf_hash(raw), index, checkpoint.size, path, checkpoint.root)
        for size, verified in link.state.checkpoints().items():
            assert root(size) == verified
        rows = services.tables.connection().execute(
            "SELECT lot FROM lot WHERE party = ?", (one.party,)
        )
        codes = Counter(str(row[0]) for row in rows)
        wanted = {
            f"{other.name}-{number:05}"
            for other in members
            if other.party == one.party
            for number in range(each)
        }
        assert set(codes) == wanted, f"{one.name} misses {len(wanted - set(codes))} lots"
        assert max(codes.values()) == 1
        result = audit(services)
        assert result.clean, (one.name, result.failed_index, str(result.failure))
        return keyid
    finally:
        services.close()
