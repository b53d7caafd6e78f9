"""A key made on another machine: its request to be enrolled, which proves that it is there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.bootstrap import Services
from api.keys.changing import Step
from api.keys.errors import KeysError
from ledger.domain.drafts import Draft
from ledger.signing import Signer
from ledger.verify import strict_json
from ledger.verify.keys import ROOT_PARTY, enrolment_proof_bytes
from ledger.verify.shapes import BODIES
from ledger.verify.signature import PublicKey, SignatureRefused
from ledger.verify.strict_json import FileRefused

FORMAT = "ocop-ledger/key-request/v1"
_WHAT = "key request"
_MOST = 64 * 1024


def proof_of(origin: str, body: dict[str, Any]) -> None:
    """Raise SignatureRefused unless a new key signed its own enrolment in this ledger."""
    PublicKey(bytes.fromhex(body["key"])).verify(
        bytes.fromhex(body["proof"]), enrolment_proof_bytes(origin, body)
    )


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """The body of `key-enrolled`, proof included, for one ledger."""

    origin: str
    body: dict[str, Any]

    @classmethod
    def made(
        cls, origin: str, new: Signer, party: str, role: str, *, held: str, tag: str | None
    ) -> KeyRequest:
        """Signed by the new key itself."""
        body: dict[str, Any] = {"key": new.public.hex(), "party": party, "role": role, "held": held}
        if tag is not None:
            body["tag"] = tag
        return cls(origin, {**body, "proof": new.agree(origin, body)})

    def format(self) -> bytes:
        """The file's bytes."""
        said = {"format": FORMAT, "origin": self.origin, "body": self.body}
        return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode("utf-8")

    @classmethod
    def read(cls, raw: bytes, path: Path) -> KeyRequest:
        """Read a file and check that its key signed it.

        Raises:
            KeysError: `file-wrong`.
        """
        try:
            found = strict_json.load(raw, _WHAT, _MOST)
            said = strict_json.object_of(found, ("format", "origin", "body"), "the file", _WHAT)
            strict_json.text_of(said["origin"], "origin", _WHAT, 100)
        except FileRefused as wrong:
            raise KeysError("file-wrong", path=path, why=str(wrong)) from wrong
        body = said["body"]
        if said["format"] != FORMAT or BODIES["key-enrolled"].faults(body, ""):
            raise KeysError("file-wrong", path=path, why="no key request of version 1")
        try:
            proof_of(said["origin"], body)
        except SignatureRefused as wrong:
            raise KeysError("file-wrong", path=path, why=str(wrong)) from wrong
        return cls(said["origin"], body)

    def step(self, services: Services, path: Path) -> Step:
        """The step that enrols it: said by the party's admin key, or the roots for an admin key.

        Raises:
            KeysError: `origin-other`.
        """
        if self.origin != services.settings.origin:
            expected = services.settings.origin
            raise KeysError("origin-other", path=path, found=self.origin, expected=expected)
        by = ROOT_PARTY if self.body["role"] == "admin" else str(self.body["party"])
        return Step(Draft("key-enrolled", by, services.station.now_text(), self.body))
