"""From the tap on "Ghi sổ" to the durable answer: forms over real HTTP to a real server and folder."""

from __future__ import annotations

import http.client
import os
import secrets
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from bench.ledgers import PARTY, small_cooperative
from bench.page import server
from ledger.domain.drafts import Draft

PAIRS = 300
"""Each is a harvest and its packing: 600 records."""
GTIN = "08931234567897"
_EVERY = 2  # records between two measurements of the floor
_FLOOR_BYTES = 1024


def rows() -> list[tuple[str, str, str]]:
    """(what, measured, bar) for this theme."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "ledger"
        _furnish(folder)
        with server(folder) as (pid, port):
            before = _spent(pid)
            harvests, packings, floor = _tapped(port, folder)
            spent = _spent(pid) - before
    both = harvests + packings
    return [
        _row("harvest form, tap to durable answer", harvests),
        _row("packing form, tap to durable answer", packings),
        (f"{len(both)} forms, ms, 99th percentile", f"{_worst(both):.1f}", "<= 100"),
        ("the same, CPU ms of the server a form", f"{spent * 1000 / len(both):.1f}", "-"),
        _row("plain append and fsync beside it", floor),
        ("forms / fsync (median)", f"{median(both) / median(floor):.0f}", "-"),
    ]


def _furnish(folder: Path) -> None:
    services = small_cooperative(folder)
    try:
        product = {
            "gtin": GTIN,
            "name": "Bột dong đo lường",
            "net_content": {"value": "500", "unit": "g"},
            "shelf_life_days": 365,
        }
        now = services.station.now_text()
        services.station.record(Draft("product-registered", PARTY, now, product))
    finally:
        services.close()


def _tapped(port: int, folder: Path) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of each harvest, each packing, each append with fsync, in turn."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    harvests: list[float] = []
    packings: list[float] = []
    floor: list[float] = []
    item = f"{PARTY}/cu-dong"
    with (folder / "floor.bin").open("ab", buffering=0) as plain:
        for number in range(PAIRS):
            code = f"T-{number:04}"
            harvest = {"item": item, "amount": "120,5", "unit": "kg", "site": "VT-01", "lot": code}
            harvests.append(_post(connection, "/tram/thu-hoach", harvest))
            packing = {
                "product": GTIN,
                "in_lot_1": f"{item} {code}",
                "in_amount_1": "100",
                "packs": "200",
                "site": "VT-01",
                "lot": f"P-{number:04}",
            }
            packings.append(_post(connection, "/tram/dong-goi", packing))
            if number % _EVERY == 0:
                floor.append(_append(plain.fileno()))
    connection.close()
    return harvests, packings, floor


def _post(connection: http.client.HTTPConnection, path: str, fields: dict[str, str]) -> float:
    body = urlencode({**fields, "mau": secrets.token_urlsafe(18)})
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
    }
    started = time.perf_counter()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    page = answer.read()
    taken = (time.perf_counter() - started) * 1000
    # Only the way to the record's page says that it is on disk.
    assert answer.status == 303, (answer.status, page[-2000:].decode())
    return taken


def _spent(pid: int) -> float:
    """CPU seconds of a process, with those of threads that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _append(file: int) -> float:
    started = time.perf_counter()
    os.write(file, os.urandom(_FLOOR_BYTES))
    os.fsync(file)
    return (time.perf_counter() - started) * 1000


def _worst(taken: list[float]) -> float:
    return quantiles(taken, n=100)[98]


def _row(what: str, taken: list[float]) -> tuple[str, str, str]:
    return f"{what}, ms (median / p99)", f"{median(taken):.1f} / {_worst(taken):.1f}", "-"
