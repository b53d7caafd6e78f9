"""The index of logs that change keys and papers, and of logs too long for one piece."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.bootstrap import Services
from ledger.verify.entry import parse_entry
from ledger.verify.row_tree import RowTree
from ledger.verify.statement import Statement
from tests.completeness.following import TIME, check, committed, entries
from tests.store import small_ledger
from tests.store.small_ledger import FARM, GTIN

pytestmark = pytest.mark.usefixtures("both_stores")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """A ledger with a whole story told."""
    made = small_ledger.told(tmp_path / "so")
    yield made
    made.close()


def test_every_prefix_of_a_log_with_keys_ended_and_papers_withdrawn_is_committed_truly(
    services: Services,
) -> None:
    station = services.station.signers[FARM, "station"]
    steps: tuple[tuple[str, dict[str, object]], ...] = (
        ("certificate-withdrawn", {"number": "1", "subject": f"product:{GTIN}", "reason": "other"}),
        (
            "key-compromised",
            {"keyid": station.keyid.hex(), "last_good": 20, "reason": "key-stolen"},
        ),
        (
            "key-compromised",
            {"keyid": station.keyid.hex(), "last_good": 12, "reason": "key-stolen"},
        ),
    )
    for kind, body in steps:
        _say_as_admin(services, kind, body)
        services.station.log.seal()
        check_at = committed(services)
        assert check(services, services.index) == check_at
    value = services.index.row(("key", FARM, station.keyid.hex())).value
    assert value is not None
    assert value["last_good"] == 12
    assert value["ended"] is not None
    raw = entries(services)
    assert (
        parse_entry(raw[value["ended"] - 1]).keyid == services.station.signers[FARM, "admin"].keyid
    )


def _say_as_admin(services: Services, kind: str, body: dict[str, object]) -> None:
    signer = services.station.signers[FARM, "admin"]
    services.ledger.catch_up()
    head = services.ledger.history.journals[signer.keyid]
    one = Statement(kind, FARM, head.seq + 1, head.id, TIME, (), None, body)
    services.ledger.submit([signer.sign(one).raw])


def test_long_lines_of_entries_go_into_the_file_in_bounded_pieces(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.verify.completeness.REACH", 20)
    monkeypatch.setattr("ledger.verify.completeness._TURN", 2)
    monkeypatch.setattr("ledger.completeness.walk.GATHERED", 5)
    applied: list[int] = []
    apply = RowTree.apply

    def counted(tree: RowTree, changes: dict[bytes, object]) -> None:
        applied.append(len(changes))
        apply(tree, changes)  # type: ignore[arg-type]

    monkeypatch.setattr(RowTree, "apply", counted)
    harvests = [entry.raw for entry in small_ledger.signed_harvests(services, 600)]
    services.ledger.submit(harvests)
    services.station.log.seal()
    services.index.follow()
    assert len(applied) > 1
    services.index.close()
    at = committed(services)
    assert check(services, services.index) == at
