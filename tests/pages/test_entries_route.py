"""Recording over HTTP: waiting for the seal, a busy or ending writer, many requests at once."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services
from api.routes import entries as entries_route
from ledger.signing import Signer
from ledger.verify.merkle import leaf_hash
from ledger.verify.tlog_proof import TlogProof
from ledger.writer import BatchingWriter
from tests.pages.cooperative import PARTY
from tests.pages.test_interface import ENTRIES, posted, signed


@pytest.fixture
def signer(services: Services) -> Signer:
    return services.station.signers[PARTY, "station"]


@pytest.fixture
def entry(services: Services, signer: Signer) -> bytes:
    """The next entry of the station's journal, not recorded yet."""
    return signed(signer, *next_place(services, signer))


def next_place(services: Services, signer: Signer) -> tuple[int, str | None]:
    services.ledger.catch_up()
    head = services.ledger.history.journals.get(signer.keyid)
    return (1, None) if head is None else (head.seq + 1, head.id)


def body_of(*entries: bytes) -> dict[str, Any]:
    return {"entries": [base64.b64encode(entry).decode() for entry in entries]}


def proves(services: Services, proof: str, entry: bytes) -> bool:
    """Whether an answered proof shows the entry under the newest checkpoint."""
    head = services.log.head()
    assert head is not None
    return TlogProof.parse(proof).index == services.store.index_of(leaf_hash(entry))


@pytest.mark.parametrize(
    ("query", "headers"),
    [("?wait=seal", {}), ("", {"prefer": "wait=5"}), ("", {"prefer": "respond-async, Wait"})],
)
def test_an_answer_that_waits_for_the_seal_carries_its_proof(
    services: Services, public: TestClient, entry: bytes, query: str, headers: dict[str, str]
) -> None:
    answer = public.post(ENTRIES + query, json=body_of(entry), headers=headers)
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["results"]
    assert result["status"] == "recorded"
    assert proves(services, result["proof"], entry)


@pytest.mark.parametrize("headers", [{}, {"prefer": "return=minimal"}])
def test_an_answer_that_does_not_wait_says_that_there_is_no_proof_yet(
    public: TestClient, entry: bytes, headers: dict[str, str]
) -> None:
    answer = public.post(ENTRIES, json=body_of(entry), headers=headers)
    (result,) = answer.json()["results"]
    assert (answer.status_code, result["status"], result["proof"]) == (200, "recorded", None)


def test_the_proofs_of_entries_before_an_offending_one_come_with_the_refusal(
    services: Services, public: TestClient, entry: bytes
) -> None:
    answer = public.post(f"{ENTRIES}?wait=seal", json=body_of(entry, entry[:-1]))
    assert answer.status_code == 400
    (result,) = answer.json()["results"]
    assert proves(services, result["proof"], entry)


def test_a_seal_that_does_not_come_costs_two_seconds_and_not_the_record(
    services: Services, public: TestClient, entry: bytes
) -> None:
    began = time.monotonic()
    with services.store.sequencing():
        answer = public.post(f"{ENTRIES}?wait=seal", json=body_of(entry))
    assert time.monotonic() - began < 6
    (result,) = answer.json()["results"]
    assert (answer.status_code, result["status"], result["proof"]) == (200, "recorded", None)
    assert services.store.entry(leaf_hash(entry)) == entry


def test_a_busy_writer_is_said_with_503_and_when_to_come_back(
    services: Services, public: TestClient, entry: bytes
) -> None:
    services._writer = BatchingWriter(services.ledger, most_waiting=0)
    answer = posted(public, entry)
    assert (answer.status_code, answer.json()["code"]) == (503, "too-busy")
    assert int(answer.headers["retry-after"]) >= 1
    assert services.store.entry(leaf_hash(entry)) is None


def test_a_writer_that_ends_is_said_with_503(
    services: Services, public: TestClient, entry: bytes
) -> None:
    services.writer.close()
    answer = posted(public, entry)
    assert (answer.status_code, answer.json()["code"]) == (503, "writer-closed")


def test_requests_that_wait_for_the_writer_hold_no_thread_and_no_page(
    services: Services, entry: bytes
) -> None:
    app = create_app(services)

    async def crowd() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, client=("203.0.113.5", 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            with services.store.writing():
                posts = [
                    asyncio.create_task(client.post(ENTRIES, json=body_of(entry), timeout=60))
                    for _ in range(120)
                ]
                await asyncio.sleep(0.3)
                # More posts wait than the server has threads; what needs a thread goes on.
                async with asyncio.timeout(10):
                    page = await client.get(f"/api/v1/lots/{PARTY}%2Fnone/X/bundle")
                assert page.status_code == 404
                assert not any(post.done() for post in posts)
            return list(await asyncio.gather(*posts))

    answers = asyncio.run(crowd())
    assert {answer.status_code for answer in answers} == {200}
    said = [answer.json()["results"][0]["status"] for answer in answers]
    assert sorted(said) == ["known"] * 119 + ["recorded"]


def test_a_large_body_is_recorded_like_a_small_one(
    services: Services, public: TestClient, signer: Signer
) -> None:
    seq, prev = next_place(services, signer)
    entries = []
    for number in range(100):
        entries.append(signed(signer, seq + number, prev))
        prev = leaf_hash(entries[-1]).hex()
    sent = body_of(*entries)
    assert sum(map(len, sent["entries"])) > entries_route._LARGE_BODY
    answer = public.post(f"{ENTRIES}?wait=seal", json=sent)
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [one["id"] for one in results] == [leaf_hash(raw).hex() for raw in entries]
    assert all(
        proves(services, one["proof"], raw) for one, raw in zip(results, entries, strict=True)
    )
