"""What a cooperative hides is hidden everywhere, from the right people, and never what the law asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.access.errors import SideAway
from api.access.side_opening import open_side
from api.bootstrap import Services
from api.disclosure.choices import EVERYTHING, GROUPS, DisclosureRefused, Disclosures
from api.disclosure.stations import may_see
from tests.access.visitors import Visitors
from tests.store import places, small_ledger
from tests.store.small_ledger import FARM, FLOUR, FRUIT, GTIN, SHOP, day, lot, say

PAGE = f"/01/{GTIN}/10/L01"
JSON = {"accept": "application/json"}
STRANGER = "CT-C"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = small_ledger.told(tmp_path / "so")
    tested = {"lot": lot(GTIN, "L01"), "result": "pass", "by": {"kind": "lab"}}
    say(made, FARM, "tested", day(12), {**tested, "method": "TCVN"})
    made.station.catch_up()
    yield made
    made.close()


def api(item: str, code: str) -> str:
    return f"/api/v1/lots/{item.replace('/', '%2F')}/{code}"


def facts(client: TestClient, item: str = GTIN, code: str = "L01") -> dict[str, Any]:
    answer = client.get(api(item, code), headers=JSON)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def hide(visitors: Visitors, *groups: str, party: str = FARM) -> None:
    """As the command line does, in another process; the application looks again by itself."""
    visitors.gate.disclosures.choose(party, groups, visitors.gate.record)
    visitors.set_up("chosen" + "".join(groups)[:6], "administrator")
    boss = visitors.signed_in("chosen" + "".join(groups)[:6])
    form = {"party": party, **dict.fromkeys(groups, "1")}
    assert boss.post("/cong-khai", data=form).status_code == 303


def test_while_nobody_hides_anything_everything_is_as_it_was(visitors: Visitors) -> None:
    away = visitors.away()
    found = facts(away)
    assert "hidden" not in found
    assert found["balance"]["packs"] == 100 and found["stages"][0]["sites"]
    assert away.get(api(GTIN, "L01") + "/bundle").status_code == 200
    assert away.get(api(GTIN, "L01")).headers["cache-control"] == "public, max-age=60"
    entries = away.get("/log/tile/entries/000.p/10")
    assert entries.status_code == 200 and "public" in entries.headers["cache-control"]


def test_the_manager_of_a_party_hides_its_amounts_and_nobody_elses(visitors: Visitors) -> None:
    visitors.set_up("lan", "manager", FARM)
    lan = visitors.signed_in("lan")
    before = visitors.away().get(PAGE).text
    assert "100 gói" in before and "Cơ sở không công khai" not in before
    assert lan.post("/cong-khai", data={"party": FARM, "amounts": "1"}).status_code == 303
    assert "checked" in lan.get("/cong-khai").text
    page = visitors.away().get(PAGE).text
    assert "100 gói" not in page and "Cơ sở không công khai: khối lượng và hao hụt." in page
    other = lan.post("/cong-khai", data={"party": SHOP, "amounts": "1"})
    assert other.status_code == 422
    assert visitors.gate.disclosures.of(SHOP) == frozenset()
    chosen = [one for one in visitors.gate.record.newest() if one.what == "disclosure-changed"]
    assert [one.about for one in chosen] == [FARM]
    assert lan.post("/cong-khai", data={"party": FARM}).status_code == 303
    assert visitors.away().get(PAGE).text == before


def test_every_group_takes_away_what_it_names_and_says_so(visitors: Visitors) -> None:
    hide(visitors, *GROUPS)
    away = visitors.away()
    found = facts(away)
    told = json.dumps(found, ensure_ascii=False)
    for secret in ("XUONG", "Xưởng", "VT-01", SHOP, 'instrument": "CAN', '"kg": "'):
        assert secret not in told, secret
    assert found["hidden"] == ["amounts", "buyers", "sites", "tests", "labels"]
    assert found["labels"] is None and found["balance"] == {} and found["packs"] is None
    tested = [one for one in found["steps"] if one["type"] == "tested"]
    assert tested[0]["result"] is None and tested[0]["time"]
    fruit = facts(away, FRUIT, "Q01")
    assert "07" not in json.dumps([one["counterparty"] for one in fruit["steps"]])
    assert "suppliers" in fruit["hidden"]
    for path in (PAGE, f"/lo/{GTIN}/L01"):
        text = away.get(path).text
        for secret in ("Xưởng", "Vườn chuối", "100 gói", "80 gói"):
            assert secret not in text, (path, secret)


def test_what_the_law_asks_for_recalls_holds_expiry_and_findings_are_never_hidden(
    services: Services, visitors: Visitors
) -> None:
    away = visitors.away()
    always = (
        *("name", "product", "producer", "expiry", "packed_on", "stars", "stopped", "findings"),
        *("item", "lot", "party", "status"),
    )
    before = {code: facts(away, GTIN, code) for code in ("L01", "L02")}
    hide(visitors, *GROUPS)
    for code, was in before.items():
        now = facts(away, GTIN, code)
        assert {name: now[name] for name in always} == {name: was[name] for name in always}
        # Items 5 and 6 of the circular: the stages and their days.
        for old, new in zip(was["stages"], now["stages"], strict=True):
            kept = ("type", "item_name", "first_day", "last_day", "own")
            assert [new[one] for one in kept] == [old[one] for one in kept]
    recalled = away.get(f"/01/{GTIN}/10/L02").text
    assert "THU HỒI" in recalled
    assert "THU HỒI" in away.get(f"/01/{GTIN}/10/L02?lang=vi").text
    assert all(f'data-item="{number}"' in recalled for number in range(1, 11))
    assert services.views.lot(GTIN, "L02") is not None


def test_inspectors_officers_administrators_and_the_own_party_see_everything(
    visitors: Visitors,
) -> None:
    whole = facts(visitors.away())
    visitors.set_up("phuong", "administrator")
    visitors.set_up("minh", "inspector")
    visitors.set_up("hoa", "officer")
    visitors.set_up("lan", "manager", FARM)
    visitors.set_up("tuan", "operator", FARM)
    hide(visitors, *GROUPS)
    for account in ("phuong", "minh", "hoa", "lan", "tuan"):
        client = visitors.signed_in(account)
        found = facts(client)
        assert {**found, "scans": None} == {**whole, "scans": None}, account
        answer = client.get(api(GTIN, "L01"))
        assert "no-store" in answer.headers["cache-control"]
        assert client.get(api(GTIN, "L01") + "/bundle").status_code == 200
        assert "100 gói" in client.get(f"/lo/{GTIN}/L01").text
        # A label's page is for everybody, so it is the same for everybody.
        assert "100 gói" not in client.get(PAGE).text
    assert "vary" in visitors.away().get(api(GTIN, "L01")).headers


def test_another_cooperative_sees_one_step_and_no_further(visitors: Visitors) -> None:
    visitors.set_up("shop", "manager", SHOP)
    visitors.set_up("strange", "manager", STRANGER)
    hide(visitors, *GROUPS)
    shop, stranger = visitors.signed_in("shop"), visitors.signed_in("strange")
    bought = facts(shop)
    assert bought["packs"] == 100 and bought["balance"]["packs"] == 100
    shipped = [one for one in bought["steps"] if one["type"] == "shipped"]
    assert shipped[0]["counterparty"]["party"] == SHOP
    assert shop.get(api(GTIN, "L01") + "/bundle").status_code == 200
    # Two steps back, and what it never dealt in.
    for item, code in ((FRUIT, "Q01"), (FLOUR, "B01"), (GTIN, "L02")):
        assert facts(shop, item, code) == facts(visitors.away(), item, code), code
        assert shop.get(f"{api(item, code)}/bundle").status_code == 403, code
    assert facts(stranger) == facts(visitors.away())
    assert stranger.get(api(GTIN, "L01") + "/bundle").status_code == 403


def test_the_bundle_is_refused_in_plain_words_when_anything_is_hidden(visitors: Visitors) -> None:
    hide(visitors, "labels")
    answer = visitors.away().get(api(GTIN, "L01") + "/bundle")
    assert answer.status_code == 403
    assert answer.json()["code"] == "hidden-bundle"
    assert "cannot be shown in part" in answer.json()["detail"]
    assert visitors.away().get(api(GTIN, "NO-SUCH") + "/bundle").status_code == 404
    page = visitors.away().get(f"/lo/{GTIN}/L01").text
    assert "/bundle" not in page and "không cắt bớt được" in page
    visitors.set_up("minh", "inspector")
    assert f"{api(GTIN, 'L01')}/bundle" in visitors.signed_in("minh").get(f"/lo/{GTIN}/L01").text


def test_entries_in_the_logs_tiles_are_for_inspectors_and_auditors_with_a_pass(
    visitors: Visitors,
) -> None:
    visitors.set_up("minh", "inspector")
    hide(visitors, "amounts")
    away, path = visitors.away(), "/log/tile/entries/000.p/10"
    assert away.get(path).status_code == 403
    assert away.get(path).json()["code"] == "hidden-entries"
    assert away.get("/log/tile/0/000.p/10").status_code == 200
    assert away.get("/log/checkpoint").status_code == 200
    read = visitors.signed_in("minh").get(path)
    assert read.status_code == 200
    # A cache in between would give it to everybody else.
    assert read.headers["cache-control"] == "private, no-store"
    text = visitors.gate.readers.add("tinh-ban")
    auditor = visitors.away()
    assert auditor.get(path, auth=("tinh-ban", text)).status_code == 200
    assert auditor.get(path, auth=("tinh-ban", "x")).status_code == 403
    assert auditor.get(path, auth=("another", text)).status_code == 403
    assert auditor.get("/toi", auth=("tinh-ban", text)).status_code == 303
    hidden = auditor.get(api(GTIN, "L01") + "/bundle", auth=("tinh-ban", text))
    assert hidden.status_code == 403
    visitors.gate.readers.remove("tinh-ban")
    assert auditor.get(path, auth=("tinh-ban", text)).status_code == 403


def test_a_stations_signed_request_gets_what_its_party_may_see(
    services: Services, visitors: Visitors
) -> None:
    assert may_see(services, STRANGER, GTIN, "L01")
    hide(visitors, "suppliers")
    assert may_see(services, FARM, GTIN, "L01") and may_see(services, SHOP, GTIN, "L01")
    assert not may_see(services, STRANGER, GTIN, "L01")
    assert not may_see(services, SHOP, FRUIT, "Q01")
    assert may_see(services, STRANGER, GTIN, "NO-SUCH")


def test_what_cannot_be_hidden_is_refused(visitors: Visitors) -> None:
    for group in ("expiry", "findings", "recalls", "producer", ""):
        with pytest.raises(DisclosureRefused):
            visitors.gate.disclosures.choose(FARM, ["amounts", group], visitors.gate.record)
    assert visitors.gate.disclosures.of(FARM) == frozenset()


def test_until_the_choice_is_known_nothing_that_may_be_hidden_is_shown() -> None:
    owner = places.fresh_owner_dsn()
    address = places.application_dsn(owner).replace("port=", "port=1")
    tables = open_side(Path("nowhere"), address)
    disclosures = Disclosures(tables)
    with pytest.raises(SideAway):
        disclosures.load()
    assert disclosures.hidden() is None and disclosures.of(FARM) == EVERYTHING
    tables.close()
