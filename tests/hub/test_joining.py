"""A station joins by ticket: one code, one key, once."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from api.hub.errors import HubRefused
from api.station_wire.errors import WireRefused
from api.station_wire.ticket import (
    Ticket,
    code_digest,
    code_letters,
    code_of,
    fingerprint_of,
    grouped,
)
from ledger.domain.drafts import Draft
from ledger.key_errors import KeyFileError
from ledger.signing import Signer
from tests.hub.scene import BASE, AskingStation, HubScene, posted
from tests.hub.scene import code_of as told
from tests.store.small_ledger import FARM, SHOP, day, opened


def invited(hub: HubScene, party: str = FARM, days: int = 1) -> str:
    return hub.services.hub.tickets.invite(party, days, hub.clock.seconds)[0]


def fresh() -> Signer:
    return Signer.of(Ed25519PrivateKey.generate())


def joins(client: TestClient, code: str, signer: Signer) -> httpx.Response:
    return posted(client, "join", json={"code": code, "key": signer.public.hex()})


def enrols(
    client: TestClient, code: str, signer: Signer, asked: dict[str, Any], by: Signer | None = None
) -> httpx.Response:
    proof = (by or signer).agree(asked["origin"], asked["enrolment"])
    body = {"code": code, "key": signer.public.hex(), "proof": proof}
    return posted(client, "enrol", json=body)


def test_a_new_station_is_enrolled_with_a_tag_of_its_own_and_the_ledgers_trust_file(
    hub: HubScene,
) -> None:
    client, code, signer = hub.client("127.0.0.1"), invited(hub), fresh()
    asked = joins(client, code, signer).json()
    assert (asked["party"], asked["role"], asked["held"]) == (FARM, "station", "station")
    assert asked["trust"]["log_key"] == hub.services.log_key.format()
    done = enrols(client, code, signer, asked)
    assert done.status_code == 200, done.text
    hub.services.ledger.catch_up()
    record = hub.services.ledger.history.keys.records[signer.keyid]
    assert (record.party, record.role, record.tag) == (FARM, "station", asked["tag"])
    assert record.enrolled == done.json()["index"]
    tags = [
        r.tag
        for r in hub.services.ledger.history.keys.records.values()
        if r.party == FARM and r.tag
    ]
    assert len(tags) == len(set(tags)) == 2


def test_joining_again_after_a_lost_answer_changes_nothing(hub: HubScene) -> None:
    client, code, signer = hub.client("127.0.0.1"), invited(hub), fresh()
    first = joins(client, code, signer).json()
    assert joins(client, code, signer).json() == first
    done = enrols(client, code, signer, first)
    size = hub.services.store.newest()
    assert enrols(client, code, signer, first).json() == done.json()
    assert joins(client, code, signer).json() == first
    assert hub.services.store.newest() == size


def test_an_enrolment_that_was_recorded_but_not_noted_is_found_again(hub: HubScene) -> None:
    client, code, signer = hub.client("127.0.0.1"), invited(hub), fresh()
    asked = joins(client, code, signer).json()
    done = enrols(client, code, signer, asked).json()
    # The process died between the ledger and the note of the ticket.
    with hub.services.side.write() as w:
        w.execute("UPDATE station_ticket SET entry = '', log_index = 0")
    assert enrols(client, code, signer, asked).json() == done


def test_wrong_used_expired_and_withdrawn_codes_get_one_answer(hub: HubScene) -> None:
    client = hub.client("127.0.0.1")
    used, expired, withdrawn, claimed = (invited(hub) for _ in range(4))
    signer = fresh()
    enrols(client, used, signer, joins(client, used, signer).json())
    joins(client, claimed, fresh())
    hub.services.hub.tickets.revoke(withdrawn[:5], hub.clock.seconds)
    answers = [joins(client, one, fresh()) for one in (used, withdrawn, claimed)]
    hub.clock.go(days=1, seconds=1)
    answers.append(joins(client, expired, fresh()))
    answers += [joins(client, one, fresh()) for one in (code_of(7), "", "x" * 60, "0" * 19)]
    texts = {one.text for one in answers}
    assert len(texts) == 1, texts
    assert told(answers[0]) == (403, "code-unknown")


def test_a_code_is_read_as_tired_people_type_it(hub: HubScene) -> None:
    client = hub.client("127.0.0.1")
    number = int("0123456789", 36)
    code = code_of(number)
    assert code_letters(grouped(code).lower().replace("0", "o").replace("1", "l")) == code
    real = invited(hub)
    assert joins(client, f" {grouped(real).lower()} ".strip(), fresh()).status_code == 200


def test_only_the_digest_of_a_code_is_kept(hub: HubScene) -> None:
    code = invited(hub)
    hub.services.side.close()
    kept = b"".join(path.read_bytes() for path in hub.services.folder.glob("access.db*"))
    assert code.encode() not in kept
    assert grouped(code).encode() not in kept
    assert code_digest(code).encode() in kept


def test_a_proof_by_another_key_or_of_other_words_is_refused(hub: HubScene) -> None:
    client, code, signer = hub.client("127.0.0.1"), invited(hub), fresh()
    asked = joins(client, code, signer).json()
    assert told(enrols(client, code, signer, asked, by=fresh())) == (403, "proof-wrong")
    changed = {**asked, "enrolment": {**asked["enrolment"], "tag": "Z9"}}
    assert told(enrols(client, code, signer, changed)) == (403, "proof-wrong")
    elsewhere = {**asked, "origin": "other.example/log"}
    assert told(enrols(client, code, signer, elsewhere)) == (403, "proof-wrong")
    # A key that did not join cannot finish.
    assert told(enrols(client, code, fresh(), asked)) == (403, "code-unknown")
    assert enrols(client, code, signer, asked).status_code == 200


def test_two_tickets_of_one_party_promise_two_tags(hub: HubScene) -> None:
    client = hub.client("127.0.0.1")
    first, second, other = invited(hub), invited(hub), invited(hub, SHOP)
    one, two, shop = fresh(), fresh(), fresh()
    asked = [joins(client, c, s).json() for c, s in ((first, one), (second, two), (other, shop))]
    assert asked[0]["tag"] != asked[1]["tag"]
    assert asked[2]["tag"] == asked[0]["tag"], "tags are a party's own"
    for code, signer, said in zip((second, first), (two, one), (asked[1], asked[0]), strict=True):
        assert enrols(client, code, signer, said).status_code == 200


def test_a_tag_that_was_given_away_meanwhile_is_given_anew(hub: HubScene) -> None:
    client, code, signer = hub.client("127.0.0.1"), invited(hub), fresh()
    asked = joins(client, code, signer).json()
    with hub.services.side.write() as w:
        w.execute("UPDATE station_ticket SET tag = 'A1'")  # the farm's first station has it
    taken = {**asked, "enrolment": {**asked["enrolment"], "tag": "A1"}}
    assert told(enrols(client, code, signer, taken)) == (409, "tag-gone")
    again = joins(client, code, signer).json()
    assert again["tag"] not in {"A1"}
    assert enrols(client, code, signer, again).status_code == 200


def test_a_key_that_is_enrolled_already_is_refused(hub: HubScene) -> None:
    client = hub.client("127.0.0.1")
    taken = hub.services.station.signers[FARM, "station"]
    assert told(joins(client, invited(hub), taken)) == (409, "key-taken")


def test_guessing_is_slow_from_one_address_and_not_for_others(hub: HubScene) -> None:
    client = hub.client("192.0.2.77")
    answers = [joins(client, code_of(number), fresh()) for number in range(8)]
    assert [one.status_code for one in answers[:5]] == [403] * 5
    assert told(answers[-1]) == (429, "too-many")
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert joins(hub.client("192.0.2.78"), invited(hub), fresh()).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"code":"x"}',
        b'{"code":1,"key":"00"}',
        b'{"code":"x","key":"zz"}',
        b'{"code":"' + b"x" * 3000 + b'","key":"' + b"0" * 64 + b'"}',
        b'{"code":"x","key":"' + b"A" * 64 + b'"}',
        b"[" * 3000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_request_to_join_is_malformed(quiet_hub: HubScene, body: bytes) -> None:
    client = quiet_hub.client("127.0.0.1")
    for name in ("join", "enrol"):
        answer = client.post(
            f"{BASE}{name}", content=body, headers={"content-type": "application/json"}
        )
        assert told(answer) == (400, "body-malformed")
    large = client.post(
        f"{BASE}join", content=bytes(5000), headers={"content-type": "application/json"}
    )
    assert told(large) == (413, "too-large")


def test_a_key_of_low_order_is_no_key(hub: HubScene) -> None:
    answer = hub.client("127.0.0.1").post(
        f"{BASE}join", json={"code": invited(hub), "key": "00" * 32}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "key_low_order")


def test_tickets_last_a_day_unless_told_otherwise_and_a_month_at_most(hub: HubScene) -> None:
    tickets = hub.services.hub.tickets
    code, expires = tickets.invite(FARM, 30, hub.clock.seconds)
    assert expires == hub.clock.seconds + 30 * 86_400
    for days in (0, 31, -1):
        with pytest.raises(HubRefused, match=r"30"):
            tickets.invite(FARM, days, hub.clock.seconds)
    (row,) = tickets.open(hub.clock.seconds)
    assert (row.name, row.party, row.key) == (code[:5], FARM, "")


@pytest.mark.parametrize(
    "url", ["http://hub.example", "http://192.168.1.9:8471", "http://127.0.0.1.hub.example"]
)
def test_a_ticket_that_would_send_its_code_readable_over_a_network_is_refused(url: str) -> None:
    with pytest.raises(WireRefused) as refused:
        Ticket(url, code_of(12345), "ab" * 10)
    assert refused.value.code == "ticket-plain"
    for own in ("http://127.0.0.1:8471", "http://localhost", "http://[::1]:8471"):
        assert Ticket(own, code_of(12345), "ab" * 10).url == own


def test_a_ticket_is_one_line_that_reads_back(hub: HubScene) -> None:
    trust = hub.services.trust_file()
    ticket = Ticket("https://hub.example", code_of(12345), fingerprint_of(trust))
    assert Ticket.parse(ticket.format()) == ticket
    assert Ticket.parse(f"  {ticket.format().replace(' ', '   ')}\n") == ticket
    with opened(hub.services.folder) as again:
        assert fingerprint_of(again.trust_file()) == ticket.fingerprint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://hub.example",
        "ftp://hub.example 00000-00000-00000-00000 " + "0" * 20,
        "https://hub.example/path 00000-00000-00000-00000 " + "0" * 20,
        "https://a@hub.example 00000-00000-00000-00000 " + "0" * 20,
        "https://hub.example 00000-00000-00000-0000 " + "0" * 20,
        "https://hub.example 00000-00000-00000-0000U " + "0" * 20,
        "https://hub.example 00000-00000-00000-00000 " + "0" * 19,
        "https://hub.example 00000-00000-00000-00000 " + "g" * 20,
    ],
)
def test_what_is_no_ticket_is_refused_with_what_a_ticket_looks_like(text: str) -> None:
    with pytest.raises(WireRefused, match="URL CODE FINGERPRINT"):
        Ticket.parse(text)


def test_a_used_ticket_that_somebody_finds_is_of_no_use(hub: HubScene) -> None:
    """The proof stands in the log for everybody to read, so the code is all that was secret."""
    client, code, signer = hub.client("127.0.0.1"), invited(hub), fresh()
    asked = joins(client, code, signer).json()
    first = enrols(client, code, signer, asked).json()
    assert first["label_key"] == hub.services.labelling.label_key.hex()
    # The answer was lost: until the station is heard of, it may ask again.
    assert enrols(client, code, signer, asked).json() == first
    station = AskingStation(hub, signer, FARM, asked["tag"], hub.client())
    assert station.status().status_code == 200
    again = enrols(client, code, signer, asked).json()
    assert again == {**first, "label_key": None}


def test_a_key_that_was_ended_before_its_first_request_is_confided_nothing(
    hub: HubScene,
) -> None:
    client, code, signer = hub.client("127.0.0.1"), invited(hub), fresh()
    asked = joins(client, code, signer).json()
    first = enrols(client, code, signer, asked).json()
    body = {"keyid": signer.keyid.hex(), "reason": "key-stolen"}
    hub.services.station.record(Draft("key-retired", FARM, day(20), body))
    assert enrols(client, code, signer, asked).json() == {**first, "label_key": None}


def test_a_locked_admin_key_is_said_to_be_locked_and_holds_nobody_up(hub: HubScene) -> None:
    client, code, signer = hub.client("127.0.0.1"), invited(hub), fresh()
    asked = joins(client, code, signer).json()
    station = hub.services.station
    open_key = station.signers[FARM, "admin"]

    def locked() -> Ed25519PrivateKey:
        raise KeyFileError("key-locked", path=hub.services.folder / "keys")

    station.signers = {**station.signers, (FARM, "admin"): replace(open_key, unlock=locked)}
    answer = enrols(client, code, signer, asked)
    assert told(answer) == (503, "admin-locked")
    assert str(hub.services.folder) not in answer.text
    station.signers = {**station.signers, (FARM, "admin"): open_key}
    assert enrols(client, code, signer, asked).status_code == 200


def test_the_same_enrolment_sent_several_times_at_once_is_one_with_one_answer(
    hub: HubScene,
) -> None:
    code, _ = hub.services.hub.tickets.invite(FARM, 1, hub.clock.seconds)
    signer, client = Signer.of(Ed25519PrivateKey.generate()), hub.client()
    asked = {"code": code, "key": signer.public.hex()}
    welcome = client.post(f"{BASE}join", json=asked).json()
    asked["proof"] = signer.agree(welcome["origin"], welcome["enrolment"])
    start = threading.Barrier(4)
    found: list[tuple[int, object, object]] = []

    def enrol() -> None:
        start.wait(10)
        answer = client.post(f"{BASE}enrol", json=asked)
        found.append((answer.status_code, answer.json().get("id"), answer.json().get("index")))

    threads = [threading.Thread(target=enrol) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(found) == 4 and len(set(found)) == 1 and found[0][0] == 200
    hub.services.ledger.catch_up()
    held = [one.public.raw for one in hub.services.ledger.history.keys.records.values()]
    assert held.count(signer.public) == 1
