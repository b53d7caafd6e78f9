"""Bundles and trust files that cannot be made: 503 with one sentence, never a fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.bootstrap import Services
from ledger.verify.checklist import verify_bundle
from ledger.verify.trust import Trust
from tests.pages.cooperative import GTIN, LOT, PARTY
from tests.store import small_ledger
from tests.tampering.indexed import witness

NAMES = ("tinh", "thanh-tra", "hoi")


def write_policy(services: Services, *lines: str) -> None:
    """`witnesses.txt` of three witnesses and these lines."""
    witnesses = [f"witness w{at} {witness(name).format()}" for at, name in enumerate(NAMES)]
    text = "\n".join([*witnesses, *lines, ""])
    Path(services.folder / "witnesses.txt").write_text(text, encoding="utf-8")


def test_a_bundle_that_the_read_models_are_not_ready_for_is_to_be_asked_for_again(
    services: Services, public: TestClient
) -> None:
    address = f"/api/v1/lots/{GTIN}/{LOT}/bundle"
    services.commit_index()
    assert public.get(address).status_code == 200
    raw = [one.raw for one in small_ledger.signed_harvests(services, 1, by=PARTY)]
    services.ledger.submit(raw)
    services.committer.commit()
    answer = public.get(address)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "try again" in answer.json()["detail"]
    services.station.catch_up()
    made = public.get(address).content
    report = verify_bundle(made, Trust.parse(public.get("/api/v1/trust").content))
    assert report.verdict == "verified" and report.complete_as_of is not None


def test_the_trust_file_names_the_witnesses_of_the_policy_and_its_quorum(
    services: Services, public: TestClient
) -> None:
    write_policy(services, "group two-of 2 w0 w1 w2", "quorum two-of")
    trust = Trust.parse(public.get("/api/v1/trust").content)
    assert trust.witnesses == tuple(map(witness, NAMES))
    assert (trust.quorum, trust.index_required) == (2, True)


@pytest.mark.parametrize(
    "lines",
    [
        ("group two-of 2 w0 w1", "group everybody all two-of w2", "quorum everybody"),
        ("quorum nobody",),
    ],
)
def test_a_policy_that_no_trust_file_can_say_is_told_and_no_fault(
    services: Services, public: TestClient, lines: tuple[str, ...]
) -> None:
    write_policy(services, *lines)
    answer = public.get("/api/v1/trust")
    assert answer.status_code == 503
    assert "witnesses.txt" in answer.json()["detail"]
