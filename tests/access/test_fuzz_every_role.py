"""Whatever is sent to the API, by whomever: no fault of the server, no answer that is undocumented."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from api.access.table import PEOPLE, ROLES
from api.bootstrap import Services
from api.station_wire.request_signing import sign_request
from tests.access.visitors import Visitors
from tests.pages.cooperative import PARTY, found_cooperative

CHECKS: Final = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
LONG_CASES: Final = 10_000
_A_STRANGER_SENDS = 250
Call = Callable[[dict[str, Any]], httpx.Response]


@schemathesis.serializer("application/vnd.ocop-ledger.entries")
def raw_entries(context: schemathesis.SerializationContext, value: object) -> bytes:
    """A body of entries is bytes; anything else that was made up is sent as its text."""
    del context
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder: Path = tmp_path_factory.mktemp("fuzz") / "ledger"
    made = found_cooperative(folder)
    yield made
    made.close()


@pytest.fixture(scope="module")
def callers(services: Services) -> dict[str, Call]:
    """For each role, how one of its clients sends a request."""
    visitors = Visitors(services)
    visitors.set_up("administrator", "administrator")
    found: dict[str, Call] = {
        "anonymous": strangers(visitors),
        "machine": by(visitors.home()),
        "station": signed(services, visitors),
    }
    for role in PEOPLE:
        if role != "administrator":
            visitors.set_up(role, role)
        found[role] = by(visitors.signed_in(role, home=True))
    assert set(found) == set(ROLES)
    return found


def by(client: TestClient) -> Call:
    def call(request: dict[str, Any]) -> httpx.Response:
        answer: httpx.Response = client.request(**request)
        return answer

    return call


def strangers(visitors: Visitors) -> Call:
    """Somebody from far away; another one before the limits of an address are reached."""
    sent = itertools.count()

    def call(request: dict[str, Any]) -> httpx.Response:
        number = next(sent) // _A_STRANGER_SENDS
        client = visitors.away(f"203.0.{number % 200}.{number // 200 + 1}")
        answer: httpx.Response = client.request(**request)
        return answer

    return call


def signed(services: Services, visitors: Visitors) -> Call:
    """A station: what is sent is signed, whatever it is."""
    client, numbers = visitors.home(), itertools.count()
    signer = services.station.signers[PARTY, "station"]

    def call(request: dict[str, Any]) -> httpx.Response:
        headers = {name.lower(): value for name, value in (request["headers"] or {}).items()}
        built = client.build_request(**{**request, "headers": headers})
        body = built.read()
        covered = {
            name: built.headers[name]
            for name in ("content-type", "content-encoding")
            if name in built.headers
        }
        covered["ocop-log"] = services.settings.origin
        created = int(services.now().timestamp())
        made = sign_request(
            signer,
            *(built.method, urlsplit(str(built.url)).path, covered),
            *(body, created, f"{next(numbers):016}"),
        )
        built.headers.update(made)
        answer: httpx.Response = client.send(built)
        return answer

    return call


def request_of(case: schemathesis.Case[Any]) -> dict[str, Any]:
    """What schemathesis made up, for any client."""
    made = case.as_transport_kwargs(base_url="http://127.0.0.1:8471")
    headers = {
        name: value
        for name, value in (made["headers"] or {}).items()
        # Headers are bytes of one byte each on the wire, in whatever program.
        if all(ord(letter) < 128 for letter in f"{name}{value}")
    }
    kept = {name: made[name] for name in ("method", "url", "params", "cookies") if made.get(name)}
    body = {name: made[name] for name in ("json", "data", "content") if made.get(name) is not None}
    if isinstance(body.get("data"), bytes | str):
        body = {"content": body["data"]}
    return {**kept, **body, "headers": headers}


def fuzz(services: Services, callers: dict[str, Call], cases: int, chance: int) -> Counter[str]:
    """Send that many cases to every operation in every role together; answers by role and status."""
    visitors = Visitors(services)
    schema = schemathesis.openapi.from_dict(visitors.app.openapi())
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) >= 8
    answers: Counter[str] = Counter()
    rounds = 0
    # An operation without parameters has one case a round.
    while (left := cases - sum(answers.values())) > 0:
        rounds += 1
        for role, call in callers.items():
            for operation in operations:
                most = -(-left // (len(operations) * len(callers)))
                send_all(operation, role, call, answers, chance + rounds, most)
    return answers


def send_all(
    operation: schemathesis.APIOperation[Any, Any, Any, Any],
    role: str,
    call: Call,
    answers: Counter[str],
    chance: int,
    most: int,
) -> None:
    """Send at most so many cases of one operation and look at every answer."""

    @seed(chance)
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: schemathesis.Case[Any]) -> None:
        answer = call(request_of(case))
        answers[f"{role} {answer.status_code}"] += 1
        case.validate_response(answer, checks=CHECKS)

    send()


def test_no_role_finds_a_fault_or_an_undocumented_answer(
    services: Services, callers: dict[str, Call]
) -> None:
    answers = fuzz(services, callers, 250, 1)
    assert {one.partition(" ")[0] for one in answers} == set(ROLES)


@pytest.mark.long
def test_ten_thousand_cases_find_neither_a_fault_nor_an_undocumented_answer(
    services: Services, callers: dict[str, Call]
) -> None:
    answers = fuzz(services, callers, LONG_CASES, 2)
    assert sum(answers.values()) >= LONG_CASES
    assert not any(one.split()[1].startswith("5") for one in answers)
