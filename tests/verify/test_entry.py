"""Entries, and the wording of refusals."""

from __future__ import annotations

import base64
import hashlib
import pickle
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.verify.canonical import MAX_PAYLOAD, CanonicalRefused
from ledger.verify.entry import (
    PAYLOAD_TYPE,
    EntryRefused,
    keyid_of,
    make_entry,
    pae,
    parse_entry,
)
from ledger.verify.merkle import ProofRefused
from ledger.verify.note import NoteRefused
from ledger.verify.signature import PublicKey, SignatureRefused
from ledger.verify.wording import Refusal, shown
from tests.vectors.make_format_vectors import entry_vectors, pinned

KEYID, SIGNATURE = bytes(range(32)), bytes(range(64))
RAW = make_entry(b'{"a":1}', KEYID, SIGNATURE).raw


def test_the_pre_authentication_encoding_is_that_of_dsse() -> None:
    # The example of the DSSE specification (protocol.md, "Signature Definition").
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_our_own_vector_is_pinned_and_holds() -> None:
    vector = pinned("entry.json")
    assert vector == entry_vectors()
    entry = parse_entry(base64.b64decode(vector["entry_b64"]))
    assert entry.payload.decode() == vector["payload"]
    assert entry.keyid == hashlib.sha256(bytes.fromhex(vector["public_key"])).digest()
    assert entry.id == hashlib.sha256(b"\x00" + entry.raw).digest()
    assert entry.id.hex() == vector["id"]
    assert entry.raw == entry.signed + entry.keyid + entry.signature
    PublicKey(bytes.fromhex(vector["public_key"])).verify(entry.signature, entry.signed)


@given(st.binary(max_size=300), st.binary(min_size=96, max_size=96))
@settings(deadline=None)
def test_what_is_made_is_what_is_parsed(payload: bytes, tail: bytes) -> None:
    made = make_entry(payload, tail[:32], tail[32:])
    parsed = parse_entry(made.raw)
    assert parsed == made
    assert (parsed.payload, parsed.keyid, parsed.signature) == (payload, tail[:32], tail[32:])
    assert parsed.signed == pae(PAYLOAD_TYPE, payload)


def test_every_shorter_and_every_longer_entry_is_refused() -> None:
    for length in range(len(RAW)):
        with pytest.raises(EntryRefused):
            parse_entry(RAW[:length])
    with pytest.raises(EntryRefused, match="cut or lengthened"):
        parse_entry(RAW + b"\x00")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (RAW.replace(b"statement.v1", b"statement.v2"), "payload_type"),
        (pae("text/plain", b"{}") + bytes(96), "payload_type"),
        (RAW.replace(b"DSSEv1 45", b"DSSEv1 045"), "payload_type"),
        (RAW.replace(b"DSSEv1", b"DSSEv2"), "not_an_entry"),
        (b"", "not_an_entry"),
        (RAW.replace(b"json 7 ", b"json 07 "), "length_field"),
        (RAW.replace(b"json 7 ", b"json +7 "), "length_field"),
        (RAW.replace(b"json 7 ", b"json -7 "), "length_field"),
        (RAW.replace(b"json 7 ", b"json  7 "), "length_field"),
        (RAW.replace(b"json 7 ", b"json 7_ "), "length_field"),
        (RAW.replace(b"json 7 ", b"json 1234567 "), "length_field"),
        (RAW.replace(b"json 7 ", b"json 8 "), "total_length"),
        (RAW.replace(b"json 7 ", b"json 99999 "), "payload_too_long"),
    ],
)
def test_an_entry_of_another_form_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(EntryRefused) as caught:
        parse_entry(raw)
    assert caught.value.code == code


def test_the_largest_payload_fits_and_one_byte_more_does_not() -> None:
    assert len(make_entry(b"x" * MAX_PAYLOAD, KEYID, SIGNATURE).payload) == MAX_PAYLOAD
    with pytest.raises(EntryRefused, match="at most 16384"):
        make_entry(b"x" * (MAX_PAYLOAD + 1), KEYID, SIGNATURE)


def test_parts_of_the_wrong_length_are_refused() -> None:
    with pytest.raises(EntryRefused, match="keyid has 31 bytes"):
        make_entry(b"{}", KEYID[:31], SIGNATURE)
    with pytest.raises(EntryRefused, match="signature has 65 bytes"):
        make_entry(b"{}", KEYID, SIGNATURE + b"x")
    with pytest.raises(EntryRefused, match="public key has 33 bytes"):
        keyid_of(bytes(33))


def test_an_entry_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        parse_entry(RAW).payload = b"{}"  # type: ignore[misc]  # the assignment is what is tested


@pytest.mark.parametrize(
    "kind", [CanonicalRefused, EntryRefused, SignatureRefused, ProofRefused, NoteRefused]
)
def test_every_sentence_exists_in_both_languages_with_the_same_parameters(
    kind: type[Refusal],
) -> None:
    assert kind.catalogue
    for code, (english, vietnamese) in kind.catalogue.items():
        names = {part.split("}")[0] for part in english.split("{")[1:]}
        assert names == {part.split("}")[0] for part in vietnamese.split("{")[1:]}, code
        refusal = kind(code, **dict.fromkeys(names, "x"))
        assert (
            refusal.say()
            == refusal.say("fr")
            == str(refusal)
            == english.format_map(dict.fromkeys(names, "x"))
        )
        assert refusal.say("vi") != refusal.say("en")
        assert refusal.say("vi").endswith(".") and refusal.say("en").endswith(".")


def test_an_unknown_code_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        EntryRefused("no_such_code")


def test_a_refusal_survives_the_way_out_of_a_worker_process() -> None:
    refusal = EntryRefused("total_length", found=3, expected=4)
    copy = pickle.loads(pickle.dumps(refusal))
    assert type(copy) is EntryRefused
    assert (copy.code, copy.params, str(copy)) == (refusal.code, refusal.params, str(refusal))


@pytest.mark.parametrize(
    "value",
    [
        "\x1b[31m" + "x" * 500,
        "\u202egnp",
        "\ud800",
        10**5000,
        b"\xff" * 500,
        ["a\n"] * 50,
        {},
        None,
    ],
    ids=["terminal", "bidirectional", "surrogate", "digits", "bytes", "list", "object", "nothing"],
)
def test_a_hostile_value_is_shown_short_and_printable(value: object) -> None:
    assert len(shown(value)) <= 80
    assert shown(value).isprintable()
