"""A party's admin key is on another machine: a station that joins waits until the admin signed."""

from __future__ import annotations

from pathlib import Path

from api.access.side_opening import ACCESS_FILE, open_side
from api.hub import side_rooms
from api.hub.enrolment import enrolment_of
from api.hub.side_rooms import found_station_rooms
from api.hub.tickets import Tickets
from api.keys.admin_requests import AdminAnswer, AdminRequest, ready
from api.station_wire.ticket import code_digest, code_of, shown_bytes, spelled
from ledger.domain.drafts import Draft
from ledger.signing import Signer
from ledger.verify.entry import parse_entry
from ledger.verify.statement import read_statement
from tests.hub.scene import HubScene, posted
from tests.hub.scene import code_of as told
from tests.hub.test_joining import enrols, fresh, invited, joins
from tests.store.small_ledger import FARM, day


def without_admin(hub: HubScene) -> Signer:
    """The farm's admin key goes to a machine of its own."""
    station = hub.services.station
    admin = station.signers[FARM, "admin"]
    station.signers = {k: v for k, v in station.signers.items() if k != (FARM, "admin")}
    return admin


def signs_elsewhere(hub: HubScene, admin: Signer) -> None:
    """The farm's admin signs what waits, on another machine, and the hub takes the answer."""
    services = hub.services
    now = services.station.now_text()
    drafts = [
        Draft("key-enrolled", FARM, now, {**enrolment_of(one), "proof": one.proof})
        for one in services.hub.enrolments.waiting(FARM)
    ]
    request = AdminRequest.made(services, FARM, drafts)
    answer = AdminAnswer.read(request.signed(admin, Path("admin.pem")), Path("answer"))
    (ready_one,) = ready(services, [answer])
    services.ledger.submit([one.raw for one in ready_one.entries])


def test_an_enrolment_waits_for_an_admin_whose_key_is_elsewhere(hub: HubScene) -> None:
    admin, client, code, signer = without_admin(hub), hub.client("127.0.0.1"), invited(hub), fresh()
    asked = joins(client, code, signer).json()
    size = hub.services.store.newest()
    for _ in range(2):
        answer = enrols(client, code, signer, asked)
        assert told(answer) == (409, "admin-awaited")
        assert spelled(signer.keyid.hex()) in answer.json()["detail"]
    assert hub.services.store.newest() == size
    # Weeks later, long after the ticket's day.
    hub.clock.go(days=25)
    assert joins(client, code, signer).json() == asked
    signs_elsewhere(hub, admin)
    assert joins(client, code, signer).json() == asked
    done = enrols(client, code, signer, asked)
    assert done.status_code == 200, done.text
    assert done.json()["label_key"] is None
    record = hub.services.ledger.history.keys.records[signer.keyid]
    assert (record.tag, record.enrolled) == (asked["tag"], done.json()["index"])
    assert hub.services.hub.enrolments.waiting() == []
    assert enrols(client, code, signer, asked).json() == done.json()


def test_who_finds_the_ticket_and_reads_the_proof_in_the_log_is_confided_nothing(
    hub: HubScene,
) -> None:
    admin, client, code, signer = without_admin(hub), hub.client("127.0.0.1"), invited(hub), fresh()
    asked = joins(client, code, signer).json()
    enrols(client, code, signer, asked)
    signs_elsewhere(hub, admin)
    hub.settle()
    entry = parse_entry(hub.services.store.sealed_at([hub.services.store.size() - 1])[0][1])
    said = read_statement(entry.payload).body
    found = {"code": code, "key": said["key"], "proof": said["proof"]}
    message = shown_bytes(asked["origin"], code_digest(code))
    of_others = [fresh().private.sign(message), signer.private.sign(message + b"x")]
    for one in ({}, *({"shown": made.hex()} for made in of_others)):
        answer = posted(client, "enrol", json={**found, **one})
        assert (answer.status_code, answer.json()["label_key"]) == (200, None)
    shown = {"shown": signer.private.sign(message).hex()}
    answer = posted(client, "enrol", json={**found, **shown})
    assert answer.json()["label_key"] == hub.services.labelling.label_key.hex()


def test_nobody_waits_without_a_proof_that_the_key_is_its_own(hub: HubScene) -> None:
    without_admin(hub)
    client, code, signer = hub.client("127.0.0.1"), invited(hub), fresh()
    asked = joins(client, code, signer).json()
    assert told(enrols(client, code, signer, asked, by=fresh())) == (403, "proof-wrong")
    assert hub.services.hub.enrolments.waiting() == []


def test_who_waits_longer_than_a_month_or_is_withdrawn_waits_no_more(hub: HubScene) -> None:
    without_admin(hub)
    client = hub.client("127.0.0.1")
    late, withdrawn = invited(hub), invited(hub)
    waiting = [(late, fresh()), (withdrawn, fresh())]
    told_to_each = [joins(client, code, signer).json() for code, signer in waiting]
    for (code, signer), asked in zip(waiting, told_to_each, strict=True):
        assert told(enrols(client, code, signer, asked)) == (409, "admin-awaited")
    hub.services.hub.tickets.revoke(withdrawn[:5], hub.clock.seconds)
    assert len(hub.services.hub.enrolments.waiting()) == 1
    hub.clock.go(days=29)
    # Asking again does not make it longer.
    enrols(client, late, waiting[0][1], told_to_each[0])
    hub.clock.go(days=1, seconds=1)
    assert hub.services.hub.enrolments.waiting() == []
    for (code, signer), asked in zip(waiting, told_to_each, strict=True):
        assert told(enrols(client, code, signer, asked)) == (403, "code-unknown")


def test_a_tag_that_went_to_another_while_one_waited_is_agreed_to_anew(hub: HubScene) -> None:
    admin, client, code, signer = without_admin(hub), hub.client("127.0.0.1"), invited(hub), fresh()
    asked = joins(client, code, signer).json()
    assert told(enrols(client, code, signer, asked)) == (409, "admin-awaited")
    with hub.services.side.write() as w:
        w.execute("UPDATE station_ticket SET tag = 'A1'")  # the farm's first station has it
    again = joins(client, code, signer).json()
    assert again["tag"] != "A1"
    assert hub.services.hub.enrolments.waiting() == []  # the old proof is of no use
    assert told(enrols(client, code, signer, again)) == (409, "admin-awaited")
    signs_elsewhere(hub, admin)
    assert enrols(client, code, signer, again).status_code == 200


def test_a_party_whose_only_admin_key_was_ended_lets_nobody_in(hub: HubScene) -> None:
    code, services = invited(hub), hub.services
    admin = services.station.signers[FARM, "admin"]
    body = {"keyid": admin.keyid.hex(), "reason": "other"}
    services.station.record(Draft("key-retired", "LEDGER", day(3), body))
    answer = joins(hub.client("127.0.0.1"), code, fresh())
    assert told(answer) == (409, "admin-missing")
    assert f"{FARM}.admin" in answer.json()["detail"]


def test_tickets_made_before_stations_could_wait_are_still_good(tmp_path: Path) -> None:
    code = code_of(12345)
    before = open_side(tmp_path, None)
    before.found(side_rooms.ROOM, 1, side_rooms._FIRST)
    with before.write() as w:
        w.execute(
            "INSERT INTO station_ticket VALUES (?, ?, ?, ?, ?, '', '', '', 0)",
            *(code_digest(code), code[:5], FARM, 1, 1000),
        )
    before.close()
    assert (tmp_path / ACCESS_FILE).exists()
    side = open_side(tmp_path, None)
    try:
        found_station_rooms(side)
        (row,) = Tickets(side, lambda _: 0).open(500)
        assert (row.party, row.proof) == (FARM, "")
    finally:
        side.close()
