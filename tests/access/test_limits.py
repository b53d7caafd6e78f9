"""How often is often enough: at once, a minute later, and in bounded memory."""

from __future__ import annotations

import base64

import pytest

from api.access import limits
from api.access.limits import RATES, Limits, asker
from api.bootstrap import Services
from tests.access.visitors import Visitors
from tests.pages.cooperative import GTIN, LOT


class Clock:
    """Seconds that a test puts forward."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def visitors(services: Services, monkeypatch: pytest.MonkeyPatch) -> Visitors:
    """For their limits no time passes: a slow computer asks no less often than a quick one."""
    monkeypatch.setattr("api.access.gate.Limits", lambda _clock: Limits(Clock()))
    return Visitors(services)


@pytest.mark.parametrize("kind", RATES)
def test_so_many_at_once_and_then_so_many_a_minute(kind: str) -> None:
    clock = Clock()
    taken, most, whole = Limits(clock), RATES[kind].a_minute, 60 * RATES[kind].minutes
    assert [taken.take(kind, "a") for _ in range(most)] == [None] * most
    wait = taken.take(kind, "a")
    assert wait is not None and wait == pytest.approx(whole / most)
    assert taken.take(kind, "b") is None
    clock.time += wait
    assert taken.take(kind, "a") is None
    assert taken.take(kind, "a") is not None
    clock.time += whole
    assert sum(taken.take(kind, "a") is None for _ in range(2 * most)) == most


def test_memory_is_bounded_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED", 100)
    taken = Limits(Clock())
    for number in range(1000):
        taken.take("api", f"10.0.{number}")
    assert taken.remembered("api") == 100


def test_a_subscriber_with_many_addresses_is_one_asker() -> None:
    assert asker("2001:db8:1:2:aaaa::1") == asker("2001:db8:1:2:bbbb::9")
    assert asker("2001:db8:1:3::1") != asker("2001:db8:1:2::1")
    assert asker("::ffff:203.0.113.5") == "203.0.113.5" == asker("203.0.113.5")
    assert asker("no:address") == "no:address"


def test_one_label_answers_sixty_times_a_minute_to_one_address_and_goes_on_for_others(
    visitors: Visitors,
) -> None:
    path = f"/01/{GTIN}/10/{LOT}"
    away = visitors.away()
    assert [away.get(path).status_code for _ in range(60)] == [200] * 60
    answer = away.get(path)
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1
    assert "dồn dập" in answer.text
    assert away.get(f"{path}/21/XYZ").status_code == 404
    assert visitors.away("203.0.113.6").get(path).status_code == 200
    assert all(visitors.home().get(path).status_code == 200 for _ in range(70))


def test_the_public_api_is_limited_by_address_and_says_so_as_a_problem(
    visitors: Visitors,
) -> None:
    away = visitors.away()
    path, json = "/api/v1/trust", {"accept": "application/json"}
    assert [away.get(path, headers=json).status_code for _ in range(600)] == [200] * 600
    answer = away.get(path, headers=json)
    assert answer.status_code == 429
    assert answer.json()["code"] == "too-often"
    assert answer.headers["content-type"] == "application/problem+json"
    assert visitors.away("198.51.100.1").get(path).status_code == 200
    assert away.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/", "/vao", f"/lo/{GTIN}/{LOT}", "/no-page", "/01/1/10/2"])
def test_a_query_of_any_length_is_answered_and_breaks_nothing(
    visitors: Visitors, path: str
) -> None:
    for client in (visitors.away(), visitors.home()):
        answer = client.get(path + "?" + "&".join(f"a{at}=1" for at in range(300)) + "&lang=en")
        assert answer.status_code < 500


@pytest.mark.parametrize("name", ["a\0b", "A", "", "x" * 200, "a'--"])
def test_a_reading_pass_under_an_impossible_name_is_no_pass(visitors: Visitors, name: str) -> None:
    pass_ = base64.b64encode(f"{name}:guess".encode()).decode()
    headers = {"authorization": f"Basic {pass_}"}
    assert visitors.away().get("/log/checkpoint", headers=headers).status_code == 200
    assert not visitors.gate.readers.knows(f"Basic {pass_}")


def test_addresses_that_only_differ_far_behind_a_labels_length_are_remembered_as_one(
    visitors: Visitors,
) -> None:
    away, long = visitors.away(), "/01/" + "1" * 4000
    assert [away.get(f"{long}{at}").status_code for at in range(60)] == [404] * 60
    assert away.get(f"{long}last").status_code == 429
