"""The trust file: what an inspector believes beforehand, obtained by another way than the bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ledger.verify import strict_json
from ledger.verify.note import NoteKey, NoteRefused

FORMAT = "ocop-ledger/trust/v1"
_MOST = 64 * 1024
_WHAT = "trust file"


@dataclass(frozen=True, slots=True)
class Trust:
    """Log key, root keys (raw public keys, hex) and witness quorum.

    A quorum of 0 asks for no witness; this version reads no other.
    """

    log_key: NoteKey
    roots: frozenset[str]

    @classmethod
    def parse(cls, raw: bytes) -> Trust:
        """Read a trust file.

        Raises:
            strict_json.FileRefused: it is not of the format.
        """
        value = strict_json.load(raw, _WHAT, _MOST)
        top = strict_json.object_of(
            value, ("format", "log_key", "roots", "witnesses", "quorum"), "the file", _WHAT
        )
        if top["format"] != FORMAT:
            raise strict_json.FileRefused(
                "value-wrong", where="format", what=_WHAT, found=top["format"], expected=FORMAT
            )
        if top["witnesses"] != [] or top["quorum"] != 0:
            raise strict_json.FileRefused(
                "value-wrong",
                where="witnesses",
                what=_WHAT,
                found=top["quorum"],
                expected="a quorum of 0 (this version checks no witnesses)",
            )
        roots = strict_json.list_of(top["roots"], "roots", _WHAT, 16)
        if not roots:
            raise strict_json.FileRefused(
                "value-wrong", where="roots", what=_WHAT, found=[], expected="at least one key"
            )
        for root in roots:
            strict_json.hex_of(root, 32, "roots", _WHAT)
        try:
            key = NoteKey.parse(strict_json.text_of(top["log_key"], "log_key", _WHAT, 400))
        except NoteRefused as refused:
            raise strict_json.FileRefused(
                "value-wrong",
                where="log_key",
                what=_WHAT,
                found=top["log_key"],
                expected=f"a C2SP verifier key ({refused})",
            ) from refused
        return cls(key, frozenset(roots))

    def format(self) -> bytes:
        """The file's bytes."""
        value = {
            "format": FORMAT,
            "log_key": self.log_key.format(),
            "roots": sorted(self.roots),
            "witnesses": [],
            "quorum": 0,
        }
        return (json.dumps(value, indent=1) + "\n").encode()
