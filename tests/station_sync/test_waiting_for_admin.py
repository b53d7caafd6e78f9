"""Stations of a cooperative whose admin key is not on the hub: from ticket to first statement."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from api.commands.main import main
from api.station.awaiting import joined_when_let_in
from api.station.errors import StationError
from api.station.joining import join
from api.station_wire.ticket import spelled
from ledger.signing import load_key
from tests.station_sync.scene import (
    BIEN,
    SON,
    Hub,
    harvest,
    joined,
    make_hub,
    running_hub,
    station,
    sync,
)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub that has one cooperative's admin key; the other's lies with its manager."""
    make_hub(tmp_path / "hub")
    keys = tmp_path / "hub" / "keys"
    (keys / f"{SON}.admin.pem").rename(tmp_path / "son.admin.pem")
    with running_hub(tmp_path / "hub") as running:
        yield running


def _run(*words: object) -> int:
    return main([*map(str, words), "--lang", "en"])


def _signed_and_applied(hub: Hub, room: Path) -> None:
    """What the hub's operator and the cooperative's admin do, each on their own machine."""
    request, answer = room / "hub.request.json", room / "son.answer.json"
    folder = hub.services.folder
    words = ("keys", "admin-request", "--party", SON, "-o", request, "--dir", folder)
    assert _run(*words) == 0
    key = room / "son.admin.pem"
    assert _run("keys", "admin-sign", request, "--key", key, "-o", answer, "--yes") == 0
    assert _run("keys", "admin-apply", answer, "--dir", folder) == 0


def test_a_station_waits_for_its_admin_and_goes_on_with_the_same_command(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, ticket = tmp_path / "tram", hub.ticket(SON).format().split()
    words = ("station", "join", *ticket, "--dir", folder)
    assert _run(*words, "--wait", 0) == 1
    said = capsys.readouterr().err
    keyid = load_key(folder / "keys" / "joining.pem").keyid.hex()
    assert spelled(keyid) in said and "the same command goes on" in said
    assert _run("station", "list", "--dir", hub.services.folder) == 0
    shown = capsys.readouterr().out
    assert f"ocop keys admin-request --party {SON}" in shown and spelled(keyid) in shown

    _signed_and_applied(hub, tmp_path)
    # The admin compares what the station's screen has shown.
    assert capsys.readouterr().out.count(spelled(keyid)) == 3
    assert _run(*words, "--wait", 0) == 0
    with station(folder) as son:
        harvest(son, SON, "XA-1")
        assert sync(son).sent == 1
    assert _run("audit", "--dir", folder) == 0
    assert _run("audit", "--dir", hub.services.folder) == 0
    capsys.readouterr()
    assert _run("station", "list", "--dir", hub.services.folder, "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert keyid in {one["keyid"] for one in listed["stations"]}
    assert not listed["tickets"]


def test_a_station_that_waits_asks_again_by_itself(hub: Hub, tmp_path: Path) -> None:
    folder, ticket = tmp_path / "tram", hub.ticket(SON)
    told: list[str] = []
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            _signed_and_applied(hub, tmp_path)

    done = joined_when_let_in(
        lambda: join(folder, ticket), lambda waiting: told.append(waiting.code), pause, 600
    )
    assert done.party == SON
    assert told == ["ticket-waiting"]
    assert pauses == [60.0, 60.0]


def test_waiting_ends_at_its_time_and_nothing_is_lost(hub: Hub, tmp_path: Path) -> None:
    folder, ticket = tmp_path / "tram", hub.ticket(SON)
    pauses: list[float] = []
    with pytest.raises(StationError) as still:
        joined_when_let_in(lambda: join(folder, ticket), lambda _: None, pauses.append, 90)
    assert still.value.code == "ticket-waiting"
    assert pauses == [60.0, 30.0]
    key = (folder / "keys" / "joining.pem").read_bytes()
    _signed_and_applied(hub, tmp_path)
    assert join(folder, ticket).party == SON
    assert (folder / "keys" / f"{SON}.station.pem").read_bytes() == key


def test_a_hub_that_is_away_while_one_waits_is_asked_again(tmp_path: Path) -> None:
    make_hub(tmp_path / "hub")
    (tmp_path / "hub" / "keys" / f"{SON}.admin.pem").rename(tmp_path / "son.admin.pem")
    folder = tmp_path / "tram"
    with ExitStack() as first, ExitStack() as second:
        running = first.enter_context(running_hub(tmp_path / "hub"))
        ticket, port = running.ticket(SON), running.port
        pauses: list[float] = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 1:
                _signed_and_applied(running, tmp_path)
                first.close()
            elif len(pauses) == 3:
                second.enter_context(running_hub(tmp_path / "hub", port=port))

        done = joined_when_let_in(lambda: join(folder, ticket), lambda _: None, pause, 600)
        assert done.party == SON
        assert len(pauses) == 3


def test_who_begins_with_no_hub_in_reach_is_told_at_once(hub: Hub, tmp_path: Path) -> None:
    ticket = replace(hub.ticket(SON), url="http://127.0.0.1:1")
    with pytest.raises(StationError) as away:
        joined_when_let_in(lambda: join(tmp_path / "x", ticket), lambda _: None, _never, 600)
    assert away.value.code == "hub-away"


def _never(_: float) -> None:
    raise AssertionError("it waited")


def test_several_sheds_are_let_in_by_one_signature_file(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tickets = [hub.ticket(SON) for _ in range(3)]
    for number, ticket in enumerate(tickets):
        with pytest.raises(StationError):
            join(tmp_path / f"tram-{number}", ticket)
    # One file for each party that has somebody waiting, in a folder.
    out = tmp_path / "de-nghi"
    assert _run("keys", "admin-request", "-o", out, "--dir", hub.services.folder) == 0
    assert [one.name for one in out.iterdir()] == [f"{SON}.request.json"]
    capsys.readouterr()
    # A second one beside it would make one of them stale.
    assert _run("keys", "admin-request", "-o", out, "--dir", hub.services.folder) == 1
    assert "delete it" in capsys.readouterr().err
    answer = tmp_path / "answer.json"
    words = ("keys", "sign", out / f"{SON}.request.json", "--key", tmp_path / "son.admin.pem")
    assert _run(*words, "-o", answer, "--yes") == 0
    assert _run("keys", "admin-apply", answer, "--dir", hub.services.folder) == 0
    capsys.readouterr()
    tags = set()
    for number, ticket in enumerate(tickets):
        join(tmp_path / f"tram-{number}", ticket)
        with station(tmp_path / f"tram-{number}") as one:
            sync(one)
            tags.add(one.station.tag_of(SON))
    assert len(tags) == 3
    # A second file when nothing waits is not written.
    assert _run("keys", "admin-request", "-o", tmp_path / "x", "--dir", hub.services.folder) == 0
    assert "No station waits" in capsys.readouterr().err


def test_a_neighbour_whose_admin_key_is_on_the_hub_joins_at_once(hub: Hub, tmp_path: Path) -> None:
    assert joined(tmp_path / "bien", hub, BIEN).party == BIEN
