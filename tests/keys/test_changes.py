"""Rotating, retiring, declaring stolen, standing by: what is recorded."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.bootstrap import Services, create, enrol_party, open_folder
from api.commands.main import main
from api.keys.changing import Step, record
from api.keys.rotating import enrolment_of, put_aside
from ledger.domain.drafts import Draft
from ledger.signing import load_key, save_key
from ledger.verify.keys import KeyRefused
from ledger.verify.statement import Statement
from tests.keys.folders import (
    FARM,
    ORIGIN,
    SHOP,
    data,
    keys_of,
    ocop,
    refused,
    told_folder,
)
from tests.store import places, small_ledger
from tests.store.small_ledger import FRUIT, clock, day, kg, lot

STATION = f"{FARM}.station"
Q2 = lot(FRUIT, "Q-KEYS")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return told_folder(tmp_path / "so")


def harvest(services: Services) -> str:
    """One harvest by the farm's station, whichever key that has."""
    body = {"lot": Q2, "quantity": kg("5"), "site": "VT-01"}
    return services.station.record(Draft("harvested", FARM, day(20), body)).id


def signed_early(services: Services, name: str) -> bytes:
    """A statement signed now by a key here, at the next place of its journal, and not yet sent."""
    signer = load_key(services.folder / "keys" / f"{name}.pem")
    head = services.ledger.history.journals[signer.keyid]
    body = {"lot": Q2, "quantity": kg("5"), "site": "VT-01"}
    said = Statement(
        "harvested",
        FARM,
        head.seq + 1,
        head.id,
        "2020-01-01T08:00:00+07:00",
        (),
        (1, _root(services)),
        body,
    )
    return signer.sign(said).raw


def _root(services: Services) -> str:
    return dict(services.store.checkpoints()).get(1, services.log.root(1)).hex()


def test_a_rotated_station_goes_on_with_a_new_journal_and_a_tag_never_used_before(
    folder: Path,
) -> None:
    before = keys_of(folder)[STATION]
    told = data("keys", "rotate", STATION, "--dir", folder)
    keys = keys_of(folder)
    old, new = keys[before["keyid"][:16]], keys[STATION]
    assert told["keyid"] == new["keyid"] != before["keyid"]
    assert (old["reason"], old["statements"]) == ("replaced", before["statements"])
    assert new["ended"] is None and new["statements"] == 0 and new["tag"] != old["tag"]
    services = open_folder(folder, clock)
    try:
        harvest(services)
        assert services.station.tag_of(FARM) == new["tag"]
        heads = services.ledger.history.journals
        assert heads[bytes.fromhex(old["keyid"])].seq == before["statements"]
        assert heads[bytes.fromhex(new["keyid"])].seq == 1
    finally:
        services.close()
    assert data("audit", "--dir", folder)["clean"]
    tags = [one["tag"] for one in keys.values() if one["party"] == FARM and one["tag"]]
    assert len(tags) == len(set(tags)) == 2
    ocop("keys", "rotate", STATION, "--dir", folder)
    assert keys_of(folder)[STATION]["tag"] not in tags


def test_a_rotated_admin_key_registers_and_lets_in_stations_and_the_old_one_does_not(
    folder: Path,
) -> None:
    ocop("keys", "rotate", f"{FARM}.admin", "--dir", folder)
    ocop("keys", "rotate", STATION, "--dir", folder)
    services = open_folder(folder, clock)
    try:
        (aside,) = (folder / "keys").glob(f"{FARM}.admin.*.ended")
        old = load_key(aside)
        body = {"code": "moi", "name": "Mới"}
        with pytest.raises(KeyRefused) as found:
            services.station.record(Draft("item-registered", FARM, day(21), body), old)
        assert found.value.code == "key-ended"
        services.station.record(Draft("item-registered", FARM, day(21), body))
    finally:
        services.close()
    assert data("audit", "--dir", folder)["clean"]


def _steps_of_a_rotation(services: Services, name: str) -> list[Step]:
    new = load_key(services.folder / "keys" / f"{name}.next")
    old = load_key(services.folder / "keys" / f"{name}.pem")
    retire = {"keyid": old.keyid.hex(), "reason": "replaced"}
    return [
        enrolment_of(services, name, new),
        Step(Draft("key-retired", FARM, services.station.now_text(), retire)),
    ]


@pytest.mark.parametrize("done", range(6))
def test_a_rotation_cut_off_anywhere_is_finished_by_the_same_command(
    folder: Path, done: int
) -> None:
    """0: nothing; 1: the new file; 2: enrolled; 3: the old one retired; 4: put aside; 5: all."""
    keys = folder / "keys"
    before = keys_of(folder)[STATION]["keyid"]
    services = open_folder(folder, clock)
    try:
        if done >= 1:
            save_key(keys / f"{STATION}.next", Ed25519PrivateKey.generate())
            expected = load_key(keys / f"{STATION}.next").keyid.hex()
            steps = _steps_of_a_rotation(services, STATION)
            record(services, steps[: done - 1])
        if done >= 4:
            put_aside(keys / f"{STATION}.pem", bytes.fromhex(before))
        if done >= 5:
            (keys / f"{STATION}.next").rename(keys / f"{STATION}.pem")
    finally:
        services.close()
    if done < 5:
        ocop("keys", "rotate", STATION, "--dir", folder)
    listed = keys_of(folder)
    assert listed[before[:16]]["ended"] is not None
    assert listed[STATION]["ended"] is None
    if done >= 1:
        assert listed[STATION]["keyid"] == expected
    assert sum(one["party"] == FARM and one["role"] == "station" for one in listed.values()) == 2
    assert not list(keys.glob("*.next"))
    assert data("audit", "--dir", folder)["clean"]


def test_what_was_signed_before_the_end_and_sent_after_it_is_refused_whatever_time_it_claims(
    folder: Path,
) -> None:
    services = open_folder(folder, clock)
    try:
        early = signed_early(services, STATION)
        ocop("keys", "retire", STATION, "--dir", folder)
        with pytest.raises(KeyRefused) as found:
            services.ledger.submit([early])
        assert found.value.code == "key-ended"
        assert "2020" not in found.value.say("en")
        size = services.ledger.size
        services.ledger.catch_up()
        assert services.ledger.size == size
    finally:
        services.close()


def test_what_was_signed_and_sent_before_the_end_stays_whatever_time_it_claims(
    folder: Path,
) -> None:
    services = open_folder(folder, clock)
    try:
        (done,) = services.ledger.submit([signed_early(services, STATION)])
    finally:
        services.close()
    ocop("keys", "retire", STATION, "--dir", folder)
    told = data("audit", "--dir", folder)
    assert told["clean"] and told["disputed"] == 0
    assert keys_of(folder)
    shown = data("keys", "show", SHOP + ".station", "--dir", folder)
    assert shown["ended"] is None and done.index < told["entries"]


def test_the_file_of_an_ended_key_is_put_aside_and_signs_nothing_any_more(folder: Path) -> None:
    keyid = keys_of(folder)[STATION]["keyid"]
    ocop("keys", "end", STATION, "--reason", "key-lost", "--dir", folder)
    assert not (folder / "keys" / f"{STATION}.pem").exists()
    assert (folder / "keys" / f"{STATION}.{keyid[:16]}.ended").exists()
    sentence = refused("keys", "retire", keyid[:12], "--dir", folder)
    assert "ended at log index" in sentence and "nothing is left to do" in sentence
    ocop("keys", "new", STATION, "--dir", folder)
    assert keys_of(folder)[STATION]["ended"] is None
    assert "keys are never written over" in refused("keys", "new", STATION, "--dir", folder)


def compromised(folder: Path, *words: object) -> dict[str, object]:
    found: dict[str, object] = data("keys", "compromise", STATION, *words, "--dir", folder)
    return found


def test_a_dry_run_lists_exactly_what_then_is_in_dispute(folder: Path) -> None:
    size = data("audit", "--dir", folder)["entries"]
    middle = size - 6
    tried = compromised(folder, "--last-good", middle, "--dry-run")
    disputed = tried["disputed"]
    assert isinstance(disputed, list) and disputed
    assert all(one["index"] >= middle for one in disputed)
    done = compromised(folder, "--last-good", middle)
    assert done["disputed"] == disputed and done["last_undisputed"] == tried["last_undisputed"]
    listed = data("keys", "disputed", "--dir", folder)["disputed"]
    assert [one["id"] for one in listed] == [one["id"] for one in disputed]
    assert data("audit", "--dir", folder)["disputed"] == len(disputed)


def test_before_a_time_means_the_last_checkpoint_that_had_not_heard_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "so"
    opened_on = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
    services = create(folder, places.settings_for(folder, ORIGIN), lambda: opened_on)
    for code, kind in ((FARM, "cooperative"), (SHOP, "company")):
        services.station.record(small_ledger.party(code, kind))
        enrol_party(services, code)
    for draft in small_ledger.registry_drafts():
        services.station.record(draft)
    services.close()
    services = open_folder(folder, clock)
    small_ledger.tell(services)
    try:
        times = [
            (index, json.loads(raw[raw.index(b"{") : -96])["time"])
            for index, raw in services.store.sealed(0, 1000)
        ]
        sizes = sorted(size for size, _ in services.store.checkpoints())
    finally:
        services.close()
    for moment in ("2026-09-10T00:00:00+07:00", "2026-09-12T00:00:00+07:00"):
        reached = next(index for index, time in times if time >= moment)  # all have one offset
        assert reached > 10
        expected = max(size for size in sizes if size <= reached)
        tried = compromised(folder, "--before", moment, "--dry-run")
        assert tried["last_good"] == expected
    late = compromised(folder, "--before", "2030-01-01T00:00:00+07:00", "--dry-run")
    assert late["last_good"] == max(sizes) and late["disputed"] == []
    words = ("keys", "compromise", STATION, "--dir", folder, "--before")
    assert "give a size" in refused(*words, "2001-01-01T00:00:00+07:00")
    assert "is no time" in refused(*words, "2026-09-10")
    assert "is no time" in refused(*words, "yesterday")


def test_a_theft_that_turns_out_earlier_moves_the_last_good_size_back_and_never_forward(
    folder: Path,
) -> None:
    size = data("audit", "--dir", folder)["entries"]
    keyid = keys_of(folder)[STATION]["keyid"]
    compromised(folder, "--last-good", size - 4)
    few = len(data("keys", "disputed", "--dir", folder)["disputed"])
    ocop("keys", "compromise", keyid, "--last-good", size - 9, "--dir", folder)
    more = len(data("keys", "disputed", "--dir", folder)["disputed"])
    assert more > few > 0
    assert "nothing is left" in refused(
        "keys", "compromise", keyid, "--last-good", size, "--dir", folder
    )


@pytest.mark.parametrize("wrong", [0, -1, 10_000])
def test_a_size_that_the_ledger_never_had_is_refused(folder: Path, wrong: int) -> None:
    words = ("keys", "compromise", STATION, f"--last-good={wrong}", "--dir", folder)
    assert "give a size from 1 to" in refused(*words)


def test_statements_are_stood_by_one_by_one_by_lot_and_all(folder: Path) -> None:
    compromised(folder, "--last-good", 20)
    disputed = data("keys", "disputed", "--dir", folder)["disputed"]
    first = disputed[0]
    words = ("keys", "reattest", "--party", FARM, "--dir", folder)
    assert "Say which statements" in refused(*words)
    assert "is not disputed" in refused(*words, "ab" * 32)
    assert data(*words, first["id"])["left"] == len(disputed) - 1
    assert "is not disputed" in refused(*words, first["id"])
    one_lot = disputed[-1]["lots"][0]
    of_lot = [one for one in disputed[1:] if one_lot in one["lots"]]
    typed = one_lot["item"].removeprefix(f"{FARM}/").lstrip("0")  # as people write it
    told = data(*words, "--all-of", typed, one_lot["code"])
    assert {one["id"] for one in told["reattested"]} == {one["id"] for one in of_lot}
    assert told["left"] == len(disputed) - 1 - len(of_lot)
    assert data(*words, "--all")["left"] == 0
    assert data("audit", "--dir", folder)["disputed"] == 0
    assert "No statement of" in refused(*words, "--all")


def test_another_party_stands_by_nothing_of_ours(folder: Path) -> None:
    compromised(folder, "--last-good", 20)
    entry = data("keys", "disputed", "--dir", folder)["disputed"][0]["id"]
    words = ("keys", "reattest", entry, "--party", SHOP, "--dir", folder)
    assert "is not disputed" in refused(*words)


def test_two_hundred_and_more_statements_take_as_many_statements_as_needed(folder: Path) -> None:
    services = open_folder(folder, clock)
    try:
        size = services.ledger.size
        signer = load_key(folder / "keys" / f"{STATION}.pem")
        head = services.ledger.history.journals[signer.keyid]
        seq, before, raws = head.seq, head.id, []
        for number in range(205):
            work = {"site": "VT-01", "activity": "weeding"}
            said = Statement(
                "field-work-recorded", FARM, seq + 1 + number, before, day(21), (), None, work
            )
            entry = signer.sign(said)
            before = entry.id.hex()
            raws.append(entry.raw)
        services.ledger.submit(raws)
        services.station.catch_up()
    finally:
        services.close()
    compromised(folder, "--last-good", size)
    told = data("keys", "reattest", "--all", "--party", FARM, "--dir", folder)
    assert [len(one["body"]["entries"]) for one in told["statements"]] == [200, 5]
    assert told["left"] == 0 and data("audit", "--dir", folder)["disputed"] == 0


def test_a_stolen_admin_key_is_told_with_the_stations_that_it_let_in(folder: Path) -> None:
    size = data("audit", "--dir", folder)["entries"]
    ocop("keys", "rotate", STATION, "--dir", folder)  # as a thief would: with the admin key
    words = ("keys", "compromise", f"{FARM}.admin", "--last-good", size, "--dir", folder)
    assert "1 keys that it let in" in ocop(*words, "--dry-run")
    assert data(*words)["disputed"][0]["type"] == "key-enrolled"


def test_names_that_mean_no_single_key_are_refused(folder: Path) -> None:
    for name in ("nobody", "abcdef", "00000000", "HTX-A"):
        assert "names no single key" in refused("keys", "show", name, "--dir", folder)
    assert "named in the opening" in refused("keys", "rotate", "root", "--dir", folder)
    assert "named in the opening" in refused("keys", "rotate", "log", "--dir", folder)
    assert "named in the opening" in refused("keys", "retire", "log", "--dir", folder)
    assert "it is not retired" in refused("keys", "retire", "root", "--dir", folder)
    shutil.move(folder / "keys" / f"{STATION}.pem", folder / "moved")
    assert "There is no file" in refused("keys", "rotate", STATION, "--dir", folder)


def test_the_folder_of_a_joined_station_changes_no_keys(folder: Path) -> None:
    (folder / "hub.json").write_text('{"address": "https://hub.example"}', encoding="utf-8")
    words = ("keys", "compromise", STATION, "--last-good", "5", "--dir", folder)
    assert "https://hub.example" in refused(*words)


def test_lists_are_told_in_both_languages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for lang, good in (("vi", "còn hiệu lực"), ("en", "good")):
        assert main(["keys", "list", "--dir", str(folder), "--lang", lang]) == 0
        assert good in capsys.readouterr().out
