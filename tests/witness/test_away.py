"""Witnesses that are away for a while: what has met its quorum goes on meeting it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from api.background import indexing
from api.background.cosigning import Cosigner
from api.background.indexing import Indexer
from api.background.threads import running
from api.bootstrap import Services
from ledger.verify.checklist import verify_bundle
from ledger.verify.trust import Trust
from tests.store import small_ledger
from tests.witness.hub import append, of, until, witnesses, write_policy
from tests.witness.late import witness_on_port

BAR = 10.0


def test_while_witnesses_are_away_bundles_stay_at_the_last_checkpoint_with_a_quorum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "PATIENCE", 0.5)
    services = small_ledger.told(tmp_path / "so")
    try:
        with witnesses(tmp_path, services, 1) as served:
            write_policy(services, of(served), 1)
            services.commit_index()
            assert Cosigner(services).once(BAR)
            trust = Trust.parse(services.trust())
        kept, known = services.cosigned.best(), services.index.committed()
        append(services)
        with running(Indexer(services, lambda: True, pace=0.05).run):
            time.sleep(1.5)
        services.commit_index()
        assert services.index.committed() == known
        raw = services.bundle(small_ledger.GTIN, "L01")
        assert raw is not None and json.loads(raw)["checkpoint"] == kept
        assert verify_bundle(raw, trust, now=small_ledger.NOW).verdict == "verified"
        with (
            witness_on_port(tmp_path / "w0", services, served[0].port),
            running(Indexer(services, lambda: True, pace=0.05).run),
        ):
            until(lambda: Cosigner(services).once(BAR) and services.index.committed() != known)
    finally:
        services.close()


def test_a_quorum_that_dies_between_a_commitment_and_its_cosigning_takes_it_from_no_lot(
    tmp_path: Path,
) -> None:
    services = small_ledger.told(tmp_path / "so")
    try:
        with witnesses(tmp_path, services, 1) as served:
            write_policy(services, of(served), 1)
            services.commit_index()
            assert Cosigner(services).once(BAR)
            trust = Trust.parse(services.trust())
            services.index.follow()
            known = services.index.committed()
            append(services)
            services.station.catch_up()
            assert Cosigner(services).once(BAR)
        sealed = services.store.size()
        services.committer.commit()
        assert services.store.size() == sealed + 1, "a newer commitment was signed and sealed"
        assert _verdict(services, trust) == "verified"
        # Nor does it help to begin anew, or to ask for one more.
        services.committer.commit()
        services.index.close()
        for path in services.folder.glob("index.db*"):
            path.unlink()
        services.index.follow()
        assert services.index.committed() == known
        assert _verdict(services, trust) == "verified"
        assert services.store.size() == sealed + 1
        with witness_on_port(tmp_path / "w0", services, served[0].port):
            assert Cosigner(services).once(BAR)
            services.index.follow()
            newer = services.index.committed()
            assert newer is not None and known is not None
            assert newer.index == sealed and newer.size > known.size
            assert _verdict(services, trust) == "verified"
    finally:
        services.close()


def test_a_lot_with_news_since_the_quorum_died_says_so_and_the_others_do_not(
    tmp_path: Path,
) -> None:
    services = small_ledger.told(tmp_path / "so")
    try:
        with witnesses(tmp_path, services, 1) as served:
            write_policy(services, of(served), 1)
            services.commit_index()
            assert Cosigner(services).once(BAR)
            trust = Trust.parse(services.trust())
        tested = {"lot": small_ledger.lot(small_ledger.GTIN, "L02"), "result": "pass"}
        small_ledger.say(services, small_ledger.FARM, "tested", small_ledger.day(14), tested)
        services.station.catch_up()
        services.committer.commit()
        raw = services.bundle(small_ledger.GTIN, "L02")
        assert raw is not None
        found = verify_bundle(raw, trust, now=small_ledger.NOW)
        assert {one.refusal.code for one in found.failures} == {"quorum-missing"}
        assert _verdict(services, trust) == "verified"
    finally:
        services.close()


def _verdict(services: Services, trust: Trust, code: str = "L01") -> str:
    raw = services.bundle(small_ledger.GTIN, code)
    assert raw is not None
    return verify_bundle(raw, trust, now=small_ledger.NOW).verdict
