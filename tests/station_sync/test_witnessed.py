"""A station that asks for witnesses takes what they co-signed, also while something newer waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.background import indexing
from api.station.joining import join
from tests.station_sync.scene import (
    SON,
    Hub,
    harvest,
    make_hub,
    running_hub,
    say,
    stands,
    station,
    sync,
)
from tests.witness.hub import cosigned_size, of, until, witnesses, write_policy
from tests.witness.late import witness_on_port


def _all_sealed(hub: Hub) -> int:
    hub.services.station.catch_up()
    return hub.services.store.size()


def test_while_witnesses_are_away_a_station_goes_on_under_what_they_cosigned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "PATIENCE", 0.5)
    make_hub(tmp_path / "hub")
    with running_hub(tmp_path / "hub") as hub:
        with witnesses(tmp_path, hub.services, 1) as served:
            write_policy(hub.services, of(served), 1)
            join(tmp_path / "son", hub.ticket(SON), witnessed=True)
            size = _all_sealed(hub)
            until(lambda: cosigned_size(hub.services) >= size)
        kept = cosigned_size(hub.services)
        with station(tmp_path / "son") as son:
            assert son.link is not None
            assert sync(son).taken > 5
            harvest(son, SON, "CHE-1")
            sync(son)
            news = {"code": "HTX-MOI", "kind": "cooperative", "name": "Hợp tác xã mới"}
            say(hub.services, "party-registered", "LEDGER", news)
            assert _all_sealed(hub) > kept
            assert sync(son).taken == 0, "nothing that is not co-signed is taken"
            newest = son.link.state.newest()
            assert newest is not None
            assert newest.size == kept
            assert (stands(son).unsent, stands(son).sealed) == (0, 0)
            with witness_on_port(tmp_path / "w0", hub.services, served[0].port):
                size = _all_sealed(hub)
                until(lambda: cosigned_size(hub.services) >= size, 30.0)
            assert sync(son).taken > 0
            assert stands(son).sealed == 1
