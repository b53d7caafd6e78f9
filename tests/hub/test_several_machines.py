"""A hub of two machines on one database: tickets, nonces and places are the hub's, not a machine's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.bootstrap import open_folder
from tests.hub.scene import AskingStation, HubScene, code_of, open_scene
from tests.hub.test_joining import enrols, fresh, invited, joins
from tests.store import places
from tests.store.small_ledger import FARM, SHOP, tell

MACHINES_OWN = ("views.db*", "needs.db*", "running.db*", "index.db*", "*.lock", "scans.db*")


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HubScene, HubScene]]:
    with places.ledgers_on("postgres"):
        room = tmp_path_factory.mktemp("machines")
        one = open_scene(room / "one")
        shutil.copytree(
            one.services.folder, room / "two", ignore=shutil.ignore_patterns(*MACHINES_OWN)
        )
        two = HubScene(open_folder(room / "two", one.clock), one.clock)
        tell(one.services)
        two.settle()
        try:
            yield one, two
        finally:
            two.services.close()
            one.services.close()


def at(hub: HubScene, station: AskingStation) -> AskingStation:
    """The same station asking another machine."""
    return replace(station, hub=hub, client=hub.client())


def test_a_station_joins_at_one_machine_and_asks_the_other_at_once(
    machines: tuple[HubScene, HubScene],
) -> None:
    one, two = machines
    station = one.joined(SHOP)
    assert at(two, station).status().status_code == 200


def test_a_ticket_is_bound_and_used_for_both_machines(
    machines: tuple[HubScene, HubScene],
) -> None:
    one, two = machines
    code, signer = invited(one), fresh()
    asked = joins(one.client("127.0.0.1"), code, signer).json()
    assert code_of(joins(two.client("127.0.0.1"), code, fresh())) == (403, "code-unknown")
    done = enrols(two.client("127.0.0.1"), code, signer, asked)
    assert done.status_code == 200, done.text
    assert enrols(one.client("127.0.0.1"), code, signer, asked).json() == done.json()


def test_a_request_to_one_machine_cannot_be_repeated_to_the_other(
    machines: tuple[HubScene, HubScene],
) -> None:
    one, two = machines
    station = one.joined(FARM)
    nonce = "the-same-nonce-twice"
    assert station.status(nonce=nonce).status_code == 200
    assert code_of(at(two, station).status(nonce=nonce)) == (401, "nonce-repeated")


def test_pages_from_either_machine_make_one_whole(machines: tuple[HubScene, HubScene]) -> None:
    one, two = machines
    here, there = one.joined(SHOP), one.joined(SHOP)
    one.settle()
    two.settle()
    other = at(two, there)
    here.pull_all()
    turn = [there, other]
    for number in range(400):
        asking = turn[number % 2]
        before = turn[(number + 1) % 2]
        asking.place, asking.size, asking.root = before.place, before.size, before.root
        if not asking.pull(limit=3)["more"]:
            break
    else:
        raise AssertionError("always more")
    assert (there.adopted | other.adopted).keys() == here.adopted.keys()


def test_a_journal_goes_on_at_the_other_machine(machines: tuple[HubScene, HubScene]) -> None:
    one, two = machines
    station = one.joined(FARM)
    first, second = station.harvests(3), station.harvests(3)
    assert station.push(first).status_code == 200
    other = at(two, station)
    answer = other.push([*first[2:], *second])
    assert answer.status_code == 200, answer.text
    assert answer.json()["head"]["seq"] == 6
    one.settle()
    two.settle()
    rows = {row.record.keyid_hex: row for row in one.services.hub.roll(FARM)}
    assert rows[station.signer.keyid.hex()].seq == 6
