"""C2SP tlog-policy: which witnesses a log has, and how many of them have to co-sign a checkpoint.

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> <k>|all|any <name>...
    quorum <name>|none

Names mean something inside the file only. A line may only name what stands above it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import ClassVar

from ledger.verify.note import COSIGNATURE, ED25519, NoteKey, NoteRefused
from ledger.verify.wording import Refusal, sentence

MOST_BYTES = 64 * 1024
MOST_LINES = 100
"""Of each kind; the specification asks for 32 at least."""
MOST_TRUSTED = 16
"""Witnesses of a trust file."""
NO_QUORUM = "none"

_ALLOWED = frozenset({0x09, 0x0A, *range(0x20, 0x7F), *range(0x80, 0x100)})


class PolicyRefused(Refusal):
    """A witness policy that cannot be read, or that a trust file cannot say."""

    catalogue: ClassVar[dict[str, tuple[str, str]]] = {
        "too-long": (
            "The witness policy has {found} bytes or more than {limit} lines of a kind; at most "
            "65536 bytes are read, so remove what nobody needs.",
            "Chính sách chứng kiến có {found} byte hoặc hơn {limit} dòng mỗi loại; chỉ đọc tối đa "
            "65536 byte, hãy bỏ những gì không cần.",
        ),
        "not-text": (
            "The witness policy holds a control character; write it with a plain text editor.",
            "Chính sách chứng kiến có ký tự điều khiển; hãy viết lại bằng trình soạn văn bản thường.",
        ),
        "line": (
            "Line {line} of the witness policy, “{found}”, is none of: log VKEY [URL]; witness NAME "
            "VKEY [URL]; group NAME K|all|any NAME...; quorum NAME. Correct it.",
            "Dòng {line} của chính sách chứng kiến, “{found}”, không phải một trong: log VKEY [URL]; "
            "witness TÊN VKEY [URL]; group TÊN K|all|any TÊN...; quorum TÊN. Hãy sửa lại.",
        ),
        "key": (
            "Line {line} of the witness policy: {why}",
            "Dòng {line} của chính sách chứng kiến: {why}",
        ),
        "key-kind": (
            "Line {line} of the witness policy: the key {found} is of the wrong kind; a log has a key "
            "of type 1, a witness one of type 4, so copy it from its owner again.",
            "Dòng {line} của chính sách chứng kiến: khóa {found} sai loại; sổ có khóa loại 1, bên "
            "chứng kiến có khóa loại 4, hãy chép lại từ chủ khóa.",
        ),
        "twice": (
            "Line {line} of the witness policy: {found} stands there a second time; each key and each "
            "name may stand once, and be a member of one group only.",
            "Dòng {line} của chính sách chứng kiến: {found} xuất hiện lần thứ hai; mỗi khóa và mỗi tên "
            "chỉ được có một lần và chỉ thuộc một nhóm.",
        ),
        "name-unknown": (
            "Line {line} of the witness policy: no line above it defines {found}; correct the name or "
            "move the line down.",
            "Dòng {line} của chính sách chứng kiến: không có dòng nào ở trên định nghĩa {found}; hãy "
            "sửa tên hoặc chuyển dòng xuống dưới.",
        ),
        "threshold": (
            "Line {line} of the witness policy: {found} of {members} members cannot be asked for; "
            "write all, any, or a number from 1 to {members}.",
            "Dòng {line} của chính sách chứng kiến: không thể cần {found} trong {members} thành viên; "
            "hãy ghi all, any hoặc số từ 1 đến {members}.",
        ),
        "quorum-missing": (
            "The witness policy has no quorum line; add one, such as: quorum GROUP, or: quorum none",
            "Chính sách chứng kiến thiếu dòng quorum; hãy thêm, ví dụ: quorum NHÓM, hoặc: quorum none",
        ),
        "nested": (
            "The quorum {found} is a group of groups, which a trust file cannot say; ask for so many "
            "of one list of at most {most} witnesses instead.",
            "Số chứng kiến cần có {found} là nhóm của nhóm, tệp tin cậy không ghi được; hãy yêu cầu số "
            "bên trong một danh sách tối đa {most} bên.",
        ),
    }

    def say(self, lang: str = "en") -> str:
        """As `Refusal.say`; what is wrong with a key is said in the same language."""
        why = self.params.get("why_vi" if lang == "vi" else "why")
        return sentence(self.catalogue, self.code, {**self.params, "why": why}, lang)


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A log that the policy accepts. `url` is where it can be read, None when not said."""

    key: NoteKey
    url: str | None


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness: its name in the file, its key (type 4), its submission prefix or None."""

    name: str
    key: NoteKey
    url: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """At least `threshold` of `members` (names of witnesses or groups) must have co-signed."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy; `quorum` is the name of a witness or group, or "none"."""

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[Group, ...]
    quorum: str

    @classmethod
    def parse(cls, raw: bytes) -> Policy:
        """Read a policy file.

        Raises:
            PolicyRefused: it breaks a rule of the specification; nothing is guessed.
        """
        if len(raw) > MOST_BYTES:
            raise PolicyRefused("too-long", found=len(raw), limit=MOST_LINES)
        if not _ALLOWED.issuperset(raw):
            raise PolicyRefused("not-text")
        reader = _Reader()
        # Names are octets to the specification: whatever is not UTF-8 stays apart from what is.
        for number, line in enumerate(raw.decode("utf-8", "surrogateescape").split("\n"), start=1):
            words = line.replace("\t", " ").split(" ")
            reader.take(number, [word for word in words if word], line)
        if reader.quorum is None:
            raise PolicyRefused("quorum-missing")
        if max(len(reader.logs), len(reader.witnesses), len(reader.groups)) > MOST_LINES:
            raise PolicyRefused("too-long", found=len(raw), limit=MOST_LINES)
        return cls(tuple(reader.logs), tuple(reader.witnesses), tuple(reader.groups), reader.quorum)

    def met(self, cosigned: Collection[NoteKey]) -> bool:
        """Whether the quorum is met when the witnesses with these keys have co-signed."""
        if self.quorum == NO_QUORUM:
            return True
        done = {one.name: one.key in cosigned for one in self.witnesses}
        for group in self.groups:  # a group names only what stands above it
            done[group.name] = sum(done[name] for name in group.members) >= group.threshold
        return done[self.quorum]

    def k_of_n(self) -> tuple[tuple[NoteKey, ...], int]:
        """(keys, how many of them are needed), as a trust file says it.

        Raises:
            PolicyRefused: `nested`, groups of groups or more witnesses than a trust file holds.
        """
        if self.quorum == NO_QUORUM:
            return (), 0
        keys = {one.name: one.key for one in self.witnesses}
        if self.quorum in keys:
            return (keys[self.quorum],), 1
        group = next(one for one in self.groups if one.name == self.quorum)
        if len(group.members) > MOST_TRUSTED or not keys.keys() >= set(group.members):
            raise PolicyRefused("nested", found=self.quorum, most=MOST_TRUSTED)
        return tuple(keys[name] for name in group.members), group.threshold


@dataclass(slots=True)
class _Reader:
    """What the lines so far have defined."""

    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorum: str | None = None
    _names: set[str] = field(default_factory=lambda: {NO_QUORUM})
    _members: set[str] = field(default_factory=set)
    _keys: set[tuple[str, bytes]] = field(default_factory=set)

    def take(self, number: int, words: list[str], line: str) -> None:
        """Read one line."""
        match words:
            case []:
                return
            case [first, *_] if first.startswith("#"):
                return
            case ["log", key, *url] if len(url) <= 1:
                self.logs.append(PolicyLog(self._key(number, key, ED25519), _first(url)))
            case ["witness", name, key, *url] if len(url) <= 1:
                self._define(number, name)
                parsed = self._key(number, key, COSIGNATURE)
                self.witnesses.append(PolicyWitness(name, parsed, _first(url)))
            case ["group", name, threshold, _, *_]:
                self._group(number, name, threshold, words[3:])
            case ["quorum", name] if self.quorum is None:
                if name not in self._names:
                    raise PolicyRefused("name-unknown", line=number, found=name)
                self.quorum = name
            case _:
                raise PolicyRefused("line", line=number, found=line)

    def _define(self, number: int, name: str) -> None:
        if name in self._names:
            raise PolicyRefused("twice", line=number, found=name)
        self._names.add(name)

    def _key(self, number: int, text: str, kind: int) -> NoteKey:
        try:
            key = NoteKey.parse(text)
        except NoteRefused as refused:
            said = {"why": refused.say("en"), "why_vi": refused.say("vi")}
            raise PolicyRefused("key", line=number, **said) from refused
        except UnicodeError:
            raise PolicyRefused("line", line=number, found=text) from None
        if key.type != kind:
            raise PolicyRefused("key-kind", line=number, found=text)
        role = ("log" if kind == ED25519 else "witness", key.key.raw)
        if role in self._keys:
            raise PolicyRefused("twice", line=number, found=text)
        self._keys.add(role)
        return key

    def _group(self, number: int, name: str, threshold: str, members: list[str]) -> None:
        for member in members:
            if member not in self._names or member == NO_QUORUM:
                raise PolicyRefused("name-unknown", line=number, found=member)
            if member in self._members:
                raise PolicyRefused("twice", line=number, found=member)
            self._members.add(member)
        self._define(number, name)
        words = {"all": len(members), "any": 1}
        plain = threshold.isascii() and threshold.isdecimal() and len(threshold) <= 4
        needed = words.get(threshold, int(threshold) if plain else 0)
        if not 1 <= needed <= len(members) or (plain and threshold != str(needed)):
            raise PolicyRefused("threshold", line=number, found=threshold, members=len(members))
        self.groups.append(Group(name, needed, tuple(members)))


def _first(url: list[str]) -> str | None:
    return url[0] if url else None
