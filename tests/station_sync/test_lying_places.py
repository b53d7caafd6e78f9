"""A hub that lies about places, about time, and about how much more there is."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.station.errors import StationError
from ledger.signing import Signer, load_key
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.merkle import consistency_proof, leaf_hash, root_of
from ledger.verify.multiproof import nodes_needed
from ledger.verify.note import sign_note
from ledger.verify.statement import Statement
from tests.station_sync.lying_hub import Change, lying_hub
from tests.station_sync.scene import ORIGIN, SON, Hub, harvest, joined, stands, station, sync
from tests.station_sync.test_lying_hub import behind

KG = {"value": "1", "unit": "kg"}


def test_a_hub_that_has_always_more_is_not_asked_without_end(hub: Hub, tmp_path: Path) -> None:
    asked: list[int] = []

    def always_more(answer: dict[str, Any]) -> dict[str, Any]:
        asked.append(answer["until"])
        answer["more"] = True
        return answer

    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        with lying_hub(hub.port, always_more) as address, behind(son, address):
            assert sync(son).taken > 0
        assert len(asked) < 10


def test_a_place_that_goes_back_is_not_taken(hub: Hub, tmp_path: Path) -> None:
    def again(answer: dict[str, Any]) -> dict[str, Any]:
        answer["until"], answer["next"], answer["more"] = 0, 0, True
        return answer

    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        with (
            lying_hub(hub.port, again) as address,
            behind(son, address),
            pytest.raises(StationError) as refused,
        ):
            sync(son)
        assert refused.value.code == "hub-answer"


@pytest.mark.parametrize("now", [2**32, 10**15, 10**300, -1, 1.5, "soon", None])
def test_a_hub_whose_clock_says_nonsense_spoils_no_later_request(
    hub: Hub, tmp_path: Path, now: object
) -> None:
    def odd_clock(_answer: dict[str, Any]) -> dict[str, Any]:
        return {"status": 401, "code": "clock-differs", "detail": "…", "now": now}

    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        with (
            lying_hub(hub.port, odd_clock) as address,
            behind(son, address),
            pytest.raises(StationError),
        ):
            sync(son)
        assert sync(son).taken > 0


def test_an_entry_that_is_sealed_twice_does_not_move_to_its_second_place(
    hub: Hub, tmp_path: Path
) -> None:
    """Places tell when keys were good: after its key's end a statement would look forged."""
    log = load_key(hub.services.folder / "keys" / "log.pem")
    said = bytes.fromhex(harvest(hub.services, SON, "TWICE").id)
    hub.services.station.catch_up()
    true: dict[str, Any] = {}

    def note(answer: dict[str, Any]) -> dict[str, Any]:
        true.update(copy.deepcopy(answer))
        return answer

    def twice(answer: dict[str, Any]) -> dict[str, Any]:
        """The log goes on with an old entry once more, as whoever holds its key can have it."""
        raws = [raw for _, raw in hub.services.store.sealed(0, answer["size"])]
        leaves = [*(leaf_hash(raw) for raw in raws), said]
        size, root = len(leaves), root_of(leaves)
        head = Checkpoint(ORIGIN, size, root)
        answer["checkpoint"] = sign_note(head.format(), ORIGIN, log.private)
        known = true["size"]
        answer["consistency"] = [
            one.hex() for one in consistency_proof(known, size, _node_of(leaves))
        ]
        answer["size"], answer["until"] = size, size
        answer["entries"] = [[size - 1, base64.b64encode(raws[leaves.index(said)]).decode()]]
        answer["nodes"] = [
            [*place, _node_of(leaves)(*place).hex()] for place in nodes_needed({size - 1}, size)
        ]
        return answer

    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        with lying_hub(hub.port, note) as address, behind(son, address):
            sync(son)
        with (
            lying_hub(hub.port, twice) as address,
            behind(son, address),
            pytest.raises(StationError) as refused,
        ):
            sync(son)
        assert refused.value.code == "hub-unproved"
        assert "two places" in str(refused.value)


def _node_of(leaves: list[bytes]) -> Callable[[int, int], bytes]:
    def node(level: int, index: int) -> bytes:
        return root_of(leaves[index << level : (index + 1) << level])

    return node


def _frozen_by(hub: Hub, folder: Path, lie: Change, path: str) -> None:
    """A hub's bare word about this key's journal, in the answer to `path`."""
    joined(folder, hub, SON)
    with station(folder) as son:
        sync(son)
        harvest(son, SON, f"W-{path}")
        with (
            lying_hub(hub.port, lie, path=path) as address,
            behind(son, address),
            pytest.raises(StationError) as refused,
        ):
            sync(son)
        assert refused.value.code in {"hub-unproved", "hub-refused", "hub-answer"}
        assert stands(son).frozen is None
        sync(son)
        assert stands(son).unsent == 0


@pytest.mark.parametrize("entry", ["", "AAAA", "no base64"])
@pytest.mark.parametrize(("path", "seq"), [("pull", 9), ("push", 9), ("push", 1), ("pull", 1)])
def test_a_hubs_bare_word_freezes_no_station(
    hub: Hub, tmp_path: Path, path: str, seq: int, entry: str
) -> None:
    """Ahead of the station's journal, or another statement in it: it must show the signature."""

    def claims(answer: dict[str, Any]) -> dict[str, Any]:
        answer["head"] = {"seq": seq, "id": "ab" * 32, "entry": entry}
        return answer

    _frozen_by(hub, tmp_path / "son", claims, path)


def test_nor_does_another_stations_statement_or_a_fork_or_gap_that_is_not_shown(
    hub: Hub, tmp_path: Path
) -> None:
    other = hub.services.store.sealed(5, 1)[0][1]
    theirs = base64.b64encode(other).decode()

    def not_mine(answer: dict[str, Any]) -> dict[str, Any]:
        answer["head"] = {"seq": 9, "id": leaf_hash(other).hex(), "entry": theirs}
        return answer

    def forked(_answer: dict[str, Any]) -> dict[str, Any]:
        told = {"stored": theirs, "offered": theirs, "position": 0, "indexes": []}
        return {"status": 409, "code": "fork", "detail": "…", **told}

    def gap(_answer: dict[str, Any]) -> dict[str, Any]:
        told = {"expected": 99, "position": 0, "indexes": []}
        return {"status": 409, "code": "seq-gap", "detail": "…", **told}

    _frozen_by(hub, tmp_path / "a", not_mine, "pull")
    _frozen_by(hub, tmp_path / "b", forked, "push")
    _frozen_by(hub, tmp_path / "c", gap, "push")


def test_nor_does_a_statement_that_only_bears_the_name_of_the_stations_key(
    hub: Hub, tmp_path: Path
) -> None:
    made = joined(tmp_path / "son", hub, SON)
    body = {"lot": {"item": f"{SON}/che", "code": "X"}, "quantity": KG, "site": "VT-1"}
    said = Statement("harvested", SON, 9, "ab" * 32, "2026-11-20T08:00:00Z", (), None, body)
    raw = bytearray(Signer.of(Ed25519PrivateKey.generate()).sign(said).raw)
    raw[-96:-64] = bytes.fromhex(made.keyid)
    forged = {
        "seq": 9,
        "id": leaf_hash(bytes(raw)).hex(),
        "entry": base64.b64encode(raw).decode(),
    }

    def claims(answer: dict[str, Any]) -> dict[str, Any]:
        return {**answer, "head": forged}

    with station(tmp_path / "son") as son:
        with (
            lying_hub(hub.port, claims) as address,
            behind(son, address),
            pytest.raises(StationError) as refused,
        ):
            sync(son)
        assert refused.value.code == "hub-unproved"
        assert stands(son).frozen is None
