"""A party whose admin key never was on the hub: requests, signatures elsewhere, answers."""

from __future__ import annotations

import base64
import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import open_folder
from ledger.signing import load_key
from ledger.verify.entry import parse_entry
from tests.keys.folders import (
    DEMO,
    FARM,
    ORIGIN,
    bytes_of,
    data,
    keys_of,
    ocop,
    refused,
    told_folder,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with the farm's whole story, whose admin key lies on the manager's own machine."""
    room = tmp_path_factory.mktemp("made")
    folder = told_folder(room / "so")
    (folder / "keys" / f"{FARM}.admin.pem").rename(room / "admin.pem")
    return room


@pytest.fixture
def hub(made: Path, tmp_path: Path) -> Path:
    """A copy of it of one's own."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "so"


def station_request(room: Path, tag: str = "C3", party: str = FARM) -> Path:
    """The request of a station key that was made in a shed."""
    path = room / f"{party}-{tag}.request"
    words = ("--origin", ORIGIN, "--party", party, "--role", "station", "--tag", tag, "-o", path)
    ocop("keys", "request", room / f"{party}-{tag}.pem", *words)
    return path


def asked(hub: Path, *words: object, name: str = "de-nghi.json") -> Path:
    """A request to the farm's admin."""
    path = hub.parent / name
    ocop("keys", "admin-request", "--party", FARM, "-o", path, *words, "--dir", hub)
    return path


def signed(request: Path, key: Path | None = None) -> Path:
    """The admin's answer."""
    path = request.with_suffix(".answer")
    words = ("--key", key or request.parent / "admin.pem", "-o", path, "--yes")
    ocop("keys", "admin-sign", request, *words)
    return path


def size(hub: Path) -> int:
    return int(data("audit", "--dir", hub)["entries"])


def test_an_admin_elsewhere_lets_a_station_in_and_ends_its_key(hub: Path) -> None:
    before = size(hub)
    answer = signed(asked(hub, "--enrol", station_request(hub.parent)))
    untouched = bytes_of(hub)
    told = ocop("keys", "admin-apply", answer, "--dry-run", "--dir", hub)
    assert f"Give {FARM} the station key" in told
    assert bytes_of(hub) == untouched
    ocop("keys", "admin-apply", answer, "--dir", hub)
    keyid = load_key(hub.parent / f"{FARM}-C3.pem").keyid.hex()
    assert keys_of(hub)[keyid[:16]]["ended"] is None
    later = asked(hub, "--retire", keyid[:16], "--reason", "key-lost", name="later.json")
    ocop("keys", "admin-apply", signed(later), "--dir", hub)
    assert keys_of(hub)[keyid[:16]]["ended"] is not None
    assert size(hub) == before + 2


def test_an_answer_applied_again_is_harmless(hub: Path) -> None:
    answer = signed(asked(hub, "--enrol", station_request(hub.parent)))
    ocop("keys", "admin-apply", answer, "--dir", hub)
    once = size(hub)
    assert data("keys", "admin-apply", answer, "--dir", hub)["entries"] == 0
    assert size(hub) == once


def test_registrations_of_a_party_come_in_by_the_same_way(hub: Path) -> None:
    setup = hub.parent / "more.setup.json"
    said = {
        "party": {"code": FARM, "kind": "cooperative", "name": "Nông dân"},
        "sites": [{"code": "KHO-9", "kind": "warehouse", "name": "Kho số chín"}],
        "items": [{"code": "mat-ong", "name": "Mật ong"}],
    }
    setup.write_text(json.dumps(said), encoding="utf-8")
    request = asked(hub, "--register", setup)
    shown = ocop("keys", "sign", request, "--dry-run")
    assert "Register the site: KHO-9 Kho số chín" in shown
    assert "Register the item: mat-ong" in shown
    ocop("keys", "admin-apply", signed(request), "--dir", hub)
    services = open_folder(hub)
    try:
        assert (FARM, "KHO-9") in services.views.registry.sites
    finally:
        services.close()
    # What is known is not asked for again.
    again = ("keys", "admin-request", "--party", FARM, "--register", setup, "--dir", hub)
    assert "Nothing waits" in refused(*again, "-o", hub.parent / "again.json")


def test_answers_of_one_key_are_recorded_in_the_order_of_its_journal(hub: Path) -> None:
    first = signed(asked(hub, "--enrol", station_request(hub.parent, "C3")))
    entry = parse_entry(base64.b64decode(json.loads(first.read_text())["entries"][0]))
    # As if the admin had been asked a second time with the first answer in view.
    told = json.loads(
        asked(hub, "--enrol", station_request(hub.parent, "C4"), name="n").read_text()
    )
    (key,) = told["journals"]
    told["journals"][key] = {"seq": told["journals"][key]["seq"] + 1, "id": entry.id.hex()}
    later = hub.parent / "second.json"
    later.write_text(json.dumps(told), encoding="utf-8")
    second = signed(later)
    assert "follows another answer" in refused("keys", "admin-apply", second, "--dir", hub)
    assert data("keys", "admin-apply", second, first, "--dir", hub)["entries"] == 2
    tags = {one["tag"] for one in keys_of(hub).values()}
    assert {"C3", "C4"} <= tags


def test_a_request_that_was_overtaken_is_stale_and_records_nothing(hub: Path) -> None:
    one = signed(asked(hub, "--enrol", station_request(hub.parent, "C3"), name="one.json"))
    other = signed(asked(hub, "--enrol", station_request(hub.parent, "C4"), name="other.json"))
    ocop("keys", "admin-apply", one, "--dir", hub)
    before = size(hub)
    assert "make a new request" in refused("keys", "admin-apply", other, "--dir", hub)
    assert size(hub) == before


def altered(path: Path, **change: Any) -> Path:
    said = json.loads(path.read_text(encoding="utf-8"))
    made = path.with_name(f"altered-{path.name}")
    made.write_text(json.dumps({**said, **change}), encoding="utf-8")
    return made


def test_a_request_for_more_than_the_own_partys_stations_is_not_even_shown(hub: Path) -> None:
    request = asked(hub, "--enrol", station_request(hub.parent))
    (statement,) = json.loads(request.read_text(encoding="utf-8"))["statements"]
    body = statement["body"]
    wrongs: tuple[dict[str, Any], ...] = (
        {"statements": [{**statement, "body": {**body, "role": "admin"}}]},
        {"statements": [{**statement, "body": {**body, "party": "HTX-KHAC"}}]},
        {"statements": [{**statement, "body": {**body, "tag": "C9"}}]},
        {"statements": [{**statement, "type": "party-registered"}]},
        {"statements": [{"type": "harvested", "time": statement["time"], "body": {}}]},
        {"statements": []},
        {"statements": [statement] * 101},
        {"party": "LEDGER"},
        {"party": 7},
        {"journals": {}},
        {"journals": {"00" * 32: {"seq": 0, "id": None}}},
        {"format": "ocop-ledger/admin-request/v2"},
        {"more": 1},
    )
    for wrong in wrongs:
        sentence = refused("keys", "admin-sign", altered(request, **wrong), "--dry-run")
        assert "is not the expected file" in sentence, wrong


def test_only_an_admin_key_of_the_party_signs(hub: Path) -> None:
    request = asked(hub, "--enrol", station_request(hub.parent))
    words = ("keys", "admin-sign", request, "-o", hub.parent / "x.answer", "--yes")
    stranger = hub.parent / f"{FARM}-C3.pem"
    assert "no admin key" in refused(*words, "--key", stranger)
    assert not (hub.parent / "x.answer").exists()


def test_an_answer_by_another_key_or_changed_on_the_way_is_refused(hub: Path) -> None:
    answer = signed(asked(hub, "--enrol", station_request(hub.parent)))
    (text,) = json.loads(answer.read_text(encoding="utf-8"))["entries"]
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    spoiled = altered(answer, entries=[base64.b64encode(raw).decode()])
    before = size(hub)
    assert refused("keys", "admin-apply", spoiled, "--dir", hub)
    assert refused("keys", "admin-apply", spoiled, "--dry-run", "--dir", hub)
    raw[-1] ^= 1
    raw[-96] ^= 1  # the key id
    other = altered(answer, entries=[base64.b64encode(raw).decode()])
    assert "no admin key" in refused("keys", "admin-apply", other, "--dir", hub)
    wrongs: tuple[dict[str, Any], ...] = (
        {"entries": []},
        {"entries": ["%%"]},
        {"entries": ["ấn"]},
        {"origin": 5},
        {"more": 1},
        {"format": "x"},
    )
    for wrong in wrongs:
        changed = altered(answer, **wrong)
        assert "expected file" in refused("keys", "admin-apply", changed, "--dir", hub), wrong
    elsewhere = altered(answer, origin="other.example/log")
    assert "is for the ledger" in refused("keys", "admin-apply", elsewhere, "--dir", hub)
    assert size(hub) == before


def test_nothing_is_signed_without_a_yes_and_a_dry_run_writes_nothing(hub: Path) -> None:
    request = asked(hub, "--enrol", station_request(hub.parent))
    key, answer = hub.parent / "admin.pem", hub.parent / "no.answer"
    words = ("keys", "admin-sign", request, "--key", key, "-o", answer)
    assert "Nothing was signed" in refused(*words)
    ocop(*words, "--dry-run")
    assert not answer.exists()
    assert "--key FILE -o ANSWER" in refused("keys", "admin-sign", request, "--yes")


def test_a_request_cannot_hide_on_the_screen_what_it_asks_for(hub: Path) -> None:
    request = altered(asked(hub, "--enrol", station_request(hub.parent)), origin="log\x1b[8m")
    # Its origin is under the proof, so such a file is refused; a registration has none.
    assert "\x1b" not in refused("keys", "admin-sign", request, "--dry-run")
    statement = {
        "type": "item-registered",
        "time": "2026-11-20T10:00:00+07:00",
        "body": {"code": "qua", "name": "Quả\u202egnol nac"},
    }
    shown = ocop("keys", "admin-sign", altered(request, statements=[statement]), "--dry-run")
    assert "\x1b" not in shown and "\u202e" not in shown


def test_a_party_without_any_admin_key_has_nobody_to_ask(hub: Path) -> None:
    words = ("keys", "admin-request", "--party", "HTX-KHAC", "-o", hub.parent / "r.json")
    request = station_request(hub.parent, party="HTX-KHAC")
    assert "no admin key" in refused(*words, "--enrol", request, "--dir", hub)
    mixed = ("keys", "admin-request", "--party", FARM, "-o", hub.parent / "r.json")
    assert "speaks for HTX-KHAC" in refused(*mixed, "--enrol", request, "--dir", hub)


def test_a_set_up_file_makes_no_second_admin_key_for_a_party_that_has_one_elsewhere(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "so"
    ocop("init", "--dir", folder, "--origin", ORIGIN)
    setup = tmp_path / "demo.setup.json"
    shutil.copy(DEMO / "demo.setup.json", setup)
    code = json.loads(setup.read_text(encoding="utf-8"))["party"]["code"]
    words = ("--origin", ORIGIN, "--party", code, "--role", "admin", "-o", tmp_path / "a.request")
    ocop("keys", "request", tmp_path / "admin.pem", *words)
    request, vote = tmp_path / "r.json", tmp_path / "v.json"
    wanted = ("--register", setup, "--enrol", tmp_path / "a.request", "-o", request)
    ocop("keys", "root-request", *wanted, "--dir", folder)
    root = folder / "keys" / "root.pem"
    ocop("keys", "root-sign", request, "--key", root, "-o", vote, "--yes")
    ocop("keys", "root-apply", request, vote, "--dir", folder)
    refused("record", setup, "--dir", folder)
    admins = [one for one in keys_of(folder).values() if one["role"] == "admin"]
    assert len(admins) == 1 and not list((folder / "keys").glob(f"{code}.*.pem"))
    # What the file registers is signed where the admin key is.
    told = tmp_path / "own.json"
    ocop("keys", "admin-request", "--party", code, "--register", setup, "-o", told, "--dir", folder)
    ocop("keys", "admin-apply", signed(told), "--dir", folder)
    services = open_folder(folder, lambda: dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC))
    try:
        assert any(owner == code for owner, _ in services.views.registry.sites)
    finally:
        services.close()
