"""The API: recording signed entries, the sealed log, health, and what every answer carries."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services
from api.pages.static_files import static_files, static_url
from ledger.signing import Signer
from ledger.verify import canonical
from ledger.verify.entry import PAYLOAD_TYPE, make_entry, pae
from ledger.verify.merkle import leaf_hash
from ledger.verify.tlog_proof import TlogProof
from tests.pages.cooperative import GTIN, LOT, PARTY, RAW, found_cooperative

ENTRIES = "/api/v1/entries"


def signed(signer: Signer, seq: int, prev: str | None, **changes: Any) -> bytes:
    """One harvested entry of the cooperative at a journal position."""
    lot = {"item": RAW, "code": "API-1"}
    body = {"lot": lot, "quantity": {"value": "5", "unit": "kg"}, "site": "VT-KV01"}
    value = {
        "type": "harvested",
        "party": PARTY,
        "seq": seq,
        "prev": prev,
        "time": "2026-09-25T08:00:00+07:00",
        "in": [],
        "anchor": None,
        "body": body,
    }
    payload = canonical.encode({**value, **changes})
    signature = signer.private.sign(pae(PAYLOAD_TYPE, payload))
    return make_entry(payload, signer.keyid, signature).raw


@pytest.fixture
def signer(services: Services) -> Signer:
    return services.station.signers[PARTY, "station"]


@pytest.fixture
def place(services: Services, signer: Signer) -> tuple[int, str | None]:
    """Next seq and prev of the station's journal."""
    seq, raw = 1, None
    while (found := services.store.entry_at(signer.keyid.hex(), seq)) is not None:
        seq, raw = seq + 1, found
    return seq, None if raw is None else leaf_hash(raw).hex()


def posted(client: TestClient, *entries: bytes) -> Any:
    texts = [base64.b64encode(entry).decode() for entry in entries]
    return client.post(ENTRIES, json={"entries": texts})


def test_an_entry_is_recorded_once_and_its_proof_comes_with_the_seal(
    services: Services, public: TestClient, signer: Signer, place: tuple[int, str | None]
) -> None:
    entry = signed(signer, *place)
    first = posted(public, entry)
    assert first.status_code == 200, first.text
    (result,) = first.json()["results"]
    assert (result["status"], result["proof"]) == ("recorded", None)
    assert services.store.entry(bytes.fromhex(result["id"])) == entry
    services.station.catch_up()
    (again,) = posted(public, entry).json()["results"]
    assert (again["status"], again["id"], again["index"]) == (
        "known",
        result["id"],
        result["index"],
    )
    assert TlogProof.parse(again["proof"]).index == result["index"]
    assert services.views.lot(RAW, "API-1") is not None


def test_entries_before_an_offending_one_stay_recorded(
    public: TestClient, signer: Signer, place: tuple[int, str | None]
) -> None:
    good = signed(signer, *place)
    answer = posted(public, good, good[:-1])
    assert answer.status_code == 400
    found = answer.json()
    assert found["position"] == 1
    assert [one["status"] for one in found["results"]] == ["recorded"]
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_stranger_is_refused_with_403(public: TestClient) -> None:
    stranger = Signer.of(Ed25519PrivateKey.from_private_bytes(bytes([5] * 32)))
    answer = posted(public, signed(stranger, 1, None))
    assert (answer.status_code, answer.json()["code"]) == (403, "key-unknown")


def test_a_fork_is_answered_with_both_entries(
    services: Services, public: TestClient, signer: Signer
) -> None:
    stored = services.store.entry_at(signer.keyid.hex(), 1)
    assert stored is not None
    offered = signed(signer, 1, None)
    answer = posted(public, offered)
    assert answer.status_code == 409
    found = answer.json()
    assert base64.b64decode(found["stored"]) == stored
    assert base64.b64decode(found["offered"]) == offered


def test_a_statement_out_of_shape_is_refused_with_422(
    public: TestClient, signer: Signer, place: tuple[int, str | None]
) -> None:
    answer = posted(public, signed(signer, *place, body={"lot": None}))
    assert answer.status_code == 422
    assert answer.json()["position"] == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"entries":[]}',
        b'{"entries":"x"}',
        b'{"entries":[1]}',
        b'{"entries":["***"]}',
        b'{"entries":["QQ"]}',
        b'{"entries":["QR=="]}',
        b'{"entries":["QQ=="],"more":1}',
        b"[" * 100_000,
        b'{"entries":[' + b'"",' * 100 + b'""]}',
    ],
)
def test_malformed_bodies_are_400_and_never_500(public: TestClient, body: bytes) -> None:
    answer = public.post(ENTRIES, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_too_large_and_wrongly_typed_bodies_are_refused(public: TestClient) -> None:
    json_type = {"content-type": "application/json"}
    large = b" " * (4 * 1024 * 1024 + 1)
    assert public.post(ENTRIES, content=large, headers=json_type).status_code == 413
    assert public.post(ENTRIES, content=b"{}").status_code == 415


def test_the_log_is_served_as_checkpoint_and_tiles(services: Services, public: TestClient) -> None:
    note = public.get("/log/checkpoint")
    assert note.text == services.log.checkpoint()
    width = services.log.size
    assert public.get(f"/log/tile/0/000.p/{width}").content == services.log.tile(f"0/000.p/{width}")
    bundle = public.get(f"/log/tile/entries/000.p/{width}")
    assert bundle.headers["content-type"] == "application/octet-stream"
    for path in ("0/000", "0/001", "9/000", "0/../../ledger.db", "0/000.p/0", "x"):
        assert public.get(f"/log/tile/{path}").status_code == 404


def test_lot_bundle_and_trust_are_served_as_they_are(
    services: Services, public: TestClient
) -> None:
    address, bundle = f"/api/v1/lots/{GTIN}/{LOT}/bundle", services.bundle(GTIN, LOT)
    packed = public.get(address)
    assert packed.content == bundle and packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(bundle or b"") / 2
    plain = public.get(address, headers={"accept-encoding": "identity"})
    assert plain.content == bundle and "content-encoding" not in plain.headers
    assert "accept-encoding" in packed.headers["vary"]
    assert public.get("/api/v1/trust").content == services.trust()
    assert public.get("/api/v1/lots/HTX-MD%2Fbot-dong/BD-260915").json()["kind"] == "raw"
    for path in (f"{GTIN}/NOPE", "x/y", "HTX-MD%2Fbot-dong/%FF", f"{GTIN}/NOPE/bundle"):
        answer = public.get(f"/api/v1/lots/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-lot")


def test_health_readiness_and_metrics_answer(services: Services, public: TestClient) -> None:
    assert public.get("/healthz").text == "ok\n"
    assert public.get("/readyz").status_code == 200
    assert f"ocop_log_sealed_entries {float(services.log.size)}\n" in public.get("/metrics").text


def test_every_documented_path_has_an_example(public: TestClient) -> None:
    document = public.get("/openapi.json").json()
    assert set(document["paths"]) >= {ENTRIES, "/api/v1/trust", "/healthz", "/readyz", "/metrics"}
    for path in document["paths"].values():
        for operation in path.values():
            content = operation["responses"]["200"]["content"]
            assert all("example" in one for one in content.values() if one), operation
    assert "example" in json.dumps(document["paths"][ENTRIES]["post"]["requestBody"])
    for page in ("/docs", "/redoc"):
        assert public.get(page).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"/01/{GTIN}/10/{LOT}",
        f"/lo/{GTIN}/{LOT}",
        "/tram",
        "/no-such-page",
        "/api/v1/trust",
        "/log/checkpoint",
        "/healthz",
        static_url("style.css"),
    ],
)
def test_every_answer_carries_the_security_headers(public: TestClient, path: str) -> None:
    headers = public.get(path).headers
    policy = headers["content-security-policy"]
    for rule in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_a_fault_of_the_server_is_a_plain_page_with_headers(tmp_path: Path) -> None:
    services = found_cooperative(tmp_path / "ledger")
    client = TestClient(create_app(services), raise_server_exceptions=False)
    services.close()
    for name in ("views.db", "views.db-wal", "views.db-shm"):
        (services.folder / name).unlink(missing_ok=True)
    (services.folder / "views.db").mkdir()
    answer = client.get(f"/01/{GTIN}/10/{LOT}", headers={"accept": "text/html"})
    assert answer.status_code == 500
    assert "Máy chủ gặp lỗi" in answer.text
    assert "Traceback" not in answer.text
    assert "content-security-policy" in answer.headers
    told = client.get(f"/01/{GTIN}/10/{LOT}", headers={"accept": "application/json"})
    assert told.json()["code"] == "fault"


def test_static_files_are_kept_for_ever_under_their_version(public: TestClient) -> None:
    url = static_url("style.css")
    plain = {"accept-encoding": "identity"}
    answer = public.get(url, headers=plain)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.content == static_files()["style.css"].body
    packed = public.get(url, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["etag"] != answer.headers["etag"]
    old = public.get("/static/000000000000/style.css", headers=plain)
    assert old.headers["cache-control"] == "no-cache"
    match = {**plain, "if-none-match": answer.headers["etag"]}
    assert public.get(url, headers=match).status_code == 304
    for name in ("../app.py", "%2e%2e/app.py", "nothing.css"):
        assert public.get(f"/static/000000000000/{name}").status_code == 404
