"""The ledger, on either store, is what a simple in-memory model says it is."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.reliability.machine import LedgerMachine
from tests.reliability.places import Place, rewound_place, sqlite_place

QUICK, LONG = 30, 1_000  # on each store


def compare(place: Place, runs: int, steps: int) -> None:
    """That many random stories on a place's ledgers, each compared with the model all along."""
    told: dict[str, int] = {}
    machine = type("Machine", (LedgerMachine,), {"place": place, "counts": told})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    print(place.name, told)
    assert told["runs"] >= runs, told
    for word in ("recorded", "known", "fork", "wrong", "seq-gap", "prev-differs", "key-unknown"):
        assert told[word] > 0, told


def test_a_sqlite_ledger_equals_the_simple_model_in_30_stories() -> None:
    compare(sqlite_place(), QUICK, 12)


@pytest.mark.long
def test_a_sqlite_ledger_equals_the_simple_model_in_1000_stories() -> None:
    compare(sqlite_place(), LONG, 20)


def test_a_postgresql_ledger_equals_the_simple_model_in_30_stories() -> None:
    compare(rewound_place(), QUICK, 10)


@pytest.mark.long
def test_a_postgresql_ledger_equals_the_simple_model_in_1000_stories() -> None:
    compare(rewound_place(), LONG, 20)
