"""A hub with a farm and a shop, and stations that join it and ask it as the wire format says."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from api.app import create_app
from api.bootstrap import Services, open_folder
from api.station_wire.entry_bodies import ENTRIES_TYPE, packed_entries
from api.station_wire.request_signing import sign_request
from ledger.signing import Signer
from ledger.verify.checkpoint import Checkpoint, open_checkpoint
from ledger.verify.entry import Entry
from ledger.verify.merkle import leaf_hash, verify_consistency
from ledger.verify.multiproof import verify_many
from ledger.verify.statement import Statement
from tests.store.small_ledger import FARM, ORIGIN, day, found, kg, lot

BASE = "/api/v1/station/"
_NUMBERS = itertools.count(1)


@dataclass
class Clock:
    """The hub's clock, which a test may move."""

    now: dt.datetime = field(default_factory=lambda: dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC))

    def __call__(self) -> dt.datetime:
        return self.now

    @property
    def seconds(self) -> int:
        return int(self.now.timestamp())

    def go(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


@dataclass
class HubScene:
    """An open hub, its clock, and clients somewhere in the world."""

    services: Services
    clock: Clock

    def client(self, address: str = "203.0.113.5") -> TestClient:
        return TestClient(create_app(self.services), client=(address, 40000))

    def joined(self, party: str = FARM) -> AskingStation:
        """A new station of a party, joined by ticket."""
        code, _ = self.services.hub.tickets.invite(party, 1, self.clock.seconds)
        signer = Signer.of(Ed25519PrivateKey.generate())
        client = self.client(f"198.51.100.{next(_NUMBERS) % 250 + 1}")
        key = signer.public.hex()
        asked = client.post(f"{BASE}join", json={"code": code, "key": key})
        assert asked.status_code == 200, asked.text
        told = asked.json()
        proof = signer.agree(told["origin"], told["enrolment"])
        done = client.post(f"{BASE}enrol", json={"code": code, "key": key, "proof": proof})
        assert done.status_code == 200, done.text
        return AskingStation(self, signer, party, told["tag"], client)

    def settle(self) -> None:
        """Seal and project, as the sequencer and the projector of a hub do."""
        self.services.station.catch_up()


@dataclass
class AskingStation:
    """A station's side, as plain as can be: what it signed, what it adopted, how far it is."""

    hub: HubScene
    signer: Signer
    party: str
    tag: str
    client: TestClient
    seq: int = 0
    last: str | None = None
    place: tuple[int, int] = (0, 0)
    size: int = 0
    root: bytes = b""
    adopted: dict[int, bytes] = field(default_factory=dict)

    def says(
        self, kind: str, body: dict[str, Any], *, inputs: tuple[str, ...] = (), time: str = day(2)
    ) -> Entry:
        """Sign the next entry of the journal."""
        self.seq += 1
        said = Statement(kind, self.party, self.seq, self.last, time, inputs, None, body)
        entry = self.signer.sign(said)
        self.last = entry.id.hex()
        return entry

    def harvests(self, count: int, prefix: str = "H") -> list[Entry]:
        """So many harvests of lots of their own."""
        return [
            self.says(
                "harvested",
                {
                    "lot": lot(f"{self.party}/qua", f"{prefix}{self.seq:05d}"),
                    "quantity": kg("1.5"),
                    "site": "VT-01",
                },
            )
            for _ in range(count)
        ]

    def headers(
        self,
        method: str,
        name: str,
        body: bytes,
        sent: dict[str, str],
        *,
        off: int = 0,
        nonce: str | None = None,
        log: str = ORIGIN,
    ) -> dict[str, str]:
        """Signed headers of a request."""
        made = nonce or f"nonce-{next(_NUMBERS):020d}"
        created = self.hub.clock.seconds + off
        given = {"ocop-log": log, **sent}
        return sign_request(self.signer, method, BASE + name, given, body, created, made)

    def push(self, entries: Iterable[Entry], **more: Any) -> httpx.Response:
        """Send entries as they are."""
        return self.send(packed_entries([one.raw for one in entries]), **more)

    def send(self, body: bytes, coding: str | None = None, **more: Any) -> httpx.Response:
        """Send bytes as a push."""
        sent = {"content-type": ENTRIES_TYPE}
        if coding is not None:
            sent["content-encoding"] = coding
        signed = self.headers("POST", "push", body, sent, **more)
        return posted(self.client, "push", content=body, headers=signed)

    def asks(self, asked: object, **more: Any) -> httpx.Response:
        """Send JSON as a pull."""
        body = asked if isinstance(asked, bytes) else json.dumps(asked).encode()
        signed = self.headers("POST", "pull", body, {"content-type": "application/json"}, **more)
        return posted(self.client, "pull", content=body, headers=signed)

    def status(self, **more: Any) -> httpx.Response:
        """Ask how the hub stands."""
        signed = self.headers("GET", "status", b"", {}, **more)
        answer: httpx.Response = self.client.get(f"{BASE}status", headers=signed)
        return answer

    def pull(self, *, limit: int = 400, prove: Sequence[int] = (), **more: Any) -> dict[str, Any]:
        """One page, checked under the checkpoint and adopted."""
        answer = self.asks(
            {
                "after": self.place[0],
                "from": self.place[1],
                "size": self.size,
                "limit": limit,
                "prove": list(prove),
                **more,
            }
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        self._adopt(found, prove)
        return found

    def pull_all(self, limit: int = 400) -> list[int]:
        """Page after page; the log indexes that came, in the order of the pages."""
        came: list[int] = []
        for _ in range(500):
            page = self.pull(limit=limit)
            came += [index for index, _ in page["entries"]]
            if not page["more"]:
                return came
        raise AssertionError("the hub has always more")

    def _adopt(self, found: dict[str, Any], prove: Sequence[int]) -> None:
        services = self.hub.services
        head: Checkpoint = open_checkpoint(found["checkpoint"], services.log_key)
        assert head.size == found["size"]
        proof = [bytes.fromhex(one) for one in found["consistency"]]
        if 0 < self.size < head.size:
            verify_consistency(self.size, head.size, proof, self.root, head.root)
        else:
            assert proof == []
        entries = {index: base64.b64decode(raw) for index, raw in found["entries"]}
        assert list(entries) == sorted(entries)
        own = dict(services.store.sealed_at([one for one in prove if one < head.size]))
        leaves = {index: leaf_hash(raw) for index, raw in {**own, **entries}.items()}
        nodes = {(level, index): bytes.fromhex(value) for level, index, value in found["nodes"]}
        verify_many(leaves, head.size, nodes, head.root)
        assert all(raw[-96:-64] != self.signer.keyid for raw in entries.values())
        self.adopted.update(entries)
        self.place = found["until"], found["next"]
        self.size, self.root = head.size, head.root


def open_scene(folder: Path) -> HubScene:
    """A hub with the farm and the shop registered; close its services."""
    made = found(folder)
    made.close()
    clock = Clock()
    return HubScene(open_folder(folder, clock), clock)


def posted(client: TestClient, name: str, **more: Any) -> httpx.Response:
    """The answer of one of the station's addresses."""
    answer: httpx.Response = client.post(BASE + name, **more)
    return answer


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    return answer.status_code, str(answer.json().get("code"))
