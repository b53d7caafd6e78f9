"""Keys live by log index: enrolled, retired, compromised, re-attested, voted by several roots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.drafts import Draft
from ledger.founding import enrolment
from ledger.signing import Signer
from ledger.verify.audit import AuditResult
from ledger.verify.entry import parse_entry
from ledger.verify.history import History
from ledger.verify.keys import ALLOWED, KeyRefused
from ledger.verify.shapes import TYPES
from ledger.verify.signature import LOW_ORDER_ENCODINGS, PublicKey, SignatureRefused
from ledger.verify.statement import Statement
from tests.ledger_story import (
    CLEAN_LOT,
    GROWER,
    HARVEST_LOT,
    LOG,
    ORIGIN,
    PACKER,
    ROOT,
    SIGNERS,
    check,
    check_ledger,
    kg,
    lot,
    signer_of,
    tell,
    told,
)
from tests.tampering.forgery import Desk, failures

ADMIN, STATION = SIGNERS[GROWER, "admin"], SIGNERS[GROWER, "station"]
OTHER_ADMIN = SIGNERS[PACKER, "admin"]
NEW = signer_of("a new key")
Q1 = (f"{GROWER}/qua", "Q1")


@pytest.fixture
def desk() -> Desk:
    """Two parties with their keys: entries 0 to 6."""
    made = Desk()
    made.enrol(GROWER)
    made.enrol(PACKER)
    return made


def harvest(desk: Desk, signer: Signer = STATION, **more: Any) -> str:
    """One harvest of lot Q1."""
    body = {"lot": lot(*Q1), "quantity": kg("5"), "site": "VT-1"}
    return desk.add(signer, "harvested", body, **more)


def end(
    desk: Desk, by: Signer, of: Signer, *, party: str = GROWER, last_good: int | None = None
) -> None:
    """Retire or (with `last_good`) declare compromised."""
    body: dict[str, Any] = {"keyid": of.keyid.hex(), "reason": "key-lost"}
    kind = "key-retired" if last_good is None else "key-compromised"
    if last_good is not None:
        body["last_good"] = last_good
    desk.add(by, kind, body, party=party)


def refused(result: AuditResult) -> tuple[str, int | None]:
    """(code, index) of the first failure; both wordings must be complete."""
    assert result.failure is not None, "nothing was refused"
    assert result.failure.say("vi") and result.failure.say("en")
    return result.failure.code, result.failed_index


def test_a_retired_key_signs_nothing_after_its_end_and_its_past_stays_good(desk: Desk) -> None:
    harvest(desk)
    end(desk, ADMIN, STATION)
    assert desk.audit().clean and desk.check(Q1).verdict == "verified"
    harvest(desk)
    assert refused(desk.audit()) == ("key-ended", 9)
    assert (6, 9, "key-ended") in failures(desk.check(Q1))


def test_a_backdated_time_does_not_help_a_retired_key(desk: Desk) -> None:
    end(desk, ADMIN, STATION)
    harvest(desk, time="2020-01-01", anchor=(1, desk.roots[1].hex()))
    assert refused(desk.audit()) == ("key-ended", 8)


def test_a_key_may_say_its_own_last_word_and_no_more(desk: Desk) -> None:
    end(desk, ADMIN, ADMIN)
    assert desk.audit().clean
    desk.add(ADMIN, "item-registered", {"code": "x", "name": "x"})
    assert refused(desk.audit()) == ("key-ended", 8)


def test_a_key_signs_nothing_before_its_enrolment() -> None:
    desk = Desk()
    harvest(desk)
    assert refused(desk.audit()) == ("key-unknown", 1)


def test_a_compromise_disputes_exactly_what_came_after_the_last_good_size(desk: Desk) -> None:
    first, second = harvest(desk), harvest(desk)  # indexes 7 and 8
    end(desk, ADMIN, STATION, last_good=8)
    result = desk.audit()
    assert result.clean and result.disputed == 1
    report = desk.check(Q1)
    assert report.verdict == "verified"
    assert [(f.code, f.entry) for f in report.findings if f.code == "disputed-key"] == [
        ("disputed-key", second)
    ]
    desk.add(ADMIN, "reattested", {"entries": [second]})
    assert desk.audit().disputed == 0
    assert "disputed-key" not in {one.code for one in desk.check(Q1).findings}
    harvest(desk)
    assert refused(desk.audit()) == ("key-ended", 11)
    assert first != second


def test_a_second_compromise_can_only_move_the_last_good_size_back(desk: Desk) -> None:
    harvest(desk)
    harvest(desk)
    for last_good, disputed in ((8, 1), (7, 2), (9, 2)):
        end(desk, ADMIN, STATION, last_good=last_good)
        assert desk.audit().disputed == disputed


def test_only_the_entrys_own_party_can_reattest_it(desk: Desk) -> None:
    entry = harvest(desk)
    end(desk, ADMIN, STATION, last_good=7)
    desk.add(OTHER_ADMIN, "reattested", {"entries": [entry]}, party=PACKER)
    assert desk.audit().clean and desk.audit().disputed == 1


def test_the_thief_of_an_admin_key_cannot_reattest_what_the_thief_signed(desk: Desk) -> None:
    entry = harvest(desk, ADMIN)  # 7
    desk.add(ADMIN, "reattested", {"entries": [entry]})  # 8, by the stolen key itself
    end(desk, ROOT, ADMIN, party="LEDGER", last_good=7)
    assert desk.audit().disputed == 2
    desk.enrol_key(ROOT, NEW, GROWER, "admin", by="LEDGER")
    desk.add(NEW, "reattested", {"entries": [entry]})
    assert desk.audit().clean
    assert "disputed-key" not in {one.code for one in desk.check(Q1).findings}


def test_a_stolen_key_shows_in_bundle_and_views_until_reattested(tmp_path: Path) -> None:
    """Through the real station: bundle and read model say the same before and after."""
    story = tell(tmp_path)
    try:
        time = "2026-09-16T08:00:00+07:00"
        stolen = {"keyid": STATION.keyid.hex(), "last_good": 17, "reason": "key-stolen"}
        story.station.record(Draft("key-compromised", GROWER, time, stolen))

        def codes() -> tuple[list[str], list[str]]:
            facts = story.views.lot(*HARVEST_LOT)
            assert facts is not None
            report = check(story.exporter.bundle(HARVEST_LOT).format())
            assert report.verdict == "verified", report.as_text("en")
            return [f.code for f in report.findings], [f["code"] for f in facts.facts["findings"]]

        assert codes() == (["disputed-key"], ["disputed-key"])
        harvested = next(
            story.projector.located(index).id for index in story.views.heads(HARVEST_LOT)
        )
        # By an admin key enrolled since, which signed nothing else in this bundle.
        new = enrolment(ORIGIN, NEW, GROWER, "admin", time, by="LEDGER")
        story.station.record(new)
        story.station.signers = {**SIGNERS, (GROWER, "admin"): NEW}
        again = {"entries": [harvested]}
        story.station.record(Draft("reattested", GROWER, time, again))
        assert codes() == ([], [])
    finally:
        story.close()
    assert check_ledger(tmp_path).disputed > 0


ROOTS = [ROOT, signer_of("root 2"), signer_of("root 3")]


def council(threshold: int = 2) -> Desk:
    """A ledger with three roots, on which a party is registered by two."""
    desk = Desk(ROOTS, threshold)
    body = {"code": GROWER, "kind": "cooperative", "name": "x"}
    for root in ROOTS[:threshold]:
        desk.add(root, "party-registered", body, party="LEDGER")
    return desk


def test_one_root_of_three_enrols_nobody_and_two_do() -> None:
    desk = council()
    desk.enrol_key(ROOTS[0], ADMIN, GROWER, "admin", by="LEDGER")
    desk.enrol_key(ROOTS[2], ADMIN, GROWER, "admin", by="LEDGER")
    desk.add(ADMIN, "item-registered", {"code": "x", "name": "x"})
    assert desk.audit().clean
    early = council()
    early.enrol_key(ROOTS[0], ADMIN, GROWER, "admin", by="LEDGER")
    early.add(ADMIN, "item-registered", {"code": "x", "name": "x"})
    assert refused(early.audit()) == ("key-unknown", 4)


def test_the_same_root_voting_twice_counts_once() -> None:
    desk = council()
    for _ in range(2):
        desk.enrol_key(ROOTS[0], ADMIN, GROWER, "admin", by="LEDGER")
    desk.add(ADMIN, "item-registered", {"code": "x", "name": "x"})
    assert refused(desk.audit()) == ("key-unknown", 5)


def test_roots_that_say_different_things_do_not_add_up() -> None:
    desk = council()
    desk.enrol_key(ROOTS[0], ADMIN, GROWER, "admin", by="LEDGER")
    desk.enrol_key(ROOTS[1], NEW, GROWER, "admin", by="LEDGER")
    desk.add(ADMIN, "item-registered", {"code": "x", "name": "x"})
    assert refused(desk.audit()) == ("key-unknown", 5)


def test_two_roots_of_three_end_a_key_and_one_does_not() -> None:
    desk = council()
    for root in ROOTS[:2]:
        desk.enrol_key(root, ADMIN, GROWER, "admin", by="LEDGER")
    end(desk, ROOTS[1], ADMIN, party="LEDGER")
    desk.add(ADMIN, "item-registered", {"code": "x", "name": "x"})
    assert desk.audit().clean
    end(desk, ROOTS[2], ADMIN, party="LEDGER")
    desk.add(ADMIN, "item-registered", {"code": "y", "name": "y"})
    assert refused(desk.audit()) == ("key-ended", 8)


def test_a_threshold_beyond_the_number_of_roots_is_refused() -> None:
    assert refused(Desk(ROOTS, 4).audit()) == ("threshold-beyond", 0)


def _enrol(desk: Desk, by: Signer, party: str, role: str, of: str, tag: str | None) -> None:
    desk.enrol_key(by, NEW, of, role, by=party, tag=tag)


UNAUTHORISED: dict[str, tuple[Callable[[Desk], None], str]] = {
    "a station enrols a station": (
        lambda d: _enrol(d, STATION, GROWER, "station", GROWER, "B1"),
        "type-not-allowed",
    ),
    "an admin enrols an admin": (
        lambda d: _enrol(d, ADMIN, GROWER, "admin", GROWER, None),
        "enrolment-not-allowed",
    ),
    "an admin enrols for another party": (
        lambda d: _enrol(d, ADMIN, GROWER, "station", PACKER, "B1"),
        "enrolment-not-allowed",
    ),
    "a root enrols a station": (
        lambda d: _enrol(d, ROOT, "LEDGER", "station", GROWER, "B1"),
        "enrolment-not-allowed",
    ),
    "a root enrols for the ledger itself": (
        lambda d: _enrol(d, ROOT, "LEDGER", "admin", "LEDGER", None),
        "enrolment-not-allowed",
    ),
    "a root enrols for an unknown party": (
        lambda d: _enrol(d, ROOT, "LEDGER", "admin", "AI-DO", None),
        "party-unknown",
    ),
    "a stranger enrols": (
        lambda d: _enrol(d, NEW, GROWER, "station", GROWER, "B1"),
        "key-unknown",
    ),
    "a station tag taken": (
        lambda d: _enrol(d, ADMIN, GROWER, "station", GROWER, "A1"),
        "tag-taken",
    ),
    "a station without a tag": (
        lambda d: _enrol(d, ADMIN, GROWER, "station", GROWER, None),
        "tag-needed",
    ),
    "a key enrolled twice": (
        lambda d: d.enrol_key(ADMIN, STATION, GROWER, "station", by=GROWER, tag="B1"),
        "key-twice",
    ),
    "a station ends a key": (lambda d: end(d, STATION, STATION), "type-not-allowed"),
    "another party ends a key": (
        lambda d: end(d, OTHER_ADMIN, STATION, party=PACKER),
        "end-not-allowed",
    ),
    "an admin ends a root": (lambda d: end(d, ADMIN, ROOT), "end-not-allowed"),
    "an unknown key is ended": (lambda d: end(d, ADMIN, NEW), "key-unknown"),
}


@pytest.mark.parametrize("name", UNAUTHORISED)
def test_who_may_not_change_keys_is_refused_by_name(desk: Desk, name: str) -> None:
    act, expected = UNAUTHORISED[name]
    act(desk)
    assert refused(desk.audit()) == (expected, 7)
    if expected != "party-unknown":
        assert (6, 7, expected) in failures(desk.check(Q1))


def _swapped(desk: Desk, **changes: str) -> None:
    body: dict[str, object] = {"key": NEW.public.hex(), "party": GROWER, "role": "station"}
    body |= {"held": "station", "tag": "B1"}
    body["proof"] = NEW.agree("ledger.example/story", body)
    desk.add(ADMIN, "key-enrolled", {**body, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"key": signer_of("swapped").public.hex()},
        {"tag": "B2"},
        {"held": "hardware"},
        {"proof": "00" * 64},
    ],
)
def test_an_enrolment_altered_after_its_proof_is_refused(
    desk: Desk, changes: dict[str, str]
) -> None:
    _swapped(desk, **changes)
    assert refused(desk.audit()) == ("proof-wrong", 7)


def test_the_unaltered_enrolment_passes(desk: Desk) -> None:
    _swapped(desk)
    assert desk.audit().clean


def test_each_low_order_key_is_refused_at_its_enrolment(desk: Desk) -> None:
    for encoding in sorted(LOW_ORDER_ENCODINGS):
        with pytest.raises(SignatureRefused):
            PublicKey(encoding)
        desk = Desk()
        desk.enrol(GROWER)
        _swapped(desk, key=encoding.hex())
        assert refused(desk.audit()) == ("key_low_order", 4)
        assert (6, 4, "key_low_order") in failures(desk.check(Q1))


def test_every_type_is_refused_to_every_role_that_may_not_say_it(desk: Desk) -> None:
    signers = {
        "root": (ROOT, "LEDGER"),
        "admin": (ADMIN, GROWER),
        "station": (STATION, GROWER),
        "log": (LOG, "LEDGER"),
    }
    known: dict[str, tuple[str, str]] = {}
    history = History(known.get, desk.trust.roots)
    for index, raw in enumerate(desk.entries):
        history.admit(index, parse_entry(raw))
    denied = 0
    for role, (signer, party) in signers.items():
        for kind in TYPES:
            statement = Statement(kind, party, 1, None, "", (), None, {"size": 7})
            if kind in ALLOWED[role] and kind != "ledger-opened":
                assert history.keys.signer(signer.keyid, 7, statement).role == role
                continue
            with pytest.raises(KeyRefused) as found:
                history.keys.signer(signer.keyid, 7, statement)
            assert found.value.code in {"type-not-allowed", "genesis-twice"}
            denied += 1
    assert denied == 4 * len(TYPES) - sum(map(len, ALLOWED.values())) + 1


def test_the_log_key_commits_to_all_that_came_before_and_to_nothing_after(desk: Desk) -> None:
    known: dict[str, tuple[str, str]] = {}
    history = History(known.get, desk.trust.roots)
    for index, raw in enumerate(desk.entries):
        history.admit(index, parse_entry(raw))
    for size, index in ((8, 7), (1, 65_537), (0, 70_000)):
        statement = Statement("index-committed", "LEDGER", 1, None, "", (), None, {"size": size})
        with pytest.raises(KeyRefused) as found:
            history.keys.signer(LOG.keyid, index, statement)
        assert found.value.code == "index-out-of-reach"
        assert history.keys.signer(LOG.keyid, size, statement).held == "hub"


def test_nobody_can_end_the_log_key_or_enrol_it_for_a_party(desk: Desk) -> None:
    body = {"keyid": LOG.keyid.hex(), "last_good": 1, "reason": "key-stolen"}
    desk.add(ROOT, "key-compromised", body, party="LEDGER")
    assert refused(desk.audit()) == ("end-not-allowed", 7)
    desk = Desk()
    desk.enrol(GROWER)
    enrolled: dict[str, object] = {"key": LOG.public.hex(), "party": GROWER, "role": "station"}
    enrolled |= {"held": "station", "tag": "B1"}
    desk.add(ADMIN, "key-enrolled", {**enrolled, "proof": LOG.agree(ORIGIN, enrolled)})
    assert refused(desk.audit()) == ("key-twice", 4)


def test_the_story_never_needs_more_than_it_uses() -> None:
    assert check(told().bundles[CLEAN_LOT]).signers == [
        f"{PACKER} (station)",
        f"{GROWER} (station)",
    ]
