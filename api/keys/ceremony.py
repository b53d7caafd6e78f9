"""Root keys that are kept away from the ledger: request, votes, and what comes of them.

A request names statements and where each root key's journal stands. Each root key's holder signs
all of it on a machine without the ledger; the votes come back as files and are recorded together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.bootstrap import Services
from api.keys.asked_statements import (
    MOST_BYTES,
    Place,
    after,
    digest_of,
    drafts_as_data,
    drafts_read,
    entries_read,
    placed,
    places_as_data,
    places_of,
    places_read,
    signed_at,
)
from api.keys.errors import KeysError
from ledger.domain.drafts import Draft
from ledger.root_votes import ROOT_TYPES
from ledger.signing import Signer
from ledger.verify import strict_json
from ledger.verify.entry import Entry
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.signature import PublicKey
from ledger.verify.statement import Statement, read_statement
from ledger.verify.strict_json import FileRefused
from ledger.verify.wording import Refusal

REQUEST = "ocop-ledger/root-request/v1"
VOTE = "ocop-ledger/root-vote/v1"


@dataclass(frozen=True, slots=True)
class RootRequest:
    """Statements that root keys are asked to sign, and the journals they follow.

    `journals` by raw public key (hex), only of keys that are not ended; `said` are those that have
    agreed to all of it before.
    """

    origin: str
    threshold: int
    statements: tuple[Draft, ...]
    journals: Mapping[str, Place]

    @classmethod
    def made(cls, services: Services, drafts: Sequence[Draft]) -> RootRequest:
        """A request of these statements to the roots of a ledger, as it stands now."""
        if not drafts:
            raise KeysError("request-empty")
        history = services.ledger.history
        assert history.keys.genesis is not None  # an open ledger has one
        threshold = int(history.keys.genesis["threshold"])
        journals = places_of(history, "root", ROOT_PARTY)
        return cls(services.settings.origin, threshold, tuple(drafts), journals)

    def as_data(self) -> dict[str, Any]:
        """As in its file."""
        return {
            "format": REQUEST,
            "origin": self.origin,
            "threshold": self.threshold,
            "statements": drafts_as_data(self.statements),
            "journals": places_as_data(self.journals),
        }

    def format(self) -> bytes:
        """The file's bytes."""
        return (json.dumps(self.as_data(), ensure_ascii=False, indent=1) + "\n").encode("utf-8")

    def digest(self) -> str:
        """SHA-256 of the request (hex): what its parties can compare by telephone."""
        return digest_of(self.as_data(), self.journals)

    @classmethod
    def read(cls, raw: bytes, path: Path) -> RootRequest:
        """Read a request file. KeysError `file-wrong`."""
        try:
            return cls._parsed(raw)
        except (Refusal, ValueError, KeyError, TypeError) as wrong:
            raise KeysError("file-wrong", path=path, why=str(wrong)) from wrong

    @classmethod
    def _parsed(cls, raw: bytes) -> RootRequest:
        what = "root request"
        said = strict_json.object_of(
            strict_json.load(raw, what, MOST_BYTES),
            ("format", "origin", "threshold", "statements", "journals"),
            "the file",
            what,
        )
        if said["format"] != REQUEST:
            raise FileRefused(
                "value-wrong", where="format", what=what, found=said["format"], expected=REQUEST
            )
        drafts = drafts_read(said["statements"], frozenset(ROOT_TYPES), ROOT_PARTY, what)
        journals = places_read(said["journals"], what)
        threshold = strict_json.whole_of(said["threshold"], "threshold", what)
        origin = strict_json.text_of(said["origin"], "origin", what, 100)
        if not 1 <= threshold <= len(journals):
            raise FileRefused(
                "value-wrong", where="threshold", what=what, found=threshold, expected="keys enough"
            )
        return cls(origin, threshold, drafts, journals)

    def statements_of(self, public: bytes) -> list[Statement]:
        """What one root key signs: the statements at the next places of its journal."""
        return placed(self.statements, self.journals[public.hex()])

    def signed(self, root: Signer, path: Path) -> bytes:
        """The vote file of one root key. KeysError `not-a-root`."""
        if root.public.hex() not in self.journals:
            raise KeysError("not-a-root", path=path)
        entries = signed_at(self.statements, self.journals[root.public.hex()], root)
        said = {"format": VOTE, "request": self.digest(), "entries": entries}
        return (json.dumps(said, indent=1) + "\n").encode("ascii")

    def vote(self, raw: bytes, path: Path) -> list[Entry]:
        """The entries of a vote file, which sign exactly this request.

        Raises:
            KeysError: `file-wrong`, `vote-differs`.
        """
        what = "root vote"
        try:
            found = strict_json.load(raw, what, MOST_BYTES)
            said = strict_json.object_of(found, ("format", "request", "entries"), "the file", what)
            entries = entries_read(said["entries"], what)
            statements = [read_statement(one.payload) for one in entries]
        except Refusal as wrong:
            raise KeysError("file-wrong", path=path, why=str(wrong)) from wrong
        if said["format"] != VOTE or said["request"] != self.digest():
            raise KeysError("vote-differs", path=path)
        roots = {PublicKey(bytes.fromhex(key)).keyid: key for key in self.journals}
        key = roots.get(entries[0].keyid)
        if key is None or len({one.keyid for one in entries}) != 1:
            raise KeysError("vote-differs", path=path)
        public, before = PublicKey(bytes.fromhex(key)), self.journals[key].id
        expected = []
        for one, entry in zip(self.statements_of(public.raw), entries, strict=False):
            expected.append(after(one, before))
            before = entry.id.hex()
            if not public.accepts(entry.signature, entry.signed):
                raise KeysError("vote-differs", path=path)
        if statements != expected or len(entries) != len(self.statements):
            raise KeysError("vote-differs", path=path)
        return entries


def in_order(
    services: Services, request: RootRequest, votes: Sequence[Sequence[Entry]], path: Path
) -> list[bytes]:
    """The votes as entries to be recorded: each statement by all before the next by any.

    A statement may rest on the one before it, and that is in force only when enough have said it.

    Raises:
        KeysError: `origin-other`, `request-old`, `votes-missing`.
    """
    if request.origin != services.settings.origin:
        expected = services.settings.origin
        raise KeysError("origin-other", path=path, found=request.origin, expected=expected)
    by_key = {one[0].keyid: one for one in votes}
    history = services.ledger.history
    for key, place in request.journals.items():
        keyid = PublicKey(bytes.fromhex(key)).keyid
        head = history.journals.get(keyid)
        if keyid in by_key and (0 if head is None else head.seq) != place.seq:
            raise KeysError("request-old")
    threshold = 1 if history.keys.genesis is None else int(history.keys.genesis["threshold"])
    # More votes than it takes would be refused: a key cannot be enrolled twice.
    chosen = [by_key[keyid] for keyid in sorted(by_key)][:threshold]
    if len(chosen) < threshold:
        raise KeysError("votes-missing", found=len(chosen), expected=threshold)
    found = []
    for number, draft in enumerate(request.statements):
        said = history.keys.said_by(draft.type, draft.body)
        # Who has said it before first: the others may then bring it into effect, and not too early.
        ordered = sorted(chosen, key=lambda vote: vote[0].keyid not in said)
        found += [vote[number].raw for vote in ordered]
    return found
