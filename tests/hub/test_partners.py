"""Only the word of the party that gives goods away opens its lots: a liar gets nothing by lying."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.access.viewer import Viewer
from api.bootstrap import enrol_party
from api.disclosure.choices import GROUPS, Disclosures
from api.disclosure.sight import seen, sight_of
from api.disclosure.stations import may_see
from ledger.domain.drafts import Draft
from ledger.verify.entry import Entry
from tests.hub.scene import AskingStation, HubScene, posted
from tests.hub.test_pulling import pushed
from tests.store.small_ledger import FARM, SETUP, SHOP, kg, lot, party, taken

LIAR, FRIEND = "HTX-L", "CT-F"
FRUIT, FLOUR = f"{FARM}/qua", f"{FARM}/bot"
GTIN = "08938503000437"


@pytest.fixture
def hub(hub: HubScene) -> HubScene:
    """Two parties more; the farm hides everything that it may."""
    for code in (LIAR, FRIEND):
        hub.services.station.record(party(code, "cooperative"))
        enrol_party(hub.services, code)
    hide(hub, FARM)
    return hub


def hide(hub: HubScene, who: str, *groups: str) -> None:
    """As a choice on the page is kept."""
    show(hub, who)
    with hub.services.side.write() as w:
        for one in groups or GROUPS:
            w.execute("INSERT INTO hidden (party, fields) VALUES (?, ?)", who, one)


def show(hub: HubScene, who: str) -> None:
    """Hide nothing any more."""
    Disclosures(hub.services.side)
    with hub.services.side.write() as w:
        w.execute("DELETE FROM hidden WHERE party = ?", who)


def harvest(station: AskingStation, code: str = "Q1", item: str = FRUIT) -> Entry:
    return station.says(
        "harvested", {"lot": lot(item, code), "quantity": kg("77.25"), "site": "VT-01"}
    )


def ship(station: AskingStation, to: str, code: str = "Q1", item: str = FRUIT) -> Entry:
    body = {"lot": lot(item, code), "quantity": kg("10"), "site": "XUONG"}
    return station.says("shipped", {**body, "to": {"kind": "company", "party": to}})


def receive(station: AskingStation, code: str = "Q1", item: str = FRUIT) -> Entry:
    return station.says("received", {"lot": lot(item, code), "quantity": kg("10"), "site": "KHO"})


def make(station: AskingStation, code: str, *of: tuple[str, str]) -> Entry:
    item = f"{station.party}/bot"
    return station.says(
        "processed",
        {
            "site": "XUONG",
            "inputs": [taken(one, name, "9") for one, name in of],
            "outputs": [taken(item, code, "6")],
        },
    )


def shown(hub: HubScene, viewer: str | None, item: str = FRUIT, code: str = "Q1") -> dict[str, Any]:
    """What somebody of a party sees of a lot, on pages and in JSON."""
    services = hub.services
    found = services.views.lot(item, code)
    assert found is not None
    disclosures = Disclosures(services.side)
    disclosures.load()
    roles = frozenset({"anonymous" if viewer is None else "manager"})
    sight = sight_of(Viewer(roles, viewer), found.facts, disclosures.hidden(), services.views)
    return seen(found.facts, sight, services.views)


def sees(hub: HubScene, viewer: str, item: str = FRUIT, code: str = "Q1") -> bool:
    """Whether the farm's 77.25 kg are told on pages, or in the bundle that its stations may get."""
    told = "77.25" in json.dumps(shown(hub, viewer, item, code))
    assert told or not may_see(hub.services, viewer, item, code) or code != "Q1"
    return told


def test_whoever_says_to_have_received_a_lot_gets_nothing_of_it(hub: HubScene) -> None:
    farm, liar = hub.joined(FARM), hub.joined(LIAR)
    secret = pushed(farm, harvest(farm))
    pushed(liar, receive(liar))
    later = pushed(farm, farm.says("tested", {"lot": lot(FRUIT, "Q1"), "result": "pass"}))
    liar.pull_all()
    assert not {*secret, *later} & set(liar.adopted)
    assert not sees(hub, LIAR)
    assert not may_see(hub.services, LIAR, FRUIT, "Q1")
    assert may_see(hub.services, FARM, FRUIT, "Q1")


@pytest.mark.parametrize("kind", ["shipped", "sold", "tested", "inspected", "destroyed"])
def test_no_other_word_of_ones_own_opens_a_lot(hub: HubScene, kind: str) -> None:
    farm, liar, friend = hub.joined(FARM), hub.joined(LIAR), hub.joined(FRIEND)
    secret = pushed(farm, harvest(farm))
    of = {"lot": lot(FRUIT, "Q1")}
    body: dict[str, Any] = {**of, "quantity": kg("1"), "to": {"kind": "shop", "party": FRIEND}}
    bodies: dict[str, dict[str, Any]] = {
        "shipped": {**body, "site": "KHO"},
        "sold": body,
        "tested": {**of, "result": "pass", "by": {"kind": "lab", "party": FRIEND}},
        "inspected": {**of, "result": "pass", "by": {"kind": "authority", "party": LIAR}},
        "destroyed": {**of, "quantity": kg("1"), "reason": "lost"},
    }
    pushed(liar, liar.says(kind, bodies[kind]))
    for one in (liar, friend):
        one.pull_all()
        assert not set(secret) & set(one.adopted), one.party
        assert not sees(hub, one.party)
        assert not may_see(hub.services, one.party, FRUIT, "Q1")


def test_nor_does_a_lot_that_somebody_says_to_have_made_of_it(hub: HubScene) -> None:
    farm, liar, friend = hub.joined(FARM), hub.joined(LIAR), hub.joined(FRIEND)
    secret = pushed(farm, harvest(farm))
    own = f"{LIAR}/bot"
    pushed(liar, make(liar, "B1", (FRUIT, "Q1")), ship(liar, FRIEND, "B1", own))
    for one in (liar, friend):
        one.pull_all()
        assert not set(secret) & set(one.adopted), one.party
        for item, code in ((FRUIT, "Q1"), (own, "B1")):
            assert not sees(hub, one.party, item, code), (one.party, item)
            assert not may_see(hub.services, one.party, item, code), (one.party, item)


def test_what_is_said_to_be_received_later_opens_once_the_sender_has_said_so(
    hub: HubScene,
) -> None:
    """The sender's statements often come days after the goods."""
    farm, shop = hub.joined(FARM), hub.joined(SHOP)
    made = (receive(shop), make(shop, "B1", (FRUIT, "Q1")))
    pushed(shop, *made)
    shop.pull_all()
    assert may_see(hub.services, SHOP, f"{SHOP}/bot", "B1"), "nobody else has a part in it"
    first = pushed(farm, harvest(farm))
    assert not set(first) & set(shop.pull_all())
    assert not sees(hub, SHOP)
    assert not may_see(hub.services, SHOP, FRUIT, "Q1")
    assert not may_see(hub.services, SHOP, f"{SHOP}/bot", "B1")
    second = pushed(farm, ship(farm, SHOP))
    assert {*first, *second} <= set(shop.pull_all())
    assert sees(hub, SHOP)
    assert may_see(hub.services, SHOP, FRUIT, "Q1")
    assert may_see(hub.services, SHOP, f"{SHOP}/bot", "B1")
    later = pushed(farm, farm.says("tested", {"lot": lot(FRUIT, "Q1"), "result": "fail"}))
    assert shop.pull_all() == later


def test_goods_that_go_from_hand_to_hand_are_opened_by_each_hand_in_whatever_order_they_say_so(
    hub: HubScene,
) -> None:
    farm, shop, friend = hub.joined(FARM), hub.joined(SHOP), hub.joined(FRIEND)
    secret = pushed(farm, harvest(farm))
    pushed(shop, ship(shop, FRIEND))
    friend.pull_all()
    assert not set(secret) & set(friend.adopted)
    assert not sees(hub, FRIEND)
    pushed(farm, ship(farm, SHOP))
    for one in (shop, friend):
        one.pull_all()
        assert set(secret) <= set(one.adopted), one.party
        assert sees(hub, one.party)
        assert may_see(hub.services, one.party, FRUIT, "Q1")


def test_a_buyer_gets_what_its_lot_was_made_of_but_not_what_its_maker_only_claims(
    hub: HubScene,
) -> None:
    """The farm's other fruit was never given to the shop, which says to have used it."""
    farm, shop, friend = hub.joined(FARM), hub.joined(SHOP), hub.joined(FRIEND)
    given, secret = pushed(farm, harvest(farm), harvest(farm, "Q2"))
    pushed(farm, ship(farm, SHOP))
    pushed(
        shop,
        make(shop, "B1", (FRUIT, "Q1"), (FRUIT, "Q2")),
        ship(shop, FRIEND, "B1", f"{SHOP}/bot"),
    )
    for one in (shop, friend):
        one.pull_all()
        assert given in one.adopted
        assert secret not in one.adopted
        assert not may_see(hub.services, one.party, f"{SHOP}/bot", "B1"), one.party
        # One sum over both lots of fruit, so not even to whom one of them was given.
        assert "154.5" not in json.dumps(shown(hub, one.party, f"{SHOP}/bot", "B1"))
    (sent,) = pushed(farm, ship(farm, SHOP, "Q2"))
    for one in (shop, friend):
        assert {secret, sent} <= set(one.pull_all())
        assert may_see(hub.services, one.party, f"{SHOP}/bot", "B1"), one.party
    assert "154.5" in json.dumps(shown(hub, SHOP, f"{SHOP}/bot", "B1"))


def test_a_supplier_is_told_of_what_its_goods_became_and_not_of_the_other_suppliers(
    hub: HubScene,
) -> None:
    farm, shop, friend = hub.joined(FARM), hub.joined(SHOP), hub.joined(FRIEND)
    pushed(farm, harvest(farm), ship(farm, SHOP))
    pushed(
        friend, harvest(friend, "F1", f"{FRIEND}/qua"), ship(friend, SHOP, "F1", f"{FRIEND}/qua")
    )
    pushed(shop, make(shop, "B1", (FRUIT, "Q1"), (f"{FRIEND}/qua", "F1")))
    hide(hub, SHOP)
    found = shown(hub, FRIEND, f"{SHOP}/bot", "B1")
    assert found["balance"]["made_kg"] == "6", "one step forward"
    assert [one["item"] for one in found["parents"]] == [f"{FRIEND}/qua"]
    assert FRUIT not in json.dumps(found["parents"])
    # The signed file would tell all of it.
    assert not may_see(hub.services, FRIEND, f"{SHOP}/bot", "B1")
    assert may_see(hub.services, SHOP, f"{SHOP}/bot", "B1")


def test_ones_own_words_are_shown_to_whoever_said_them(hub: HubScene) -> None:
    farm, liar = hub.joined(FARM), hub.joined(LIAR)
    pushed(farm, harvest(farm))
    pushed(liar, receive(liar))
    steps = shown(hub, LIAR)["steps"]
    own = [one for one in steps if one["party"] == LIAR]
    assert own[0]["quantity"] == kg("10")
    assert own[0]["site"] == "KHO"
    assert all(one["quantity"] is None for one in steps if one["party"] != LIAR)
    assert LIAR in json.dumps(shown(hub, FARM)), "whose lot it is sees who says to have it"


def test_a_shipment_corrected_to_another_buyer_closes_pages_and_bundles_to_the_first(
    hub: HubScene,
) -> None:
    farm = hub.joined(FARM)
    first, wrong = harvest(farm), ship(farm, LIAR)
    pushed(farm, first, wrong)
    assert sees(hub, LIAR)
    body = {"lot": lot(FRUIT, "Q1"), "quantity": kg("10"), "site": "XUONG"}
    right = {**body, "to": {"kind": "company", "party": SHOP}}
    fix = {"corrects": wrong.id.hex(), "of": "shipped", "reason": "typing-error", "body": right}
    pushed(farm, farm.says("corrected", fix, inputs=(wrong.id.hex(),)))
    assert not sees(hub, LIAR)
    assert not may_see(hub.services, LIAR, FRUIT, "Q1")
    assert sees(hub, SHOP)
    shop = hub.joined(SHOP)
    shop.pull_all()
    assert any(b"harvested" in raw for raw in shop.adopted.values())


def test_while_the_farm_hides_nothing_a_receipt_is_enough_for_a_station(hub: HubScene) -> None:
    """What everybody may read, whoever needs it gets: a recall must reach what was made of it."""
    show(hub, FARM)
    farm, shop = hub.joined(FARM), hub.joined(SHOP)
    public = pushed(farm, harvest(farm))
    pushed(shop, receive(shop))
    assert set(public) <= set(shop.pull_all())
    hide(hub, FARM, "sites")
    hidden = pushed(farm, farm.says("tested", {"lot": lot(FRUIT, "Q1"), "result": "pass"}))
    assert not set(hidden) & set(shop.pull_all())
    sent = pushed(farm, ship(farm, SHOP))
    assert {*hidden, *sent} <= set(shop.pull_all())


def test_what_another_hides_does_not_come_by_the_farms_lot(hub: HubScene) -> None:
    """The farm shows all; who else bought of it does not."""
    show(hub, FARM)
    hide(hub, FRIEND, "amounts")
    farm, shop, friend = hub.joined(FARM), hub.joined(SHOP), hub.joined(FRIEND)
    pushed(farm, harvest(farm))
    pushed(shop, receive(shop))
    theirs = pushed(friend, receive(friend))
    shop.pull_all()
    assert not set(theirs) & set(shop.adopted)


def test_a_gtin_registered_late_opens_what_its_owner_gave_before(hub: HubScene) -> None:
    farm, shop = hub.joined(FARM), hub.joined(SHOP)
    hide(hub, FARM)
    before = pushed(
        farm,
        farm.says("tested", {"lot": lot(GTIN, "P1"), "result": "pass"}),
        ship(farm, SHOP, "P1", GTIN),
    )
    shop.pull_all()
    assert before[0] not in shop.adopted
    body = {"gtin": GTIN, "name": "Bột chuối"}
    hub.services.station.record(Draft("product-registered", FARM, SETUP, body))
    hub.settle()
    assert before[0] in shop.pull_all()
    assert may_see(hub.services, SHOP, GTIN, "P1")


def test_a_circle_of_lies_ends(hub: HubScene) -> None:
    liar, friend = hub.joined(LIAR), hub.joined(FRIEND)
    farm = hub.joined(FARM)
    secret = pushed(farm, harvest(farm))
    pushed(liar, ship(liar, FRIEND), make(liar, "B1", (FRUIT, "Q1"), (f"{FRIEND}/bot", "B1")))
    pushed(friend, ship(friend, LIAR), make(friend, "B1", (f"{LIAR}/bot", "B1")))
    for one in (liar, friend):
        one.pull_all()
        assert not set(secret) & set(one.adopted)
        for item in (LIAR, FRIEND):
            assert not may_see(hub.services, one.party, f"{item}/bot", "B1")


def test_a_link_to_a_hidden_statement_opens_it_to_nobody(hub: HubScene) -> None:
    """The ids of all statements stand in the log's public tiles, and anybody can build on them."""
    farm, liar = hub.joined(FARM), hub.joined(LIAR)
    body = {"site": "VT-01", "activity": "spraying", "interval_days": 2}
    work = farm.says("field-work-recorded", body)
    other = farm.says("field-work-recorded", {**body, "site": "VT-02"})
    secret = harvest(farm)
    hidden = pushed(farm, work, other, secret)
    own = f"{LIAR}/qua"
    links = (work.id.hex(), other.id.hex(), secret.id.hex())
    made = {"lot": lot(own, "X1"), "quantity": kg("1"), "site": "VT-01"}
    pushed(liar, liar.says("harvested", made, inputs=links))
    liar.pull_all()
    assert not set(hidden) & set(liar.adopted)
    assert bundle_of(hub, liar, own, "X1") == 403
    assert hub.client().get(f"/api/v1/lots/{LIAR}%2Fqua/X1/bundle").status_code == 403
    assert bundle_of(hub, farm, FRUIT, "Q1") == 200


def test_a_neighbour_gets_the_bundle_that_everybody_is_refused(hub: HubScene) -> None:
    farm, shop, liar = hub.joined(FARM), hub.joined(SHOP), hub.joined(LIAR)
    work = farm.says(
        "field-work-recorded", {"site": "VT-01", "activity": "spraying", "interval_days": 2}
    )
    fruit = {"lot": lot(FRUIT, "Q1"), "quantity": kg("77.25"), "site": "VT-01"}
    first = farm.says("harvested", fruit, inputs=(work.id.hex(),))
    pushed(farm, work, first, ship(farm, SHOP))
    pushed(shop, receive(shop), make(shop, "B1", (FRUIT, "Q1")))
    for item, code in ((FRUIT, "Q1"), (f"{SHOP}/bot", "B1")):
        assert bundle_of(hub, shop, item, code) == 200
        assert bundle_of(hub, liar, item, code) == 403
        quoted = item.replace("/", "%2F")
        assert hub.client().get(f"/api/v1/lots/{quoted}/{code}/bundle").status_code == 403


def test_a_carton_of_two_lots_goes_whole_to_whoever_got_both_and_to_nobody_who_got_one(
    hub: HubScene,
) -> None:
    farm, shop, friend = hub.joined(FARM), hub.joined(SHOP), hub.joined(FRIEND)
    pushed(farm, harvest(farm), harvest(farm, "Q2"), ship(farm, SHOP), ship(farm, SHOP, "Q2"))
    made = [make(shop, "B1", (FRUIT, "Q1")), make(shop, "B2", (FRUIT, "Q2"))]
    both = [taken(f"{SHOP}/bot", code, "6") for code in ("B1", "B2")]
    carton = shop.says(
        "aggregated",
        {"container": "008938503000000012", "contents": both, "site": "KHO"},
        inputs=tuple(one.id.hex() for one in made),
    )
    flour = f"{SHOP}/bot"
    given = [
        ship(shop, FRIEND, "B1", flour),
        ship(shop, FRIEND, "B2", flour),
        ship(shop, LIAR, "B1", flour),
    ]
    pushed(shop, *made, carton, *given)
    buyer = hub.joined(LIAR)
    for code in ("B1", "B2"):
        assert bundle_of(hub, shop, flour, code) == 200
        assert bundle_of(hub, friend, flour, code) == 200
    # Beside its own lot the file would tell of what it never got, and what the farm hides of that.
    assert bundle_of(hub, buyer, flour, "B1") == 403


def bundle_of(hub: HubScene, station: AskingStation, item: str, code: str) -> int:
    """Status of the answer to a station's signed request."""
    asked = json.dumps({"item": item, "lot": code}).encode()
    signed = station.headers("POST", "bundle", asked, {"content-type": "application/json"})
    return posted(station.client, "bundle", content=asked, headers=signed).status_code
