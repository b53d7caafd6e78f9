"""Statements of a station arrive: whole, once, its own only; and whatever else somebody sends."""

from __future__ import annotations

import base64
import random

import pytest

from api.station_wire.entry_bodies import MOST_BYTES, packed_entries, zipped
from tests.hub.scene import HubScene, code_of
from tests.store.small_ledger import FARM, SHOP


def test_what_a_station_sends_is_recorded_in_order_and_answered_with_log_indexes(
    hub: HubScene,
) -> None:
    station = hub.joined()
    entries = station.harvests(5)
    answer = station.push(entries)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["head"] == {"seq": 5, "id": entries[-1].id.hex()}
    shown = station.status().json()["head"]["entry"]
    assert base64.b64decode(shown) == entries[-1].raw
    hub.settle()
    stored = dict(hub.services.store.sealed_at(told["indexes"]))
    assert [stored[index] for index in told["indexes"]] == [one.raw for one in entries]


def test_a_push_whose_answer_was_lost_is_repeated_without_harm(hub: HubScene) -> None:
    station = hub.joined()
    entries = station.harvests(3)
    first = station.push(entries).json()
    size = hub.services.store.counted(hub.services.store.newest())
    again = station.push(entries)
    assert (again.status_code, again.json()["indexes"]) == (200, first["indexes"])
    assert hub.services.store.counted(hub.services.store.newest()) == size


def test_a_gzip_body_says_the_same(hub: HubScene) -> None:
    station = hub.joined()
    body = zipped(packed_entries([one.raw for one in station.harvests(40)]))
    answer = station.send(body, "gzip")
    assert (answer.status_code, len(answer.json()["indexes"])) == (200, 40)


def test_a_push_that_leaves_a_gap_is_told_what_comes_next(hub: HubScene) -> None:
    station = hub.joined()
    entries = station.harvests(4)
    answer = station.push([entries[0], entries[3]])
    assert code_of(answer) == (409, "seq-gap")
    told = answer.json()
    assert (told["expected"], told["position"], len(told["indexes"])) == (2, 1, 1)
    assert station.push(entries[1:]).status_code == 200


def test_two_entries_at_one_position_are_shown_and_both_kept_for_the_manager(
    hub: HubScene,
) -> None:
    station = hub.joined()
    (first,) = station.harvests(1, "A")
    assert station.push([first]).status_code == 200
    station.seq, station.last = 0, None
    (other,) = station.harvests(1, "B")
    answer = station.push([other])
    assert code_of(answer) == (409, "fork")
    assert base64.b64decode(answer.json()["stored"]) == first.raw
    assert base64.b64decode(answer.json()["offered"]) == other.raw
    (kept,) = hub.services.hub.standings.forks(station.signer.keyid.hex())
    assert (kept.seq, kept.stored, kept.offered) == (1, first.raw, other.raw)
    assert hub.services.store.entry(other.id) is None


def test_a_thousand_forks_of_one_key_fill_no_disk(hub: HubScene) -> None:
    station = hub.joined()
    assert station.push(station.harvests(1)).status_code == 200
    for number in range(30):
        station.seq, station.last = 0, None
        station.push(station.harvests(1, f"X{number}"))
    assert len(hub.services.hub.standings.forks(station.signer.keyid.hex())) == 20


def test_a_station_sends_its_own_journal_only(hub: HubScene) -> None:
    station, other = hub.joined(FARM), hub.joined(SHOP)
    mine, theirs = station.harvests(1), other.harvests(1)
    size = hub.services.store.newest()
    assert code_of(station.push([*mine, *theirs])) == (403, "entry-foreign")
    assert hub.services.store.newest() == size


def test_entries_before_a_refused_one_stay_and_are_named(hub: HubScene) -> None:
    station = hub.joined()
    good = station.harvests(2)
    bad = station.says(
        "recalled",
        {"lots": [{"item": "08938501000125", "code": "L1"}], "reach": "lots", "reason": "other"},
    )
    changed = bad.raw[:-1] + bytes([bad.raw[-1] ^ 1])
    answer = station.send(packed_entries([*(one.raw for one in good), changed]))
    assert answer.status_code == 403
    assert (answer.json()["position"], len(answer.json()["indexes"])) == (2, 2)


def test_what_unpacks_to_too_much_is_refused_before_it_is_in_memory(hub: HubScene) -> None:
    station = hub.joined()
    bomb = zipped(bytes(200 * 1024 * 1024))
    assert len(bomb) < MOST_BYTES
    assert code_of(station.send(bomb, "gzip")) == (413, "too-large")


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (b"", None),
        (b"\x00", None),
        (b"\x00\x05abc", None),
        (b"\x00\x00", None),
        (zipped(b"\x00\x03abc")[:-4], "gzip"),
        (zipped(b"\x00\x03abc") + b"more", "gzip"),
        (b"no gzip at all", "gzip"),
        (packed_entries([b"x"] * 401), None),
    ],
)
def test_a_body_that_is_not_of_the_form_is_malformed(
    quiet_hub: HubScene, body: bytes, coding: str | None
) -> None:
    station = quiet_hub.joined()
    assert code_of(station.send(body, coding)) == (400, "body-malformed")


def test_a_million_bytes_of_garbage_are_refused_and_record_nothing(hub: HubScene) -> None:
    station = hub.joined()
    size = hub.services.store.newest()
    noise = random.Random(5).randbytes(1_000_000)
    assert station.send(noise).status_code in {400, 403}
    own_tail = packed_entries(
        [noise[at : at + 900] + station.signer.keyid + bytes(64) for at in range(0, 90_000, 900)]
    )
    assert station.send(own_tail).status_code == 400
    assert hub.services.store.newest() == size


def test_other_media_types_and_codings_are_named(hub: HubScene) -> None:
    station = hub.joined()
    body = packed_entries([one.raw for one in station.harvests(1)])
    signed = station.headers("POST", "push", body, {"content-type": "application/json"})
    wrong = station.client.post("/api/v1/station/push", content=body, headers=signed)
    assert code_of(wrong) == (415, "media-type")
    assert code_of(station.send(body, "br")) == (415, "media-coding")
    assert code_of(station.send(bytes(MOST_BYTES + 1))) == (413, "too-large")


def test_a_cloned_key_that_comes_by_the_door_for_everybody_is_counted_as_a_fork_too(
    hub: HubScene,
) -> None:
    station = hub.joined()
    first = station.harvests(1)
    assert station.push(first).status_code == 200
    station.seq, station.last = 0, None
    (other,) = station.harvests(1, "X")
    sent = {"entries": [base64.b64encode(other.raw).decode()]}
    answer = hub.client().post("/api/v1/entries", json=sent)
    assert code_of(answer) == (409, "fork")
    kept = hub.services.hub.standings.forks(station.signer.keyid.hex())
    assert [(one.seq, one.stored, one.offered) for one in kept] == [(1, first[0].raw, other.raw)]
