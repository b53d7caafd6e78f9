"""The stored bytes of one statement: `PAE ‖ keyid (32) ‖ signature (64)`.

The signed bytes (DSSE v1 pre-authentication encoding) are a prefix of the stored bytes, so nothing
is ever serialised again in order to be checked. The entry id is the RFC 6962 leaf hash of the
stored bytes: one hash is identity, link and Merkle leaf.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import ClassVar, NoReturn

from ledger.verify.canonical import MAX_PAYLOAD
from ledger.verify.merkle import leaf_hash
from ledger.verify.wording import Refusal

PAYLOAD_TYPE = "application/vnd.ocop-ledger.statement.v1+json"
KEYID_BYTES = 32
SIGNATURE_BYTES = 64


class EntryRefused(Refusal):
    """Bytes that are not exactly one entry."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "not_an_entry": (
            "The {found} bytes do not begin as an entry does (DSSEv1); fetch the entry again from"
            " the ledger.",
            "{found} byte này không bắt đầu như một bản ghi (DSSEv1); hãy lấy lại bản ghi từ sổ"
            " cái.",
        ),
        "payload_type": (
            "The entry is signed for another payload type ({found}); only {expected} is accepted,"
            " so do not use it here (payload-type confusion).",
            "Bản ghi được ký cho loại nội dung khác ({found}); chỉ chấp nhận {expected}, không"
            " được dùng ở đây (nhầm loại nội dung).",
        ),
        "length_field": (
            "The payload length “{found}” is not a decimal number without leading zeros of at most"
            " {limit}; fetch the entry again.",
            "Độ dài nội dung “{found}” không phải số thập phân không có số 0 ở đầu và không quá"
            " {limit}; hãy lấy lại bản ghi.",
        ),
        "total_length": (
            "The entry has {found} bytes, but its length field asks for {expected}; it was cut or"
            " lengthened, fetch it again.",
            "Bản ghi có {found} byte nhưng độ dài ghi trong đó đòi {expected}; bản ghi đã bị cắt"
            " hoặc nối thêm, hãy lấy lại.",
        ),
        "payload_too_long": (
            "The payload has {found} bytes; at most {limit} are allowed, so shorten the statement.",
            "Nội dung có {found} byte; chỉ cho phép tối đa {limit}, hãy rút gọn lời khai.",
        ),
        "part_length": (
            "The {part} has {found} bytes instead of {expected}; pass the raw bytes, not text.",
            "Phần {part} có {found} byte thay vì {expected}; hãy đưa vào byte gốc, không phải chữ.",
        ),
    }


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the DSSE v1 pre-authentication encoding, the bytes that are signed.

    `DSSEv1 SP len(type) SP type SP len(payload) SP payload`, lengths in bytes as ASCII decimals
    (secure-systems-lab/dsse, protocol.md, "Signature Definition").
    """
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


_MAGIC = b"DSSEv1 "
_HEAD = b"DSSEv1 %d %b " % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode("ascii"))
_TAIL_BYTES = KEYID_BYTES + SIGNATURE_BYTES
_LENGTH_DIGITS = len(str(MAX_PAYLOAD))
# Total length -> the one head that fits it, as found so far: audits meet few lengths, many times.
_HEADS: dict[int, bytes] = {}


@dataclass(frozen=True, slots=True, init=False)
class Entry:
    """One entry as stored. `Entry(raw)` parses, so an Entry with inconsistent parts cannot exist.

    raw: the stored bytes; payload: canonical JSON, at most 16 KiB (not decoded here); keyid: 32
    bytes, SHA-256 of the signer's raw public key; signature: 64 bytes over `signed`; id: 32
    bytes, RFC 6962 leaf hash of `raw`. Raises EntryRefused.
    """

    raw: bytes
    payload: bytes = field(compare=False, repr=False)
    keyid: bytes = field(compare=False)
    signature: bytes = field(compare=False, repr=False)
    id: bytes = field(compare=False)

    def __init__(self, raw: bytes) -> None:
        start = _payload_start(raw)
        tail = len(raw) - _TAIL_BYTES
        # The slots' own setters: an audit makes one entry after another, and this is half the cost.
        _PUT_RAW(self, raw)
        _PUT_PAYLOAD(self, raw[start:tail])
        _PUT_KEYID(self, raw[tail : tail + KEYID_BYTES])
        _PUT_SIGNATURE(self, raw[tail + KEYID_BYTES :])
        _PUT_ID(self, leaf_hash(raw))

    @property
    def signed(self) -> bytes:
        """The PAE prefix of `raw`: the bytes that the signature covers."""
        return self.raw[:-_TAIL_BYTES]


_PUT_RAW, _PUT_PAYLOAD, _PUT_KEYID, _PUT_SIGNATURE, _PUT_ID = (
    vars(Entry)[name].__set__ for name in ("raw", "payload", "keyid", "signature", "id")
)


def _payload_start(raw: bytes) -> int:
    """Return where the payload starts, after checking every length in `raw`."""
    known = _HEADS.get(len(raw))
    if known is not None and raw.startswith(known):
        return len(known)
    if not raw.startswith(_HEAD):
        _refuse_head(raw)
    at = len(_HEAD)
    space = raw.find(b" ", at, at + _LENGTH_DIGITS + 1)
    digits = raw[at:space] if space >= 0 else raw[at : at + _LENGTH_DIGITS + 1]
    # bytes.isdigit is ASCII only, so int() cannot be given other digits, signs or underscores.
    if space < 0 or not digits.isdigit() or (digits[0] == ord("0") and len(digits) > 1):
        found = digits.decode("latin-1")
        raise EntryRefused("length_field", found=found, limit=MAX_PAYLOAD)
    length = int(digits)
    if length > MAX_PAYLOAD:
        raise EntryRefused("payload_too_long", found=length, limit=MAX_PAYLOAD)
    expected = space + 1 + length + _TAIL_BYTES
    if len(raw) != expected:
        raise EntryRefused("total_length", found=len(raw), expected=expected)
    _HEADS[len(raw)] = raw[: space + 1]
    return space + 1


def _refuse_head(raw: bytes) -> NoReturn:
    if not raw.startswith(_MAGIC) or _HEAD.startswith(raw):
        raise EntryRefused("not_an_entry", found=len(raw))
    found = raw[len(_MAGIC) : len(_HEAD)].decode("latin-1")
    raise EntryRefused("payload_type", found=found, expected=PAYLOAD_TYPE)


def parse_entry(raw: bytes) -> Entry:
    """Return the entry that `raw` is, to the last byte; raises EntryRefused.

    The signature is not checked here (see `PublicKey.verify`), nor is the payload decoded.
    """
    return Entry(raw)


def make_entry(payload: bytes, keyid: bytes, signature: bytes) -> Entry:
    """Return the entry of `payload` signed as `pae(PAYLOAD_TYPE, payload)` by `keyid`.

    keyid: 32 bytes, signature: 64 bytes. Raises EntryRefused on wrong lengths.
    """
    if len(keyid) != KEYID_BYTES:
        raise EntryRefused("part_length", part="keyid", found=len(keyid), expected=KEYID_BYTES)
    if len(signature) != SIGNATURE_BYTES:
        raise EntryRefused(
            "part_length", part="signature", found=len(signature), expected=SIGNATURE_BYTES
        )
    return Entry(pae(PAYLOAD_TYPE, payload) + keyid + signature)


def keyid_of(public_key: bytes) -> bytes:
    """Return the key id: SHA-256 (32 bytes) of the 32 raw bytes of an Ed25519 public key."""
    if len(public_key) != KEYID_BYTES:
        raise EntryRefused(
            "part_length", part="public key", found=len(public_key), expected=KEYID_BYTES
        )
    return hashlib.sha256(public_key).digest()
