"""Signed notes and verifier keys: third-party vectors and what is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.verify.note import (
    COSIGNATURE,
    MAX_NOTE,
    MAX_SIGNATURES,
    NoteKey,
    NoteRefused,
    cosign_note,
    parse_note,
    sign_note,
    strict_base64,
)
from ledger.verify.signature import LOW_ORDER_ENCODINGS, PublicKey
from tests.shared_data import shared
from tests.vectors.make_format_vectors import note_vectors, pinned

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes([4] * 32))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes([5] * 32))
NAME = "ledger.example/lang-son"


def _key(private: Ed25519PrivateKey, name: str = NAME, kind: int = 1) -> NoteKey:
    return NoteKey(name, PublicKey(private.public_key().public_bytes_raw()), kind)


KEY = _key(SIGNER)
TEXT = "one\n\ntwo\n"
NOTE = sign_note(TEXT, NAME, SIGNER)


def _vectors() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(shared("vectors", "note", "notes.json").read_text("utf-8"))
    return loaded


def test_all_published_notes_agree() -> None:
    notes = _vectors()["notes"]
    for case in notes:
        keys = [NoteKey.parse(key) for key in case.get("vkeys", [case.get("vkey")]) if key]
        raw = base64.b64decode(case["note_b64"]) if "note_b64" in case else case["note"]
        if case["ok"]:
            note = parse_note(raw)
            assert note.verify(keys) == [key.name for key in keys]
            assert parse_note(case["note"].encode()) == note
        else:
            with pytest.raises(NoteRefused):
                parse_note(raw).verify(keys)
    assert len(notes) == 13


def test_all_published_keys_agree() -> None:
    keys = _vectors()["vkeys"]
    for case in keys:
        if case["ok"]:
            key = NoteKey.parse(case["vkey"])
            assert key.format() == case["vkey"]
            assert key.type == case.get("type", 1)
        else:
            with pytest.raises(NoteRefused):
                NoteKey.parse(case["vkey"])
    assert [case["ok"] for case in keys].count(True) == 3
    assert len(keys) == 8


def test_every_proper_substring_of_a_key_and_every_byte_one_higher_is_refused() -> None:
    whole = _vectors()["vkeys"][0]["vkey"]
    length = len(whole)
    derived = [
        whole[i:j] for i in range(length) for j in range(i + 1, length + 1) if j - i < length
    ]
    derived += [whole[:i] + chr(ord(whole[i]) + 1) + whole[i + 1 :] for i in range(length)]
    for text in derived:
        with pytest.raises(NoteRefused):
            NoteKey.parse(text)
    assert len(derived) == 2276


def test_the_published_signing_key_makes_the_published_note() -> None:
    signing = _vectors()["sign"]
    for case in signing:
        name, _, encoded = case["skey"].removeprefix("PRIVATE+KEY+").split("+", 2)
        private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(encoded)[1:])
        assert sign_note(case["text"], name, private) == case["signed"]
    assert len(signing) == 1


def test_our_own_vectors_are_pinned_and_hold() -> None:
    vectors = pinned("note.json")
    assert vectors == note_vectors()
    keys = [NoteKey.parse(vectors["log_key"]), NoteKey.parse(vectors["witness_key"])]
    assert parse_note(vectors["note"]).verify(keys) == [keys[0].name]
    assert parse_note(vectors["cosigned_note"]).verify(keys) == [key.name for key in keys]


def test_a_signed_note_is_accepted_and_its_text_kept_to_the_last_byte() -> None:
    note = parse_note(NOTE)
    assert note.text == TEXT
    assert note.verify([KEY]) == [NAME]
    assert sign_note(TEXT, NAME, SIGNER) == NOTE


def test_every_flipped_bit_of_a_note_is_refused() -> None:
    raw = NOTE.encode()
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NoteRefused):
            parse_note(bytes(changed)).verify([KEY])


def test_a_bad_signature_by_a_known_key_spoils_good_ones() -> None:
    good = parse_note(NOTE)
    forged = NOTE + sign_note("other\n", "b.example", OTHER).split("\n\n")[1]
    assert parse_note(forged).verify([KEY]) == [NAME]
    with pytest.raises(NoteRefused) as caught:
        parse_note(forged).verify([KEY, _key(OTHER, "b.example")])
    assert caught.value.code == "bad_signature"
    assert good.verify([KEY]) == [NAME]


def test_a_note_without_a_known_signer_is_refused() -> None:
    for keys in ([], [_key(OTHER)], [_key(SIGNER, "other.example")]):
        with pytest.raises(NoteRefused) as caught:
            parse_note(NOTE).verify(keys)
        assert caught.value.code == "no_known_key"
        assert parse_note(NOTE).signed_by(keys) == []


def test_the_same_key_given_twice_is_one_key() -> None:
    assert parse_note(NOTE).verify([KEY, KEY]) == [NAME]


def test_a_cosignature_is_not_a_log_signature_of_the_same_key() -> None:
    cosigned = cosign_note(NOTE, NAME, SIGNER, 1763600000)
    assert parse_note(cosigned).verify([_key(SIGNER, NAME, COSIGNATURE)]) == [NAME]
    only_witness = cosigned.replace(NOTE.split("\n\n")[-1], "")
    with pytest.raises(NoteRefused):
        parse_note(only_witness).verify([KEY])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\u2003b", "a\nb", "a\x00b"])
def test_a_key_name_with_a_space_or_a_plus_is_refused(name: str) -> None:
    with pytest.raises(NoteRefused) as caught:
        NoteKey(name, KEY.key)
    assert caught.value.code == "key_name"
    with pytest.raises(NoteRefused):
        sign_note(TEXT, name, SIGNER)


def test_a_low_order_key_is_refused_however_well_it_is_written() -> None:
    for encoding in LOW_ORDER_ENCODINGS:
        material = base64.b64encode(b"\x01" + encoding).decode()
        with pytest.raises(NoteRefused) as caught:
            NoteKey.parse(f"a+00000000+{material}")
        assert caught.value.code == "key_unusable"


@pytest.mark.parametrize("text", ["no newline", "a\tb\n", "\ud800\n"])
def test_text_that_no_note_can_carry_is_not_signed(text: str) -> None:
    with pytest.raises(NoteRefused):
        sign_note(text, NAME, SIGNER)


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace("— ", "- "),
        NOTE.replace("— ", "—"),
        NOTE.replace("\n", "\r\n"),
        NOTE[:-1] + "=\n",
        NOTE[:-1] + " \n",
        NOTE[:-1],
        NOTE + "\n",
        "\ufeff" + NOTE,
        "",
        "\n",
        "\n\n",
    ],
)
def test_a_note_of_another_form_is_refused(note: str) -> None:
    with pytest.raises(NoteRefused):
        parse_note(note).verify([KEY])


def test_100_signatures_are_read_and_101_refused() -> None:
    line = NOTE.split("\n\n")[-1]
    head = NOTE[: -len(line)]
    assert parse_note(head + line * MAX_SIGNATURES).verify([KEY]) == [NAME]
    with pytest.raises(NoteRefused) as caught:
        parse_note(head + line * (MAX_SIGNATURES + 1))
    assert caught.value.code == "too_many_signatures"


def test_a_note_of_more_than_a_mebibyte_is_refused() -> None:
    for note in ("x" * (MAX_NOTE + 1), "é" * (MAX_NOTE // 2 + 1), b"x" * (MAX_NOTE + 1)):
        with pytest.raises(NoteRefused) as caught:
            parse_note(note)
        assert caught.value.code == "too_long"


@pytest.mark.parametrize("text", ["AAB=", "AA==\n", " AA==", "AA", "AA=", "_-==", "AA==AA==", "é"])
def test_base64_that_could_be_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        strict_base64(text)
