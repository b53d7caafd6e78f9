"""The key commands do the same to a ledger in a file and in a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.bootstrap import open_folder
from api.hub.enrolment import enrolment_of
from api.hub.errors import HubRefused
from api.keys.admin_requests import AdminRequest
from ledger.domain.drafts import Draft
from ledger.signing import Signer
from tests.keys.folders import FARM, bytes_of, data, keys_of, ocop, told_folder
from tests.store import places
from tests.store.small_ledger import FRUIT, clock, day, kg, lot


def entries(folder: Path) -> int:
    services = open_folder(folder, clock, settle=False)
    try:
        services.ledger.catch_up()
        return services.ledger.size
    finally:
        services.close()


@pytest.mark.parametrize("store", places.STORES)
def test_a_stolen_station_is_ended_replaced_and_stood_by(tmp_path: Path, store: str) -> None:
    with places.ledgers_on(store):
        folder = told_folder(tmp_path / "so")
        size, before = entries(folder), bytes_of(folder)
        words = ("keys", "compromise", f"{FARM}.station", "--last-good", 18, "--dir", folder)
        tried = data(*words, "--dry-run")
        assert entries(folder) == size and bytes_of(folder) == before
        assert data(*words)["disputed"] == tried["disputed"] != []
        ocop("keys", "new", f"{FARM}.station", "--dir", folder)
        services = open_folder(folder, clock)
        try:
            body = {"lot": lot(FRUIT, "NEW"), "quantity": kg("5"), "site": "VT-01"}
            services.station.record(Draft("harvested", FARM, day(28), body))
        finally:
            services.close()
        ocop("keys", "reattest", "--all", "--party", FARM, "--dir", folder)
        ocop("keys", "rotate", f"{FARM}.admin", "--dir", folder)
        told = data("audit", "--dir", folder)
        assert told["clean"] and told["disputed"] == 0
        assert keys_of(folder)[f"{FARM}.station"]["statements"] == 1


@pytest.mark.parametrize("store", places.STORES)
def test_a_station_waits_at_a_hub_for_an_admin_whose_key_never_was_there(
    tmp_path: Path, store: str
) -> None:
    with places.ledgers_on(store):
        folder = told_folder(tmp_path / "so")
        admin = tmp_path / "admin.pem"
        (folder / "keys" / f"{FARM}.admin.pem").rename(admin)
        signer = Signer.of(Ed25519PrivateKey.generate())
        key = signer.public.hex()
        services = open_folder(folder, clock)
        try:
            hub = services.hub
            code, _ = hub.tickets.invite(FARM, 1, hub.now())
            asked = hub.enrolments.join(code, key)
            proof = signer.agree(asked["origin"], asked["enrolment"])
            with pytest.raises(HubRefused) as waits:
                hub.enrolments.enrol(code, key, proof)
            assert waits.value.code == "admin-awaited"
            request, answer = tmp_path / "request.json", tmp_path / "answer.json"
            # Not by the command, which goes by the real clock: for that the ticket has run out.
            drafts = [
                Draft("key-enrolled", FARM, day(20), {**enrolment_of(one), "proof": one.proof})
                for one in hub.enrolments.waiting(FARM)
            ]
            request.write_bytes(AdminRequest.made(services, FARM, drafts).format())
            ocop("keys", "admin-sign", request, "--key", admin, "-o", answer, "--yes")
            ocop("keys", "admin-apply", answer, "--dir", folder)
            done = hub.enrolments.enrol(code, key, proof)
            assert services.ledger.history.keys.records[signer.keyid].enrolled == done.index
        finally:
            services.close()
        assert data("audit", "--dir", folder)["clean"]
