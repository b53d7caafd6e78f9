"""What a writer keeps in memory of entries is bounded, and nothing is lost by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import memory
from ledger.application import Submitted
from tests.store import small_ledger
from tests.store.small_ledger import FARM, check_ledger, signed_harvests

pytestmark = pytest.mark.usefixtures("both_stores")


def test_what_a_ledger_no_longer_remembers_it_finds_in_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_REMEMBERED", 3)
    services = small_ledger.found(tmp_path / "so")
    raw = [entry.raw for entry in signed_harvests(services, 12)]
    answers = services.ledger.submit(raw)
    kept = services.ledger._memory
    assert 3 <= len(kept._later) + len(kept._earlier) <= 6
    for _ in range(2):
        assert {services.ledger.party_of(one.id) for one in answers} == {("harvested", FARM)}
        again = services.ledger.submit(raw)
        assert again == [Submitted(one.id, one.index, known=True) for one in answers]
        assert len(kept._later) + len(kept._earlier) <= 6
    assert kept.seen(answers[-1].id) == ("harvested", FARM, answers[-1].index)
    services.close()
    check_ledger(tmp_path / "so")
