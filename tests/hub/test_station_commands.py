"""`ocop station` on a hub: tickets out, and how every station stands, in words."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.commands.main import main
from api.station_wire.ticket import Ticket, fingerprint_of
from tests.access.visitors import Visitors
from tests.hub.scene import HubScene
from tests.store.small_ledger import FARM, SHOP


def ocop(hub: HubScene, *words: str, lang: str = "en") -> int:
    """Run a command on the hub's folder, beside the hub that runs."""
    return main([*words, "--dir", str(hub.services.folder), "--lang", lang])


def test_an_invitation_is_one_line_by_which_a_station_joins(
    hub: HubScene, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("station", "invite", "--party", FARM, "--url", "https://hub.example/")
    assert ocop(hub, *words) == 0
    said = capsys.readouterr()
    (line,) = said.out.splitlines()
    ticket = Ticket.parse(line)
    assert ticket.url == "https://hub.example"
    assert ticket.fingerprint == fingerprint_of(hub.services.trust_file())
    assert "ocop station join" in said.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--party", "NO-ONE", "--url", "https://hub.example"), "not registered"),
        (("--party", FARM), "--url"),
        (("--party", FARM, "--url", "https://hub.example/path"), "URL CODE FINGERPRINT"),
        (("--party", FARM, "--url", "https://hub.example", "--days", "99"), "30 days"),
    ],
)
def test_an_invitation_that_cannot_work_is_refused_and_leaves_no_ticket(
    hub: HubScene, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert ocop(hub, "station", "invite", *words) == 2
    assert sentence in capsys.readouterr().err
    assert hub.services.hub.tickets.open(hub.clock.seconds) == []


def test_a_hub_without_the_admin_key_invites_and_says_who_must_sign(
    hub: HubScene, capsys: pytest.CaptureFixture[str]
) -> None:
    (hub.services.folder / "keys" / f"{FARM}.admin.pem").unlink()
    words = ("station", "invite", "--party", FARM, "--url", "https://hub.example")
    assert ocop(hub, *words) == 0
    said = capsys.readouterr()
    assert Ticket.parse(said.out).url == "https://hub.example"
    assert f"ocop keys admin-request --party {FARM}" in said.err


def test_the_list_says_when_each_station_was_heard_of(
    hub: HubScene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet, busy = hub.joined(SHOP), hub.joined(FARM)
    busy.push(busy.harvests(12))
    busy.asks({"after": 0, "from": 0, "size": 0, "frozen": "restored"})
    hub.settle()
    hub.clock.go(hours=3, minutes=20)
    monkeypatch.setattr("api.bootstrap.open_folder.__defaults__", (hub.clock,))
    assert ocop(hub, "station", "list", lang="vi") == 0
    lines = capsys.readouterr().out.splitlines()
    (line,) = [one for one in lines if busy.signer.keyid.hex()[:12] in one]
    assert "12 phiếu, liên lạc lần cuối 3 giờ trước" in line
    assert "ĐÃ DỪNG 3 giờ trước (restored)" in line
    (line,) = [one for one in lines if quiet.signer.keyid.hex()[:12] in one]
    assert "chưa liên lạc lần nào" in line
    assert ocop(hub, "station", "list", "--party", FARM) == 0
    said = capsys.readouterr().out
    assert "12 statements received, last contact 3 hours ago" in said
    assert SHOP not in said


def test_a_key_in_two_places_is_shown_with_both_statements(
    hub: HubScene, capsys: pytest.CaptureFixture[str]
) -> None:
    station = hub.joined()
    station.push(station.harvests(1, "A"))
    station.seq, station.last = 0, None
    station.push(station.harvests(1, "B"))
    hub.settle()
    assert ocop(hub, "station", "list") == 0
    assert "KEY IN TWO PLACES" in capsys.readouterr().out
    keyid = station.signer.keyid.hex()
    assert ocop(hub, "station", "show", keyid[:12]) == 0
    said = capsys.readouterr()
    assert "HTX-A/qua A00000" in said.out
    assert "HTX-A/qua B00000" in said.out
    assert "ocop keys" in said.err
    assert ocop(hub, "station", "show", keyid[:12], "--json") == 0
    (pair,) = json.loads(capsys.readouterr().out)["pairs"]
    assert pair["seq"] == 1
    assert ocop(hub, "station", "show", "zz") == 2
    assert "ocop station list" in capsys.readouterr().err


def test_a_ticket_is_listed_until_it_is_withdrawn(
    hub: HubScene, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("station", "invite", "--party", FARM, "--url", "https://hub.example", "--json")
    assert ocop(hub, *words) == 0
    name = json.loads(capsys.readouterr().out)["name"]
    assert ocop(hub, "station", "list") == 0
    assert f"ticket {name}… for {FARM}" in capsys.readouterr().out
    assert ocop(hub, "station", "revoke-ticket", name.lower()) == 0
    assert name in capsys.readouterr().err
    assert ocop(hub, "station", "list") == 0
    assert name not in capsys.readouterr().out
    assert ocop(hub, "station", "revoke-ticket", name) == 2


def test_the_roll_is_for_people_of_the_hub_and_not_for_strangers(hub: HubScene) -> None:
    station = hub.joined()
    station.push(station.harvests(2))
    station.asks({"after": 0, "from": 0, "size": 0, "frozen": "fork"})
    hub.settle()
    assert hub.client().get("/api/v1/stations").status_code in {401, 403}
    # Before somebody is set up the own machine is its owner's.
    own = TestClient(
        create_app(hub.services), base_url="http://127.0.0.1:8471", client=("127.0.0.1", 40000)
    )
    rows = own.get("/api/v1/stations").json()["stations"]
    (row,) = [one for one in rows if one["keyid"] == station.signer.keyid.hex()]
    assert (row["party"], row["tag"], row["head"]) == (FARM, station.tag, 2)
    assert row["frozen"] == {"code": "fork", "since": hub.clock.seconds}
    assert row["last_contact"] == hub.clock.seconds
    # It records again: the hub hears so at the next pull.
    station.asks({"after": 0, "from": 0, "size": 0})
    rows = [row.shown() for row in hub.services.hub.roll()]
    assert not any(one["frozen"] for one in rows)


def test_a_manager_sees_the_stations_of_the_own_party_and_an_administrator_all(
    hub: HubScene,
) -> None:
    hub.joined(FARM)
    hub.joined(SHOP)
    hub.settle()
    visitors = Visitors(hub.services)
    visitors.set_up("quan-tri", "administrator")
    visitors.set_up("quan-ly", "manager", SHOP)
    visitors.set_up("ghi-so", "operator", SHOP)

    def parties(account: str) -> set[str] | int:
        answer = visitors.signed_in(account).get("/api/v1/stations")
        if answer.status_code != 200:
            return int(answer.status_code)
        return {row["party"] for row in answer.json()["stations"]}

    assert parties("quan-ly") == {SHOP}
    assert parties("quan-tri") == {FARM, SHOP}
    assert parties("ghi-so") == 403
