"""A signed request says one thing to one ledger, once: everything else is refused."""

from __future__ import annotations

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.station_wire.errors import WireRefused
from api.station_wire.request_signing import SignedBy, sign_request, verify_request
from ledger.signing import Signer
from ledger.verify.signature import PublicKey

ORIGIN = "hub.example/log"
PATH = "/api/v1/station/push"
BODY = b"what is sent"
NOW = 1_790_000_000
NONCE = "abcdefghijklmnop"
SIGNER = Signer.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = Signer.of(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
SENT = {"ocop-log": ORIGIN, "content-type": "text/x", "content-encoding": "gzip"}


def known(keyid: str) -> PublicKey | None:
    """The hub's keys: the signer's and another's."""
    keys = {one.keyid.hex(): PublicKey(one.public) for one in (SIGNER, OTHER)}
    return keys.get(keyid)


def signed(**changed: object) -> dict[str, str]:
    given: dict[str, object] = {
        "signer": SIGNER,
        "method": "POST",
        "path": PATH,
        "headers": SENT,
        "body": BODY,
        "created": NOW,
        "nonce": NONCE,
        **changed,
    }
    return sign_request(**given)  # type: ignore[arg-type]  # a test changes one of them


def verified(headers: dict[str, str] | list[tuple[str, str]], **changed: object) -> SignedBy:
    pairs = list(headers.items()) if isinstance(headers, dict) else headers
    given: dict[str, object] = {
        "keys": known,
        "method": "POST",
        "path": PATH,
        "headers": pairs,
        "body": BODY,
        "now": NOW,
        "origin": ORIGIN,
        **changed,
    }
    return verify_request(**given)  # type: ignore[arg-type]  # a test changes one of them


def refused(headers: dict[str, str] | list[tuple[str, str]], **changed: object) -> str:
    with pytest.raises(WireRefused) as caught:
        verified(headers, **changed)
    assert caught.value.say("vi") != caught.value.say("en")
    return caught.value.code


def test_a_request_as_it_was_signed_names_its_key() -> None:
    assert verified(signed()) == SignedBy(SIGNER.keyid.hex(), NOW, NONCE)


def test_signing_twice_gives_the_same_headers() -> None:
    assert signed() == signed()


def test_the_fields_are_those_of_the_standards() -> None:
    headers = signed(body=b"")
    assert headers["content-digest"] == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
    covered, _, parameters = headers["signature-input"].partition(")")
    assert covered == (
        'sig1=("@method" "@path" "content-digest" "ocop-log" "content-type" "content-encoding"'
    ) or set(covered.removeprefix("sig1=(").split()) == {
        '"@method"',
        '"@path"',
        '"content-digest"',
        '"ocop-log"',
        '"content-type"',
        '"content-encoding"',
    }
    assert sorted(parameters.strip(";").split(";")) == [
        'alg="ed25519"',
        f"created={NOW}",
        f'keyid="{SIGNER.keyid.hex()}"',
        f'nonce="{NONCE}"',
        'tag="ocop-station"',
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"body": b"what is said"},
        {"body": b""},
        {"path": "/api/v1/station/pull"},
        {"path": PATH + "/"},
        {"method": "PUT"},
    ],
)
def test_a_signature_over_another_body_path_or_method_is_wrong(changed: dict[str, object]) -> None:
    assert refused(signed(), **changed) == "signature-wrong"


@pytest.mark.parametrize("name", ["content-type", "content-encoding", "content-digest"])
def test_a_changed_header_is_noticed(name: str) -> None:
    headers = signed()
    assert refused({**headers, name: "other"}) == "signature-wrong"
    del headers[name]
    assert refused(headers) == "signature-wrong"


def test_a_header_that_was_not_signed_is_noticed() -> None:
    headers = signed(headers={"ocop-log": ORIGIN, "content-type": "text/x"})
    assert refused({**headers, "content-encoding": "gzip"}) == "signature-wrong"


def test_a_request_to_another_ledger_is_none_to_this_one() -> None:
    other = "other.example/log"
    assert refused(signed(headers={**SENT, "ocop-log": other})) == "log-differs"
    # Neither does it help to change what is signed.
    headers = signed(headers={**SENT, "ocop-log": other})
    assert refused({**headers, "ocop-log": ORIGIN}) == "signature-wrong"
    del headers["ocop-log"]
    assert refused(headers) == "signature-wrong"


def test_a_key_that_is_not_known_is_said_to_be_unknown() -> None:
    stranger = Signer.of(Ed25519PrivateKey.generate())
    assert refused(signed(signer=stranger)) == "key-unknown"


def test_one_stations_signature_under_anothers_name_is_wrong() -> None:
    headers = signed()
    headers["signature-input"] = headers["signature-input"].replace(
        SIGNER.keyid.hex(), OTHER.keyid.hex()
    )
    assert refused(headers) == "signature-wrong"


@pytest.mark.parametrize("off", [-301, 301, -86_400, 10**9])
def test_a_clock_that_is_off_is_said_to_be_off(off: int) -> None:
    assert refused(signed(created=NOW + off)) == "clock-differs"


@pytest.mark.parametrize("off", [-300, 0, 300])
def test_five_minutes_are_not_off(off: int) -> None:
    assert verified(signed(created=NOW + off)).created == NOW + off


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (f"created={NOW}", f"created={NOW + 1}"),
        (f"created={NOW};", ""),
        ('tag="ocop-station"', 'tag="other"'),
        ('alg="ed25519"', 'alg="hmac-sha256"'),
        (NONCE, "x" * 16),
        ('"content-digest" ', ""),
        ('"@path" ', ""),
        ('"ocop-log"', '"ocop-log";sf'),
        ('"@method"', '"@method" "@method"'),
        ("sig1=", "sig2="),
        (";keyid=", ";expires=1;keyid="),
    ],
)
def test_changed_parameters_are_wrong(part: str, other: str) -> None:
    headers = signed()
    assert part in headers["signature-input"]
    headers["signature-input"] = headers["signature-input"].replace(part, other)
    assert refused(headers) == "signature-wrong"


def test_covering_less_than_all_is_wrong_even_when_signed() -> None:
    """A signature of the station's own making that leaves the digest out proves nothing of it."""
    import datetime as dt

    from http_message_signatures import HTTPMessageSigner
    from http_message_signatures.algorithms import ED25519

    from api.station_wire import request_signing as wire

    for left_out in ("@path", "content-type", "ocop-log"):
        names = ("@method", "@path", "ocop-log", "content-type", "content-encoding")
        message = wire._Message("POST", PATH, wire._headers(SENT))
        HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=wire._OwnKey(SIGNER)).sign(
            message,
            key_id=SIGNER.keyid.hex(),
            created=dt.datetime.fromtimestamp(NOW, dt.UTC),
            nonce=NONCE,
            label="sig1",
            tag="ocop-station",
            covered_component_ids=[name for name in names if name != left_out],
            body=BODY,
        )
        assert refused(dict(message.headers.items())) == "signature-wrong"


@pytest.mark.parametrize("nonce", ["", "short", "x" * 65, "with a space here!"])
def test_a_nonce_is_of_its_form(nonce: str) -> None:
    assert refused(signed(nonce=nonce)) == "signature-wrong"


def test_no_signature_is_said_to_be_missing() -> None:
    headers = signed()
    for name in ("signature", "signature-input"):
        assert refused({k: v for k, v in headers.items() if k != name}) == "signature-missing"


def test_a_second_signature_or_a_doubled_header_is_wrong() -> None:
    headers = signed()
    twice = {
        name: f"{headers[name]}, sig9{headers[name][4:]}"
        for name in ("signature", "signature-input")
    }
    for name in ("signature", "content-type", "ocop-log", "content-digest"):
        assert refused([*headers.items(), (name, headers[name])]) == "signature-wrong"
    assert refused({**headers, "signature": twice["signature"]}) == "signature-wrong"


def test_any_flipped_bit_of_a_signature_is_noticed() -> None:
    chance = random.Random(9421)
    headers = signed()
    for _ in range(300):
        name = chance.choice(["signature", "signature-input", "content-digest"])
        at = chance.randrange(len(headers[name]))
        flipped = chr(ord(headers[name][at]) ^ 1 << chance.randrange(7))
        changed = headers[name][:at] + flipped + headers[name][at + 1 :]
        if changed == headers[name] or changed.strip(" \t") == headers[name]:
            continue
        assert refused({**headers, name: changed}) in {
            "signature-wrong",
            "signature-missing",
            "key-unknown",
        }, (name, changed)


def test_garbage_in_the_signature_headers_is_refused_and_nothing_else() -> None:
    chance = random.Random(1)
    for _ in range(500):
        noise = "".join(chr(chance.randrange(256)) for _ in range(chance.randrange(1, 200)))
        found = refused({**signed(), chance.choice(["signature", "signature-input"]): noise})
        assert found in {"signature-wrong", "key-unknown"}
    assert refused({**signed(), "signature-input": "sig1=(" * 10_000}) == "signature-wrong"
