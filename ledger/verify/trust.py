"""The trust file: what an inspector believes beforehand, obtained by another way than the bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from ledger.verify import strict_json
from ledger.verify.note import COSIGNATURE, ED25519, NoteKey, NoteRefused

FORMAT = "ocop-ledger/trust/v2"
OLD_FORMAT = "ocop-ledger/trust/v1"
MOST_WITNESSES = 16
_MOST = 64 * 1024
_WHAT = "trust file"
_V1 = ("format", "log_key", "roots", "witnesses", "quorum")


@dataclass(frozen=True, slots=True)
class Trust:
    """Log key, root keys (raw public keys, hex), witnesses and what is asked of a bundle.

    `quorum` of the `witnesses` must have co-signed; with `index_required` a bundle must show that
    nothing is missing from it. A v1 file asks for neither.
    """

    log_key: NoteKey
    roots: frozenset[str]
    witnesses: tuple[NoteKey, ...] = ()
    quorum: int = 0
    index_required: bool = False

    @classmethod
    def parse(cls, raw: bytes) -> Trust:
        """Read a trust file (docs/format.md, section 9).

        Raises:
            strict_json.FileRefused: it is not of the format.
        """
        value = strict_json.load(raw, _WHAT, _MOST)
        old = not (isinstance(value, dict) and value.get("format") == FORMAT)
        fields = _V1 if old else (*_V1, "index")
        top = strict_json.object_of(value, fields, "the file", _WHAT)
        if old:
            _check_old(top)
        roots = strict_json.list_of(top["roots"], "roots", _WHAT, 16)
        if not roots:
            _refuse("roots", [], "at least one key")
        for root in roots:
            strict_json.hex_of(root, 32, "roots", _WHAT)
        log_key = _key(top["log_key"], "log_key", ED25519)
        witnesses = _witnesses(top["witnesses"], log_key)
        quorum = strict_json.whole_of(top["quorum"], "quorum", _WHAT)
        if quorum > len(witnesses):
            _refuse("quorum", quorum, f"at most {len(witnesses)}, as many as there are witnesses")
        if not old and top["index"] not in ("required", "optional"):
            _refuse("index", top["index"], "required or optional")
        required = not old and top["index"] == "required"
        return cls(log_key, frozenset(roots), witnesses, quorum, required)

    def format(self) -> bytes:
        """The file's bytes. One that asks for nothing of v2 is written as v1, for old readers."""
        old = not self.witnesses and not self.index_required
        value: dict[str, Any] = {
            "format": OLD_FORMAT if old else FORMAT,
            "log_key": self.log_key.format(),
            "roots": sorted(self.roots),
            "witnesses": [one.format() for one in self.witnesses],
            "quorum": self.quorum,
        }
        if not old:
            value["index"] = "required" if self.index_required else "optional"
        return (json.dumps(value, indent=1) + "\n").encode()


def _check_old(top: dict[str, Any]) -> None:
    if top["format"] != OLD_FORMAT:
        _refuse("format", top["format"], FORMAT)
    if top["witnesses"] != [] or top["quorum"] != 0:
        _refuse("witnesses", top["quorum"], f"a quorum of 0; witnesses need {FORMAT}")


def _witnesses(value: Any, log_key: NoteKey) -> tuple[NoteKey, ...]:
    found: list[NoteKey] = []
    for one in strict_json.list_of(value, "witnesses", _WHAT, MOST_WITNESSES):
        key = _key(one, "witnesses", COSIGNATURE)
        taken = {log_key.name, *(other.name for other in found)}
        if key.name in taken or key.key in {log_key.key, *(other.key for other in found)}:
            _refuse("witnesses", key.name, "names and keys that are each of one body only")
        found.append(key)
    return tuple(found)


def _key(value: Any, where: str, kind: int) -> NoteKey:
    text = strict_json.text_of(value, where, _WHAT, 400)
    try:
        key = NoteKey.parse(text)
    except NoteRefused as refused:
        raise strict_json.FileRefused(
            "value-wrong",
            where=where,
            what=_WHAT,
            found=text,
            expected=f"a C2SP verifier key ({refused})",
        ) from refused
    if key.type != kind:
        _refuse(where, text, f"a key of type {kind}")
    return key


def _refuse(where: str, found: object, expected: str) -> NoReturn:
    raise strict_json.FileRefused(
        "value-wrong", where=where, what=_WHAT, found=found, expected=expected
    )
