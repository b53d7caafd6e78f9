"""Who may ask the hub: enrolled stations, once each time, while their key is good."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.hub import standing
from ledger.domain.drafts import Draft
from ledger.signing import Signer
from tests.hub.scene import AskingStation, HubScene, code_of, open_scene
from tests.store.small_ledger import FARM, day

PLACE = {"after": 0, "from": 0, "size": 0}


def test_a_request_that_comes_a_second_time_is_refused(hub: HubScene) -> None:
    station = hub.joined()
    nonce = "once-and-never-again"
    assert station.asks(PLACE, nonce=nonce).status_code == 200
    assert code_of(station.asks(PLACE, nonce=nonce)) == (401, "nonce-repeated")
    # A replay to another route is a signature over another path.
    signed = station.headers("GET", "status", b"", {})
    wrong = station.client.post("/api/v1/station/pull", headers=signed)
    assert wrong.status_code in {401, 415}


def test_a_nonce_is_remembered_as_long_as_its_signature_is_good(hub: HubScene) -> None:
    station = hub.joined()
    body, name = b"", "status"
    signed = station.headers("GET", name, body, {}, off=300)
    path = f"/api/v1/station/{name}"
    assert station.client.get(path, headers=signed).status_code == 200
    hub.clock.go(seconds=599)
    assert code_of(station.client.get(path, headers=signed)) == (401, "nonce-repeated")
    hub.clock.go(seconds=2)
    assert code_of(station.client.get(path, headers=signed)) == (401, "clock-differs")
    assert standing.NONCES_KEPT >= 600
    rows = hub.services.side.read("SELECT count(*) FROM station_nonce")
    hub.clock.go(seconds=601)
    assert station.status().status_code == 200
    assert hub.services.side.read("SELECT count(*) FROM station_nonce") <= rows


def test_a_station_whose_clock_is_off_is_told_the_hubs_time(hub: HubScene) -> None:
    station = hub.joined()
    answer = station.status(off=-3600)
    assert code_of(answer) == (401, "clock-differs")
    assert answer.json()["now"] == hub.clock.seconds
    assert answer.headers["www-authenticate"]
    assert station.status().status_code == 200


def test_a_key_that_was_ended_learns_so_and_nothing_else(hub: HubScene) -> None:
    station = hub.joined()
    assert station.push(station.harvests(1)).status_code == 200
    keyid = station.signer.keyid.hex()
    body = {"keyid": keyid, "reason": "key-stolen"}
    hub.services.station.record(Draft("key-retired", FARM, day(20), body))
    assert code_of(station.push(station.harvests(1))) == (403, "key-ended")
    assert code_of(station.asks(PLACE)) == (403, "key-ended")
    told = station.status()
    assert told.status_code == 200
    assert told.json()["key"]["ended"] is not None


def test_an_entry_signed_before_the_end_but_sent_after_it_is_refused(hub: HubScene) -> None:
    station = hub.joined()
    entries = station.harvests(2)
    keyid = station.signer.keyid.hex()
    hub.services.station.record(
        Draft("key-retired", FARM, day(20), {"keyid": keyid, "reason": "key-lost"})
    )
    assert station.push(entries).status_code == 403
    assert hub.services.store.entry(entries[0].id) is None


def test_neither_a_strangers_key_nor_an_admins_is_a_station(hub: HubScene) -> None:
    for signer in (
        Signer.of(Ed25519PrivateKey.generate()),
        hub.services.station.signers[FARM, "admin"],
    ):
        asking = AskingStation(hub, signer, FARM, "Z9", hub.client())
        assert code_of(asking.status()) == (401, "key-unknown")
        assert code_of(asking.asks(PLACE)) == (401, "key-unknown")


def test_a_station_of_another_ledger_is_a_stranger_here(hub: HubScene, tmp_path: Path) -> None:
    other = open_scene(tmp_path / "other")
    try:
        theirs = other.joined()
        here = AskingStation(hub, theirs.signer, FARM, theirs.tag, hub.client())
        assert code_of(here.status()) == (401, "key-unknown")
        assert code_of(here.status(log="other.example/log")) == (403, "log-differs")
    finally:
        other.services.close()


def test_an_unsigned_request_and_one_with_a_query_are_refused(hub: HubScene) -> None:
    station = hub.joined()
    client = hub.client()
    assert code_of(client.get("/api/v1/station/status")) == (401, "signature-missing")
    json = {"content-type": "application/json"}
    pull = client.post("/api/v1/station/pull", content=b"{}", headers=json)
    assert code_of(pull) == (401, "signature-missing")
    signed = station.headers("GET", "status", b"", {})
    with_query = station.client.get("/api/v1/station/status?after=1", headers=signed)
    assert code_of(with_query) == (400, "query-unexpected")


def test_a_station_that_asks_without_end_is_told_when_to_come_back(
    hub: HubScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = hub.joined()
    keyid = station.signer.keyid.hex()
    limits = hub.services.hub.limits
    now = limits._clock()
    monkeypatch.setattr(limits, "_clock", lambda: now)
    while limits.take("station", keyid) is None:
        pass
    answer = station.status()
    assert code_of(answer) == (429, "too-many")
    assert int(answer.headers["retry-after"]) >= 1
    assert hub.joined().status().status_code == 200
