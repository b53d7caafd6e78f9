"""The diaries beside the checkout, recorded whole: what they say is what the ledger then tells."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import enrol_party
from api.intake.setup import read_setup
from ledger.projections import schema
from ledger.projections.views import Views
from tests.shared_data import shared
from tests.store.diaries import SETUP, record, set_up
from tests.store.small_ledger import check_ledger, opened


def findings(views: Views, code: str) -> dict[str, list[dict[str, Any]]]:
    """Code of each lot that has the finding -> its findings of that code."""
    found: dict[str, list[dict[str, Any]]] = {}
    for lot in views.lots(limit=1_000):
        hits = [one for one in lot["findings"] if one["code"] == code]
        if hits:
            found[lot["lot"]] = hits
    return found


def test_the_vermicelli_diary_is_recorded_whole_and_tells_its_troubles(tmp_path: Path) -> None:
    services, party = set_up(tmp_path / "so", "mien-dong")
    outcome = record(services, party, "mien-dong")
    assert len(outcome.recorded) == 100
    assert (outcome.reported, outcome.empty) == ({}, [])
    views = services.tables
    packed = {lot["lot"]: lot for lot in views.lots(limit=1_000) if lot["kind"] == "packed"}
    assert len(packed) == 4
    # The last lot was weighed on a scale out of verification.
    out_of_date = findings(views, "instrument-out")
    newest = max(packed.values(), key=lambda lot: lot["packed_on"])["lot"]
    assert newest in out_of_date
    assert all("CAN-02" in one["vi"] for hits in out_of_date.values() for one in hits)
    assert not any("CAN-01" in one["vi"] for hits in out_of_date.values() for one in hits)
    # Four stars, in force when it was packed.
    assert {lot["stars"] for lot in packed.values()} == {4}
    assert {lot["stars_lapsed"] for lot in packed.values()} == {None}
    recalled = {code for code, lot in packed.items() if lot["stopped"] is not None}
    assert len(recalled) == 1
    assert recalled == set(findings(views, "lot-recalled")) & set(packed)
    assert {Views.status(packed[code], "2026-11-20") for code in recalled} == {"recalled"}
    for lot in packed.values():
        assert lot["labels"]["issued"] <= lot["packs"]
    services.close()
    check_ledger(tmp_path / "so", bundles=20)


def test_the_tea_diary_is_recorded_whole_and_shows_what_ran_out(tmp_path: Path) -> None:
    services, party = set_up(tmp_path / "so", "che-shan-tuyet")
    outcome = record(services, party, "che-shan-tuyet")
    assert len(outcome.recorded) == 119
    assert (outcome.reported, outcome.empty) == ({}, [])
    views = services.tables
    packed = {lot["lot"]: lot for lot in views.lots(limit=1_000) if lot["kind"] == "packed"}
    assert len(packed) == 3
    # Five stars that ran out before packing: no stars, and it is said.
    assert set(findings(views, "stars-expired")) >= set(packed)
    for lot in packed.values():
        assert lot["stars"] == 0
        assert lot["stars_lapsed"]["stars"] == 5
        assert lot["stars_lapsed"]["valid_to"] < lot["packed_on"]
    expired = findings(views, "certificate-expired")
    assert set(expired) >= set(packed)
    assert {"organic" in one["en"] for hits in expired.values() for one in hits} == {True}
    recalled = {code for code, lot in packed.items() if lot["stopped"] is not None}
    assert len(recalled) == 1
    assert recalled == set(findings(views, "lot-recalled")) & set(packed)
    services.close()
    check_ledger(tmp_path / "so", bundles=10)


def test_of_the_faulty_diary_three_rows_are_recorded_and_each_other_one_is_explained(
    tmp_path: Path,
) -> None:
    services, party = set_up(tmp_path / "so", "mien-dong")
    before = [raw for _, raw in services.store.sealed(0, 1_000)]
    outcome = record(services, party, "mien-dong-loi")
    after = [raw for _, raw in services.store.sealed(0, 1_000)]
    assert outcome.recorded == [2, 7, 15]
    assert outcome.empty == [16]
    assert sorted(outcome.reported) == [3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 17, 18]
    for line, sentences in outcome.reported.items():
        assert sentences, line
        for sentence in sentences:
            # What is wrong; then what to do.
            assert re.search(r"[;.] .*\.$|; ", sentence), (line, sentence)
            assert "{" not in sentence
    # The ledger is what it was, and three rows more; nothing of the others is in it.
    assert after[: len(before)] == before
    assert len(after) == len(before) + 3
    recorded = b"".join(after[len(before) :])
    for code in ("X2", "X3", "TB-X1", "LX2", "LO-LA", "KHONGCO", "cmd"):
        assert code.encode() not in recorded
    lots = {lot["lot"] for lot in services.tables.lots(limit=1_000)}
    assert "KV01-X1" in lots
    assert len(lots) <= 3
    services.close()
    assert check_ledger(tmp_path / "so") == len(after)


@pytest.mark.parametrize("name", ["mien-dong", "che-shan-tuyet"])
def test_a_diary_read_twice_changes_nothing_the_second_time(name: str, tmp_path: Path) -> None:
    services, party = set_up(tmp_path / "so", name)
    first = record(services, party, name)
    kept = [raw for _, raw in services.store.sealed(0, 1_000)]
    again = record(services, party, name)
    assert (again.recorded, again.reported) == ([], {})
    assert again.known == first.recorded
    assert [raw for _, raw in services.store.sealed(0, 1_000)] == kept
    services.close()


def test_both_cooperatives_fit_in_one_ledger_and_rebuild_the_same(tmp_path: Path) -> None:
    services, party = set_up(tmp_path / "so", "mien-dong")
    record(services, party, "mien-dong")
    drafts = read_setup(shared("scenarios", "che-shan-tuyet.setup.json").read_bytes(), SETUP)
    for draft in drafts:
        services.station.record(draft)
        if draft is drafts[0]:
            enrol_party(services, draft.body["code"])
    outcome = record(services, drafts[0].body["code"], "che-shan-tuyet")
    assert len(outcome.recorded) == 119
    kept = schema.dump(services.projector.connection)
    services.projector.rebuild()
    assert schema.dump(services.projector.connection) == kept
    services.close()
    with opened(tmp_path / "so") as after:
        assert after.ready() is None
