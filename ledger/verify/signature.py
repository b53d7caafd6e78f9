"""Ed25519 (RFC 8032) with one rule on top: every implementation accepts the same signatures.

Libraries disagree about keys and R of low order and about encodings that RFC 8032 does not allow
(Chalkias, Garillot, Nikolaenko: "Taming the many EdDSAs", SSR 2020, table 5). Refusing the 14
low-order encodings for the key and for R, and S >= L, leaves no vector of the CCTV set on which
Python, Chromium and Node differ: each accepts exactly the same 43 of 914.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.verify.entry import keyid_of
from ledger.verify.wording import Refusal

KEY_BYTES = 32
SIGNATURE_BYTES = 64

# RFC 8032 section 5.1: field prime, group order, curve constant.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = (-121665 * pow(121666, -1, P)) % P

# y of two of the four points of order 8; the other two have P - y. Doubling such a point gives
# y = 0, so x^2 = -y^2, and the curve equation becomes D*y^4 + 2*y^2 - 1 = 0.
_Y_OF_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
assert (D * pow(_Y_OF_ORDER_8, 4, P) + 2 * pow(_Y_OF_ORDER_8, 2, P) - 1) % P == 0

# The 8 points whose order divides 8 have y = 1 (order 1), P-1 (order 2), 0 (two of order 4) and
# two values with two points each (order 8). Decoders that reduce y modulo P take P and P+1 for
# 0 and 1 too (P-1 and the order 8 values have no second form below 2^255), and decoders that
# do not look at the sign bit of x = 0 take either sign for y = 1 and P-1. So: 7 values of y, two
# signs each, 14 encodings. The list is that of libsodium's ge25519_has_small_order.
_LOW_ORDER_Y = (0, 1, P - 1, P, P + 1, _Y_OF_ORDER_8, P - _Y_OF_ORDER_8)
LOW_ORDER_ENCODINGS = frozenset(
    (y | sign << 255).to_bytes(KEY_BYTES, "little") for y in _LOW_ORDER_Y for sign in (0, 1)
)

_LOW_ORDER_BEGIN = frozenset(encoding[0] for encoding in LOW_ORDER_ENCODINGS)


class SignatureRefused(Refusal):
    """A public key or a signature that is not accepted."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "key_length": (
            "The public key has {found} bytes instead of 32; give the raw Ed25519 key.",
            "Khóa công khai có {found} byte thay vì 32; hãy đưa khóa Ed25519 dạng gốc.",
        ),
        "key_low_order": (
            "The public key {found} is one of the 14 of low order, for which anybody can sign;"
            " make a new key pair.",
            "Khóa công khai {found} là một trong 14 khóa bậc thấp mà ai cũng ký thay được; hãy"
            " tạo cặp khóa mới.",
        ),
        "key_no_point": (
            "The public key {found} is not a point of the Ed25519 curve; copy it again from its"
            " owner.",
            "Khóa công khai {found} không phải là điểm trên đường cong Ed25519; hãy chép lại từ"
            " chủ khóa.",
        ),
        "signature_length": (
            "The signature has {found} bytes instead of 64; fetch the entry again.",
            "Chữ ký có {found} byte thay vì 64; hãy lấy lại bản ghi.",
        ),
        "r_low_order": (
            "The first half of the signature is one of the 14 low-order encodings; no honest"
            " signer makes it, so ask for a new signature.",
            "Nửa đầu của chữ ký là một trong 14 dạng bậc thấp; người ký trung thực không tạo ra"
            " nó, hãy yêu cầu ký lại.",
        ),
        "s_too_large": (
            "The second half of the signature is not below the group order, so it is a changed"
            " copy of another signature; ask for the original.",
            "Nửa sau của chữ ký không nhỏ hơn bậc của nhóm, tức là bản sửa từ chữ ký khác; hãy"
            " yêu cầu bản gốc.",
        ),
        "wrong": (
            "The signature was not made by key {keyid} over these bytes; treat the content as"
            " changed and fetch it again.",
            "Chữ ký không phải do khóa {keyid} tạo cho nội dung này; hãy coi nội dung là đã bị"
            " sửa và lấy lại.",
        ),
    }


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key that may be trusted to verify: 32 raw bytes and their key id.

    Raises SignatureRefused for a wrong length, the 14 low-order encodings, and bytes that RFC
    8032 section 5.1.3 decodes to no point (y >= P, or no square root). `cryptography` takes any
    32 bytes and fails at the first signature, which is too late to tell who enrolled the key.
    """

    raw: bytes
    keyid: bytes = field(init=False, compare=False)
    _key: Ed25519PublicKey = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise SignatureRefused("key_length", found=len(self.raw))
        if self.raw in LOW_ORDER_ENCODINGS:
            raise SignatureRefused("key_low_order", found=self.raw)
        if not _is_point(self.raw):
            raise SignatureRefused("key_no_point", found=self.raw)
        object.__setattr__(self, "keyid", keyid_of(self.raw))
        object.__setattr__(self, "_key", Ed25519PublicKey.from_public_bytes(self.raw))

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return when `signature` (64 bytes) by this key covers `message`.

        Otherwise raises SignatureRefused: wrong length, low-order R, S >= L (RFC 8032 section
        5.1.7), or simply not a signature of these bytes.
        """
        if len(signature) != SIGNATURE_BYTES:
            raise SignatureRefused("signature_length", found=len(signature))
        if signature[0] in _LOW_ORDER_BEGIN and signature[:32] in LOW_ORDER_ENCODINGS:
            raise SignatureRefused("r_low_order")
        # L is just above 2^252: only a last byte of 0x10 or more needs the long comparison.
        if signature[63] >= 0x10 and int.from_bytes(signature[32:], "little") >= L:
            raise SignatureRefused("s_too_large")
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            raise SignatureRefused("wrong", keyid=self.keyid) from None

    def accepts(self, signature: bytes, message: bytes) -> bool:
        """Tell whether `verify` would return."""
        try:
            self.verify(signature, message)
        except SignatureRefused:
            return False
        return True

    def __reduce__(self) -> tuple[Any, ...]:
        # The library's key object cannot be pickled; worker processes build their own.
        return PublicKey, (self.raw,)


# One key is read several times within a bundle, and this costs as much as two signatures.
@lru_cache(maxsize=256)
def _is_point(raw: bytes) -> bool:
    """RFC 8032 section 5.1.3: x^2 = (y^2 - 1) / (D*y^2 + 1) must have a root, and y < P."""
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    if y >= P:
        return False
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    # u/v is a square if and only if u*v is; v is never 0 because -1/D is not a square.
    return pow(u * v, (P - 1) // 2, P) in (0, 1)
