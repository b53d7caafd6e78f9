"""What authenticators say, cut off and changed byte by byte: refused, and never a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.access.passkey_answers import (
    challenge_in,
    checked_new,
    checked_sign_in,
    read_new,
    read_sign_in,
    wishes_for_new,
    wishes_for_sign_in,
)
from api.access.passkey_errors import PasskeyRefused
from api.access.passkey_site import site_of
from tests.access.authenticator import Authenticator, bytes_of, text_of
from tests.access.visitors import AWAY

SITE = site_of(AWAY)
CHALLENGE = bytes(range(32))
WHO = "0123456789abcdef"


def made(kind: str) -> tuple[Authenticator, dict[str, Any]]:
    key = Authenticator(kind=kind)
    wishes = wishes_for_new(SITE, WHO, "minh", "Minh", CHALLENGE, [])
    return key, json.loads(key.make(wishes))


def bent(raw: bytes, step: int) -> list[bytes]:
    """Every cut, and every byte with one bit and with all bits the other way; one of so many."""
    cuts = [raw[:at] for at in range(0, len(raw), step)]
    flips = [
        raw[:at] + bytes([raw[at] ^ bits]) + raw[at + 1 :]
        for at in range(0, len(raw), step)
        for bits in (0x01, 0x20, 0xFF)
    ]
    return [*cuts, *flips, raw + b"\0", raw + raw]


STEPS = [
    ("ES256", 7),
    *(pytest.param(kind, 1, marks=pytest.mark.long) for kind in ("ES256", "EdDSA", "RS256")),
]


@pytest.mark.parametrize(("kind", "step"), STEPS)
def test_a_bent_registration_gives_a_whole_key_or_none(kind: str, step: int) -> None:
    _, whole = made(kind)
    good = checked_new(SITE, CHALLENGE, read_new(json.dumps(whole)))
    good_raw = bytes_of(whole["response"]["attestationObject"])
    for raw in bent(good_raw, step):
        whole["response"]["attestationObject"] = text_of(raw)
        try:
            found = checked_new(SITE, CHALLENGE, read_new(json.dumps(whole)))
        except PasskeyRefused:
            continue
        # The make of an authenticator, its counter, and its key are its own word.
        assert found.credential == good.credential and len(raw) == len(good_raw)


@pytest.mark.parametrize(("kind", "step"), STEPS)
def test_no_bent_answer_is_taken_for_a_signed_one(kind: str, step: int) -> None:
    key, registration = made(kind)
    new = checked_new(SITE, CHALLENGE, read_new(json.dumps(registration)))
    whole = json.loads(key.answer(wishes_for_sign_in(SITE, CHALLENGE)))
    parsed = read_sign_in(json.dumps(whole))
    assert challenge_in(parsed) == CHALLENGE
    assert checked_sign_in(SITE, CHALLENGE, parsed, new.public_key, WHO) == 2
    for name in ("authenticatorData", "signature", "clientDataJSON", "userHandle"):
        for raw in bent(bytes_of(whole["response"][name]), step):
            said = {**whole, "response": {**whole["response"], name: text_of(raw)}}
            with pytest.raises(PasskeyRefused):
                checked_sign_in(
                    SITE, CHALLENGE, read_sign_in(json.dumps(said)), new.public_key, WHO
                )
