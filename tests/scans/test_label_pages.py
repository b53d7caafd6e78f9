"""Labels scanned through a real server: what the buyer reads, what the inspector is told."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import Services, open_folder
from api.commands.serve import listen, serving
from api.scans.counter import EXACT, ScanCounter
from api.scans.findings import MANY_PLACES, STRAYS
from api.scans.postgres_storage import PostgresScans
from api.scans.sqlite_storage import SqliteScans
from ledger.domain.serials import serial_text
from tests.pages.cooperative import GTIN, LOT, NOW, PARTY, RAW, RAW_LOT, found_cooperative, record
from tests.scans.places_to_count import SERIAL, addresses_with_different_bits, emptied_database

PAGE = f"/01/{GTIN}/10/{LOT}"
API = f"/api/v1/lots/{GTIN}/{LOT}"
LINE = re.compile(r'<p class="scans">([^<]*)</p>')


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = found_cooperative(tmp_path / "ledger")
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def counting(request: pytest.FixtureRequest, services: Services) -> Services:
    """The cooperative with its counts in its own file, then in a hub's database."""
    if request.param == "postgres":
        services.scans.close()
        storage = PostgresScans([emptied_database()])
        services.scans = ScanCounter(storage, lambda: NOW)
        storage.counts([SERIAL])  # connects: a page would not wait for that
    return services


@contextmanager
def served(services: Services) -> Iterator[int]:
    """The port of a real server over these services."""
    listener = listen("127.0.0.1", 0)
    try:
        with serving(services, listener):
            yield int(listener.getsockname()[1])
    finally:
        listener.close()


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Accept": "text/html", **sent})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def line(port: int, path: str, **headers: str) -> str:
    """The sentence about scans on a page, "" without one."""
    status, page = get(port, path, **headers)
    assert status in {200, 410}, page  # a void label is gone
    found = LINE.search(page)
    return found[1] if found else ""


def label(services: Services, counter: int = 1) -> str:
    tag = services.station.tag_of(PARTY)
    return f"{PAGE}/21/{serial_text(services.labelling.label_key, GTIN, tag, counter)}"


def told(port: int) -> dict[str, Any]:
    """The JSON of the lot, as an inspector's program reads it."""
    status, body = get(port, API)
    assert status == 200
    found: dict[str, Any] = json.loads(body)
    return found


# --- the buyer -----------------------------------------------------------------------------------


def test_a_buyer_reads_how_often_this_label_was_scanned(counting: Services) -> None:
    services = counting
    with served(services) as port:
        first, other = label(services), label(services, 2)
        assert line(port, first) == "Đây là lần quét đầu tiên của tem này."
        for count in range(2, 6):
            told = f"Tem này đã được quét {count} lần, lần đầu ngày 01/10/2026."
            assert line(port, first) == told
        assert "hãy hỏi nơi bán" in line(port, first)
        assert "đầu tiên" in line(port, other)
        for _ in range(EXACT):
            line(port, first)
        assert f"quét hơn {EXACT} lần" in line(port, first)
        assert line(port, PAGE) == ""


def test_reading_on_in_english_is_no_second_scan(counting: Services) -> None:
    services = counting
    with served(services) as port:
        here = label(services)
        line(port, here)
        english = line(port, f"{here}?lang=en")
        assert line(port, f"{here}?lang=vi") == "Đây là lần quét đầu tiên của tem này."
        assert line(port, here) == "Tem này đã được quét 2 lần, lần đầu ngày 01/10/2026."
    assert english == "This is the first scan of this label."


def test_programs_and_heads_are_no_scans(services: Services) -> None:
    with served(services) as port:
        here = label(services)
        get(port, here, accept="application/json")
        get(port, here, accept="application/linkset+json")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("HEAD", here)
        connection.getresponse().read()
        connection.close()
        assert "đầu tiên" in line(port, here)


def test_a_restart_keeps_the_counts(services: Services, tmp_path: Path) -> None:
    here = label(services)
    with served(services) as port:
        for _ in range(3):
            line(port, here)
    services.scans.close()
    again = open_folder(tmp_path / "ledger", lambda: NOW)
    try:
        with served(again) as port:
            assert "quét 4 lần" in line(port, here)
    finally:
        again.close()


def test_counts_that_cannot_be_read_leave_the_page_without_the_line(
    services: Services, tmp_path: Path
) -> None:
    (tmp_path / "ledger" / "scans.db").write_bytes(b"no database" * 500)
    with served(services) as port:
        assert line(port, label(services)) == ""
        found = told(port)
        assert found["scans"] is None
        assert found["scan_findings"] is None
        status, page = get(port, f"/lo/{GTIN}/{LOT}")
        assert status == 200
        assert "chưa đọc được số lượt quét" in page


def test_two_server_processes_add_up_to_every_scan(services: Services, tmp_path: Path) -> None:
    here = [label(services, number) for number in (1, 2, 3)]
    services.close()
    folder = tmp_path / "ledger"
    servers = [serve(folder) for _ in range(2)]
    try:
        ports = [port_of(server) for server in servers]
        for turn in range(30):
            for path in here:
                assert get(ports[turn % 2], path)[0] == 200
    finally:
        for server in servers:
            server.send_signal(signal.SIGTERM)
        for server in servers:
            server.communicate(timeout=30)
    storage = SqliteScans(folder / "scans.db")
    found = storage.lot((GTIN, LOT))
    storage.close()
    assert found is not None
    assert found.totals.scans == 90


def serve(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "api.commands.main", "serve", "--dir", folder, "--port", "0"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OCOP_LANG": "en"},
    )


def port_of(server: subprocess.Popen[str]) -> int:
    assert server.stderr is not None
    for text in server.stderr:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", text)
        if found:
            return int(found[1])
    raise AssertionError("the server said no address")


# --- the inspector -------------------------------------------------------------------------------


def test_odd_scans_are_findings_beside_those_of_the_ledger(counting: Services) -> None:
    services = counting
    tag = services.station.tag_of(PARTY)
    key = services.labelling.label_key
    services.settings = replace(services.settings, trusted_proxies=("127.0.0.1",))
    before = services.bundle(GTIN, LOT)
    with served(services) as port:
        ledgers = told(port)["findings"]
        assert told(port)["scan_findings"] == []
        # One serial from many places.
        line(port, label(services), x_forwarded_for="198.51.100.1")
        services.scans.flush()
        day_key = services.scans.current_key()
        assert day_key is not None
        for address in addresses_with_different_bits(day_key, MANY_PLACES):
            line(port, label(services), x_forwarded_for=f"8.8.8.8, {address}")
        # Never issued with the right check; invented; one of this lot under another lot's name.
        unissued = serial_text(key, GTIN, tag, 77)
        assert get(port, f"{PAGE}/21/{unissued}")[0] == 404
        for number in range(STRAYS):
            assert get(port, f"{PAGE}/21/{tag}00000{number}0000")[0] == 404
        # A void label, before and after.
        line(port, label(services, 5))
        voided = {"tag": tag, "ranges": [{"first": 5, "last": 5}]}
        body = {"lot": {"item": GTIN, "code": LOT}, "voided": voided, "reason": "damaged"}
        record(services, "labels-voided", "2026-09-25", body)
        line(port, label(services, 5))
        recall = {"lots": [{"item": RAW, "code": RAW_LOT}], "reach": "descendants"}
        record(services, "recalled", "2026-09-28", {**recall, "reason": "contamination"})
        line(port, PAGE)
        services.scans.flush()
        found = told(port)
        dossier = unescape(get(port, f"/lo/{GTIN}/{LOT}")[1])
        english = unescape(get(port, f"/lo/{GTIN}/{LOT}?lang=en")[1])
    codes = {one["code"]: one for one in found["scan_findings"]}
    assert set(codes) == {
        "scanned-in-many-places",
        "void-scanned",
        "never-issued-scanned",
        "invented-scanned",
        "recalled-scanned",
    }
    assert codes["scanned-in-many-places"]["serial"] == label(services).rpartition("/")[2]
    assert "mở 1 lần" in codes["void-scanned"]["vi"]
    assert found["scans"] == {
        "about": 1 + MANY_PLACES + 1 + STRAYS + 2 + 1,
        "first_day": "2026-10-01",
        "last_day": "2026-10-01",
    }
    assert not {one["code"] for one in found["findings"]} & set(codes)
    assert ledgers == []
    for one in codes.values():
        assert one["vi"] in dossier
        assert one["en"] in english
    assert "không phải bằng chứng" in dossier
    # Nothing of it is in a bundle: the same statements give the same bytes as before the scans.
    after = services.bundle(GTIN, LOT)
    assert before is not None
    assert after is not None
    assert b"scan" not in after


def test_a_label_of_another_lot_counts_for_the_lot_it_was_scanned_under(
    services: Services,
) -> None:
    other = {"lot": {"item": GTIN, "code": "L2"}, "site": "XCB-01", "packs": 2}
    taken = {"lot": {"item": RAW, "code": RAW_LOT}, "quantity": {"value": "1", "unit": "kg"}}
    record(services, "packed", "2026-09-24", {**other, "inputs": [taken]})
    with served(services) as port:
        moved = label(services).replace(f"/10/{LOT}/", "/10/L2/")
        assert get(port, moved)[0] == 404
        services.scans.flush()
        assert [f["code"] for f in told(port)["scan_findings"]] == []
        status, body = get(port, f"/api/v1/lots/{GTIN}/L2")
    assert status == 200
    assert [f["code"] for f in json.loads(body)["scan_findings"]] == ["never-issued-scanned"]


def test_lots_that_nobody_knows_take_no_room(services: Services) -> None:
    with served(services) as port:
        for number in range(50):
            assert get(port, f"/01/{GTIN}/10/NO{number}/21/{number}")[0] == 404
        assert services.scans.stats().noted == 0
        line(port, PAGE)
        assert services.scans.stats().noted == 1


# --- nobody's address ----------------------------------------------------------------------------


def spellings(address: str) -> list[bytes]:
    """An address in every form that a file could hold, and its network."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    packed = socket.inet_pton(family, address)
    cut = address.rpartition(":" if ":" in address else ".")[0]
    network = packed[:6] if ":" in address else packed
    return [address.encode(), cut.encode(), packed, packed.hex().encode(), network, network[::-1]]


def test_no_byte_of_an_address_reaches_a_file_or_a_log(
    services: Services, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    senders = ["203.0.113.77", "198.51.100.23", "2001:db8:4711:8::9"]
    services.settings = replace(services.settings, trusted_proxies=("127.0.0.1",))
    with caplog.at_level(0), served(services) as port:
        for sender in senders:
            for path in (label(services), f"{PAGE}/21/{'A1'}0000010000", f"{PAGE}/21/%00", "/01/x"):
                get(port, path, x_forwarded_for=sender)
        services.scans.flush()
        files = {
            path.name: path.read_bytes()
            for path in (tmp_path / "ledger").iterdir()
            if path.is_file()
        }
        assert {"scans.db", "scans.db-wal"} <= set(files)
        found = services.scans.lot(GTIN, LOT)
    assert found is not None
    assert found.totals.scans >= 2 * len(senders)
    for sender in senders:
        for needle in spellings(sender):
            assert [name for name, raw in files.items() if needle in raw] == [], sender
        assert sender not in caplog.text


def test_the_key_of_a_day_is_in_no_file_the_day_after(services: Services, tmp_path: Path) -> None:
    with served(services) as port:
        line(port, label(services))
        services.scans.flush()
        key = services.scans.current_key()
        assert key is not None
        held = [p.name for p in (tmp_path / "ledger").glob("scans.db*") if key in p.read_bytes()]
        assert held
        services.scans.close()
    tomorrow = open_folder(tmp_path / "ledger", lambda: NOW.replace(day=2))
    try:
        deadline = time.monotonic() + 20
        tomorrow.scans.flush()
        while any(key in path.read_bytes() for path in (tmp_path / "ledger").glob("scans.db*")):
            assert time.monotonic() < deadline, "yesterday's key is still there"
            time.sleep(0.1)
    finally:
        tomorrow.close()


def test_behind_a_proxy_that_nobody_named_every_scan_is_from_one_place(
    services: Services,
) -> None:
    with served(services) as port:
        line(port, label(services))
        services.scans.flush()
        for number in range(40):
            line(port, label(services), x_forwarded_for=f"10.0.{number}.1")
        services.scans.flush()
        assert told(port)["scan_findings"] == []
