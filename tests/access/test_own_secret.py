"""The secret that PINs hang on: of this folder alone, private, whole, and in its backups."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from api.access.errors import SideAway
from api.access.gate import Gate
from api.access.own_secret import FILE, SECRET_BYTES, secret_in
from api.access.pins import PinRefused
from api.keeping.backup import back_up
from api.keeping.restore import restore
from tests.access.visitors import PASSWORD, Visitors
from tests.keeping import scenes
from tests.pages.cooperative import PARTY
from tests.store.small_ledger import clock


def test_pins_do_not_hang_on_the_label_key_that_every_station_is_given(visitors: Visitors) -> None:
    gate, keys = visitors.gate, visitors.services.folder / "keys"
    assert not (keys / FILE).exists()  # made when it is first needed
    who = gate.pins.add("Phượng", PARTY, "739204").id
    secret = (keys / FILE).read_bytes()
    assert len(secret) == SECRET_BYTES
    assert secret != visitors.services.labelling.label_key
    assert (keys / FILE).stat().st_mode & 0o777 == 0o600
    (keys / "label.key").write_bytes(bytes(32))
    assert Gate(visitors.services).pins.check(who, "739204").name == "Phượng"
    (keys / FILE).write_bytes(bytes(32))
    with pytest.raises(PinRefused):
        Gate(visitors.services).pins.check(who, "739204")


def test_processes_that_need_the_secret_at_once_get_the_same_whole_one(tmp_path: Path) -> None:
    found: list[bytes] = []
    start = threading.Barrier(8)

    def need() -> None:
        secret = secret_in(tmp_path)
        start.wait(10)
        found.append(secret())

    threads = [threading.Thread(target=need) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert len(found) == 8 and len(set(found)) == 1
    assert [one.name for one in tmp_path.iterdir()] == [FILE]


def test_a_secret_that_others_can_read_or_that_is_cut_is_refused_in_a_sentence(
    tmp_path: Path,
) -> None:
    secret_in(tmp_path)()
    path = tmp_path / FILE
    path.chmod(0o644)
    with pytest.raises(SideAway, match=r"access\.key"):
        secret_in(tmp_path)()
    path.chmod(0o600)
    path.write_bytes(b"cut")
    with pytest.raises(SideAway, match="3 bytes"):
        secret_in(tmp_path)()


def test_people_pins_and_witnesses_come_back_out_of_a_backup(tmp_path: Path) -> None:
    services = scenes.told(tmp_path / "so")
    gate = Gate(services)
    gate.people.use_link(gate.people.first("phuong", "Phượng"), PASSWORD)
    who = gate.pins.add("Phượng", PARTY, "739204").id
    (services.folder / "witnesses.txt").write_text("quorum none\n")
    back_up(services, tmp_path / "b.ocop")
    services.close()
    restore(tmp_path / "b.ocop", tmp_path / "new", now=clock)
    assert (tmp_path / "new" / "witnesses.txt").read_text() == "quorum none\n"
    assert (tmp_path / "new" / "access.db").stat().st_mode & 0o077 == 0
    with scenes.opened(tmp_path / "new") as back:
        again = Gate(back)
        assert again.people.check("phuong", PASSWORD).account == "phuong"
        assert again.pins.check(who, "739204").name == "Phượng"


def test_what_parties_hide_from_the_public_lies_in_no_file_that_others_can_read(
    visitors: Visitors,
) -> None:
    folder = visitors.services.folder
    holding = [one for one in folder.glob("*.db*") if one.name != "index.db"]
    assert {"ledger.db", "views.db"} <= {one.name for one in holding}
    assert [one.name for one in holding if one.stat().st_mode & 0o077] == []
