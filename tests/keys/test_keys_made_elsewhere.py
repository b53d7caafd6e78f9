"""A key made on another machine is enrolled by its request, and by nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.bootstrap import open_folder
from ledger.domain.drafts import Draft
from ledger.signing import load_key
from tests.keys.folders import FARM, SHOP, data, keys_of, ocop, refused, told_folder
from tests.store.small_ledger import FRUIT, clock, day, kg, lot

Q2 = lot(FRUIT, "Q-KEYS")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return told_folder(tmp_path / "so")


def test_a_key_made_elsewhere_is_enrolled_by_its_request_and_signs(
    folder: Path, tmp_path: Path
) -> None:
    request, key = tmp_path / "r.json", tmp_path / "away" / "b.pem"
    made = ("--origin", "ocop.example/small", "--party", FARM, "--role", "station", "--tag", "B7")
    told = data("keys", "request", key, *made, "-o", request)
    assert key.read_bytes() not in request.read_bytes()
    ocop("keys", "enrol", request, "--dir", folder)
    assert keys_of(folder)[told["keyid"][:16]]["tag"] == "B7"
    services = open_folder(folder, clock)
    try:
        body = {"lot": Q2, "quantity": kg("5"), "site": "VT-01"}
        services.station.record(Draft("harvested", FARM, day(20), body), load_key(key))
    finally:
        services.close()
    assert "enrolled already" in refused("keys", "enrol", request, "--dir", folder)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tag", "B8"),
        ("party", SHOP),
        ("held", "hardware"),
        ("proof", "00" * 64),
        ("key", "11" * 32),
    ],
)
def test_a_request_altered_on_its_way_is_refused(
    folder: Path, tmp_path: Path, field: str, value: str
) -> None:
    request = tmp_path / "r.json"
    made = ("--origin", "ocop.example/small", "--party", FARM, "--role", "station", "--tag", "B7")
    ocop("keys", "request", tmp_path / "b.pem", *made, "-o", request)
    said = json.loads(request.read_text(encoding="utf-8"))
    said["body"][field] = value
    request.write_text(json.dumps(said), encoding="utf-8")
    assert "is not the expected file" in refused("keys", "enrol", request, "--dir", folder)


def test_a_request_to_another_ledger_is_refused(folder: Path, tmp_path: Path) -> None:
    request = tmp_path / "r.json"
    made = ("--origin", "ocop.example/other", "--party", FARM, "--role", "station", "--tag", "B7")
    ocop("keys", "request", tmp_path / "b.pem", *made, "-o", request)
    assert "is for the ledger" in refused("keys", "enrol", request, "--dir", folder)
