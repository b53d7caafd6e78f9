"""Signatures: Wycheproof, CCTV, and the 14 low-order encodings."""

from __future__ import annotations

import json
import pickle

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.verify.signature import LOW_ORDER_ENCODINGS, D, L, P, PublicKey, SignatureRefused
from tests.shared_data import shared

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
KEY = PublicKey(SIGNER.public_key().public_bytes_raw())
MESSAGE = b"hello"
SIGNATURE = SIGNER.sign(MESSAGE)


def _accepts(key: str, signature: str, message: bytes) -> bool:
    try:
        return PublicKey(bytes.fromhex(key)).accepts(bytes.fromhex(signature), message)
    except SignatureRefused:
        return False


def test_all_wycheproof_vectors_agree() -> None:
    path = shared("vectors", "ed25519", "wycheproof_ed25519_test.json")
    ran = 0
    for group in json.loads(path.read_text("utf-8"))["testGroups"]:
        for case in group["tests"]:
            found = _accepts(group["publicKey"]["pk"], case["sig"], bytes.fromhex(case["msg"]))
            assert found == (case["result"] == "valid"), case["tcId"]
            ran += 1
    assert ran == 151


def test_exactly_43_of_the_914_cctv_vectors_are_accepted() -> None:
    path = shared("vectors", "ed25519", "cctv_ed25519vectors.json")
    cases = json.loads(path.read_text("utf-8"))
    accepted = [c for c in cases if _accepts(c["key"], c["sig"], c["msg"].encode())]
    assert (len(cases), len(accepted)) == (914, 43)
    for case in accepted:
        assert not {"low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R"} & set(
            case["flags"] or []
        )


def _add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    t = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + a[1] * b[0]) * pow(1 + t, -1, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P)
    return x % P, y % P


def test_the_14_encodings_are_those_that_decode_to_an_order_dividing_8() -> None:
    root_of_minus_one = pow(2, (P - 1) // 4, P)
    for encoding in LOW_ORDER_ENCODINGS:
        y = (int.from_bytes(encoding, "little") & (1 << 255) - 1) % P
        square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        x = pow(square, (P + 3) // 8, P)
        x = x if x * x % P == square else x * root_of_minus_one % P
        assert x * x % P == square
        point = (x, y)
        for _ in range(3):
            point = _add(point, point)
        assert point == (0, 1)
    assert len(LOW_ORDER_ENCODINGS) == 14


@pytest.mark.parametrize("encoding", sorted(LOW_ORDER_ENCODINGS), ids=lambda e: e.hex()[:8])
def test_a_low_order_encoding_is_neither_a_key_nor_an_r(encoding: bytes) -> None:
    with pytest.raises(SignatureRefused) as caught:
        PublicKey(encoding)
    assert caught.value.code == "key_low_order"
    with pytest.raises(SignatureRefused) as caught:
        KEY.verify(encoding + SIGNATURE[32:], MESSAGE)
    assert caught.value.code == "r_low_order"


@pytest.mark.parametrize("value", [2, 7, P + 2, P + 18, 2**255 - 1])
def test_bytes_that_are_no_point_are_no_key(value: int) -> None:
    with pytest.raises(SignatureRefused) as caught:
        PublicKey(value.to_bytes(32, "little"))
    assert caught.value.code == "key_no_point"


def test_every_key_that_the_library_makes_is_a_point() -> None:
    for seed in range(50):
        raw = Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)).public_key()
        assert PublicKey(raw.public_bytes_raw()).raw == raw.public_bytes_raw()


def test_a_true_signature_is_accepted_and_every_flipped_bit_refused() -> None:
    KEY.verify(SIGNATURE, MESSAGE)
    for bit in range(512):
        changed = bytearray(SIGNATURE)
        changed[bit // 8] ^= 1 << bit % 8
        assert not KEY.accepts(bytes(changed), MESSAGE)
    assert not KEY.accepts(SIGNATURE, MESSAGE + b"!")


def test_a_signature_with_s_plus_the_group_order_is_refused() -> None:
    s = int.from_bytes(SIGNATURE[32:], "little") + L
    with pytest.raises(SignatureRefused) as caught:
        KEY.verify(SIGNATURE[:32] + s.to_bytes(32, "little"), MESSAGE)
    assert caught.value.code == "s_too_large"


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(SignatureRefused, match=f"{length} bytes"):
        KEY.verify(bytes(length), MESSAGE)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(SignatureRefused, match=f"{length} bytes"):
        PublicKey(bytes(length))


def test_a_key_survives_the_way_into_a_worker_process() -> None:
    copy = pickle.loads(pickle.dumps(KEY))
    assert copy == KEY
    assert copy.accepts(SIGNATURE, MESSAGE)
