"""A party's admin key that is kept away from the hub: what it is asked to sign, and its answer.

The hub writes a request for one party, whose admin signs all of it on a machine of its own; the
answer comes back as a file and is recorded. The hub never has the key, and whatever the answer
says is valid by the admin's own signature, as if it had been recorded beside the key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.bootstrap import Services
from api.keys.asked_statements import (
    MOST_BYTES,
    MOST_STATEMENTS,
    Place,
    digest_of,
    drafts_as_data,
    drafts_read,
    entries_read,
    places_as_data,
    places_of,
    places_read,
    signed_at,
)
from api.keys.errors import KeysError
from api.keys.requests import proof_of
from ledger.domain.drafts import Draft
from ledger.signing import Signer
from ledger.verify import strict_json
from ledger.verify.entry import Entry
from ledger.verify.fields import PARTY
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.registry import REGISTRY_TYPES
from ledger.verify.statement import Statement, read_statement
from ledger.verify.strict_json import FileRefused
from ledger.verify.wording import Refusal

REQUEST = "ocop-ledger/admin-request/v1"
ANSWER = "ocop-ledger/admin-answer/v1"
ADMIN_TYPES = (
    REGISTRY_TYPES | {"key-enrolled", "key-retired", "key-compromised", "reattested"}
) - {"party-registered"}
"""What an admin key is asked for: keys and registry of its party, never what happens to goods."""


@dataclass(frozen=True, slots=True)
class AdminRequest:
    """Statements that a party's admin key is asked to sign.

    `journals` by raw public key (hex), of the party's admin keys that are not ended; any one of
    them may answer.
    """

    origin: str
    party: str
    statements: tuple[Draft, ...]
    journals: Mapping[str, Place]

    @classmethod
    def made(cls, services: Services, party: str, drafts: Sequence[Draft]) -> AdminRequest:
        """A request to the admin of a party, as the ledger stands now.

        Raises:
            KeysError: `admin-request-empty`, `no-admin-key`; `request-long` for more than 100.
        """
        if not drafts:
            raise KeysError("admin-request-empty", party=party)
        if len(drafts) > MOST_STATEMENTS:
            raise KeysError("request-long", found=len(drafts), most=MOST_STATEMENTS)
        journals = places_of(services.ledger.history, "admin", party)
        if not journals:
            raise KeysError("no-admin-key", party=party)
        return cls(services.settings.origin, party, tuple(drafts), journals)

    def as_data(self) -> dict[str, Any]:
        """As in its file."""
        return {
            "format": REQUEST,
            "origin": self.origin,
            "party": self.party,
            "statements": drafts_as_data(self.statements),
            "journals": places_as_data(self.journals),
        }

    def format(self) -> bytes:
        """The file's bytes."""
        return (json.dumps(self.as_data(), ensure_ascii=False, indent=1) + "\n").encode("utf-8")

    def digest(self) -> str:
        """SHA-256 of the request (hex): what hub and admin can compare by telephone."""
        return digest_of(self.as_data(), self.journals)

    @classmethod
    def read(cls, raw: bytes, path: Path) -> AdminRequest:
        """Read a request file; every new key in it agreed to its enrolment. KeysError `file-wrong`."""
        try:
            return cls._parsed(raw)
        except (Refusal, ValueError, KeyError, TypeError) as wrong:
            raise KeysError("file-wrong", path=path, why=str(wrong)) from wrong

    @classmethod
    def _parsed(cls, raw: bytes) -> AdminRequest:
        what = "admin request"
        said = strict_json.object_of(
            strict_json.load(raw, what, MOST_BYTES),
            ("format", "origin", "party", "statements", "journals"),
            "the file",
            what,
        )
        origin = strict_json.text_of(said["origin"], "origin", what, 100)
        party = said["party"]
        if said["format"] != REQUEST or not PARTY.accepts(party) or party == ROOT_PARTY:
            raise FileRefused(
                "value-wrong", where="format, party", what=what, found=party, expected=REQUEST
            )
        drafts = drafts_read(said["statements"], ADMIN_TYPES, party, what)
        for one in drafts:
            if one.type == "key-enrolled":
                _refuse_enrolment(origin, party, one.body, what)
        journals = places_read(said["journals"], what)
        if not journals:
            raise FileRefused(
                "value-wrong", where="journals", what=what, found=0, expected="an admin key"
            )
        return cls(origin, party, drafts, journals)

    def refuse_other(self, admin: Signer, path: Path) -> None:
        """Raise KeysError (`not-an-admin`) for a key that the request does not name."""
        if admin.public.hex() not in self.journals:
            raise KeysError("not-an-admin", path=path, party=self.party)

    def signed(self, admin: Signer, path: Path) -> bytes:
        """The answer file. KeysError `not-an-admin`."""
        self.refuse_other(admin, path)
        entries = signed_at(self.statements, self.journals[admin.public.hex()], admin)
        said = {"format": ANSWER, "origin": self.origin, "entries": entries}
        return (json.dumps(said, indent=1) + "\n").encode("ascii")


def _refuse_enrolment(origin: str, party: str, body: dict[str, Any], what: str) -> None:
    """Raise unless it enrols a station of the party itself, whose key agreed."""
    if body["role"] != "station" or body["party"] != party:
        found = f"{body['role']} / {body['party']}"
        raise FileRefused(
            "value-wrong", where="a new key", what=what, found=found, expected=f"station / {party}"
        )
    proof_of(origin, body)


@dataclass(frozen=True, slots=True)
class AdminAnswer:
    """What one admin key signed: entries at successive places of its journal."""

    path: Path
    origin: str
    entries: tuple[Entry, ...]
    statements: tuple[Statement, ...]

    @classmethod
    def read(cls, raw: bytes, path: Path) -> AdminAnswer:
        """Read an answer file. KeysError `file-wrong`."""
        what = "admin answer"
        try:
            found = strict_json.load(raw, what, MOST_BYTES)
            said = strict_json.object_of(found, ("format", "origin", "entries"), "the file", what)
            origin = strict_json.text_of(said["origin"], "origin", what, 100)
            entries = entries_read(said["entries"], what)
            statements = [read_statement(one.payload) for one in entries]
        except Refusal as wrong:
            raise KeysError("file-wrong", path=path, why=str(wrong)) from wrong
        kinds = {one.type for one in statements}
        whose = {(entry.keyid, one.party) for entry, one in zip(entries, statements, strict=True)}
        if said["format"] != ANSWER or kinds - ADMIN_TYPES or len(whose) != 1:
            raise KeysError("file-wrong", path=path, why="no admin answer of version 1")
        return cls(path, origin, tuple(entries), tuple(statements))

    @property
    def keyid(self) -> bytes:
        """The admin key that signed."""
        return self.entries[0].keyid


def ready(services: Services, answers: Sequence[AdminAnswer]) -> list[AdminAnswer]:
    """Answers in the order of recording, each of a good admin key, for the next places.

    What is recorded already is left out, so that applying an answer again is harmless.

    Raises:
        KeysError: `origin-other`, `not-an-admin`, `request-old`, `answer-early`.
        KeyRefused: the first statement that the ledger would refuse, as far as that can be told.
    """
    history = services.ledger.history
    heads: dict[bytes, tuple[int, str | None]] = {}
    found = []
    for one in sorted(answers, key=lambda one: (one.keyid, one.statements[0].seq)):
        if one.origin != services.settings.origin:
            expected = services.settings.origin
            raise KeysError("origin-other", path=one.path, found=one.origin, expected=expected)
        record = history.keys.records.get(one.keyid)
        party = one.statements[0].party
        if record is None or (record.role, record.party) != ("admin", party):
            raise KeysError("not-an-admin", path=one.path, party=party)
        head = history.journals.get(one.keyid)
        seq, last = heads.get(one.keyid, (0, None) if head is None else (head.seq, head.id))
        if one.statements[0].seq > seq + 1:
            raise KeysError("answer-early", path=one.path)
        if _recorded(services, one):
            continue
        if (one.statements[0].seq, one.statements[0].prev) != (seq + 1, last):
            raise KeysError("request-old")
        for statement, entry in _signed(one):
            signer = history.keys.signer(entry.keyid, services.ledger.size, statement)
            record.public.verify(entry.signature, entry.signed)
            history.keys.check(signer, statement)
        heads[one.keyid] = one.statements[-1].seq, one.entries[-1].id.hex()
        found.append(one)
    return found


def _signed(one: AdminAnswer) -> Iterator[tuple[Statement, Entry]]:
    return zip(one.statements, one.entries, strict=True)


def _recorded(services: Services, one: AdminAnswer) -> bool:
    """Whether all of an answer is in the ledger."""
    journal, store = one.keyid.hex(), services.store
    return all(
        store.entry_at(journal, statement.seq) == entry.raw for statement, entry in _signed(one)
    )
