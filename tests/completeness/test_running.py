"""The index of a ledger that runs: committed to beside the sealing, looked at by doctor and audit."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.background import indexing
from api.background.indexing import Indexer
from api.background.sequencer import Sequencer
from api.background.threads import running
from api.bootstrap import Services
from api.commands.main import main
from api.watching.doctor.case import Case
from api.watching.doctor.index_checks import check_index
from ledger.signing import load_key
from ledger.verify.keys import COMMITTED
from ledger.verify.statement import Statement
from tests.store import small_ledger
from tests.store.small_ledger import signed_harvests

pytestmark = pytest.mark.usefixtures("both_stores")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = small_ledger.told(tmp_path / "so")
    yield made
    made.close()


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def commitments(services: Services) -> int:
    signer = load_key(services.folder / "keys" / "log.pem")
    services.ledger.catch_up()
    head = services.ledger.history.journals.get(signer.keyid)
    return 0 if head is None else head.seq


def say_falsely(services: Services) -> None:
    signer = load_key(services.folder / "keys" / "log.pem")
    body = {"size": services.store.size(), "root": "ab" * 32, "rows": 3}
    time_text = services.station.now_text()
    one = Statement(COMMITTED, "LEDGER", 1, None, time_text, (), None, body)
    services.ledger.submit([signer.sign(one).raw])
    services.station.catch_up()


def test_recording_and_sealing_alone_commit_to_nothing(services: Services) -> None:
    services.ledger.submit([one.raw for one in signed_harvests(services, 3)])
    services.station.catch_up()
    assert commitments(services) == 0
    assert not (services.folder / "index.db").exists()


def test_whoever_leads_commits_once_for_all_that_is_new(services: Services) -> None:
    with running(Indexer(services, lambda: True, pace=0.05).run):
        until(lambda: services.index.committed() is not None, 20, "the first commitment")
        at = services.index.committed()
        assert at is not None
        assert commitments(services) == 1
        services.ledger.submit([one.raw for one in signed_harvests(services, 20)])
        services.station.catch_up()

        def later() -> bool:
            now = services.index.committed()
            return now is not None and now.size >= at.size + 21

        until(later, 20, "the next")
        made = commitments(services)
        time.sleep(0.5)
        assert commitments(services) == made  # nothing was new
    small_ledger.check_ledger(services.folder)


def test_a_stand_in_follows_and_commits_to_nothing(services: Services) -> None:
    with running(Indexer(services, lambda: False, pace=0.05).run):
        until((services.folder / "index.db").exists, 20, "the index")
        time.sleep(0.3)
    assert commitments(services) == 0


def test_the_sequencer_seals_at_once_and_commits_a_few_seconds_later(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "INDEX_PACE", 1.5)
    with running(Sequencer(services).run):
        services.ledger.submit([one.raw for one in signed_harvests(services, 3)])
        size = services.store.counted(services.store.newest())
        until(lambda: services.store.size() == size, 1.4, "sealed")
        assert commitments(services) == 0
        until(lambda: commitments(services) == 1, 20, "committed")
        until(lambda: services.index.committed() is not None, 20, "followed")


def test_a_false_commitment_is_found_by_doctor_and_audit(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = services.folder
    with closing(Case(folder)) as case:
        assert check_index(case) == []
    say_falsely(services)
    at = services.store.size() - 1
    services.index.follow()
    with closing(Case(folder)) as case:
        (found,) = check_index(case)
    assert found.code == "index-false"
    assert f"log index {at} " in found.parts("en")[0]
    services.close()
    capsys.readouterr()
    assert main(["audit", "--dir", str(folder), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["clean"]
    assert f"log index {at} " in json.dumps(told)
    for lang, words in (("en", f"log index {at} "), ("vi", f"vị trí {at} ")):
        assert main(["audit", "--dir", str(folder), "--lang", lang]) == 1
        assert words in capsys.readouterr().out


def test_an_audit_of_true_commitments_is_clean(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    for prefix in "ABC":
        services.ledger.submit([one.raw for one in signed_harvests(services, 2, prefix=prefix)])
        services.committer.commit()
    folder = services.folder
    services.station.catch_up()
    services.close()
    capsys.readouterr()
    assert main(["audit", "--dir", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["types"][COMMITTED] == 3
