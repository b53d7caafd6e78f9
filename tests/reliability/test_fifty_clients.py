"""Fifty stations send to one hub at once: every journal whole, no gap and no fork."""

from __future__ import annotations

import pytest

from tests.reliability import clients
from tests.reliability.hub import served
from tests.reliability.places import Place, postgres_place, sqlite_place
from tests.store import small_ledger

STATIONS = 50
_HUB = ("--workers", "2")


def fifty(place: Place, appends: int, *words: str) -> None:
    """Fifty clients of a served hub, so many appends each."""
    folder = place.fresh()
    with small_ledger.opened(folder) as services:
        signers = clients.enrolled(services, STATIONS)
        before = services.store.size()
    journals = [clients.journal(signer, n, appends) for n, signer in enumerate(signers)]
    with served(folder, *words) as port:
        indexes, seconds = clients.send_all(port, journals)
    figures = clients.check(folder, before, journals, indexes)
    print(f"{place.name}: {figures}; {STATIONS * appends / seconds:.0f} appends/s")
    place.discard(folder)


def test_50_clients_of_4_appends_each_leave_no_gap_and_no_fork_on_sqlite() -> None:
    fifty(sqlite_place(), 4)


def test_50_clients_of_4_appends_each_leave_no_gap_and_no_fork_on_postgresql() -> None:
    fifty(postgres_place(), 4, *_HUB)


@pytest.mark.long
def test_50_clients_of_200_appends_each_leave_no_gap_and_no_fork_on_sqlite() -> None:
    fifty(sqlite_place(), 200)


@pytest.mark.long
def test_50_clients_of_200_appends_each_leave_no_gap_and_no_fork_on_postgresql() -> None:
    fifty(postgres_place(), 200, *_HUB)
