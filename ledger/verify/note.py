"""C2SP signed notes: text, a blank line, and signature lines.

Two of the assigned signature types are known: 0x01, Ed25519 over the text (the log's own), and
0x04, timestamped Ed25519 cosignatures of witnesses (C2SP tlog-cosignature). Vectors:
golang.org/x/mod/sumdb/note and transparency-dev/formats.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.verify.signature import PublicKey, SignatureRefused
from ledger.verify.wording import Refusal

MAX_NOTE = 1024 * 1024
MAX_SIGNATURES = 100
MAX_TIMESTAMP = 2**63 - 1

ED25519 = 0x01
COSIGNATURE = 0x04
KNOWN_TYPES = (ED25519, COSIGNATURE)

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_DASH = "— "


class NoteRefused(Refusal):
    """A signed note, a verifier key or a checkpoint that is not accepted."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "too_long": (
            "The note has {found} bytes; at most {limit} are allowed, so fetch it again.",
            "Bản ghi chú có {found} byte; chỉ cho phép tối đa {limit}, hãy lấy lại.",
        ),
        "not_text": (
            "The note holds bytes that are not UTF-8 or a control character; fetch it again"
            " without converting it.",
            "Bản ghi chú có byte không phải UTF-8 hoặc ký tự điều khiển; hãy lấy lại mà không"
            " chuyển mã.",
        ),
        "layout": (
            "The note is not text, an empty line and signature lines, each ended by a newline;"
            " fetch it again.",
            "Bản ghi chú không gồm phần chữ, một dòng trống và các dòng chữ ký, mỗi dòng có xuống"
            " dòng; hãy lấy lại.",
        ),
        "text_end": (
            "The text to be signed does not end with a newline; add one.",
            "Phần chữ cần ký không kết thúc bằng xuống dòng; hãy thêm vào.",
        ),
        "too_many_signatures": (
            "The note has {found} signatures; at most {limit} are allowed, so remove those that"
            " nobody needs.",
            "Bản ghi chú có {found} chữ ký; chỉ cho phép tối đa {limit}, hãy bỏ những chữ ký"
            " không cần.",
        ),
        "signature_line": (
            "The line “{found}” is not a dash, a key name and a base64 signature; fetch the note"
            " again.",
            "Dòng “{found}” không gồm dấu gạch, tên khóa và chữ ký base64; hãy lấy lại bản ghi"
            " chú.",
        ),
        "key_name": (
            "The key name “{found}” is empty or holds a space, a control character or a plus sign;"
            " choose a name such as example.com/log.",
            "Tên khóa “{found}” bị rỗng hoặc có dấu cách, ký tự điều khiển hay dấu cộng; hãy chọn"
            " tên như example.com/log.",
        ),
        "key_layout": (
            "The verifier key “{found}” is not name+8 hex digits+base64; copy the whole key from"
            " its owner again.",
            "Khóa kiểm tra “{found}” không có dạng tên+8 chữ số hex+base64; hãy chép lại đủ khóa"
            " từ chủ khóa.",
        ),
        "key_type": (
            "The key {name} has type {found} with {length} bytes; only Ed25519 (1) and"
            " cosignatures (4) with 32 bytes are known, so ask for such a key.",
            "Khóa {name} thuộc loại {found} với {length} byte; chỉ nhận Ed25519 (1) và chữ ký"
            " chứng kiến (4) với 32 byte, hãy xin khóa loại đó.",
        ),
        "key_hash": (
            "The key {name} says its id is {found}, but it is {expected}; copy the key from its"
            " owner again.",
            "Khóa {name} ghi mã là {found} nhưng đúng ra là {expected}; hãy chép lại khóa từ chủ"
            " khóa.",
        ),
        "key_unusable": (
            "The public key of {name} is not safe to use (low order, or no point of the curve);"
            " ask its owner for another.",
            "Khóa công khai của {name} không an toàn (bậc thấp hoặc không thuộc đường cong); hãy"
            " xin chủ khóa khóa khác.",
        ),
        "ambiguous_keys": (
            "Two different keys share the name {name} and the same id; trust only one of them.",
            "Hai khóa khác nhau cùng tên {name} và cùng mã; chỉ được tin một trong hai.",
        ),
        "bad_signature": (
            "The signature of {name} does not fit the text; treat the note as changed and fetch it"
            " again.",
            "Chữ ký của {name} không khớp với phần chữ; hãy coi bản ghi chú đã bị sửa và lấy lại.",
        ),
        "no_known_key": (
            "None of the {found} signatures is by a known key; check the trust file, or fetch the"
            " note from its real source.",
            "Không chữ ký nào trong {found} chữ ký là của khóa đã biết; hãy kiểm tra tệp tin cậy"
            " hoặc lấy bản ghi chú từ nguồn thật.",
        ),
        "cosignature": (
            "The cosignature has {found} bytes or a time beyond 2^63-1; expected 8 bytes of time"
            " and 64 of signature, so ask the witness again.",
            "Chữ ký chứng kiến có {found} byte hoặc thời gian vượt 2^63-1; cần 8 byte thời gian và"
            " 64 byte chữ ký, hãy xin lại từ bên chứng kiến.",
        ),
        "checkpoint_layout": (
            "The checkpoint is not origin, size and root on a line each, with newlines; fetch it"
            " again.",
            "Điểm niêm phong không gồm tên sổ, kích thước và gốc trên từng dòng có xuống dòng; hãy"
            " lấy lại.",
        ),
        "checkpoint_origin": (
            "The checkpoint's origin “{found}” is empty or holds a control character; fetch it"
            " again.",
            "Tên sổ “{found}” của điểm niêm phong bị rỗng hoặc có ký tự điều khiển; hãy lấy lại.",
        ),
        "checkpoint_size": (
            "The tree size “{found}” is not a decimal number without leading zeros below 2^63;"
            " fetch the checkpoint again.",
            "Kích thước cây “{found}” không phải số thập phân không có số 0 ở đầu và nhỏ hơn 2^63;"
            " hãy lấy lại điểm niêm phong.",
        ),
        "checkpoint_root": (
            "The root “{found}” is not standard base64 of a hash; fetch the checkpoint again.",
            "Gốc “{found}” không phải base64 chuẩn của giá trị băm; hãy lấy lại điểm niêm phong.",
        ),
        "checkpoint_extension": (
            "The extension line “{found}” is empty or holds a newline or control character; fetch"
            " the checkpoint again.",
            "Dòng mở rộng “{found}” bị rỗng hoặc có xuống dòng hay ký tự điều khiển; hãy lấy lại"
            " điểm niêm phong.",
        ),
        "root_length": (
            "The root has {found} bytes instead of 32; this is not a log of ours, so check the"
            " origin.",
            "Gốc có {found} byte thay vì 32; đây không phải sổ của hệ thống này, hãy kiểm tra tên"
            " sổ.",
        ),
        "empty_root": (
            "The checkpoint of an empty log carries another root than that of the empty tree;"
            " report it to the log's operator.",
            "Điểm niêm phong của sổ rỗng lại mang gốc khác gốc của cây rỗng; hãy báo cho đơn vị"
            " vận hành sổ.",
        ),
        "wrong_origin": (
            "The checkpoint is of {found}, not of {expected}; fetch the one of the right log.",
            "Điểm niêm phong là của {found}, không phải của {expected}; hãy lấy đúng sổ.",
        ),
        "not_a_log_key": (
            "The key {name} is a witness key; give the log's own key (type 1).",
            "Khóa {name} là khóa chứng kiến; hãy đưa khóa của chính sổ (loại 1).",
        ),
    }


def strict_base64(text: str) -> bytes:
    """Decode standard base64 (RFC 4648 section 4) that has exactly one way to be written.

    Raises ValueError for white space, wrong padding, other alphabets, and unused bits that are not
    zero (which decoders commonly ignore, so that one signature would have several spellings).
    """
    decoded = binascii.a2b_base64(text, strict_mode=True)
    if base64.b64encode(decoded) != text.encode("ascii"):
        raise ValueError("not the canonical base64 form")
    return decoded


def _check_name(name: str) -> None:
    if not name or "+" in name or any(c.isspace() or c < " " for c in name):
        raise NoteRefused("key_name", found=name)


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A verifier key: name, Ed25519 key, signature type (ED25519 or COSIGNATURE).

    key_hash: 4 bytes, SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4]. Written `name+hash+base64` (C2SP
    signed-note, "Verifier keys"). Raises NoteRefused.
    """

    name: str
    key: PublicKey
    type: int = ED25519
    key_hash: bytes = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.type not in KNOWN_TYPES:
            raise NoteRefused("key_type", name=self.name, found=self.type, length=32)
        message = self.name.encode("utf-8") + b"\n" + bytes([self.type]) + self.key.raw
        object.__setattr__(self, "key_hash", hashlib.sha256(message).digest()[:4])

    @classmethod
    def parse(cls, text: str) -> NoteKey:
        """Return the key that `text` (`name+8 hex digits+base64`) spells; raises NoteRefused."""
        parts = text.split("+", 2)
        if len(text) > MAX_NOTE or len(parts) != 3 or _KEY_ID.fullmatch(parts[1]) is None:
            raise NoteRefused("key_layout", found=text)
        name = parts[0]
        _check_name(name)
        try:
            material = strict_base64(parts[2])
        except ValueError:
            raise NoteRefused("key_layout", found=text) from None
        if len(material) != 33 or material[0] not in KNOWN_TYPES:
            found = material[0] if material else None
            raise NoteRefused("key_type", name=name, found=found, length=max(len(material) - 1, 0))
        try:
            key = cls(name, PublicKey(material[1:]), material[0])
        except SignatureRefused as refusal:
            raise NoteRefused("key_unusable", name=name) from refusal
        if key.key_hash.hex() != parts[1]:
            raise NoteRefused("key_hash", name=name, found=parts[1], expected=key.key_hash.hex())
        return key

    def format(self) -> str:
        """Return the one spelling that `parse` accepts for this key."""
        material = base64.b64encode(bytes([self.type]) + self.key.raw).decode("ascii")
        return f"{self.name}+{self.key_hash.hex()}+{material}"

    def check(self, signature: bytes, text: str) -> int | None:
        """Return when `signature` (64 bytes, or 8 + 64 for cosignatures) covers the note text.

        Returns a cosignature's time (POSIX seconds), None for type 0x01. Raises NoteRefused.
        """
        time = None
        try:
            if self.type == COSIGNATURE:
                stamped = parse_cosignature(signature)
                time = stamped.time
                self.key.verify(stamped.signature, cosigned_message(time, text))
            else:
                self.key.verify(signature, text.encode("utf-8"))
        except SignatureRefused as refusal:
            raise NoteRefused("bad_signature", name=self.name) from refusal
        return time


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's signature with its time (POSIX seconds, 0 .. 2^63-1) and 64 signature bytes."""

    time: int
    signature: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.time <= MAX_TIMESTAMP or len(self.signature) != 64:
            raise NoteRefused("cosignature", found=8 + len(self.signature))


def parse_cosignature(signature: bytes) -> Cosignature:
    """Split a type 0x04 signature (72 bytes, without the key id) as C2SP tlog-cosignature says.

    8 bytes of big-endian POSIX seconds, then 64 bytes of Ed25519. Raises NoteRefused.
    """
    if len(signature) != 72:
        raise NoteRefused("cosignature", found=len(signature))
    return Cosignature(int.from_bytes(signature[:8], "big"), signature[8:])


def cosigned_message(time: int, text: str) -> bytes:
    """Return what a witness signs at `time` (POSIX seconds) for the checkpoint body `text`."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: key name, 4-byte key hash, and the signature bytes after it."""

    name: str
    key_hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note. `text` (ends with a newline) must be ignored until `verify` has returned."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def signed_by(self, keys: Sequence[NoteKey]) -> list[tuple[NoteKey, int | None]]:
        """Return (key, time) for every signature by one of `keys`, in the order of the note.

        Signatures of other keys are ignored. Raises NoteRefused when one by a known key is bad,
        or when two of `keys` cannot be told apart. An empty list is possible here.
        """
        known: dict[tuple[str, bytes], NoteKey] = {}
        for key in keys:
            if known.setdefault((key.name, key.key_hash), key) != key:
                raise NoteRefused("ambiguous_keys", name=key.name)
        verified: list[tuple[NoteKey, int | None]] = []
        for line in self.signatures:
            signer = known.get((line.name, line.key_hash))
            if signer is not None:
                verified.append((signer, signer.check(line.signature, self.text)))
        return verified

    def verify(self, keys: Sequence[NoteKey]) -> list[str]:
        """Return the names of those of `keys` that signed, each once, in the order of the note.

        C2SP signed-note, "Signatures": unknown keys are ignored, a bad signature by a known key
        refuses the note, and so does the absence of any signature by a known key (NoteRefused).
        """
        names = list(dict.fromkeys(key.name for key, _ in self.signed_by(keys)))
        if not names:
            raise NoteRefused("no_known_key", found=len(self.signatures))
        return names


def parse_note(text: str | bytes) -> Note:
    """Return the note that `text` spells, signatures unchecked; raises NoteRefused.

    At most 1 MiB of UTF-8 and 100 signature lines; no control characters but the newline.
    """
    # A character takes at least a byte, so this bounds the work before anything is copied.
    if len(text) > MAX_NOTE:
        raise NoteRefused("too_long", found=len(text), limit=MAX_NOTE)
    try:
        raw = text.encode("utf-8") if isinstance(text, str) else text
        whole = raw.decode("utf-8")
    except UnicodeError:
        raise NoteRefused("not_text") from None
    if len(raw) > MAX_NOTE:
        raise NoteRefused("too_long", found=len(raw), limit=MAX_NOTE)
    if _CONTROL.search(whole):
        raise NoteRefused("not_text")
    blank = whole.rfind("\n\n")
    if blank < 0 or not whole.endswith("\n") or blank + 2 == len(whole):
        raise NoteRefused("layout")
    lines = whole[blank + 2 : -1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteRefused("too_many_signatures", found=len(lines), limit=MAX_SIGNATURES)
    return Note(whole[: blank + 1], tuple(_signature_line(line) for line in lines))


def _signature_line(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        decoded = strict_base64(encoded)
    except ValueError:
        decoded = b""
    if not line.startswith(_DASH) or not space or len(decoded) < 5:
        raise NoteRefused("signature_line", found=line)
    _check_name(name)
    return NoteSignature(name, decoded[:4], decoded[4:])


def _line(key: NoteKey, signature: bytes) -> str:
    return f"{_DASH}{key.name} {base64.b64encode(key.key_hash + signature).decode('ascii')}\n"


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return `text` (ends with a newline) as a note signed by `key` under `name`, type 0x01.

    Deterministic, as Ed25519 is. Raises NoteRefused for text or names that no note can carry.
    """
    if not text.endswith("\n"):
        raise NoteRefused("text_end")
    verifier = NoteKey(name, PublicKey(key.public_key().public_bytes_raw()))
    try:
        signature = key.sign(text.encode("utf-8"))
    except UnicodeError:
        raise NoteRefused("not_text") from None
    signed = f"{text}\n{_line(verifier, signature)}"
    parse_note(signed)
    return signed


def cosign_note(note_text: str, name: str, key: Ed25519PrivateKey, time: int) -> str:
    """Return `note_text` with one more signature line: a witness's cosignature (type 0x04).

    `time` in POSIX seconds. Checking consistency before signing is the caller's duty. Raises
    NoteRefused.
    """
    note = parse_note(note_text)
    witness = NoteKey(name, PublicKey(key.public_key().public_bytes_raw()), COSIGNATURE)
    stamped = Cosignature(time, key.sign(cosigned_message(time, note.text)))
    signed = note_text + _line(witness, stamped.time.to_bytes(8, "big") + stamped.signature)
    parse_note(signed)
    return signed
