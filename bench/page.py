"""The consumer page from a real server process: CPU a request, bytes on the wire."""

from __future__ import annotations

import gzip
import http.client
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.ledgers import PARTY, small_cooperative
from ledger.domain.drafts import Draft

REQUESTS = 900
GTIN = "08931234567897"
LOT = "L-1"
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def rows() -> list[tuple[str, str, str]]:
    """(what, measured, bar) for this theme."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "ledger"
        labels = _season(folder)
        server = subprocess.Popen(
            [sys.executable, "-m", "api.commands.main", "serve", "--dir", folder, "--port", "0"],
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stderr is not None
            port = int(server.stderr.readline().split("http://127.0.0.1:")[1].split(" ")[0])
            fresh, repeated = [], []
            # Uncached: every request another serial or language. Cached: one address again and again.
            paths = [
                f"{path}?lang={lang}&n={n}"
                for n in range(40)
                for path in labels
                for lang in ("vi", "en")
            ]
            for _ in range(5):
                fresh.append(cpu_of_requests(server.pid, port, (paths * 20)[:REQUESTS]))
                repeated.append(cpu_of_requests(server.pid, port, [labels[0]] * REQUESTS))
            size, whole = _bytes(port, labels[0])
        finally:
            server.terminate()
            server.wait(10)
    return [
        ("consumer page, CPU us a request, every page new", f"{median(fresh):.0f}", "<= 350"),
        ("consumer page, CPU us a request, same page again", f"{median(repeated):.0f}", "<= 110"),
        ("consumer page HTML, bytes on the wire", f"{size}", "-"),
        ("consumer page with style and script, bytes", f"{whole}", "<= 15360"),
    ]


def _season(folder: Path) -> list[str]:
    """One lot of 900 labelled packs: more pages than the server keeps ready."""
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
    kilos = {"value": "500", "unit": "kg"}
    raw, packed = {"item": f"{PARTY}/cu-dong", "code": "B-1"}, {"item": GTIN, "code": LOT}
    taken = [{"lot": raw, "quantity": kilos}]
    for kind, body in (
        ("product-registered", product),
        ("certificate-recorded", certificate),
        ("harvested", {"lot": raw, "quantity": kilos, "site": "VT-01"}),
        ("received", {"lot": raw, "quantity": kilos, "site": "VT-01"}),
        (
            "packed",
            {"lot": packed, "site": "VT-01", "inputs": taken, "packs": 900, "expiry": "2027-12-01"},
        ),
    ):
        station.record(Draft(kind, PARTY, time_text, body))
    serials = services.labelling.issue(GTIN, LOT, 900)
    services.close()
    return [f"/01/{GTIN}/10/{LOT}/21/{serial}" for serial in serials]


def _cpu_seconds(pid: int) -> float:
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
