"""The published transcript of another witness's tests, replayed over real sockets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.witness.store import Log
from ledger.verify.note import NoteKey, parse_note
from ledger.verify.signature import PublicKey
from tests.shared_data import shared
from tests.witness.room import NOW, Served, made, witness_at


@pytest.fixture(scope="module")
def transcript() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(shared("vectors/witness/add_checkpoint.json").read_text())
    return read


def step(served: Served, one: dict[str, Any], status: int) -> None:
    reply = served.post(one["request"].encode())
    assert reply.status == status, reply.body
    if one["body_check"] == "==":
        assert reply.body == one["body"]
    else:
        assert one["body"] in reply.body
    if status == 409:
        assert reply.kind == "text/x.tlog.size"
    if status == 200:
        note = one["request"].partition("\n\n")[2]
        signed = parse_note(note + reply.body)
        assert signed.signed_by([served.own.vkey]) == [(served.own.vkey, NOW)]


def test_every_step_of_the_transcript_is_answered_as_published(
    transcript: dict[str, Any], tmp_path: Path
) -> None:
    key = PublicKey(bytes.fromhex(transcript["log_key_hex"]))
    log = Log(transcript["origin"], NoteKey(transcript["origin"], key))
    steps = transcript["sequence"]
    assert len(steps) == 9
    with witness_at(made(tmp_path / "w"), log) as served:
        for number, one in enumerate(steps):
            # Today's specification: an unknown origin is 404, where the transcript has 403.
            unknown = one["body"] == "unknown log"
            assert unknown == (number == 2)
            step(served, one, 404 if unknown else one["status"])


def test_a_checkpoint_of_the_go_checksum_database_is_cosigned(
    transcript: dict[str, Any], tmp_path: Path
) -> None:
    """Its key is named otherwise than its origin, and its log has millions of leaves."""
    real = transcript["sumdb"]
    log = Log(real["origin"], NoteKey.parse(real["vkey"]))
    with witness_at(made(tmp_path / "w"), log) as served:
        for one in real["sequence"]:
            step(served, one, one["status"])
