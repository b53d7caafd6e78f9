"""A station turns drafts into signed, linked, anchored statements, and refuses contradictions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import Services, create, enrol_party, open_folder
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.verify.entry import parse_entry
from ledger.verify.history import SequenceRefused
from ledger.verify.registry import OwnershipRefused
from ledger.verify.statement import Statement, StatementRefused, read_statement
from ledger.verify.wording import Refusal
from tests.store import places, small_ledger
from tests.store.small_ledger import (
    FARM,
    FLOUR,
    FRUIT,
    GTIN,
    SHOP,
    check_ledger,
    day,
    kg,
    lot,
    taken,
)

pytestmark = pytest.mark.usefixtures("both_stores")


@pytest.fixture(scope="module")
def story(both_stores: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the story told once, to be copied."""
    made = small_ledger.told(tmp_path_factory.mktemp("story") / "so")
    made.close()
    return made.folder


@pytest.fixture
def services(story: Path, tmp_path: Path) -> Iterator[Services]:
    """The story told; re-verified whole after the test."""
    with small_ledger.opened(places.copy_of(story, tmp_path / "so")) as made:
        yield made
    check_ledger(tmp_path / "so")


def statement_at(services: Services, index: int) -> Statement:
    ((_, raw),) = services.store.sealed(index, 1)
    return read_statement(parse_entry(raw).payload)


def ids(services: Services) -> list[str]:
    return [parse_entry(raw).id.hex() for _, raw in services.store.sealed(0, 10_000)]


def harvest(code: str, **more: Any) -> Draft:
    body = {"lot": lot(FRUIT, code), "quantity": kg("10"), "site": "VT-01", **more}
    return Draft("harvested", FARM, day(14), body)


def test_an_answer_is_sealed_and_in_the_views(services: Services) -> None:
    answer = services.station.record(harvest("Q10"))
    assert services.store.index_of(bytes.fromhex(answer.id)) == answer.index
    assert answer.index == services.log.size - 1
    assert services.tables.lot(FRUIT, "Q10") is not None
    assert services.ready() is None


def test_journals_have_no_gaps_and_each_entry_names_the_one_before(services: Services) -> None:
    last: dict[bytes, tuple[int, str]] = {}
    for _, raw in services.store.sealed(0, 10_000):
        entry = parse_entry(raw)
        statement = read_statement(entry.payload)
        seq, before = last.get(entry.keyid, (0, None))
        assert (statement.seq, statement.prev) == (seq + 1, before)
        last[entry.keyid] = statement.seq, entry.id.hex()
    # The root, two admins, two stations.
    assert len(last) == 5
    assert sorted(seq for seq, _ in last.values())[0] == 1


def test_every_statement_after_the_first_is_anchored_in_a_checkpoint_issued_before_it(
    services: Services,
) -> None:
    issued = {size: root.hex() for size, root in services.store.checkpoints()}
    for index in range(1, services.log.size):
        anchor = statement_at(services, index).anchor
        assert anchor is not None
        assert anchor == (index, issued[index])
    assert statement_at(services, 0).anchor is None


def test_a_statement_builds_on_the_heads_of_its_lots(services: Services) -> None:
    known = ids(services)
    types = [statement_at(services, index).type for index in range(services.log.size)]
    processed = statement_at(services, types.index("processed"))
    received = known[types.index("received")]
    second_harvest = known[types.index("harvested") + 1]
    assert processed.inputs == (received, second_harvest)
    assert statement_at(services, types.index("packed")).inputs == (
        known[types.index("processed")],
    )
    field_work = known[types.index("field-work-recorded")]
    assert statement_at(services, types.index("harvested")).inputs == (field_work,)
    # The buyer's first statement covers the seller's last one.
    bought = len(types) - 1 - types[::-1].index("received")
    assert statement_at(services, bought).party == SHOP
    assert known[types.index("shipped")] in statement_at(services, bought).inputs


def test_what_is_about_one_lot_after_another_forms_a_chain(services: Services) -> None:
    first = services.station.record(harvest("Q11"))
    body = {"lot": lot(FRUIT, "Q11"), "quantity": kg("9"), "site": "XUONG"}
    second = services.station.record(Draft("received", FARM, day(14, 12), body))
    tested = {"lot": lot(FRUIT, "Q11"), "result": "pass"}
    third = services.station.record(Draft("tested", FARM, day(14, 13), tested))
    assert first.id in statement_at(services, second.index).inputs
    assert statement_at(services, third.index).inputs == (second.id,)


def test_serials_are_numbered_on_and_carry_the_stations_tag(services: Services) -> None:
    body = {"lot": lot(GTIN, "L02"), "count": 5}
    with pytest.raises(LedgerError) as stopped:
        services.station.record(Draft("labels-issued", FARM, day(14), body))
    assert stopped.value.code == "lot-stopped"
    packing = {"lot": lot(GTIN, "L03"), "site": "XUONG", "packs": 10}
    packing["inputs"] = [taken(FLOUR, "B01", "2.5")]
    services.station.record(Draft("packed", FARM, day(14), packing))
    issue = {"lot": lot(GTIN, "L03"), "count": 4}
    answer = services.station.record(Draft("labels-issued", FARM, day(14, 10), issue))
    issued = statement_at(services, answer.index).body
    assert (issued["tag"], issued["first"], issued["count"]) == ("A1", 131, 4)
    assert services.station.tag_of(FARM) == "A1"


REFUSED: dict[str, tuple[str, Draft]] = {
    "more labels than packs": (
        "labels-exceed",
        Draft("labels-issued", FARM, day(14), {"lot": lot(GTIN, "L01"), "count": 3}),
    ),
    "labels of a lot never packed": (
        "not-packed",
        Draft("labels-issued", FARM, day(14), {"lot": lot(GTIN, "L9"), "count": 1}),
    ),
    "labels of a raw lot": (
        "not-packed",
        Draft("labels-issued", FARM, day(14), {"lot": lot(FRUIT, "Q01"), "count": 1}),
    ),
    "more taken than there was": (
        "form-refused",
        Draft(
            "processed",
            FARM,
            day(14),
            {
                "site": "XUONG",
                "inputs": [taken(FRUIT, "Q02", "50.001")],
                "outputs": [taken(FLOUR, "B9", "20")],
            },
        ),
    ),
    "more out than in": (
        "form-refused",
        Draft(
            "processed",
            FARM,
            day(14),
            {
                "site": "XUONG",
                "inputs": [taken(FRUIT, "Q02", "20")],
                "outputs": [taken(FLOUR, "B9", "20.001")],
            },
        ),
    ),
    "a date before its input": (
        "form-refused",
        Draft(
            "processed",
            FARM,
            day(2),
            {
                "site": "XUONG",
                "inputs": [taken(FRUIT, "Q02", "20")],
                "outputs": [taken(FLOUR, "B9", "10")],
            },
        ),
    ),
    "an input nobody knows": (
        "lot-unknown",
        Draft(
            "processed",
            FARM,
            day(14),
            {
                "site": "XUONG",
                "inputs": [taken(FRUIT, "Q77", "1")],
                "outputs": [taken(FLOUR, "B9", "1")],
            },
        ),
    ),
    "a shipment of a lot nobody knows": (
        "lot-unknown",
        Draft(
            "shipped",
            FARM,
            day(14),
            {"lot": lot(GTIN, "L9"), "quantity": {"value": "1", "unit": "pack"}, "site": "XUONG"},
        ),
    ),
    "a shipment of a recalled lot": (
        "form-refused",
        Draft(
            "shipped",
            FARM,
            day(14),
            {"lot": lot(GTIN, "L02"), "quantity": {"value": "1", "unit": "pack"}, "site": "XUONG"},
        ),
    ),
    "an unregistered site": ("form-refused", harvest("Q12", site="VT-99")),
    "a day that has not come": (
        "form-refused",
        Draft("harvested", FARM, "2026-12-01T09:00:00+07:00", harvest("Q12").body),
    ),
    "a party this machine has no key of": (
        "no-signer",
        Draft("harvested", "HTX-X", day(14), harvest("Q12").body),
    ),
    "a correction of nothing": (
        "nothing-to-correct",
        Draft(
            "corrected",
            FARM,
            day(14),
            {"of": "harvested", "reason": "typing-error", "body": harvest("Q77").body},
        ),
    ),
    "an end of no stop": (
        "nothing-to-correct",
        Draft("released", FARM, day(14), {"lots": [lot(GTIN, "L01")], "reason": "other"}),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_contradiction_is_refused_before_it_is_signed(services: Services, name: str) -> None:
    code, draft = REFUSED[name]
    before = ids(services)
    with pytest.raises(LedgerError) as refused:
        services.station.record(draft)
    assert refused.value.code == code
    # A sentence in both languages, without a hole where a value should be.
    english, vietnamese = refused.value.say("en"), refused.value.say("vi")
    assert english != vietnamese
    assert "{" not in english + vietnamese
    assert ids(services) == before


def test_a_body_of_the_wrong_form_is_refused_with_the_place(services: Services) -> None:
    before = ids(services)
    with pytest.raises(StatementRefused) as refused:
        services.station.record(harvest("Q12", quantity={"value": "1,5", "unit": "kg"}))
    assert refused.value.params["path"] == "quantity.value"
    assert ids(services) == before


def test_another_partys_product_is_not_packed(services: Services) -> None:
    packing = {"lot": lot(GTIN, "L9"), "site": "KHO", "packs": 1}
    packing["inputs"] = [taken(FLOUR, "B01", "0.2")]
    with pytest.raises(OwnershipRefused):
        services.station.record(Draft("packed", SHOP, day(14), packing))


def test_a_correction_of_anothers_statement_is_refused(services: Services) -> None:
    types = [statement_at(services, i).type for i in range(services.log.size)]
    shipped = ids(services)[types.index("shipped")]
    right = {"lot": lot(GTIN, "L01"), "quantity": {"value": "8", "unit": "pack"}, "site": "XUONG"}
    body = {"corrects": shipped, "of": "shipped", "reason": "typing-error", "body": right}
    with pytest.raises(SequenceRefused) as refused:
        services.station.record(Draft("corrected", SHOP, day(14), body))
    assert refused.value.code == "correction-foreign"


def test_a_refused_draft_leaves_no_private_text_behind(services: Services) -> None:
    def kept() -> int:
        return int(services.notes._db.execute("SELECT count(*) FROM note").fetchone()[0])

    before = kept()
    draft = harvest("Q12", site="VT-99")
    with pytest.raises(Refusal):
        services.station.record(
            Draft(draft.type, draft.party, draft.time, draft.body, {"note": "bà Phượng"})
        )
    assert kept() == before
    draft = harvest("Q12")
    services.station.record(
        Draft(draft.type, draft.party, draft.time, draft.body, {"note": "bà Phượng"})
    )
    assert kept() == before + 1


def test_a_correction_finds_the_newest_statement_it_can_mean(services: Services) -> None:
    types = [statement_at(services, i).type for i in range(services.log.size)]
    corrected = statement_at(services, types.index("corrected"))
    assert corrected.body["corrects"] == ids(services)[types.index("harvested")]
    assert corrected.body["corrects"] in corrected.inputs


def test_field_work_is_corrected_by_its_site(services: Services) -> None:
    """As a diary row "đính chính chăm sóc" has it: no lot, only the place."""
    types = [statement_at(services, i).type for i in range(services.log.size)]
    right = {"site": "VT-01", "activity": "spraying", "interval_days": 7}
    body = {"of": "field-work-recorded", "reason": "typing-error", "body": right}
    answer = services.station.record(Draft("corrected", FARM, day(14), body))
    said = statement_at(services, answer.index)
    assert said.body["corrects"] == ids(services)[types.index("field-work-recorded")]
    # Seven days instead of two: the harvest of the 7th now lies inside the waiting time.
    found = services.tables.lot(FRUIT, "Q01")
    assert found is not None
    assert "pre-harvest-interval" in {one["code"] for one in found.facts["findings"]}
    elsewhere = {**body, "body": {**right, "site": "XUONG"}}
    with pytest.raises(LedgerError) as refused:
        services.station.record(Draft("corrected", FARM, day(14), elsewhere))
    assert refused.value.code == "no-work-to-correct"


def test_the_end_of_a_hold_names_the_hold(services: Services) -> None:
    stop = {"lots": [lot(GTIN, "L01")], "reason": "in-doubt"}
    held = services.station.record(Draft("held", FARM, day(14), stop))
    free = {"lots": [lot(GTIN, "L01")], "reason": "other"}
    released = services.station.record(Draft("released", FARM, day(15), free))
    assert statement_at(services, released.index).body["ends"] == held.id
    found = services.tables.lot(GTIN, "L01")
    assert found is not None
    assert found.facts["stopped"] is None


def test_a_clock_that_runs_ahead_or_behind_never_breaks_the_journal(tmp_path: Path) -> None:
    moments = [small_ledger.NOW + dt.timedelta(hours=hours) for hours in (0, 24, -24, 0)]
    settings = places.settings_for(tmp_path / "so", small_ledger.ORIGIN)
    create(tmp_path / "so", settings, lambda: moments[0]).close()
    for number, moment in enumerate(moments):
        services = open_folder(tmp_path / "so", lambda moment=moment: moment)  # type: ignore[misc]  # bound early
        services.station.record(small_ledger.party(f"HTX-{number}", "cooperative"))
        enrol_party(services, f"HTX-{number}")
        services.close()
    assert check_ledger(tmp_path / "so") == 1 + 3 * len(moments)


def test_the_machines_parties_are_those_it_has_station_keys_of(services: Services) -> None:
    assert services.station.own_parties() == [SHOP, FARM]
