"""A station keeps nothing of an answer that does not hold, and says so; then it goes on."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.bootstrap import Services
from api.station.errors import Frozen, StationError
from api.station.hub_link import with_address
from ledger.signing import Signer
from ledger.store.seam import LedgerStore
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.merkle import leaf_hash, root_of
from ledger.verify.note import COSIGNATURE, NoteKey, cosign_note, sign_note
from ledger.verify.signature import PublicKey
from tests.station_sync.lying_hub import Change, lying_hub
from tests.station_sync.scene import (
    ORIGIN,
    SON,
    Hub,
    harvest,
    joined,
    stands,
    station,
    sync,
)


@contextmanager
def behind(son: Services, address: str) -> Iterator[None]:
    """The station goes by another way for a while."""
    assert son.link is not None
    true, son.link = son.link, with_address(son.link, address)
    try:
        yield
    finally:
        son.link = true


def _kept(store: LedgerStore) -> list[bytes]:
    return [raw for _, raw in store.after(0, 1000)]


def flip_an_entry(answer: dict[str, Any]) -> dict[str, Any]:
    index, text = answer["entries"][-1]
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    answer["entries"][-1] = [index, base64.b64encode(bytes(raw)).decode()]
    return answer


def swap_two_indexes(answer: dict[str, Any]) -> dict[str, Any]:
    first, second = answer["entries"][-2:]
    first[1], second[1] = second[1], first[1]
    return answer


def drop_a_node(answer: dict[str, Any]) -> dict[str, Any]:
    answer["entries"].pop()
    return answer


def add_an_entry(answer: dict[str, Any]) -> dict[str, Any]:
    index, text = answer["entries"][-1]
    answer["entries"].append([index + 1, text])
    return answer


def another_root(answer: dict[str, Any]) -> dict[str, Any]:
    lines = answer["checkpoint"].split("\n")
    lines[2] = base64.b64encode(b"\7" * 32).decode()
    answer["checkpoint"] = "\n".join(lines)
    return answer


def another_size(answer: dict[str, Any]) -> dict[str, Any]:
    answer["size"] += 1
    return answer


def no_checkpoint(answer: dict[str, Any]) -> dict[str, Any]:
    answer["checkpoint"] = ""
    return answer


def numbers_that_are_text(answer: dict[str, Any]) -> dict[str, Any]:
    answer["until"] = str(answer["until"])
    return answer


def entries_out_of_order(answer: dict[str, Any]) -> dict[str, Any]:
    answer["entries"].reverse()
    return answer


def a_place_beyond_the_log(answer: dict[str, Any]) -> dict[str, Any]:
    answer["until"] = answer["size"] + 1
    return answer


def a_place_far_within_a_page(answer: dict[str, Any]) -> dict[str, Any]:
    answer["next"] = 2**53 - 1
    return answer


LIES: list[Change] = [
    a_place_beyond_the_log,
    a_place_far_within_a_page,
    flip_an_entry,
    swap_two_indexes,
    drop_a_node,
    add_an_entry,
    another_root,
    another_size,
    no_checkpoint,
    numbers_that_are_text,
    entries_out_of_order,
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_nothing_of_an_answer_that_does_not_hold_is_kept(
    hub: Hub, tmp_path: Path, lie: Change
) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son, lying_hub(hub.port, lie) as address:
        with behind(son, address), pytest.raises(StationError) as refused:
            sync(son)
        assert refused.value.code in {"hub-unproved", "hub-answer"}
        assert refused.value.say("vi") != refused.value.say("en")
        assert son.link is not None
        assert _kept(son.store) == []
        assert son.link.state.cursor() == (0, 0)
        assert son.link.state.newest() is None
        # The true hub is believed again at once.
        assert sync(son).taken == len(_kept(son.store)) > 0


def test_a_hub_that_holds_the_log_key_and_forges_a_statement_is_refused(
    hub: Hub, tmp_path: Path
) -> None:
    log = _log_key(hub)

    def forge(answer: dict[str, Any]) -> dict[str, Any]:
        """A whole new log of one statement less its signature, well sealed with the real key."""
        forged = []
        for index, (_, text) in enumerate(copy.deepcopy(answer["entries"])):
            raw = bytearray(base64.b64decode(text))
            if index == len(answer["entries"]) - 1:
                raw[-5] ^= 1
            forged.append(bytes(raw))
        head = Checkpoint(ORIGIN, len(forged), root_of([leaf_hash(raw) for raw in forged]))
        answer["checkpoint"] = sign_note(head.format(), ORIGIN, log.private)
        answer["size"] = answer["until"] = len(forged)
        answer["entries"] = [
            [index, base64.b64encode(raw).decode()] for index, raw in enumerate(forged)
        ]
        answer["nodes"] = []
        return answer

    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son, lying_hub(hub.port, forge) as address:
        with behind(son, address), pytest.raises(StationError) as refused:
            sync(son)
        assert refused.value.code == "hub-unproved"
        assert _kept(son.store) == []


def test_a_hub_that_shows_a_rewritten_log_is_refused_though_its_key_signed_it(
    hub: Hub, tmp_path: Path
) -> None:
    log = _log_key(hub)

    def rewrite(answer: dict[str, Any]) -> dict[str, Any]:
        head = Checkpoint(ORIGIN, answer["size"], b"\5" * 32)
        answer["checkpoint"] = sign_note(head.format(), ORIGIN, log.private)
        return answer

    def shorten(answer: dict[str, Any]) -> dict[str, Any]:
        head = Checkpoint(ORIGIN, 1, b"\5" * 32)
        answer["checkpoint"] = sign_note(head.format(), ORIGIN, log.private)
        answer["size"], answer["entries"], answer["nodes"] = 1, [], [[0, 0, "05" * 32]]
        answer["consistency"] = []
        return answer

    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        kept = _kept(son.store)
        for lie, code in ((rewrite, "hub-unproved"), (shorten, "hub-went-back")):
            with lying_hub(hub.port, lie) as address, behind(son, address):
                with pytest.raises(StationError) as refused:
                    sync(son)
                assert refused.value.code == code
                assert _kept(son.store) == kept


def test_own_statements_are_not_believed_to_be_sealed_without_proof(
    hub: Hub, tmp_path: Path
) -> None:
    def elsewhere(answer: dict[str, Any]) -> dict[str, Any]:
        answer["indexes"] = [index + 1 for index in answer["indexes"]]
        return answer

    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "P1")
        with lying_hub(hub.port, elsewhere, path="push") as address, behind(son, address):
            sync(son)
        hub.services.station.catch_up()
        harvest_elsewhere(hub)
        with pytest.raises(StationError) as refused:
            sync(son)
        assert refused.value.code == "hub-unproved"
        assert stands(son).sealed == 0
        # A wrong word of the hub spoils nothing for good: it is asked again by sending again.
        sync(son)
        hub.services.station.catch_up()
        sync(son)
        now = stands(son)
        assert (now.unsent, now.sealed, now.recorded) == (0, 1, 1)


def harvest_elsewhere(hub: Hub) -> None:
    """The log grows by one more, so that there is something at the index that was made up."""
    harvest(hub.services, SON, "ELSEWHERE")


def _log_key(hub: Hub) -> Signer:
    from ledger.signing import load_key

    return load_key(hub.services.folder / "keys" / "log.pem")


def test_answers_that_are_no_json_are_refused(hub: Hub, tmp_path: Path) -> None:
    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        values: list[Any] = [[], {}, {"entries": 7}]
        for value in values:
            with lying_hub(hub.port, lambda _answer, v=value: v) as address:  # type: ignore[misc]  # binds this round's value
                with behind(son, address), pytest.raises(StationError) as refused:
                    sync(son)
                assert refused.value.code == "hub-answer", json.dumps(value)


def test_a_statement_that_the_hub_refuses_freezes_the_station_until_it_takes_it(
    hub: Hub, tmp_path: Path
) -> None:
    def refuse(_answer: dict[str, Any]) -> dict[str, Any]:
        detail = "The item is not registered."
        return {"status": 422, "code": "product-unknown", "detail": detail, "position": 0}

    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "REF-1")
        with lying_hub(hub.port, refuse, path="push") as address, behind(son, address):
            with pytest.raises(Frozen) as frozen:
                sync(son)
            assert frozen.value.code == "refused"
            assert "not registered" in frozen.value.say("en")
            with pytest.raises(Frozen):
                harvest(son, SON, "REF-2")
        sync(son)
        assert (stands(son).unsent, stands(son).frozen) == (0, None)
        harvest(son, SON, "REF-2")


def test_a_hub_that_lacks_what_a_statement_builds_on_is_waited_for(
    hub: Hub, tmp_path: Path
) -> None:
    def lacks(_answer: dict[str, Any]) -> dict[str, Any]:
        return {"status": 422, "code": "input-unknown", "detail": "…", "position": 0}

    joined(tmp_path / "son", hub, SON)
    with station(tmp_path / "son") as son:
        sync(son)
        harvest(son, SON, "LACK-1")
        with (
            lying_hub(hub.port, lacks, path="push") as address,
            behind(son, address),
            pytest.raises(StationError),
        ):
            sync(son)
        assert stands(son).frozen is None
        assert sync(son).taken >= 0
        assert stands(son).unsent == 0


def test_a_station_that_asks_for_witnesses_takes_nothing_without_their_quorum(
    hub: Hub, tmp_path: Path
) -> None:
    witness = Ed25519PrivateKey.generate()
    key = NoteKey(
        "witness.example", PublicKey(witness.public_key().public_bytes_raw()), COSIGNATURE
    )

    def cosign(answer: dict[str, Any]) -> dict[str, Any]:
        answer["checkpoint"] = cosign_note(answer["checkpoint"], key.name, witness, 1_790_000_000)
        return answer

    made = joined(tmp_path / "son", hub, SON)
    trust = replace(hub.services.trust_file(), witnesses=(key,), quorum=1)
    (tmp_path / "son" / "trust.json").write_bytes(trust.format())
    replace(made, witnessed=True).save(tmp_path / "son")
    with station(tmp_path / "son") as son:
        with pytest.raises(StationError) as refused:
            sync(son)
        assert refused.value.code == "quorum-missing"
        assert _kept(son.store) == []
        with lying_hub(hub.port, cosign) as address, behind(son, address):
            assert sync(son).taken > 0
