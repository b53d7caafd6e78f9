"""Somebody owns the database and holds the log key: every attack is noticed, wherever he strikes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.verify.audit import audit_entries
from tests.ledger_story import TRUST
from tests.tampering.forgery import roots_of
from tests.tampering.layers.honest import honest
from tests.tampering.layers.noticing import LAYERS
from tests.tampering.layers.table import count, table
from tests.tampering.layers.thief import ATTACKS

SIZE = 200  # the table of the documents is of 500, every place of them
_COMMITMENTS, _HARVESTS = (
    [at for at in range(SIZE) if f'"{kind}"'.encode() in honest(SIZE)[at]]
    for kind in ("index-committed", "harvested")
)
_PLACES = sorted({*range(0, SIZE, 40), SIZE - 1, *_COMMITMENTS[::4], *_HARVESTS[::16]})
ATTACKED = Path(__file__).resolve().parents[2] / "docs" / "attacks.md"


def test_no_layer_raises_an_alarm_over_the_honest_ledger() -> None:
    entries = honest(SIZE)
    assert audit_entries(entries, roots_of(entries), TRUST.roots).clean
    assert [name for name, notices in LAYERS.items() if notices(entries, entries)] == []


@pytest.mark.parametrize("name", ATTACKS)
def test_the_attack_is_noticed_by_some_layer_at_places_all_over_the_ledger(name: str) -> None:
    found = count(name, _PLACES, SIZE)
    assert found.tried
    assert found.missed == []


def test_a_false_index_is_noticed_by_nothing_but_the_index() -> None:
    found = count("false index", _COMMITMENTS, SIZE)
    assert found.tried == len(_COMMITMENTS) > 5
    assert found.by == {
        "signatures and journals": 0,
        "anchors": 0,
        "witness": 0,
        "index": found.tried,
    }


def test_a_roll_back_is_noticed_by_who_kept_a_checkpoint_and_nobody_else() -> None:
    found = count("log truncated (roll-back)", range(7, SIZE, 20), SIZE)
    assert found.by["witness"] == found.tried
    assert found.by["anchors"] == found.by["index"] == 0


@pytest.mark.long
def test_the_documented_table_is_what_every_position_gives() -> None:
    assert table() in ATTACKED.read_text(encoding="utf-8")
