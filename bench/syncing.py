"""Stations and their hub: sending and taking on the loopback, and a season over a slow line."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

import httpx

from api.bootstrap import Services, open_folder
from api.station.hub_link import with_address
from api.station.loop import synchroniser_of
from api.station.syncing import Progress
from bench.slow_line import slow_line
from bench.timing import Stopwatch
from ledger.verify.entry import parse_entry
from ledger.verify.statement import Statement
from tests.reliability.hub import served
from tests.station_sync.scene import SON, joined, make_hub, running_hub, sync

Row = tuple[str, str, str]

COUNT = 2000
ROUNDS = 3
SEASON = 9600
BITS, ROUND_TRIP = 400_000.0, 0.4
_AT_ONCE = 400


def rows() -> list[Row]:
    """(what, measured, bar) for this theme."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_hub(folder / "hub")
        with running_hub(folder / "hub") as hub:
            for one in ("sender", "taker", "far"):
                joined(folder / one, hub, SON)
        with served(folder / "hub") as port:
            return [*_loopback(folder, port), *_far(folder, port)]


def _loopback(folder: Path, port: int) -> list[Row]:
    sent, taken = Stopwatch(), Stopwatch()
    with (
        closing(open_folder(folder / "sender")) as sender,
        closing(open_folder(folder / "taker")) as taker,
    ):
        for one in (sender, taker):
            _leads_to(one, f"http://127.0.0.1:{port}")
            sync(one)
        for number in range(ROUNDS):
            raw = record(sender, COUNT, f"S{number}")
            with sent.running():
                assert _once(sender)[0] == COUNT
            _sealed(taker)
            with taken.running():
                assert _once(taker)[1] == COUNT
        verify = _verified(sender, raw)
    return [
        (
            "station sends, loopback",
            f"{sent.rate(COUNT):,.0f} statements/s, {sent.rate(COUNT) / verify:.2f} of raw verify",
            "",
        ),
        (
            "station takes and checks, loopback",
            f"{taken.rate(COUNT):,.0f} statements/s, {taken.rate(COUNT) / verify:.2f} of raw verify",
            "",
        ),
    ]


def _far(folder: Path, port: int) -> list[Row]:
    with closing(open_folder(folder / "far")) as far, slow_line(port, BITS, ROUND_TRIP) as line:
        _leads_to(far, f"http://127.0.0.1:{port}")
        sync(far)
        raw = record(far, SEASON, "F")
        _leads_to(far, line.address)
        done: list[float] = []
        before = line.up.carried
        synchroniser, began = synchroniser_of(far), time.perf_counter()
        try:
            told = Progress(sent=lambda left: None if left else done.append(time.perf_counter()))
            synchroniser.once(told)
            proved = time.perf_counter() - began
        finally:
            synchroniser.close()
        seconds = done[0] - began
        size = sum(map(len, raw))
    return [
        (
            f"{SEASON:,} statements over 400 kbit/s and 400 ms: at the hub",
            f"{seconds:.1f} s, {(line.up.carried - before) / SEASON:.0f} of {size / SEASON:.0f} "
            "bytes a statement",
            "<= 60 s",
        ),
        ("the same, with what is taken and proved in that round", f"{proved:.1f} s", ""),
    ]


def record(services: Services, count: int, name: str) -> list[bytes]:
    """Own statements of a station, half harvests and half what is shipped of them; their bytes."""
    assert services.link is not None
    signer = services.station.signers[SON, "station"]
    services.ledger.catch_up()
    head = services.ledger.history.journals.get(signer.keyid)
    seq, prev = (0, None) if head is None else (head.seq, head.id)
    made: list[bytes] = []
    time_text, anchor, harvest = services.station.now_text(), services.link.newest(), ""
    for number in range(count):
        lot = {"item": f"{SON}/che", "code": f"{name}-{number // 2:05}"}
        body = {
            "lot": lot,
            "quantity": {"value": str(40 + number % 700), "unit": "kg"},
            "site": "VT-1",
        }
        ships = number % 2 == 1
        if ships:
            body["to"] = {"kind": "shop"}
        kind, links = ("shipped", (harvest,)) if ships else ("harvested", ())
        seq += 1
        entry = signer.sign(Statement(kind, SON, seq, prev, time_text, links, anchor, body))
        prev = entry.id.hex()
        harvest = prev
        made.append(entry.raw)
    for first in range(0, count, _AT_ONCE):
        services.ledger.submit(made[first : first + _AT_ONCE])
    return made


def _leads_to(services: Services, address: str) -> None:
    assert services.link is not None
    services.link = with_address(services.link, address)


def _once(services: Services) -> tuple[int, int]:
    with closing(synchroniser_of(services)) as synchroniser:
        done = synchroniser.once()
    return done.sent, done.taken


def _sealed(services: Services) -> None:
    """Wait until the hub has sealed all that it was sent; nothing is taken by asking."""
    assert services.link is not None
    deadline, size = time.monotonic() + 60, -1
    while time.monotonic() < deadline:
        text = httpx.get(f"{services.link.joined.address}/log/checkpoint", timeout=10).text
        newest = int(text.split("\n")[1])
        if newest == size:
            return
        size = newest
        time.sleep(1.0)
    raise AssertionError("the hub does not seal")


def _verified(services: Services, raw: list[bytes]) -> float:
    """Raw Ed25519 verifications a second, of the same signatures."""
    key = services.station.signers[SON, "station"].private.public_key()
    entries = [parse_entry(one) for one in raw]
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for one in entries:
            key.verify(one.signature, one.signed)
        taken.append(time.perf_counter() - began)
    return len(entries) / median(taken)
