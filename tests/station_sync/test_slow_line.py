"""A line that does not carry a whole batch in time: the station sends less at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.station.hub_client import HubAway
from api.station.hub_link import with_address
from api.station.loop import synchroniser_of
from tests.station_sync.lying_hub import lying_hub
from tests.station_sync.scene import SON, Hub, harvest, joined, stands, station, sync

MOST_CARRIED = 3


def test_what_was_too_slow_is_sent_in_smaller_parts_until_it_gets_through(
    hub: Hub, tmp_path: Path
) -> None:
    folder = tmp_path / "son"
    joined(folder, hub, SON)
    tried: list[int] = []

    def too_slow(answer: dict[str, Any]) -> dict[str, Any]:
        # The line is as if it carried no more than three entries in the hub's time.
        tried.append(len(answer["indexes"]))
        return answer if tried[-1] <= MOST_CARRIED else {"status": 408, "code": "too-slow"}

    with station(folder) as son:
        sync(son)
        for number in range(12):
            harvest(son, SON, f"SLOW-{number}")
        assert son.link is not None
        true = son.link
        with lying_hub(hub.port, too_slow, path="push") as address:
            son.link = with_address(true, address)
            synchroniser = synchroniser_of(son)
            try:
                for _ in range(2):
                    with pytest.raises(HubAway) as away:
                        synchroniser.once()
                    assert away.value.code == "hub-busy" and away.value.status == 408
                synchroniser.once()
            finally:
                synchroniser.close()
        son.link = true
        assert tried == [12, 6, 3, 3, 3, 3]
        assert stands(son).unsent == 0
