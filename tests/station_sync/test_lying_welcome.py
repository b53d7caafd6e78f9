"""What a hub says to a station that joins: it chooses no file's place, and nothing that cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.station.errors import Frozen, StationError
from api.station.joined import joined_of
from api.station.joining import join
from tests.station_sync.lying_hub import Change, lying_hub
from tests.station_sync.scene import SON, Hub, harvest, joined, stands, station, sync
from tests.station_sync.test_lying_hub import behind


def _refused(hub: Hub, folder: Path, change: Change, path: str) -> StationError:
    with lying_hub(hub.port, change, path=path) as address, pytest.raises(StationError) as wrong:
        join(folder, replace(hub.ticket(SON), url=address))
    return wrong.value


@pytest.mark.parametrize("name", ["../public/x", "/{room}/public/x", "", "htx", 7, None])
def test_a_hub_cannot_have_the_stations_key_put_elsewhere(
    hub: Hub, tmp_path: Path, name: object
) -> None:
    (tmp_path / "public").mkdir()
    party = name.replace("/{room}", str(tmp_path)) if isinstance(name, str) else name

    def elsewhere(answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "party": party, "enrolment": {**answer["enrolment"], "party": party}}

    assert _refused(hub, tmp_path / "son", elsewhere, "join").code == "hub-answer"
    assert not list((tmp_path / "public").iterdir())
    assert joined_of(tmp_path / "son") is None


@pytest.mark.parametrize("added", [{"tag": "x"}, {"role": "admin"}, {"more": 1}, {"held": "me"}])
def test_a_station_agrees_to_nothing_but_an_enrolment_as_a_station(
    hub: Hub, tmp_path: Path, added: dict[str, Any]
) -> None:
    def change(answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "enrolment": {**answer["enrolment"], **added}}

    assert _refused(hub, tmp_path / "son", change, "join").code == "hub-answer"


@pytest.mark.parametrize("base", ["javascript:alert(1)", "https://", "https://x.vn/?a=", "//x"])
def test_an_address_that_no_label_can_have_is_not_taken_over(
    hub: Hub, tmp_path: Path, base: str
) -> None:
    wrong = _refused(hub, tmp_path / "son", lambda one: {**one, "base_url": base}, "enrol")
    assert (wrong.code, wrong.params["why"]) == ("hub-answer", "base_url")
    assert joined_of(tmp_path / "son") is None


def test_a_station_whose_key_was_falsely_said_to_have_ended_goes_on_when_the_hub_takes_it(
    hub: Hub, tmp_path: Path
) -> None:
    def ended(_answer: dict[str, Any]) -> dict[str, Any]:
        return {"status": 403, "code": "key-ended", "detail": "The key was ended."}

    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        with lying_hub(hub.port, ended) as address, behind(son, address):
            with pytest.raises(Frozen) as frozen:
                sync(son)
            assert frozen.value.code == "ended"
            with pytest.raises(Frozen):
                harvest(son, SON, "END-1")
            sync(son)
            assert stands(son).frozen is not None
        sync(son)
        assert stands(son).frozen is None
        harvest(son, SON, "END-1")
        sync(son)
        assert stands(son).unsent == 0
