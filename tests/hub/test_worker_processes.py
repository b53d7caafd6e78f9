"""A real hub of several processes on one folder: stations send and take at once, over real sockets."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.bootstrap import utc_now
from ledger.signing import Signer
from tests.background.hub import ROOT, Hub, until
from tests.hub.scene import BASE, AskingStation, HubScene, code_of, open_scene
from tests.store.small_ledger import FARM, SHOP, audit, opened


class _Now:
    """The real clock, for a hub that runs in processes of its own."""

    @property
    def seconds(self) -> int:
        return int(utc_now().timestamp())


def joined(url: str, hub: Any, ticket: str, party: str) -> AskingStation:
    client = httpx.Client(base_url=url, timeout=20, trust_env=False)
    signer, code = Signer.of(Ed25519PrivateKey.generate()), ticket.split()[1]
    key = signer.public.hex()
    asked = client.post(f"{BASE}join", json={"code": code, "key": key}).json()
    proof = signer.agree(asked["origin"], asked["enrolment"])
    done = client.post(f"{BASE}enrol", json={"code": code, "key": key, "proof": proof})
    assert done.status_code == 200, done.text
    return AskingStation(hub, signer, party, asked["tag"], client)  # type: ignore[arg-type]  # both are httpx clients


@pytest.mark.long
def test_stations_at_several_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    scene = open_scene(tmp_path / "hub")
    scene.services.close()
    shutil.copytree(tmp_path / "hub", tmp_path / "beside")
    hub = Hub(tmp_path / "hub", workers=2)
    stations: list[AskingStation] = []
    try:
        until(hub.complete, 90, "hub")
        with opened(tmp_path / "beside") as beside:
            # Only its log key is looked at: the hub itself is the other processes.
            view: Any = HubScene(beside, _Now())  # type: ignore[arg-type]  # only its seconds are asked
            tickets = [invite(tmp_path / "hub", party) for party in (FARM, FARM, SHOP, FARM)]
            stations += [
                joined(hub.url, view, line, party)
                for line, party in zip(tickets, (FARM, FARM, SHOP, FARM), strict=True)
            ]
            faults: list[str] = []
            sent: dict[str, list[int]] = {}

            def work(station: AskingStation) -> None:
                try:
                    for _ in range(5):
                        entries = station.harvests(40, station.tag)
                        first, again = station.push(entries), station.push(entries)
                        assert first.status_code == again.status_code == 200, first.text
                        assert first.json()["indexes"] == again.json()["indexes"]
                        sent.setdefault(station.signer.keyid.hex(), []).extend(
                            first.json()["indexes"]
                        )
                        station.pull(limit=50)
                except BaseException as wrong:  # told by the test
                    faults.append(repr(wrong))

            threads = [threading.Thread(target=work, args=(one,)) for one in stations]
            for one in threads:
                one.start()
            for one in threads:
                one.join(120)
            assert faults == []
            everything = sorted(index for indexes in sent.values() for index in indexes)
            assert len(everything) == len(set(everything)) == 4 * 200
            farm = stations[0]
            others = {
                index
                for one in (stations[1], stations[3])
                for index in sent[one.signer.keyid.hex()]
            }

            def has_all() -> bool:
                farm.pull_all()
                return others <= set(farm.adopted)

            until(has_all, 60, "what the other stations of the farm said")
            nonce = "one-nonce-for-two-processes"
            answers = [code_of(farm.status(nonce=nonce)) for _ in range(6)]
            assert answers[1:] == [(401, "nonce-repeated")] * 5
    finally:
        for station in stations:
            station.client.close()
        hub.end()
        hub.kill()
    with opened(tmp_path / "hub") as services:
        assert audit(services).clean


def invite(folder: Path, party: str) -> str:
    """A ticket of a hub that runs, by the command."""
    words = ("station", "invite", "--dir", str(folder), "--party", party, "--lang", "en")
    done = subprocess.run(
        [sys.executable, "-m", "api.commands.main", *words, "--url", "http://127.0.0.1:1"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
