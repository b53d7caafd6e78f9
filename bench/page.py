"""The consumer page from a real server process: CPU a request, bytes on the wire."""

from __future__ import annotations

import gzip
import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from bench.ledgers import PARTY, small_cooperative
from bench.nginx import FILE, nginx_with
from ledger.domain.drafts import Draft

REQUESTS = 900
RUNS = 7
LOTS, PACKS = 130, 15
"""More lots than the server keeps ready, and more labels than it keeps pages."""
GTIN = "08931234567897"
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_COSTLY, _CHEAP, _FLOOR = (
    "every time another lot",
    "same page again",
    "nginx, a file of these bytes",
)
_BARS = {_COSTLY: "<= 350", _CHEAP: "<= 110"}


def rows() -> list[tuple[str, str, str]]:
    """(what, measured, bar) for this theme."""
    with tempfile.TemporaryDirectory() as made, ExitStack() as ending:
        folder = Path(made) / "ledger"
        lots = season(folder)
        pid, port = ending.enter_context(server(folder))
        # Pages that the server does not hold ready: of another lot, of another label of a few lots.
        by_turns = [label for labels in zip(*lots, strict=True) for label in labels]
        one_by_one = [label for labels in lots for label in labels]
        plan = {
            _COSTLY: (pid, port, by_turns[:REQUESTS]),
            "every time another label": (pid, port, one_by_one[:REQUESTS]),
            _CHEAP: (pid, port, [lots[0][0]] * REQUESTS),
        }
        size, whole = _bytes(port, lots[0][0])
        found = ending.enter_context(nginx_with(Path(made), _get(port, lots[0][0])[1]))
        if found is not None:
            plan[_FLOOR] = (*found, [f"/{FILE}"] * REQUESTS)
        costs: dict[str, list[float]] = {name: [] for name in plan}
        for _ in range(RUNS):
            for name, asked in plan.items():
                costs[name].append(cpu_of_requests(*asked))
        taken = {name: median(runs) for name, runs in costs.items()}
    beside = f"{taken[_COSTLY] / taken[_FLOOR]:.1f}" if found else "no nginx on this machine"
    return [
        *(
            (f"consumer page, CPU us a request, {name}", f"{cost:.0f}", _BARS.get(name, "-"))
            for name, cost in taken.items()
        ),
        ("consumer page of another lot / nginx (CPU)", beside, "<= 32"),
        ("consumer page HTML, bytes on the wire", f"{size}", "-"),
        ("consumer page with style and script, bytes", f"{whole}", "<= 15360"),
    ]


@contextmanager
def server(folder: Path) -> Iterator[tuple[int, int]]:
    """(process id, port) of `ocop serve` over a folder."""
    server = subprocess.Popen(
        [sys.executable, "-m", "api.commands.main", "serve", "--dir", folder, "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        yield server.pid, int(server.stderr.readline().split("http://127.0.0.1:")[1].split(" ")[0])
    finally:
        server.terminate()
        server.wait(10)


def season(folder: Path) -> list[list[str]]:
    """The labels' addresses of each lot."""
    services = small_cooperative(folder)
    station, time_text = services.station, services.station.now_text()
    product = {
        "gtin": GTIN,
        "name": "Miến dong Đo lường",
        "brand": "Đo lường",
        "net_content": {"value": "500", "unit": "g"},
        "ingredients": "100 % tinh bột dong riềng",
        "storage": "Nơi khô ráo, thoáng mát",
        "standards": ["TCCS 01:2026/HTX-DO"],
    }
    certificate = {
        "kind": "ocop",
        "number": "99/QĐ-UBND",
        "issuer": "UBND tỉnh",
        "subject": f"product:{GTIN}",
        "valid_from": "2025-01-01",
        "valid_to": "2027-12-31",
        "stars": 4,
    }
    kilos = {"value": "1000", "unit": "kg"}
    raw = {"item": f"{PARTY}/cu-dong", "code": "B-1"}
    for kind, body in (
        ("product-registered", product),
        ("certificate-recorded", certificate),
        ("harvested", {"lot": raw, "quantity": kilos, "site": "VT-01"}),
        ("received", {"lot": raw, "quantity": kilos, "site": "VT-01"}),
    ):
        station.record(Draft(kind, PARTY, time_text, body))
    made = []
    taken = [{"lot": raw, "quantity": {"value": "7.5", "unit": "kg"}}]
    for number in range(1, LOTS + 1):
        lot = f"L-{number}"
        packed = {"lot": {"item": GTIN, "code": lot}, "inputs": taken, "packs": PACKS}
        body = {**packed, "site": "VT-01", "expiry": "2027-12-01"}
        station.record(Draft("packed", PARTY, time_text, body))
        serials = services.labelling.issue(GTIN, lot, PACKS)
        made.append([f"/01/{GTIN}/10/{lot}/21/{serial}" for serial in serials])
    services.close()
    return made


def _cpu_seconds(pid: int) -> float:
    """CPU time of all threads, to the nanosecond where the scheduler tells it, else in ticks."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9
    except FileNotFoundError:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


def cpu_of_requests(pid: int, port: int, paths: list[str]) -> float:
    """CPU microseconds of the server for each request, over one kept-alive connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    started = _cpu_seconds(pid)
    for path in paths:
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        answer.read()
    time.sleep(0.02)  # let the last tick be booked
    connection.close()
    return (_cpu_seconds(pid) - started) / len(paths) * 1e6


def _bytes(port: int, path: str) -> tuple[int, int]:
    """(bytes of the page, bytes of the page and every file it names) as sent to a phone."""
    page, text = _get(port, path)
    whole = page
    for quote in ('href="', 'src="'):
        for part in text.split(quote)[1:]:
            target = part.split('"')[0]
            if target.startswith("/static/"):
                whole += _get(port, target)[0]
    return page, whole


def _get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Accept": "text/html,*/*", "Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    packed = answer.getheader("Content-Encoding") == "gzip"
    return len(body), (gzip.decompress(body) if packed else body).decode()
