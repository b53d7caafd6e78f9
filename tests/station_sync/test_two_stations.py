"""Two stations of two cooperatives and their hub, over real sockets."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.commands.evidence import audit, views_agree
from api.station.errors import Frozen, StationError
from api.station.joining import join
from api.station.loop import synchroniser_of
from api.station_wire.ticket import Ticket
from ledger.errors import LedgerError
from ledger.replica import ReplicaRefused
from ledger.verify.history import SequenceRefused
from ledger.verify.keys import KeyRefused
from ledger.verify.merkle import verify_inclusion
from tests.station_sync.scene import (
    BASE,
    BIEN,
    SON,
    Clock,
    Hub,
    harvest,
    joined,
    make_hub,
    receive,
    running_hub,
    say,
    ship,
    stands,
    station,
    sync,
)


@pytest.fixture(scope="module")
def hub_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "hub"
    make_hub(folder)
    return folder


@pytest.fixture
def hub(hub_folder: Path, tmp_path: Path) -> Iterator[Hub]:
    shutil.copytree(hub_folder, tmp_path / "hub")
    with running_hub(tmp_path / "hub") as running:
        yield running


def test_a_new_station_gets_what_it_needs_and_its_statements_are_proved(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        assert sync(son).taken > 5
        for number in range(3):
            harvest(son, SON, f"H{number}")
        assert (stands(son).unsent, stands(son).sealed) == (3, 0)
        sync(son)
        hub.services.station.catch_up()
        sync(son)
        now = stands(son)
        assert (now.unsent, now.sealed, now.frozen) == (0, 3, None)
        result = audit(son)
        assert result.clean, result.failure
        assert views_agree(son, lambda _done, _total: None)
        assert son.link is not None
        for seq in (1, 2, 3):
            raw = son.store.entry_at(son.link.joined.keyid, seq)
            proof = son.link.state.proof(seq)
            sent = son.link.state.sent(seq)
            assert raw is not None and proof is not None and sent is not None
            index, checkpoint, path = proof
            verify_inclusion(sent[0], index, checkpoint.size, path, checkpoint.root)
            assert hub.services.store.index_of(sent[0]) == index
            assert hub.services.store.entry(sent[0]) == raw


def test_a_label_printed_at_a_station_is_the_hubs_own(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        assert son.labelling.label_key == hub.services.labelling.label_key
        assert son.settings.base_url == BASE


def test_a_lot_is_received_before_its_sender_has_sent_and_completed_later(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    joined(tmp_path / "bien", hub, BIEN)
    with station(tmp_path / "son") as son, station(tmp_path / "bien") as bien:
        sync(son)
        sync(bien)
        # The sender's line is down: his statements stay on his machine.
        harvest(son, SON, "L1")
        ship(son, SON, "L1", BIEN)
        receive(bien, BIEN, "L1", SON)
        lone = bien.tables.lot(f"{SON}/che", "L1")
        assert lone is not None
        assert [step["type"] for step in lone.facts["steps"]] == ["received"]
        sync(bien)
        hub.services.station.catch_up()

        sync(son)
        hub.services.station.catch_up()
        sync(bien)
        whole = bien.tables.lot(f"{SON}/che", "L1")
        assert whole is not None
        steps = sorted(step["type"] for step in whole.facts["steps"])
        assert steps == ["harvested", "received", "shipped"]
        assert audit(bien).clean, audit(bien).failure
        assert views_agree(bien, lambda _done, _total: None)


def test_a_recall_reaches_a_station_that_never_heard_of_the_sender(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    joined(tmp_path / "bien", hub, BIEN)
    with station(tmp_path / "son") as son, station(tmp_path / "bien") as bien:
        sync(son)
        harvest(son, SON, "L2")
        recall = {
            "lots": [{"item": f"{SON}/che", "code": "L2"}],
            "reach": "descendants",
            "reason": "contamination",
        }
        say(son, "recalled", SON, recall)
        sync(son)
        hub.services.station.catch_up()
        sync(bien)
        assert any(b'"recalled"' in raw for _, raw in bien.store.sealed(0, 1000))


def test_statements_are_anchored_to_the_hubs_log(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "A1")
        assert son.link is not None
        newest = son.link.state.newest()
        assert newest is not None
        raw = son.store.entry_at(son.link.joined.keyid, 1)
        assert raw is not None and newest.root.hex().encode() in raw
        assert hub.services.log.root(newest.size) == newest.root


def test_a_machine_whose_clock_is_a_week_off_is_understood(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    clock = Clock()
    clock.pass_(days=-7)
    with station(tmp_path / "son", clock) as son:
        sync(son)
        harvest(son, SON, "C1")
        assert sync(son).sent == 1
        assert son.link is not None
        assert abs(son.link.state.offset() - 7 * 86400) < 120


def test_weeks_off_line_are_fine(hub: Hub, tmp_path: Path) -> None:
    clock = Clock()
    clock.pass_(days=-42)
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son", clock) as son:
        sync(son)
        for week in range(6):
            harvest(son, SON, f"W{week}")
            clock.pass_(days=7)
        assert sync(son).sent == 6
        assert audit(son).clean


def test_a_folder_put_back_from_an_older_copy_is_frozen_and_says_what_to_do(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "R1")
    shutil.copytree(tmp_path / "son", tmp_path / "copy")
    with station(tmp_path / "son") as son:
        harvest(son, SON, "R2")
        assert sync(son).sent == 2
    with station(tmp_path / "copy") as copy:
        with pytest.raises(Frozen) as frozen:
            sync(copy)
        assert frozen.value.code == "behind"
        with pytest.raises(Frozen) as refused:
            harvest(copy, SON, "R3")
        assert "ocop keys" in refused.value.say("en") and "ocop keys" in refused.value.say("vi")
        assert stands(copy).recorded == 1
    # It stays so after a restart, and the hub's operator is told.
    with station(tmp_path / "copy") as copy:
        assert stands(copy).frozen is not None
        sync(copy)
    assert "behind" in {row.standing.frozen for row in hub.services.hub.roll()}


def test_two_copies_of_a_key_that_both_record_are_a_fork(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
    shutil.copytree(tmp_path / "son", tmp_path / "clone")
    with station(tmp_path / "son") as son:
        harvest(son, SON, "F1")
        sync(son)
    with station(tmp_path / "clone") as clone:
        harvest(clone, SON, "F2")
        with pytest.raises(Frozen) as frozen:
            sync(clone)
        assert frozen.value.code == "fork"
        with pytest.raises(Frozen):
            harvest(clone, SON, "F3")


def test_a_station_whose_key_was_ended_records_no_more(hub: Hub, tmp_path: Path) -> None:
    made = joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "E1")
        say(hub.services, "key-retired", SON, {"keyid": made.keyid, "reason": "replaced"})
        with pytest.raises(Frozen) as frozen:
            sync(son)
        assert frozen.value.code == "ended"
        with pytest.raises((Frozen, KeyRefused)):
            harvest(son, SON, "E2")
        assert stands(son).unsent == 1


def test_a_stolen_keys_statements_are_disputed_by_their_place_at_the_hub(
    hub: Hub, tmp_path: Path
) -> None:
    stolen = joined(tmp_path / "stolen", hub, SON)
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "stolen") as one:
        sync(one)
        harvest(one, SON, "S1")
        sync(one)
        hub.services.station.catch_up()
        good = hub.services.store.size()
        harvest(one, SON, "S2")
        sync(one)
    hub.services.station.catch_up()
    body = {"keyid": stolen.keyid, "reason": "key-stolen", "last_good": good}
    say(hub.services, "key-compromised", SON, body)
    with station(tmp_path / "son") as son:
        # Here the local log is shorter and in another order than the hub's.
        sync(son)
        harvest(son, SON, "OWN")
        for code, disputed in (("S1", False), ("S2", True)):
            found = son.tables.lot(f"{SON}/che", code)
            assert found is not None
            codes = {one["code"] for one in found.facts["findings"]}
            assert ("disputed-key" in codes) is disputed, code


def test_a_station_that_has_nothing_from_its_hub_yet_says_so(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        with pytest.raises(LedgerError) as refused:
            harvest(son, SON, "N0")
        assert refused.value.code == "nothing-pulled"
        sync(son)
        harvest(son, SON, "N0")


def test_a_ledger_of_its_own_cannot_become_a_station(hub: Hub, tmp_path: Path) -> None:
    make_hub(tmp_path / "alone")
    before = (tmp_path / "alone" / "settings.json").read_bytes()
    with pytest.raises(StationError) as refused:
        joined(tmp_path / "alone", hub, SON)
    assert refused.value.code == "own-ledger"
    assert "--dir" in refused.value.say("en")
    assert (tmp_path / "alone" / "settings.json").read_bytes() == before
    assert not (tmp_path / "alone" / "hub.json").exists()


def test_a_folder_joins_once(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with pytest.raises(StationError) as refused:
        joined(tmp_path / "son", hub, SON)
    assert refused.value.code == "joined-already"


def test_a_hub_of_another_ledger_than_the_ticket_names_is_refused(hub: Hub, tmp_path: Path) -> None:
    ticket = hub.ticket(SON)
    other = Ticket(ticket.url, ticket.code, "0" * 20)
    with pytest.raises(StationError) as refused:
        join(tmp_path / "son", other)
    assert refused.value.code == "other-hub"
    # With the right ticket the same folder goes on, with the same key.
    made = join(tmp_path / "son", ticket)
    with station(tmp_path / "son") as son:
        assert sync(son).taken > 0
    assert made.party == SON


def test_joining_that_was_cut_off_goes_on_with_the_same_key(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = hub.ticket(SON)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("api.station.joined.Joined.save", dies)
        with pytest.raises(KeyboardInterrupt):
            join(tmp_path / "son", ticket)
    key = (tmp_path / "son" / "keys" / "joining.pem").read_bytes()
    join(tmp_path / "son", ticket)
    assert (tmp_path / "son" / "keys" / f"{SON}.station.pem").read_bytes() == key
    with station(tmp_path / "son") as son:
        assert sync(son).taken > 0


def test_a_station_takes_no_statements_of_other_keys_from_its_own_doors(
    hub: Hub, tmp_path: Path
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        # Genesis is at the hub, and nothing says here that it was ever proved.
        (_, genesis), *_ = hub.services.store.sealed(0, 1)
        with pytest.raises((ReplicaRefused, SequenceRefused, LedgerError)) as refused:
            son.ledger.submit([genesis])
        assert refused.value.code == "entry-for-hub"


def test_a_station_makes_no_bundle_that_nobody_could_check(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "B1")
        with pytest.raises(StationError) as refused:
            son.bundle(f"{SON}/che", "B1")
        assert hub.address in refused.value.say("vi")
        assert son.trust() == hub.services.trust()


def test_a_hub_that_is_away_loses_nothing(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        assert son.link is not None
        away = son.link.joined.address
        object.__setattr__(son.link.joined, "address", "http://127.0.0.1:9")
        harvest(son, SON, "N1")
        with pytest.raises(StationError) as refused:
            synchroniser_of(son).once()
        assert refused.value.code == "hub-away"
        assert stands(son).unsent == 1
        object.__setattr__(son.link.joined, "address", away)
        assert sync(son).sent == 1
