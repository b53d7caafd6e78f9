"""A station goes on with another key: from its backup, or from the folder of before."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.access.people import People
from api.bootstrap import Services
from api.commands.evidence import audit
from api.keeping.backup import back_up
from api.keeping.erasing import erase
from api.station.errors import Frozen
from api.station.joined import joined_of
from tests.keeping.scenes import run
from tests.keeping.station_scenes import backed_up
from tests.pages.cooperative import GTIN
from tests.station_sync.scene import BIEN, SON, Hub, harvest, joined, say, stands, station, sync


def packed(services: Services, code: str) -> None:
    """A packed lot of the product."""
    harvest(services, SON, f"{code}-la")
    body = {
        "lot": {"item": GTIN, "code": code},
        "site": "XUONG",
        "inputs": [
            {
                "lot": {"item": f"{SON}/che", "code": f"{code}-la"},
                "quantity": {"value": "20", "unit": "kg"},
            }
        ],
        "packs": 40,
        "expiry": "2027-09-23",
    }
    say(services, "packed", SON, body)


def taken_over(
    capsys: pytest.CaptureFixture[str], hub: Hub, old: Path, new: Path
) -> tuple[int, Any]:
    """Join anew in place of `old`."""
    ticket = hub.ticket(SON).format().split()
    words = ("station", "join", *ticket, "--dir", new, "--from", old, "--json")
    status, out, err = run(capsys, *words)
    assert out, err
    return status, json.loads(out)


def numbers(services: Services, keyid: str) -> list[int]:
    """Numbers of the statements of one key that are in a ledger."""
    last = {journal: seq for journal, seq, _ in services.store.heads()}.get(keyid, 0)
    store = services.store
    return [seq for seq in range(1, last + 1) if store.entry_at(keyid, seq) is not None]


def test_a_lost_station_goes_on_from_its_backup_and_loses_nothing_that_was_sent_or_saved(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, digest = backed_up(hub, tmp_path)
    with station(tmp_path / "son") as son:
        harvest(son, SON, "C-1")  # after the backup, and sent: the hub has it
        assert sync(son).sent == 2
        harvest(son, SON, "C-2")  # after the backup, and never sent: lost with the disk
    old = joined_of(tmp_path / "son")
    assert old is not None
    shutil.rmtree(tmp_path / "son")
    hub.services.station.catch_up()
    status, made = taken_over(capsys, hub, backup, tmp_path / "new")
    assert (status, made["texts"], made["sent"], made["back"], made["lost"]) == (0, 1, 0, 1, [])
    with station(tmp_path / "new") as new:
        assert numbers(new, old.keyid) == [1, 2, 3]
        assert new.notes.text_of(digest) == "Hộ 07 (Phượng)"
        harvest(new, SON, "C-3")
        assert sync(new).sent == 1
        assert audit(new).clean, audit(new).failure
    assert not list((tmp_path / "new").glob("*.part"))
    assert hub.services.hub.standings.fork_counts() == {}


def test_what_a_backup_has_and_the_hub_lacks_is_sent_by_the_key_that_signed_it(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, _ = backed_up(hub, tmp_path)
    old = joined_of(tmp_path / "son")
    assert old is not None
    shutil.rmtree(tmp_path / "son")
    hub.services.station.catch_up()
    status, made = taken_over(capsys, hub, backup, tmp_path / "new")
    assert (status, made["sent"], made["back"], made["lost"]) == (0, 1, 0, [])
    hub.services.station.catch_up()
    assert numbers(hub.services, old.keyid) == [1, 2]
    with station(tmp_path / "new") as new:
        sync(new)
        assert numbers(new, old.keyid) == [1, 2]
    # Asked again, there is nothing left to do.
    status, again = taken_over(capsys, hub, backup, tmp_path / "new")
    assert (status, again["keyid"], again["texts"], again["sent"]) == (0, made["keyid"], 0, 0)


def test_what_the_hub_does_not_take_any_more_is_listed_to_be_recorded_anew(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, _ = backed_up(hub, tmp_path)
    old = joined_of(tmp_path / "son")
    assert old is not None
    # The manager was quick, and ended the key first.
    status, _, err = run(capsys, "keys", "retire", old.keyid[:16], "--dir", hub.services.folder)
    assert status == 0, err
    hub.services.station.catch_up()
    status, made = taken_over(capsys, hub, backup, tmp_path / "new")
    assert (status, made["sent"]) == (1, 0)
    assert [(one["seq"], one["type"]) for one in made["lost"]] == [(2, "harvested")]
    ticket = hub.ticket(SON).format().split()
    words = ("station", "join", *ticket, "--dir", tmp_path / "new", "--from", backup)
    status, _, told = run(capsys, *words)
    assert status == 1
    assert "NOT TAKEN" in told and "B-2 100 kg" in told and "ocop keys retire" in told


def test_who_asked_for_witnesses_asks_for_them_after_taking_over_and_the_old_one_stays_stopped(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backed_up(hub, tmp_path)
    old = joined_of(tmp_path / "son")
    assert old is not None and not old.witnessed
    replace(old, witnessed=True).save(tmp_path / "son")
    ticket = hub.ticket(SON).format().split()
    run(capsys, "station", "join", *ticket, "--dir", tmp_path / "new", "--from", tmp_path / "son")
    new = joined_of(tmp_path / "new")
    assert new is not None and new.witnessed
    for left in (tmp_path / "son").glob("station.db*"):
        left.unlink()
    with station(tmp_path / "son") as replaced:
        frozen = stands(replaced).frozen
        assert frozen is not None and frozen.code == "replaced"


def test_a_frozen_folder_is_taken_over_with_people_and_printers(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backed_up(hub, tmp_path)
    old = tmp_path / "son"
    with station(old) as son:
        people = People(son.side, son.now, lambda: b"k" * 32)
        people.first("phuong", "Phượng")
        assert son.link is not None
        son.link.state.freeze(Frozen("behind", hub=9, here=2))
    (old / "printers.json").write_text('{"printers": []}')
    status, made = taken_over(capsys, hub, old, tmp_path / "new")
    assert (status, made["people"], made["texts"], made["sent"]) == (0, True, 1, 1)
    assert (tmp_path / "new" / "printers.json").read_text() == '{"printers": []}'
    with station(tmp_path / "new") as new:
        people = People(new.side, new.now, lambda: b"k" * 32)
        assert [one.account for one in people.all()] == ["phuong"]
        assert new.side.read("SELECT count(*) FROM link") == [(0,)]
        harvest(new, SON, "D-1")


def test_a_station_that_works_is_stopped_by_being_taken_over(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backed_up(hub, tmp_path)
    taken_over(capsys, hub, tmp_path / "son", tmp_path / "new")
    with station(tmp_path / "son") as son, pytest.raises(Frozen) as frozen:
        harvest(son, SON, "E-1")
    assert frozen.value.code == "replaced"


def test_nothing_is_taken_over_from_another_hub_another_party_or_no_station(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, _ = backed_up(hub, tmp_path)
    ticket, other = hub.ticket(SON).format().split(), hub.ticket(BIEN).format().split()
    waiting = len(hub.services.hub.tickets.open(hub.services.hub.now()))
    foreign = [*ticket[:-1], "0" * 20]
    for words, old, told in (
        (foreign, backup, "of another hub"),
        (other, backup, "the ticket is for HTX-BIEN"),
        (ticket, hub.services.folder, "neither the folder of a station"),
    ):
        new = tmp_path / "new"
        status, _, err = run(capsys, "station", "join", *words, "--dir", new, "--from", old)
        assert status == 2
        assert told in err
        assert not (new / "hub.json").exists()
    same = ("--dir", tmp_path / "son", "--from", tmp_path / "son")
    status, _, err = run(capsys, "station", "join", *ticket, *same)
    assert (status, "needs a new folder" in err) == (2, True)
    with station(tmp_path / "son") as son:
        assert stands(son).frozen is None
    # Nobody was let in by the wrong ticket.
    assert len(hub.services.hub.tickets.open(hub.services.hub.now())) == waiting


def test_labels_on_their_way_are_decided_by_the_station_that_goes_on(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        packed(son, "P-1")
        son.printers.add("may", "escpos-58", f"file:{tmp_path / 'out'}")
        serials, _ = son.labelling.print_labels(GTIN, "P-1", 4, template="nho-30x20")
        assert son.labelling.status(GTIN, "P-1")["in_doubt"] == 4
        sync(son)
        back_up(son, tmp_path / "b.ocop")
    hub.services.station.catch_up()
    status, _ = taken_over(capsys, hub, tmp_path / "b.ocop", tmp_path / "new")
    assert status == 0
    with station(tmp_path / "new") as new:
        assert [one.name for one in new.printers.all()] == ["may"]
        assert new.labelling.status(GTIN, "P-1")["in_doubt"] == 4
        new.labelling.resolve(GTIN, "P-1", serials[2])
        now = new.labelling.status(GTIN, "P-1")
        assert (now["confirmed"], now["void"], now["in_doubt"]) == (3, 1, 0)
        assert set(new.labelling.issue(GTIN, "P-1", 2, template="nho-30x20")).isdisjoint(serials)
        sync(new)
        assert stands(new).frozen is None
        assert stands(new).unsent == 0


def test_taking_over_that_was_cut_off_after_joining_goes_on_with_the_same_command(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, digest = backed_up(hub, tmp_path)
    ticket = hub.ticket(SON).format().split()
    # Joined, and killed before anything was taken over; then killed while a backup was unpacked.
    assert run(capsys, "station", "join", *ticket, "--dir", tmp_path / "new")[0] == 0
    new = joined_of(tmp_path / "new")
    words = ("station", "join", *ticket, "--dir", tmp_path / "new", "--from", backup)
    (tmp_path / "new" / "before.part").mkdir()
    status, _, err = run(capsys, *words)
    assert status == 2
    assert "before.part" in err
    (tmp_path / "new" / "before.part").rmdir()
    status, _, err = run(capsys, *words)
    assert (status, "1 were sent that the hub lacked" in err) == (0, True)
    assert joined_of(tmp_path / "new") == new
    with station(tmp_path / "new") as there:
        assert there.notes.text_of(digest) == "Hộ 07 (Phượng)"


def test_what_was_erased_is_not_taken_over(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, digest = backed_up(hub, tmp_path)
    with station(tmp_path / "son") as son:
        assert erase(son, [digest]) == 1
    status, made = taken_over(capsys, hub, tmp_path / "son", tmp_path / "new")
    assert (status, made["texts"]) == (0, 0)
    # The older backup still has it.
    status, made = taken_over(capsys, hub, backup, tmp_path / "new")
    assert (status, made["texts"]) == (0, 0)
    with station(tmp_path / "new") as new:
        assert new.notes.text_of(digest) is None
    assert "Phượng".encode() not in (tmp_path / "new" / "private.db").read_bytes()
