"""What the doctor and the metrics say about witnesses."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

from starlette.testclient import TestClient

from api.app import create_app
from api.background.cosigning import Cosigner
from api.watching.doctor.case import Case
from api.watching.doctor.witness_checks import check_witnesses
from api.witness.cosigned import POLICY_FILE
from tests.witness.hub import append, hub, misbehaving, of, witnesses, write_policy
from tests.witness.test_hub import hung_up


def codes(folder: Path) -> list[str]:
    """What the doctor finds; every finding is whole in both languages."""
    now = dt.datetime.now(dt.UTC)
    with closing(Case(folder, lambda: now, lambda _: None)) as case:
        found = check_witnesses(case)
    for finding in found:
        for lang in ("en", "vi"):
            assert all(part.strip() for part in finding.parts(lang)), finding.code
        assert finding.parts("en") != finding.parts("vi")
    return [finding.code for finding in found]


def test_the_doctor_says_what_is_wrong_with_witnesses_and_nothing_where_there_are_none(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "so"
    with hub(folder) as services, witnesses(tmp_path, services, 2) as served:
        assert codes(folder) == []
        (folder / POLICY_FILE).write_text("quorum none\n", encoding="utf-8")
        assert codes(folder) == []
        (folder / POLICY_FILE).write_text("quorum some\n", encoding="utf-8")
        assert codes(folder) == ["policy-unusable"]
        write_policy(services, of(served), 2)
        assert codes(folder) == ["quorum-never"]
        assert Cosigner(services).once(10)
        assert codes(folder) == []
        append(services)
        services.station.log.seal()
        assert codes(folder) == ["quorum-behind"]
        with misbehaving(hung_up) as url:
            write_policy(services, [*of(served[:1]), (served[1].own.vkey, url)], 1)
            assert Cosigner(services).once(10)
            assert codes(folder) == ["witness-trouble"]


def test_the_metrics_count_what_witnesses_answered_and_how_far_they_are(tmp_path: Path) -> None:
    with hub(tmp_path / "so") as services, witnesses(tmp_path, services, 2) as served:
        client = TestClient(create_app(services), base_url="http://127.0.0.1")
        assert "\nocop_cosigned_entries " not in client.get("/metrics").text
        write_policy(services, of(served), 2)
        assert Cosigner(services).once(10)
        size = services.store.size()
        told = client.get("/metrics").text
    assert f"ocop_cosigned_entries {size}.0" in told
    assert f'ocop_witness_entries{{witness="w1"}} {size}.0' in told
    assert 'ocop_witness_requests_total{outcome="cosigned"}' in told
    assert "ocop_cosign_seconds_count" in told
