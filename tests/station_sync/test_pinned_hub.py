"""A hub without a public certificate: stations know its key by their ticket, and nobody else's."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

import certifi
import pytest

from api.commands.main import main
from api.hub.certificate import make_certificate
from api.station.errors import StationError
from api.station.hub_client import HubClient
from api.station.joined import HUB_FILE, joined_of
from api.station.joining import join
from api.station.pinned_tls import pinned_context
from api.station_wire.ticket import Ticket
from tests.background.hub import until
from tests.reliability.hub import ROOT
from tests.station_sync.scene import SON, harvest, make_hub, stands, station, sync
from tests.station_sync.tls import (
    NOW,
    TlsHub,
    man_in_the_middle,
    running_tls_hub,
    vouched_context,
)

PATIENCE = 60.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "hub"
    make_hub(folder)
    return folder


@pytest.fixture
def hub_folder(made: Path, tmp_path: Path) -> Path:
    """A hub of each test's own."""
    return Path(shutil.copytree(made, tmp_path / "hub"))


def _run(*words: object) -> int:
    return main([*map(str, words)])


def _refused(folder: Path) -> StationError:
    with station(folder) as opened, pytest.raises(StationError) as refused:
        sync(opened)
    return refused.value


def _pointed_at(ticket: Ticket, port: int) -> Ticket:
    return Ticket(f"https://127.0.0.1:{port}", ticket.code, ticket.fingerprint, ticket.pin)


def test_a_station_joins_and_sends_by_the_key_of_its_ticket(
    hub_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "son"
    with running_tls_hub(hub_folder) as hub:
        line = hub.ticket(SON).format().split()
        assert len(line) == 4
        assert _run("station", "join", *line, "--dir", folder, "--lang", "en") == 0
        assert "Everything was sent" in capsys.readouterr().err
        with station(folder) as son:
            harvest(son, SON, "TLS-1")
            assert sync(son).sent == 1
            assert stands(son).unsent == 0
        pin = hub.pin
    joined = joined_of(folder)
    assert joined is not None and joined.pin == pin
    assert json.loads((folder / HUB_FILE).read_text())["pin"] == pin


def test_a_pinned_key_is_never_left_unasked_for_want_of_a_socket() -> None:
    with pytest.raises(NotImplementedError):
        pinned_context("https://hub", "0" * 32).wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())


def test_nobody_in_between_gets_a_single_byte_of_a_ticket(hub_folder: Path, tmp_path: Path) -> None:
    with (
        running_tls_hub(hub_folder) as hub,
        man_in_the_middle(tmp_path / "mitm", hub.port) as between,
    ):
        ticket = hub.ticket(SON)
        with pytest.raises(StationError) as refused:
            join(tmp_path / "son", _pointed_at(ticket, between.port))
        assert refused.value.code == "hub-key-differs"
        until(lambda: between.shaken == 1, PATIENCE, "he has shaken hands")
        assert between.heard == b""
        for lang in ("en", "vi"):
            said = refused.value.say(lang)
            assert between.pin in said and hub.pin in said and "ocop station repin" in said
        # He is a real one: who asks without a pin and without asking authorities is read.
        spied = _pointed_at(
            Ticket(ticket.url, ticket.code, ticket.fingerprint, between.pin), between.port
        )
        join(tmp_path / "fooled", spied)
        assert b"POST /api/v1/station/join" in between.heard


def test_a_station_that_has_joined_sends_nothing_to_whoever_takes_the_hubs_place(
    hub_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "son"
    with running_tls_hub(hub_folder) as hub:
        join(folder, hub.ticket(SON))
        with station(folder) as son:
            sync(son)
            harvest(son, SON, "TLS-2")
        port = hub.port
    with (
        running_tls_hub(hub_folder) as hub,
        man_in_the_middle(tmp_path / "mitm", hub.port, port) as between,
    ):
        assert _refused(folder).code == "hub-key-differs"
        until(lambda: between.shaken == 1, PATIENCE, "he has shaken hands")
        assert between.heard == b""
    with station(folder) as son:
        assert stands(son).unsent == 1


def test_a_renewed_certificate_of_the_same_key_needs_no_visit(
    hub_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "son"
    with running_tls_hub(hub_folder) as hub:
        join(folder, hub.ticket(SON))
        port = hub.port
    make_certificate(hub_folder, ["hub.local"], NOW - dt.timedelta(days=3660))  # even one run out
    with running_tls_hub(hub_folder, port), station(folder) as son:
        sync(son)
        assert stands(son).unsent == 0


def test_a_new_key_is_refused_until_somebody_at_the_station_types_it(
    hub_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "son"
    with running_tls_hub(hub_folder) as hub:
        join(folder, hub.ticket(SON))
        port = hub.port
    make_certificate(hub_folder, ["127.0.0.1"], NOW, new_key=True)
    with running_tls_hub(hub_folder, port) as hub:
        refused = _refused(folder)
        assert refused.code == "hub-key-differs" and hub.pin in refused.say("en")
        words = ("station", "repin", "--dir", folder, "--lang", "en")
        before = (folder / HUB_FILE).read_bytes()
        assert _run(*words, "0a" * 16) == 2
        assert _run(*words, "0a" * 15) == 2
        assert _run(*words, "--public") == 2
        assert "vouches" in capsys.readouterr().err
        assert _run(*words, hub.pin, "--url", "http://192.168.1.10") == 2
        assert (folder / HUB_FILE).read_bytes() == before
        assert _run(*words, hub.pin.upper()) == 0
        assert hub.pin in capsys.readouterr().err
        with station(folder) as son:
            sync(son)


def test_a_hub_that_moved_is_found_at_its_new_address_by_the_same_key(
    hub_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "son"
    with running_tls_hub(hub_folder) as hub:
        join(folder, hub.ticket(SON))
        pin = hub.pin
    with running_tls_hub(hub_folder) as hub:
        words = ("station", "repin", "--dir", folder, "--url", hub.address, "--json")
        assert _run(*words) == 0
        assert json.loads(capsys.readouterr().out) == {"hub": hub.address, "key": pin}
        with station(folder) as son:
            sync(son)


def test_a_hub_that_an_authority_vouches_for_needs_no_key_in_its_ticket(
    hub_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = vouched_context(tmp_path, "localhost")
    with running_tls_hub(hub_folder, context=context) as hub:
        known, strange = hub.ticket(SON), TlsHub.ticket(hub, SON)
        url = f"https://localhost:{hub.port}"
        plain = Ticket(url, known.code, known.fingerprint)
        with pytest.raises(StationError) as refused:
            join(tmp_path / "early", plain)
        assert refused.value.code == "hub-unvouched"
        # The authorities that the world knows are a file: here it holds the one of this test.
        monkeypatch.setattr(certifi, "where", lambda: str(authority))
        join(tmp_path / "son", plain)
        joined = joined_of(tmp_path / "son")
        assert joined is not None and joined.pin == ""
        with station(tmp_path / "son") as son:
            sync(son)
        # Names count where an authority is asked.
        other = Ticket(f"https://127.0.0.1:{hub.port}", strange.code, strange.fingerprint)
        with pytest.raises(StationError) as refused:
            join(tmp_path / "other", other)
        assert refused.value.code == "hub-unvouched"


def test_a_ticket_without_the_key_of_a_hub_that_nobody_vouches_for_says_what_is_missing(
    hub_folder: Path, tmp_path: Path
) -> None:
    with running_tls_hub(hub_folder) as hub:
        ticket = hub.ticket(SON)
        with pytest.raises(StationError) as refused:
            join(tmp_path / "son", Ticket(ticket.url, ticket.code, ticket.fingerprint))
    assert refused.value.code == "hub-unvouched"
    assert "ocop station invite" in refused.value.say("vi")


def test_a_damaged_key_in_the_folder_does_not_become_no_key(
    hub_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "son"
    with running_tls_hub(hub_folder) as hub:
        join(folder, hub.ticket(SON))
    path = folder / HUB_FILE
    data = json.loads(path.read_text())
    for damaged in ("0a" * 15, None, 7, False):
        path.write_text(json.dumps({**data, "pin": damaged}))
        with pytest.raises(StationError) as refused:
            joined_of(folder)
        assert refused.value.code == "hub-file"
    path.write_text(json.dumps({name: data[name] for name in data if name != "pin"}))
    joined = joined_of(folder)
    assert joined is not None and joined.pin == ""


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.long)])
def test_the_command_serves_the_folders_own_certificate(hub_folder: Path, workers: int) -> None:
    own = make_certificate(hub_folder, ["127.0.0.1"], NOW)
    told = hub_folder.parent / "told.txt"
    with told.open("w") as out:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "api.commands.main", "serve", "--tls", "--port", "0"),
                *("--workers", str(workers), "--dir", str(hub_folder), "--lang", "en"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while (found := re.search(r"https://127\.0\.0\.1:(\d+)", told.read_text())) is None:
                assert server.poll() is None and time.monotonic() < deadline, told.read_text()
                time.sleep(0.05)
            client = HubClient(f"https://127.0.0.1:{found[1]}", pin=own.pin)
            try:
                with pytest.raises(StationError) as refused:
                    client.ask("join", {"code": "x"})
            finally:
                client.close()
            assert refused.value.code == "hub-refused"
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(timeout=20)
    assert "Traceback" not in told.read_text()
