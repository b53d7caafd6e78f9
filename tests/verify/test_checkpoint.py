"""Checkpoints and cosignature times: third-party vectors and what is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.verify.checkpoint import (
    Checkpoint,
    cosignatures,
    open_checkpoint,
    parse_cosignature,
    strict_decimal,
)
from ledger.verify.merkle import EMPTY_ROOT, MAX_SIZE
from ledger.verify.note import (
    COSIGNATURE,
    Cosignature,
    NoteKey,
    NoteRefused,
    cosign_note,
    parse_note,
    sign_note,
    strict_base64,
)
from ledger.verify.signature import PublicKey
from tests.shared_data import shared
from tests.vectors.make_format_vectors import WITNESS_TIME, pinned

LOG = Ed25519PrivateKey.from_private_bytes(bytes([4] * 32))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes([6] * 32))
NAME, WITNESS_NAME = "ledger.example/lang-son", "witness.example/ha-giang"
KEY = NoteKey(NAME, PublicKey(LOG.public_key().public_bytes_raw()))
WITNESS_KEY = NoteKey(WITNESS_NAME, PublicKey(WITNESS.public_key().public_bytes_raw()), COSIGNATURE)
ROOT = bytes(range(32))
BODY = Checkpoint(NAME, 12, ROOT).format()
NOTE = sign_note(BODY, NAME, LOG)


def _vectors(kind: str) -> list[dict[str, Any]]:
    path = shared("vectors", "note", "notes.json")
    loaded: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))[kind]
    return loaded


def test_all_published_checkpoint_bodies_agree() -> None:
    bodies = _vectors("checkpoint_bodies")
    for case in bodies:
        if case["ok"]:
            assert Checkpoint.parse(case["body"]).format() == case["body"]
        else:
            with pytest.raises(NoteRefused):
                Checkpoint.parse(case["body"])
    assert len(bodies) == 12


def test_all_published_cosignature_times_agree() -> None:
    cases = _vectors("cosig_timestamps")
    for case in cases:
        if case["ok"]:
            assert parse_cosignature(strict_base64(case["sig_b64"])[4:]).time == case["time"]
        else:
            with pytest.raises((NoteRefused, ValueError)):
                parse_cosignature(strict_base64(case["sig_b64"])[4:])
    assert len(cases) == 3


def test_the_pinned_checkpoint_opens_and_names_its_witness() -> None:
    vectors = pinned("note.json")
    checkpoint = open_checkpoint(vectors["cosigned_note"], NoteKey.parse(vectors["log_key"]))
    assert checkpoint.format() == vectors["checkpoint"]
    witness = NoteKey.parse(vectors["witness_key"])
    note = parse_note(vectors["cosigned_note"])
    assert cosignatures(note, [witness]) == {witness.name: WITNESS_TIME}


def test_a_sealed_checkpoint_opens_from_text_and_from_bytes() -> None:
    expected = Checkpoint(NAME, 12, ROOT)
    assert open_checkpoint(NOTE, KEY) == open_checkpoint(NOTE.encode(), KEY) == expected


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (Checkpoint("other.example", 12, ROOT).format(), "wrong_origin"),
        (Checkpoint(NAME, 12, b"bananas").format(), "root_length"),
        (Checkpoint(NAME, 0, ROOT).format(), "empty_root"),
        (Checkpoint(NAME, 12, ROOT, ("a", "", "b")).format(), "checkpoint_extension"),
        (BODY.replace("12", "012"), "checkpoint_size"),
        (BODY.replace("12", "+12"), "checkpoint_size"),
        (BODY.replace("12", "1_2"), "checkpoint_size"),
        (BODY.replace("12", "١٢"), "checkpoint_size"),
        (BODY.replace("12", str(2**63)), "checkpoint_size"),
        (f"{NAME}\n12\n", "checkpoint_layout"),
        (f"{NAME}\n12\n\n", "checkpoint_root"),
        (BODY.replace("8=", "9="), "checkpoint_root"),
    ],
)
def test_a_checkpoint_that_is_signed_but_not_right_is_refused(body: str, code: str) -> None:
    with pytest.raises(NoteRefused) as caught:
        open_checkpoint(sign_note(body, NAME, LOG), KEY)
    assert caught.value.code == code


def test_a_checkpoint_of_another_key_is_refused() -> None:
    with pytest.raises(NoteRefused) as caught:
        open_checkpoint(sign_note(BODY, NAME, WITNESS), KEY)
    assert caught.value.code == "no_known_key"


def test_a_witness_key_does_not_seal() -> None:
    cosigned = cosign_note(NOTE, NAME, LOG, 1)
    with pytest.raises(NoteRefused) as caught:
        open_checkpoint(cosigned, NoteKey(NAME, KEY.key, COSIGNATURE))
    assert caught.value.code == "not_a_log_key"


def test_the_empty_log_has_the_empty_root() -> None:
    note = sign_note(Checkpoint(NAME, 0, EMPTY_ROOT).format(), NAME, LOG)
    assert open_checkpoint(note, KEY).size == 0


@pytest.mark.parametrize(
    ("origin", "size", "root", "extension"),
    [
        ("", 1, ROOT, ()),
        ("a\nb", 1, ROOT, ()),
        ("a", -1, ROOT, ()),
        ("a", MAX_SIZE + 1, ROOT, ()),
        ("a", 1, b"", ()),
        ("a", 1, ROOT, ("x\ny",)),
    ],
)
def test_a_checkpoint_that_could_not_be_read_back_cannot_exist(
    origin: str, size: int, root: bytes, extension: tuple[str, ...]
) -> None:
    with pytest.raises(NoteRefused):
        Checkpoint(origin, size, root, extension)


def test_the_latest_time_of_a_witness_counts_and_strangers_do_not() -> None:
    cosigned = cosign_note(NOTE, WITNESS_NAME, WITNESS, 20)
    cosigned = cosign_note(cosigned, WITNESS_NAME, WITNESS, 10)
    cosigned = cosign_note(cosigned, "stranger.example", LOG, 30)
    note = parse_note(cosigned)
    assert cosignatures(note, [WITNESS_KEY, KEY]) == {WITNESS_NAME: 20}
    assert cosignatures(parse_note(NOTE), [WITNESS_KEY]) == {}


def test_a_cosignature_moved_to_another_checkpoint_or_time_is_refused() -> None:
    line = cosign_note(NOTE, WITNESS_NAME, WITNESS, 20).removeprefix(NOTE)
    other = sign_note(Checkpoint(NAME, 13, ROOT).format(), NAME, LOG)
    with pytest.raises(NoteRefused) as caught:
        cosignatures(parse_note(other + line), [WITNESS_KEY])
    assert caught.value.code == "bad_signature"
    blob = bytearray(base64.b64decode(line.split(" ")[2]))
    blob[11] ^= 1
    moved = f"— {WITNESS_NAME} {base64.b64encode(blob).decode()}\n"
    with pytest.raises(NoteRefused) as caught:
        cosignatures(parse_note(NOTE + moved), [WITNESS_KEY])
    assert caught.value.code == "bad_signature"


@pytest.mark.parametrize("blob", [b"", bytes(71), bytes(73), b"\x80" + bytes(71)])
def test_a_cosignature_of_another_form_is_refused(blob: bytes) -> None:
    with pytest.raises(NoteRefused):
        parse_cosignature(blob)


@pytest.mark.parametrize("time", [-1, 2**63])
def test_a_time_that_does_not_fit_is_not_signed(time: int) -> None:
    with pytest.raises(NoteRefused):
        Cosignature(time, bytes(64))


@pytest.mark.parametrize("text", ["", "00", "01", "-0", " 1", "1\n", "1e3", "0x1", "٣", "9" * 19])
def test_a_number_with_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        strict_decimal(text)


def test_the_largest_number_is_2_to_the_63_less_one() -> None:
    assert strict_decimal(str(MAX_SIZE)) == MAX_SIZE
    assert strict_decimal("0") == 0
