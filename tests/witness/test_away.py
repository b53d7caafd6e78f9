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
        with witness_on_port(tmp_path / "w0", services, served[0].port):
            assert Cosigner(services).once(BAR)
            with running(Indexer(services, lambda: True, pace=0.05).run):
                until(lambda: services.index.committed() != known)
    finally:
        services.close()
