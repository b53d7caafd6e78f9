"""What browsers and passkeys say, read and checked: the one module that imports `fido2`.

The library parses and checks signatures; what must hold besides is decided here. Importing it takes
a tenth of a second, so this module is imported when somebody first uses a passkey.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from cryptography.exceptions import InvalidSignature
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api.access.passkey_challenges import OPEN_SECONDS
from api.access.passkey_errors import PasskeyRefused
from api.access.passkey_site import Site

KINDS: Final = (EdDSA, ES256, RS256)
"""Signatures that are accepted (COSE -8, -7, -257); RS256 is what Windows Hello has."""
LONGEST_CREDENTIAL: Final = 1_023
"""WebAuthn level 3, section 4: bytes of a credential id."""
_LONGEST_KEY: Final = 700  # RSA of 4,096 bits, as COSE
_LEAST_MODULUS: Final = 256
_NO_AAGUID: Final = bytes(16)
_Answer = TypeVar("_Answer", RegistrationResponse, AuthenticationResponse)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A passkey that was just made; both texts are base64url. `counter` is 0 where it has none."""

    credential: str
    public_key: str
    counter: int


def read_new(text: str) -> RegistrationResponse:
    """RegistrationResponseJSON of WebAuthn level 3. Raises PasskeyRefused (`passkey-wrong`)."""
    return _read(RegistrationResponse, text)


def read_sign_in(text: str) -> AuthenticationResponse:
    """AuthenticationResponseJSON of WebAuthn level 3. Raises PasskeyRefused (`passkey-wrong`)."""
    return _read(AuthenticationResponse, text)


def challenge_in(answer: RegistrationResponse | AuthenticationResponse) -> bytes:
    """The challenge that was signed; whether it was ours is for its keeper to say."""
    return answer.response.client_data.challenge


def credential_in(answer: AuthenticationResponse) -> str:
    """The credential id, as it is kept."""
    return str(websafe_encode(answer.raw_id))


def wishes_for_new(
    site: Site, who: str, account: str, name: str, challenge: bytes, have: Sequence[str]
) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON below `publicKey`. `have` are credential ids."""
    options, _ = _server(site).register_begin(
        PublicKeyCredentialUserEntity(id=who.encode(), name=account, display_name=name),
        [
            PublicKeyCredentialDescriptor(
                type=PublicKeyCredentialType.PUBLIC_KEY, id=websafe_decode(one)
            )
            for one in have
        ],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=challenge,
    )
    return dict(options)


def wishes_for_sign_in(site: Site, challenge: bytes) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON below `publicKey`: any passkey of this site will do."""
    options, _ = _server(site).authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED, challenge=challenge
    )
    return dict(options)


def checked_new(site: Site, challenge: bytes, answer: RegistrationResponse) -> NewKey:
    """The passkey behind an answer, once everything about it holds.

    Raises:
        PasskeyRefused: `passkey-wrong`, or `passkey-kind` for a key that could never be checked.
    """
    try:
        data = _server(site).register_complete(_state(challenge), answer)
        made = data.credential_data
        if made is None or made.credential_id != answer.raw_id:
            raise ValueError
        _check_beside(answer.response.client_data, data)
    except Exception as wrong:  # a stranger's bytes in somebody else's parser
        raise PasskeyRefused("passkey-wrong") from wrong
    public_key = bytes(made)[18 + len(made.credential_id) :]
    if not 1 <= len(made.credential_id) <= LONGEST_CREDENTIAL or not _usable(made.public_key):
        raise PasskeyRefused("passkey-kind")
    if len(public_key) > _LONGEST_KEY:
        raise PasskeyRefused("passkey-kind")
    return NewKey(websafe_encode(made.credential_id), websafe_encode(public_key), data.counter)


def checked_sign_in(
    site: Site, challenge: bytes, answer: AuthenticationResponse, public_key: str, who: str
) -> int:
    """The counter of an answer that the passkey of `who` has signed.

    Raises:
        PasskeyRefused: `passkey-wrong`; it is not signed so, for this site, or by this person's key.
    """
    try:
        key = AttestedCredentialData(
            _NO_AAGUID
            + len(answer.raw_id).to_bytes(2, "big")
            + answer.raw_id
            + websafe_decode(public_key)
        )
        _server(site).authenticate_complete(_state(challenge), [key], answer)
        # A passkey that the browser found by itself says whose it is; it must be who we think.
        if answer.response.user_handle != who.encode():
            raise ValueError
        data = answer.response.authenticator_data
        _check_beside(answer.response.client_data, data)
    except Exception as wrong:  # a stranger's bytes in somebody else's parser
        raise PasskeyRefused("passkey-wrong") from wrong
    return data.counter


def _read(kind: type[_Answer], text: str) -> _Answer:
    try:
        whole = json.loads(text)
        # The library takes these two as read where they are missing.
        if whole["id"] != whole["rawId"] or whole["type"] != "public-key":
            raise ValueError
        found: _Answer | None = kind.from_dict(whole)
        # What a sender left out would be missed far from here.
        if found is None or not isinstance(found.response.client_data.challenge, bytes):
            raise ValueError
    except Exception as wrong:  # a stranger's bytes in somebody else's parser
        raise PasskeyRefused("passkey-wrong") from wrong
    return found


def _server(site: Site) -> Fido2Server:
    made = Fido2Server(
        PublicKeyCredentialRpEntity(id=site.name, name=site.name),
        # Which make of authenticator it is nobody here needs to know.
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda origin: origin == site.origin,
    )
    made.timeout = OPEN_SECONDS * 1000  # type: ignore[assignment]  # its hint knows None only
    made.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=one.ALGORITHM)
        for one in KINDS
    ]
    return made


def _state(challenge: bytes) -> dict[str, str]:
    return {
        "challenge": websafe_encode(challenge),
        "user_verification": UserVerificationRequirement.REQUIRED,
    }


def _check_beside(client: CollectedClientData, data: AuthenticatorData) -> None:
    """WebAuthn level 3, section 7: no frame of another site; a backup only of what can have one."""
    if client.cross_origin or (data.is_backed_up() and not data.is_backup_eligible()):
        raise ValueError


def _usable(key: CoseKey) -> bool:
    """Whether a signature can be checked with it: it is of an accepted kind, and can be loaded."""
    if type(key) not in KINDS:
        return False
    try:
        if isinstance(key, RS256) and len(key[-1]) < _LEAST_MODULUS:
            return False
        key.verify(b"", bytes(64))
    except InvalidSignature:
        return True
    except Exception:  # no point of the curve, no number, nothing at all
        return False
    return False
