"""What a station's own machine and its ticket must not be good for."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.station.errors import Frozen, StationError
from api.station.joined import JOINING_KEY
from api.station.joining import join
from ledger.verify.statement import Statement
from tests.station_sync.scene import (
    SON,
    Hub,
    harvest,
    joined,
    station,
    sync,
)


def test_a_frozen_station_takes_no_signed_statement_of_its_key_by_the_unsigned_door(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "DOOR-1")
        assert son.link is not None
        son.ledger.catch_up()
        signer = son.station.signers[SON, "station"]
        head = son.ledger.history.journals[signer.keyid]
        body = {
            "lot": {"item": f"{SON}/che", "code": "DOOR-2"},
            "quantity": {"value": "1", "unit": "kg"},
            "site": "VT-1",
        }
        time = son.station.now_text()
        said = Statement("harvested", SON, head.seq + 1, head.id, time, (), None, body)
        sent = {"entries": [base64.b64encode(signer.sign(said).raw).decode()]}
        son.link.state.freeze(Frozen("fork", seq=1))
        newest = son.store.newest()
        client = TestClient(create_app(son))
        answer = client.post("/api/v1/entries", json=sent)
        assert (answer.status_code, answer.json()["code"]) == (403, "fork")
        assert son.store.newest() == newest
        son.link.state.thaw("fork")
        assert client.post("/api/v1/entries", json=sent).status_code == 200


def test_a_station_that_gets_no_label_key_does_not_invent_one(hub: Hub, tmp_path: Path) -> None:
    ticket, folder = hub.ticket(SON), tmp_path / "son"
    join(folder, ticket)
    with station(folder) as son:
        sync(son)  # from here on the hub confides nothing to whoever has the ticket
    keys = folder / "keys"
    (keys / f"{SON}.station.pem").rename(keys / JOINING_KEY)
    (keys / "label.key").unlink()
    with pytest.raises(StationError) as refused:
        join(folder, ticket)
    assert refused.value.code == "label-key-withheld"
    assert not (keys / "label.key").exists()
