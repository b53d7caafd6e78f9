"""The index of a live ledger: committed to, followed, proved, and made anew when it is lost."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from api.bootstrap import Services
from ledger.completeness.committing import commit_index
from ledger.completeness.keeper import IndexKeeper
from tests.completeness.following import (
    TIME,
    check,
    committed,
    hold,
    log_key,
    say_falsely,
)
from tests.store import places, small_ledger
from tests.store.small_ledger import FARM, GTIN

pytestmark = pytest.mark.usefixtures("both_stores")
LOT = ("lot", GTIN, "L01")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """A ledger with a whole story told."""
    made = small_ledger.told(tmp_path / "so")
    yield made
    made.close()


def test_a_commitment_covers_all_that_was_sealed_and_proves_every_row(services: Services) -> None:
    before = services.store.size()
    at = committed(services)
    assert (at.size, at.index) == (before, before)
    assert check(services, services.index) == at
    assert services.index.row(LOT).value is not None


def test_nothing_is_committed_twice(services: Services) -> None:
    at = committed(services)
    size = services.store.size()
    assert committed(services) == at
    assert services.store.size() == size
    hold(services, small_ledger.day(20))
    later = committed(services)
    assert later.size == size + 1
    assert check(services, services.index) == later


def test_nothing_is_served_before_anything_is_committed(services: Services) -> None:
    services.index.follow()
    assert services.index.committed() is None
    assert services.index.rows([LOT]) is None
    with pytest.raises(LookupError):
        services.index.row(LOT)
    size = services.store.size()
    assert services.index.propose()[0] == size
    assert services.store.size() == size
    assert services.index.committed() is None


def test_a_lost_index_is_made_anew_from_the_log(services: Services, tmp_path: Path) -> None:
    at = committed(services)
    again = IndexKeeper(services.store, tmp_path / "again.db")
    again.follow()
    assert again.committed() == at
    check(services, again)
    again.close()
    services.index.close()
    for path in services.folder.glob("index.db*"):
        path.unlink()
    services.index.follow()
    assert check(services, services.index) == at


def test_a_damaged_index_is_made_anew(services: Services) -> None:
    at = committed(services)
    services.index.close()
    for end in ("-wal", "-shm"):
        (services.folder / f"index.db{end}").unlink(missing_ok=True)
    (services.folder / "index.db").write_bytes(b"no database at all" * 100)
    assert services.index.committed() is None
    services.index.follow()
    assert check(services, services.index) == at


_EDITS = (
    "UPDATE place SET hash = zeroblob(32) WHERE key IS NULL",
    "UPDATE place SET hash = zeroblob(32) WHERE key IS NOT NULL",
    "UPDATE place SET value = replace(value, '\"count\":', '\"count\":1')",
    "DELETE FROM place WHERE key IS NOT NULL",
    "UPDATE standing SET root = zeroblob(32)",
)


@pytest.mark.parametrize(
    ("edit", "other_machine"), [*((edit, False) for edit in _EDITS), (_EDITS[1], True)]
)
def test_an_index_edited_in_its_file_leads_to_no_false_commitment_and_no_false_alarm(
    services: Services, edit: str, *, other_machine: bool
) -> None:
    committed(services)
    services.index.close()
    with closing(sqlite3.connect(services.folder / "index.db")) as index, index:
        index.execute(edit)
    hold(services, small_ledger.day(20))
    if other_machine:
        other = IndexKeeper(services.store, None)
        commit_index(other, services.ledger, services.station.log, log_key(services), TIME)
        other.close()
        services.index.follow()
    for _ in range(3):
        services.committer.commit()
    assert services.index.fault is None
    at = check(services, services.index)
    assert at.size >= services.store.size() - 1
    result = small_ledger.audit(services)
    assert result.clean, str(result.failure)


@pytest.mark.parametrize("edit", _EDITS[:4])
def test_rows_of_an_index_edited_in_its_file_are_not_served(services: Services, edit: str) -> None:
    at = committed(services)
    services.index.close()
    with closing(sqlite3.connect(services.folder / "index.db")) as index, index:
        index.execute(edit)
    found = services.index.rows([LOT])
    assert found is None or found[1][0].root() == at.root
    services.index.follow()
    services.index.follow()
    if found is None:
        assert check(services, services.index) == at


@pytest.mark.parametrize("changed", [{"root": "ab" * 32}, {"rows": 3}])
def test_a_false_commitment_is_remembered_and_never_served(
    services: Services, changed: dict[str, object]
) -> None:
    committed(services)
    hold(services, small_ledger.day(20))
    say_falsely(services, **changed)
    services.index.follow()
    assert services.index.committed() is None
    assert services.index.fault is not None
    assert f"log index {services.store.size() - 1} " in services.index.fault
    # It is the same to one who opens the file later, and to one who has only the log.
    for path in (services.folder / "index.db", None):
        other = IndexKeeper(services.store, path)
        other.follow()
        assert other.committed() is None
        assert other.fault == services.index.fault
        other.close()
    # A true commitment after it is served again; the fault stays.
    hold(services, small_ledger.day(21))
    later = committed(services)
    assert check(services, services.index) == later
    assert services.index.fault is not None


def test_a_commitment_that_leaves_out_what_came_before_is_false(services: Services) -> None:
    at = committed(services)
    say_falsely(services, size=at.size - 1)
    services.index.follow()
    assert services.index.fault is not None
    assert "never goes back" in services.index.fault


@pytest.mark.parametrize("went_on", [0, 1, 5])
def test_an_index_ahead_of_a_ledger_put_back_is_made_anew(
    services: Services, tmp_path: Path, went_on: int
) -> None:
    committed(services)
    services.close()
    old = places.copy_of(services.folder, tmp_path / "old")
    with small_ledger.opened(services.folder) as ahead:
        for turn in range(3):
            hold(ahead, small_ledger.day(20, turn))
            committed(ahead)
    for path in old.glob("index.db*"):
        path.unlink()
    shutil.copy(services.folder / "index.db", old / "index.db")
    with small_ledger.opened(old) as one:
        for turn in range(went_on):
            # Another story than the one that the index was made from.
            hold(one, small_ledger.day(21, turn))
            commit_index(
                IndexKeeper(one.store, None),
                one.ledger,
                one.station.log,
                log_key(services),
                TIME,
            )
        one.index.follow()
        assert one.index.fault is None
        check(one, one.index)
        hold(one, small_ledger.day(22))
        later = committed(one)
        assert check(one, one.index) == later


def test_two_machines_of_a_hub_never_contradict_each_other(services: Services) -> None:
    with small_ledger.opened(services.folder) as other:
        elsewhere = IndexKeeper(other.store, None)
        signer = log_key(services)
        for turn in range(6):
            hold(services, small_ledger.day(20, turn))
            if turn % 2:
                committed(services)
            else:
                commit_index(elsewhere, other.ledger, other.station.log, signer, TIME)
        # Both propose at once: only the first to append is taken, and nothing false is sealed.
        hold(services, small_ledger.day(21))
        size = services.store.size()
        with elsewhere.proposing() as proposal:
            assert proposal is not None
            committed(services)
            before = services.store.size()
        assert (size, before) == (size, size + 1)
        elsewhere.follow()
        services.index.follow()
        assert elsewhere.committed() == services.index.committed()
        assert elsewhere.fault is None
        check(services, elsewhere)
        elsewhere.close()


def test_rows_are_read_while_another_commitment_is_on_its_way(services: Services) -> None:
    at = committed(services)
    hold(services, small_ledger.day(20))
    with ThreadPoolExecutor(1) as elsewhere, services.index.proposing() as proposal:
        assert proposal is not None
        found = elsewhere.submit(services.index.rows, [LOT]).result(timeout=10)
    assert found is not None
    assert (found[0], found[1][0].root()) == (at, at.root)


def test_a_crash_between_any_two_steps_leaves_a_true_index(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(services)

    class Killed(BaseException):
        """The process ends here."""

    for step in ("proposed", "appended", "sealed"):
        hold(services, small_ledger.day(20))
        with monkeypatch.context() as patched:
            if step == "proposed":
                patched.setattr(services.ledger, "submit", _die(Killed))
            elif step == "appended":
                calls = iter((False, True))
                seal = services.station.log.seal

                def sealing(seal: object = seal, calls: object = calls) -> int:
                    if next(calls):  # type: ignore[call-overload]
                        raise Killed
                    return seal()  # type: ignore[operator,no-any-return]

                patched.setattr(services.station.log, "seal", sealing)
            else:
                patched.setattr(services.index, "_stand", _die(Killed))
            with pytest.raises(Killed):
                services.committer.commit()
        services.index.close()
        at = committed(services)
        assert services.index.fault is None
        assert check(services, services.index) == at
        assert services.index.propose()[0] == at.size


def _die(wrong: type[BaseException]) -> object:
    def now(*_: object, **__: object) -> object:
        raise wrong

    return now


def test_a_ledger_without_the_log_key_only_follows(services: Services) -> None:
    at = committed(services)
    size = services.store.size()
    hold(services, small_ledger.day(20))
    signer = services.station.signers[FARM, "station"]
    # Any other key is none that genesis names for this.
    assert commit_index(services.index, services.ledger, services.station.log, signer, TIME) == at
    assert services.store.size() == size + 1
