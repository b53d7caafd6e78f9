"""A station that dies between two steps of taking or sending goes on where it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api.bootstrap import Services
from api.commands.evidence import audit
from api.station.errors import StationError
from api.station.loop import synchroniser_of
from ledger.verify.merkle import leaf_hash
from tests.station_sync.scene import (
    SON,
    Hub,
    harvest,
    joined,
    make_hub,
    running_hub,
    stands,
    station,
    sync,
)


class Died(BaseException):
    """The process ends here."""


def _dies(*_: object, **__: object) -> None:
    raise Died


@pytest.mark.parametrize(
    "step",
    [
        "api.station.state.StationState.note_places",
        "ledger.application.TraceLedger.adopt",
        "ledger.application.TraceLedger.catch_up",
        "api.station.state.StationState.pulled",
        "api.station.state.StationState.note_contact",
    ],
)
def test_whatever_step_of_taking_it_dies_before_nothing_is_lost_or_doubled(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son, monkeypatch.context() as cut:
        cut.setattr(step, _dies)
        with pytest.raises(Died):
            sync_bare(son)
    with station(tmp_path / "son") as son:
        sync(son)
        kept = [raw for _, raw in son.store.after(0, 10_000)]
        assert len(kept) == len(set(kept)) > 5
        assert audit(son).clean
        assert son.link is not None
        for raw in kept:
            assert son.link.state.hub_index(leaf_hash(raw)) == hub.services.store.index_of(
                leaf_hash(raw)
            )


def sync_bare(son: Services) -> None:
    """A round without what comes after it, as it would be when the process died."""
    synchroniser = synchroniser_of(son)
    try:
        synchroniser.once()
    finally:
        synchroniser.close()


def test_a_push_whose_answer_was_never_noted_is_repeated_without_harm(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "CUT-1")
        harvest(son, SON, "CUT-2")
        with monkeypatch.context() as cut:
            cut.setattr("api.station.state.StationState.acknowledge", _dies)
            with pytest.raises(Died):
                sync_bare(son)
        assert stands(son).unsent == 2
        sync(son)
        assert stands(son).unsent == 0
        assert son.link is not None
        assert hub.services.store.entry_at(son.link.joined.keyid, 3) is None


def test_a_lost_state_file_costs_a_repetition_and_nothing_else(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "STATE-1")
        sync(son)
    for name in ("station.db", "station.db-wal", "station.db-shm"):
        (tmp_path / "son" / name).unlink(missing_ok=True)
    with station(tmp_path / "son") as son:
        sync(son)
        hub.services.station.catch_up()
        sync(son)
        now = stands(son)
        assert (now.recorded, now.unsent, now.sealed, now.frozen) == (1, 0, 1, None)
        assert audit(son).clean, audit(son).failure


def test_a_hub_put_back_from_an_older_backup_is_noticed_by_its_stations(tmp_path: Path) -> None:
    make_hub(tmp_path / "hub")
    with running_hub(tmp_path / "hub") as hub:
        joined(tmp_path / "son", hub, SON)
        with station(tmp_path / "son") as son:
            sync(son)
            harvest(son, SON, "OLD-1")
            sync(son)
        port = hub.port
    shutil.copytree(tmp_path / "hub", tmp_path / "older")
    with running_hub(tmp_path / "hub", port=port) as hub, station(tmp_path / "son") as son:
        harvest(son, SON, "OLD-2")
        sync(son)
        hub.services.station.catch_up()
        sync(son)
    with running_hub(tmp_path / "older", port=port), station(tmp_path / "son") as son:
        with pytest.raises(StationError) as refused:
            sync_bare(son)
        assert refused.value.code == "hub-went-back"
        assert stands(son).frozen is None


def test_what_a_hub_lost_before_it_was_proved_is_sent_again(tmp_path: Path) -> None:
    make_hub(tmp_path / "hub")
    with running_hub(tmp_path / "hub") as hub:
        joined(tmp_path / "son", hub, SON)
        with station(tmp_path / "son") as son:
            sync(son)
        port = hub.port
    shutil.copytree(tmp_path / "hub", tmp_path / "older")
    with running_hub(tmp_path / "hub", port=port), station(tmp_path / "son") as son:
        harvest(son, SON, "LOST-1")
        synchroniser = synchroniser_of(son)
        synchroniser.outbox.send(lambda _left: None, lambda: True)
        synchroniser.close()
        assert stands(son).unsent == 0
    with running_hub(tmp_path / "older", port=port) as hub, station(tmp_path / "son") as son:
        sync(son)
        assert stands(son).unsent == 1
        harvest(son, SON, "LOST-2")
        assert sync(son).sent == 2
        hub.services.station.catch_up()
        sync(son)
        assert (stands(son).unsent, stands(son).sealed) == (0, 2)
