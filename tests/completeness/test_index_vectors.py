"""The pinned vectors of the completeness index, checked with nothing but hashlib beside our own code."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from ledger.verify.sparse_map import MapRefused, root_of_proof, row_key, value_digest
from ledger.verify.statement import read_statement
from tests.vectors.index_vectors import index_vectors
from tests.vectors.make_format_vectors import pinned

INDEX = pinned("index.json")


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def proof_of(one: dict[str, Any]) -> bytes:
    other = one["other"]
    return root_of_proof(
        row_key(one["row"]),
        None if one["value"] is None else value_digest(one["value"]),
        [bytes.fromhex(hash_) for hash_ in one["path"]],
        None if other is None else (bytes.fromhex(other["key"]), bytes.fromhex(other["value"])),
    )


def test_the_vectors_are_what_this_program_makes() -> None:
    assert index_vectors() == INDEX


def test_names_keys_and_leaves_follow_from_their_bytes() -> None:
    assert {json.loads(row["name"])[0] for row in INDEX["rows"]} == {"key", "lot", "papers"}
    for row in INDEX["rows"]:
        owner = json.loads(row["name"])[1]
        key = sha(owner.encode())[:2] + sha(row["name"].encode())[2:]
        assert key.hex() == row["key"]
        assert sha(b"\x00", key, sha(row["value"].encode())).hex() == row["leaf"]


def test_the_roots_follow_from_the_definition() -> None:
    def node(leaves: list[tuple[str, bytes]], depth: int) -> bytes:
        if len(leaves) < 2:
            return leaves[0][1] if leaves else bytes(32)
        sides = [node([one for one in leaves if one[0][depth] == bit], depth + 1) for bit in "01"]
        return sha(b"\x01", *sides)

    leaves: list[tuple[str, bytes]] = []
    assert INDEX["roots"][0] == "00" * 32
    for row, root in zip(INDEX["rows"], INDEX["roots"][1:], strict=True):
        leaves.append((f"{int(row['key'], 16):0256b}", bytes.fromhex(row["leaf"])))
        assert node(leaves, 0).hex() == root


def test_every_proof_leads_to_the_last_root() -> None:
    kinds = {(one["value"] is None, one["other"] is None) for one in INDEX["proofs"]}
    assert kinds == {(False, True), (True, True), (True, False)}
    for one in INDEX["proofs"]:
        assert proof_of(one).hex() == INDEX["roots"][-1]


@pytest.mark.parametrize("one", INDEX["refused"], ids=lambda one: one["what"])
def test_what_shows_nothing_is_refused_or_leads_elsewhere(one: dict[str, Any]) -> None:
    if one["code"] is None:
        assert proof_of(one).hex() != INDEX["roots"][-1]
        return
    with pytest.raises(MapRefused) as refused:
        proof_of(one)
    assert refused.value.code == one["code"]


def test_a_commitment_is_a_statement_of_the_ledger_itself() -> None:
    statement = read_statement(INDEX["statement"].encode())
    assert (statement.type, statement.party) == ("index-committed", "LEDGER")
    assert statement.body["rows"] == len(INDEX["rows"])
