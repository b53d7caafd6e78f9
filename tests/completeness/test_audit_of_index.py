"""The audit makes the index anew: true commitments pass, a false one is named with its place."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.completeness.map_file import rows_on_disk
from ledger.signing import Signer
from ledger.verify.audit import AuditResult, audit_entries
from ledger.verify.completeness import RowMap
from tests.completeness import oracle
from tests.ledger_story import GROWER, LOG, PACKER, ROOT, SIGNERS, amount, kg, lot, signer_of
from tests.tampering.forgery import Desk

GTIN = "08938501000125"
FRUIT, FLOUR = f"{GROWER}/qua", f"{GROWER}/bot"
STATION, ADMIN = SIGNERS[GROWER, "station"], SIGNERS[GROWER, "admin"]


def ledger(steps: list[tuple[str, int]]) -> Desk:
    """A ledger told step by step; "commit" and a number commits truly, so many entries late."""
    desk = Desk()
    desk.enrol(GROWER)
    desk.enrol(PACKER)
    ended = False
    last = 0
    for number, (what, value) in enumerate(steps):
        if what == "commit":
            size = max(desk.size - value, last + 1)
            if size <= desk.size:
                last = desk.size
                commit(desk, size)
        elif what == "end" and not ended:
            ended = True
            body: dict[str, Any] = {"keyid": STATION.keyid.hex(), "reason": "key-stolen"}
            desk.add(ADMIN, "key-compromised", {**body, "last_good": value})
        elif what in {"papers", "withdrawn"}:
            desk.add(ADMIN, *papers(what, value))
        elif not ended:
            desk.add(STATION, *goods(what, value, number))
    return desk


def papers(what: str, value: int) -> tuple[str, dict[str, Any]]:
    subject = ("party:" + GROWER, f"site:{GROWER}/VT-1", "product:" + GTIN)[value % 3]
    if what == "withdrawn":
        return "certificate-withdrawn", {"number": "1", "subject": subject, "reason": "other"}
    body = {"kind": "ocop", "number": "1", "issuer": "UBND", "subject": subject}
    return "certificate-recorded", {**body, "valid_from": "2026-01-01", "valid_to": "2027-01-01"}


def goods(what: str, value: int, number: int) -> tuple[str, dict[str, Any]]:
    if what == "processed":
        # One lot twice among the outputs counts once.
        outputs = [amount(FLOUR, f"B{value % 5}", "1"), amount(FLOUR, f"B{value % 5}", "2")]
        inputs = [amount(FRUIT, f"Q{value % 7}", "3")]
        return what, {"site": "X", "inputs": inputs, "outputs": outputs}
    if what == "recalled":
        lots = [lot(FRUIT, f"Q{value % 7}"), lot(FLOUR, f"B{value % 5}")]
        return what, {"lots": lots, "reach": "descendants", "reason": "contamination"}
    return "harvested", {
        "lot": lot(FRUIT, f"Q{value % 7 if value % 2 else number}"),
        "quantity": kg("5"),
        "site": "VT-1",
    }


def commit(desk: Desk, size: int, /, **changed: object) -> None:
    """The log key's word for the first `size` entries; true unless changed."""
    rows = oracle.rows_of(desk.entries[:size])
    body: dict[str, Any] = {
        "size": size,
        "root": oracle.map_of(rows).root().hex(),
        "rows": len(rows),
    }
    desk.add(LOG, "index-committed", body | changed, party="LEDGER")


def audited(desk: Desk, rows: RowMap | None = None) -> AuditResult:
    return audit_entries(desk.entries, desk.roots, desk.trust.roots, rows=rows)


def failure(result: AuditResult) -> tuple[str, int | None] | None:
    return None if result.failure is None else (result.failure.code, result.failed_index)


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                "commit",
                "commit",
                "harvested",
                "harvested",
                "processed",
                "recalled",
                "papers",
                "withdrawn",
                "end",
            )
        ),
        st.integers(0, 12),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(_STEPS, st.booleans())
def test_every_true_commitment_passes_wherever_it_stands(
    steps: list[tuple[str, int]], on_disk: bool
) -> None:
    desk = ledger([*steps, ("commit", 0)])
    with rows_on_disk() if on_disk else nullcontext() as rows:
        result = audited(desk, rows)
    assert failure(result) is None
    assert result.types["index-committed"] >= 1


@settings(max_examples=25, deadline=None)
@given(_STEPS, _STEPS, st.sampled_from(("root", "rows", "size", "hidden")))
def test_a_false_commitment_is_named_with_its_place(
    before: list[tuple[str, int]], after: list[tuple[str, int]], how: str
) -> None:
    desk = ledger(before)
    desk.add(
        STATION if not any(s[0] == "end" for s in before) else ADMIN, *goods("harvested", 1, 0)
    )
    at = desk.size
    changed: dict[str, object] = {"root": "ab" * 32}
    if how == "rows":
        changed = {"rows": 1}
    elif how == "size":
        changed = {"size": at - 1}
    elif how == "hidden":
        # The last statement is left out, as who hides a recall would do.
        rows = oracle.rows_of(desk.entries[: at - 1])
        changed = {"root": oracle.map_of(rows).root().hex(), "rows": len(rows)}
    commit(desk, at, **changed)
    for what, value in after:
        if what in {"papers", "withdrawn"}:
            desk.add(ADMIN, *papers(what, value))
    code, index = failure(audited(desk)) or ("", None)
    assert index == at
    assert code == "index-false" or (how == "size" and code == "index-backwards")


def test_a_commitment_that_leaves_out_the_one_before_is_refused() -> None:
    desk = ledger([("harvested", 1), ("commit", 0), ("harvested", 1)])
    commit(desk, desk.size - 2)
    assert failure(audited(desk)) == ("index-backwards", desk.size - 1)


@pytest.mark.parametrize(
    ("signer", "party", "code"),
    [
        (ROOT, "LEDGER", "type-not-allowed"),
        (ADMIN, GROWER, "type-not-allowed"),
        (signer_of("stranger"), "LEDGER", "key-unknown"),
        (LOG, GROWER, "party-differs"),
    ],
)
def test_nobody_but_the_log_key_commits(signer: Signer, party: str, code: str) -> None:
    desk = ledger([("harvested", 1)])
    rows = oracle.rows_of(desk.entries)
    body = {"size": desk.size, "root": oracle.map_of(rows).root().hex(), "rows": len(rows)}
    desk.add(signer, "index-committed", body, party=party)
    assert failure(audited(desk)) == (code, desk.size - 1)


def test_the_log_key_says_nothing_else() -> None:
    desk = ledger([("harvested", 1)])
    desk.add(LOG, "party-registered", {"code": "X", "kind": "shop", "name": "X"}, party="LEDGER")
    assert failure(audited(desk)) == ("type-not-allowed", desk.size - 1)


def test_a_commitment_to_entries_not_yet_there_is_refused() -> None:
    desk = ledger([("harvested", 1)])
    rows = oracle.rows_of(desk.entries)
    body = {"size": desk.size + 1, "root": oracle.map_of(rows).root().hex(), "rows": len(rows)}
    desk.add(LOG, "index-committed", body, party="LEDGER")
    assert failure(audited(desk)) == ("index-out-of-reach", desk.size - 1)


def test_several_roots_must_agree_before_a_row_changes() -> None:
    roots = [signer_of(f"root {number}") for number in range(3)]
    desk = Desk(roots, threshold=2)
    party = {"code": GROWER, "kind": "cooperative", "name": "HTX"}
    body: dict[str, Any] = {
        "key": ADMIN.public.hex(),
        "party": GROWER,
        "role": "admin",
        "held": "station",
    }
    body["proof"] = ADMIN.agree("ledger.example/story", body)
    for kind, said in (("party-registered", party), ("key-enrolled", body)):
        for one in roots[:2]:
            desk.add(one, kind, said, party="LEDGER")
            commit(desk, desk.size)
    name = "key", GROWER, ADMIN.keyid.hex()
    known = [name in oracle.rows_of(desk.entries[:size]) for size in range(1, desk.size + 1)]
    assert known.index(True) == 7
    result = audited(desk)
    assert failure(result) is None
