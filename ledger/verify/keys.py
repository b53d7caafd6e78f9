"""Key lifecycle by log index (protocol.md, "Keys").

Genesis names the root keys, their threshold, and the log key, which says what the completeness
index is and nothing else; root keys enrol a party's admin key; an admin key enrols its stations'
keys, each with proof that the new key's holder agreed. A key is good from the index of its
enrolment to the index of its end, never by a claimed time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from ledger.verify import canonical
from ledger.verify.entry import keyid_of, pae
from ledger.verify.note import NoteKey, NoteRefused
from ledger.verify.shapes import CORRECTABLE
from ledger.verify.signature import PublicKey, SignatureRefused
from ledger.verify.statement import Statement
from ledger.verify.wording import Refusal

ROOT_PARTY = "LEDGER"
COMMITTED = "index-committed"
REACH = 65_536
"""A commitment covers all entries before it but fewer than these: nobody need look further back."""
PROOF_TYPE = "application/vnd.ocop-ledger.key-proof.v1+json"

_ROOT_TYPES = frozenset(
    {"ledger-opened", "party-registered", "key-enrolled", "key-retired", "key-compromised"}
)
_STATION_TYPES = frozenset(CORRECTABLE) | {
    "labels-issued",
    "labels-printed",
    "labels-voided",
    "labels-reprinted",
    "held",
    "released",
    "recalled",
    "recall-closed",
    "corrected",
    "disputed",
}
_ADMIN_TYPES = _STATION_TYPES | frozenset(
    {
        "key-enrolled",
        "key-retired",
        "key-compromised",
        "reattested",
        "site-registered",
        "product-registered",
        "item-registered",
        "certificate-recorded",
        "certificate-withdrawn",
        "instrument-registered",
        "instrument-verified",
    }
)
ALLOWED: dict[str, frozenset[str]] = {
    "root": _ROOT_TYPES,
    "admin": _ADMIN_TYPES,
    "station": _STATION_TYPES,
    "log": frozenset({COMMITTED}),
}


KEY_TYPES = frozenset(
    {"ledger-opened", "key-enrolled", "key-retired", "key-compromised", "reattested"}
)


class KeyRefused(Refusal):
    """The key may not sign this statement at this index."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "key-unknown": (
            "Key {keyid} was never enrolled before this entry; enrol it first.",
            "Khóa {keyid} chưa được đăng ký trước phiếu này; hãy đăng ký khóa trước.",
        ),
        "key-ended": (
            "Key {keyid} ended at log index {ended} ({reason}) and cannot sign at index {index}; "
            "use the party's current key.",
            "Khóa {keyid} đã hết hiệu lực ở vị trí {ended} ({reason}), không ký được ở vị trí "
            "{index}; hãy dùng khóa hiện hành.",
        ),
        "type-not-allowed": (
            "A {role} key signed {type}, which only another role may say; sign with the right key.",
            "Khóa vai trò {role} đã ký phiếu {type} là loại vai trò khác mới được ghi; "
            "hãy ký bằng đúng khóa.",
        ),
        "party-differs": (
            "The statement speaks for {found}, but its key belongs to {expected}.",
            "Phiếu nhân danh {found}, nhưng khóa ký thuộc về {expected}.",
        ),
        "genesis-twice": (
            "A second ledger-opened statement stands at index {index}; a ledger is opened once.",
            "Có phiếu mở sổ thứ hai ở vị trí {index}; sổ chỉ được mở một lần.",
        ),
        "genesis-missing": (
            "Entry 0 must be ledger-opened signed by one of its own root keys, but it is {found}.",
            "Phiếu 0 phải là phiếu mở sổ do chính khóa gốc của nó ký, nhưng lại là {found}.",
        ),
        "roots-differ": (
            "The ledger was opened with other root keys than the trust file names.",
            "Sổ được mở bằng khóa gốc khác với khóa gốc ghi trong tệp tin cậy.",
        ),
        "threshold-beyond": (
            "The threshold is {threshold} but there are only {count} root keys.",
            "Ngưỡng là {threshold} nhưng chỉ có {count} khóa gốc.",
        ),
        "proof-wrong": (
            "The new key {keyid} did not sign its own enrolment for {party}; ask its holder for the "
            "proof again.",
            "Khóa mới {keyid} không tự ký phiếu đăng ký cho {party}; hãy lấy lại bằng chứng từ người "
            "giữ khóa.",
        ),
        "key-twice": (
            "Key {keyid} is enrolled already; make a new key instead.",
            "Khóa {keyid} đã được đăng ký; hãy tạo khóa mới.",
        ),
        "enrolment-not-allowed": (
            "A {signer} key of {party} cannot enrol a {role} key of {other}: roots enrol admin keys, "
            "a party's admin key enrols its own stations.",
            "Khóa {signer} của {party} không được đăng ký khóa {role} của {other}: khóa gốc đăng ký "
            "khóa quản trị, khóa quản trị đăng ký trạm của chính cơ sở mình.",
        ),
        "tag-taken": (
            "Station tag {tag} is in use at {party}; choose another, since a serial is unique for "
            "ever.",
            "Ký hiệu trạm {tag} đã dùng ở {party}; hãy chọn ký hiệu khác vì số tem là duy nhất mãi "
            "mãi.",
        ),
        "tag-needed": (
            "A station key needs a tag of its own and only a station key has one.",
            "Khóa trạm cần một ký hiệu riêng và chỉ khóa trạm mới có.",
        ),
        "party-unknown": (
            "Party {found} is not registered; register it before its keys.",
            "Cơ sở {found} chưa đăng ký; hãy đăng ký cơ sở trước khi đăng ký khóa.",
        ),
        "index-out-of-reach": (
            "The completeness index at log index {index} speaks of {size} entries; it must cover all "
            "that came before it, but for the last few thousand.",
            "Mục lục đầy đủ ở vị trí {index} nói về {size} phiếu; nó phải bao gồm mọi phiếu trước nó, "
            "trừ vài nghìn phiếu cuối.",
        ),
        "end-not-allowed": (
            "A {signer} key of {party} cannot end key {keyid} of {other}.",
            "Khóa {signer} của {party} không được chấm dứt khóa {keyid} của {other}.",
        ),
    }


@dataclass(slots=True)
class KeyRecord:
    """What the log says of one key. Indexes are log positions; `ended` is None while it is good."""

    public: PublicKey
    party: str
    role: str
    held: str
    tag: str | None
    enrolled: int
    ended: int | None = None
    end_reason: str = ""
    compromised: bool = False
    last_good: int | None = None
    signed: list[tuple[int, str]] = field(default_factory=list)

    @property
    def keyid_hex(self) -> str:
        return self.public.keyid.hex()


class KeyBook:
    """The keys of one ledger, folded from its entries in log order."""

    def __init__(self, expected_roots: frozenset[str] | None = None) -> None:
        self.records: dict[bytes, KeyRecord] = {}
        self.genesis: dict[str, Any] | None = None
        self.parties: set[str] = set()
        self._expected_roots = expected_roots
        self._votes: dict[bytes, set[bytes]] = {}
        self._opening: dict[bytes, KeyRecord] = {}
        self._reattestations: list[tuple[int, KeyRecord, list[str]]] = []

    def signer(self, keyid: bytes, index: int, statement: Statement) -> KeyRecord:
        """The record of the key that may sign this statement at this index.

        Raises:
            KeyRefused: unknown, ended, of another party, or not allowed this type.
        """
        record = self.records.get(keyid)
        if record is None:
            if statement.type == "ledger-opened":
                return self._open(keyid, index, statement)
            raise KeyRefused("key-unknown", keyid=keyid.hex())
        if record.ended is not None and index >= record.ended:
            raise KeyRefused(
                "key-ended",
                keyid=keyid.hex(),
                ended=record.ended,
                reason=record.end_reason,
                index=index,
            )
        if statement.party != record.party:
            raise KeyRefused("party-differs", found=statement.party, expected=record.party)
        if statement.type not in ALLOWED[record.role]:
            raise KeyRefused("type-not-allowed", role=record.role, type=statement.type)
        if statement.type == "ledger-opened":
            raise KeyRefused("genesis-twice", index=index)
        if statement.type == COMMITTED and not 0 <= index - statement.body["size"] < REACH:
            raise KeyRefused("index-out-of-reach", index=index, size=statement.body["size"])
        return record

    def _open(self, keyid: bytes, index: int, statement: Statement) -> KeyRecord:
        if self.genesis is not None:
            raise KeyRefused("genesis-twice", index=index)
        body = statement.body
        roots = [bytes.fromhex(root) for root in body["roots"]]
        if index != 0 or keyid not in {keyid_of(root) for root in roots}:
            raise KeyRefused("genesis-missing", found=statement.type)
        if statement.party != ROOT_PARTY:
            raise KeyRefused("party-differs", found=statement.party, expected=ROOT_PARTY)
        if self._expected_roots is not None and self._expected_roots != frozenset(body["roots"]):
            raise KeyRefused("roots-differ")
        if body["threshold"] > len(set(roots)):
            raise KeyRefused("threshold-beyond", threshold=body["threshold"], count=len(set(roots)))
        self._opening = {
            keyid_of(root): KeyRecord(PublicKey(root), ROOT_PARTY, "root", "station", None, 0)
            for root in roots
        }
        log = _log_key(body["log_key"])
        if log is not None:
            self._opening.setdefault(
                log.keyid, KeyRecord(log, ROOT_PARTY, "log", "hub", None, index)
            )
        return self._opening[keyid]

    def apply(self, index: int, entry_id: str, signer: KeyRecord, statement: Statement) -> bool:
        """Fold one admitted statement. `check` must have passed for it before.

        False for what too few root keys have said so far: it is on record and changes nothing yet.
        """
        signer.signed.append((index, entry_id))
        kind = statement.type
        if kind in _CHANGES:
            if not self._approved(signer, statement):
                return False
            _CHANGES[kind](self, index, statement)
        elif kind == "reattested":
            self._reattestations.append((index, signer, statement.body["entries"]))
        return True

    def said_by(self, kind: str, body: dict[str, Any]) -> frozenset[bytes]:
        """Key ids of the roots that have said this, of a ledger whose threshold is above 1."""
        return frozenset(self._votes.get(_same(kind, body), ()))

    def check(self, signer: KeyRecord, statement: Statement) -> None:
        """Refuse a key statement that `signer` may not make. Other types pass."""
        if statement.type == "key-enrolled":
            self._check_enrolment(signer, statement.body)
        elif statement.type in {"key-retired", "key-compromised"}:
            target = self.records.get(bytes.fromhex(statement.body["keyid"]))
            if target is None:
                raise KeyRefused("key-unknown", keyid=statement.body["keyid"])
            of_other = signer.party != target.party or target.role == "root"
            # Genesis names the log key for good: a ledger has no way to name another.
            if target.role == "log" or (signer.role != "root" and of_other):
                raise KeyRefused(
                    "end-not-allowed",
                    signer=signer.role,
                    party=signer.party,
                    keyid=statement.body["keyid"],
                    other=target.party,
                )

    def _check_enrolment(self, signer: KeyRecord, body: dict[str, Any]) -> None:
        by_root = signer.role == "root" and body["role"] == "admin"
        by_admin = (
            signer.role == "admin" and body["role"] == "station" and body["party"] == signer.party
        )
        if not (by_root or by_admin) or body["party"] == ROOT_PARTY:
            raise KeyRefused(
                "enrolment-not-allowed",
                signer=signer.role,
                party=signer.party,
                role=body["role"],
                other=body["party"],
            )
        if body["party"] not in self.parties:
            raise KeyRefused("party-unknown", found=body["party"])
        if ("tag" in body) != (body["role"] == "station"):
            raise KeyRefused("tag-needed")
        public = PublicKey(bytes.fromhex(body["key"]))
        if public.keyid in self.records:
            raise KeyRefused("key-twice", keyid=public.keyid.hex())
        if any(
            r.tag is not None and r.tag == body.get("tag") and r.party == body["party"]
            for r in self.records.values()
        ):
            raise KeyRefused("tag-taken", tag=body["tag"], party=body["party"])
        assert self.genesis is not None  # a signer exists, so the ledger was opened
        try:
            public.verify(
                bytes.fromhex(body["proof"]), enrolment_proof_bytes(self.genesis["origin"], body)
            )
        except SignatureRefused as refused:
            raise KeyRefused(
                "proof-wrong", keyid=public.keyid.hex(), party=body["party"]
            ) from refused

    def _approved(self, signer: KeyRecord, statement: Statement) -> bool:
        """A root's key statement takes effect when `threshold` roots have said the same."""
        if signer.role != "root" or self.genesis is None or self.genesis["threshold"] == 1:
            return True
        votes = self._votes.setdefault(_same(statement.type, statement.body), set())
        votes.add(signer.public.keyid)
        return len(votes) == int(self.genesis["threshold"])

    def _begin(self, _index: int, statement: Statement) -> None:
        self.records.update(self._opening)
        self.genesis = statement.body
        self.parties.add(ROOT_PARTY)

    def _register(self, _index: int, statement: Statement) -> None:
        self.parties.add(statement.body["code"])

    def _enrol(self, index: int, statement: Statement) -> None:
        body = statement.body
        public = PublicKey(bytes.fromhex(body["key"]))
        self.records[public.keyid] = KeyRecord(
            public, body["party"], body["role"], body["held"], body.get("tag"), index
        )

    def _end(self, index: int, statement: Statement) -> None:
        record = self.records[bytes.fromhex(statement.body["keyid"])]
        if record.ended is None:
            record.ended = index + 1  # the statement that ends a key may be the key's own last word
            record.end_reason = statement.body["reason"]
        if statement.type == "key-compromised":
            record.compromised = True
            last_good = int(statement.body["last_good"])
            if record.last_good is None or last_good < record.last_good:
                record.last_good = last_good

    def disputed(self) -> dict[str, KeyRecord]:
        """Entries at or after a compromised key's last good tree size, not re-attested.

        Only the entry's own party can re-attest it, with a key that was good then:
        neither a stranger nor the thief of the key may clear its entries.
        """
        vouched = {
            (by.party, entry_id)
            for index, by, entries in self._reattestations
            if by.last_good is None or index < by.last_good
            for entry_id in entries
        }
        return {
            entry_id: record
            for record in self.records.values()
            if record.last_good is not None
            for index, entry_id in record.signed
            if index >= record.last_good and (record.party, entry_id) not in vouched
        }


_CHANGES = {
    "ledger-opened": KeyBook._begin,
    "party-registered": KeyBook._register,
    "key-enrolled": KeyBook._enrol,
    "key-retired": KeyBook._end,
    "key-compromised": KeyBook._end,
}


def _log_key(text: str) -> PublicKey | None:
    """The key of the log that genesis names; None for a text that spells no key."""
    try:
        return NoteKey.parse(text).key
    except NoteRefused:
        return None


def _same(kind: str, body: dict[str, Any]) -> bytes:
    """What must be equal for roots to say the same: type and body, not time or journal place."""
    return canonical.encode({"type": kind, "body": body})


def enrolment_proof_bytes(origin: str, body: dict[str, Any]) -> bytes:
    """What a new key signs to agree to its enrolment: this ledger, this party, this role.

    `body` is a key-enrolled body; its `proof` is left out of the signed bytes.
    """
    agreed = {name: value for name, value in body.items() if name != "proof"}
    return pae(PROOF_TYPE, canonical.encode({"origin": origin, **agreed}))
