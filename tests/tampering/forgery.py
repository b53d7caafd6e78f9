"""A ledger written by hand in memory, and a thief's tools: re-sign, re-seal, re-bundle.

`Desk` signs whatever it is told, so a test can write what an honest station would refuse. The
sealing functions hold the real log key: whatever they make has a valid checkpoint.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from ledger.founding import enrolment
from ledger.signing import Signer
from ledger.verify.audit import AuditResult, audit_entries
from ledger.verify.bundle import AnchorPath, BundleEntry, LotBundle
from ledger.verify.checklist import verify_bundle
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.entry import Entry, make_entry, pae, parse_entry
from ledger.verify.graph import Lot
from ledger.verify.keys import ROOT_PARTY
from ledger.verify.merkle import (
    CompactRange,
    consistency_proof,
    inclusion_proof,
    node_hash,
    root_of,
)
from ledger.verify.note import sign_note
from ledger.verify.report import Report
from ledger.verify.statement import Statement
from ledger.verify.trust import Trust
from tests.ledger_story import LOG, LOG_KEY, NOW, ORIGIN, ROOT, SIGNERS, signer_of

BY_KEYID = {one.keyid: one for one in SIGNERS.values()}


def roots_of(raw_entries: Sequence[bytes]) -> dict[int, bytes]:
    """Root after every size: what a thief with the log key would issue."""
    tree, found = CompactRange(), {}
    for raw in raw_entries:
        tree.append(parse_entry(raw).id)
        found[tree.size] = tree.root()
    return found


def ids_of(raw_entries: Iterable[bytes]) -> list[bytes]:
    """Entry ids (32 bytes)."""
    return [parse_entry(raw).id for raw in raw_entries]


def node_of(ids: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """Complete nodes of a tree, recomputed from its leaves and remembered."""

    @cache
    def node(level: int, index: int) -> bytes:
        if level == 0:
            return ids[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def sealed_note(raw_entries: Sequence[bytes]) -> str:
    """The checkpoint of these entries, signed with the real log key."""
    head = Checkpoint(ORIGIN, len(raw_entries), root_of(ids_of(raw_entries)))
    return sign_note(head.format(), ORIGIN, LOG.private)


def resigned(raw: bytes, signer: Signer | None = None, /, **changes: Any) -> bytes:
    """The entry with fields of its statement changed, signed anew (by its own key by default)."""
    entry = parse_entry(raw)
    value = json.loads(entry.payload) | changes
    payload = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return signed(payload.encode(), signer or BY_KEYID[entry.keyid])


def signed(payload: bytes, signer: Signer, kind: str | None = None) -> bytes:
    """Any payload as an entry; `kind` signs for another payload type (but stores ours)."""
    entry = make_entry(payload, signer.keyid, bytes(64))
    message = entry.signed if kind is None else pae(kind, payload)
    return make_entry(payload, signer.keyid, signer.private.sign(message)).raw


def bundled(raw_entries: Sequence[bytes], indexes: Iterable[int], lot: Lot) -> bytes:
    """A bundle over chosen entries of a ledger, with proofs that hold."""
    return Sealed(raw_entries).bundle(indexes, lot)


class Sealed:
    """Entries sealed once with the real log key, for making many bundles."""

    def __init__(self, raw_entries: Sequence[bytes]) -> None:
        self.entries = raw_entries
        self._node = node_of(ids_of(raw_entries))
        self._note = sealed_note(raw_entries)

    def bundle(self, indexes: Iterable[int], lot: Lot) -> bytes:
        """A bundle over chosen entries."""
        node, size = self._node, len(self.entries)
        chosen = [
            BundleEntry(i, parse_entry(self.entries[i]), tuple(inclusion_proof(i, size, node)))
            for i in sorted(indexes)
        ]
        anchors = {
            anchor["size"]
            for one in chosen
            if isinstance(anchor := _anchor(one.entry), dict) and 0 < anchor["size"] <= size
        }
        proofs = [AnchorPath(s, tuple(consistency_proof(s, size, node))) for s in sorted(anchors)]
        return LotBundle(*lot, self._note, tuple(chosen), tuple(proofs)).format()


def _anchor(entry: Entry) -> Any:
    try:
        return json.loads(entry.payload).get("anchor")
    except ValueError:
        return None


def failures(report: Report) -> set[tuple[int, int | None, str]]:
    """(check number, log index, refusal code) of everything that failed."""
    return {(one.check, one.index, one.refusal.code) for one in report.failures}


class Desk:
    """An in-memory ledger, sealed after each entry. It checks nothing."""

    def __init__(self, roots: Sequence[Signer] = (ROOT,), threshold: int = 1) -> None:
        self.entries: list[bytes] = []
        self.roots: dict[int, bytes] = {}
        self._tree = CompactRange()
        self._heads: dict[bytes, tuple[int, str]] = {}
        self.trust = Trust(LOG_KEY, frozenset(one.public.hex() for one in roots))
        genesis = {
            "format": 1,
            "origin": ORIGIN,
            "log_key": LOG_KEY.format(),
            "roots": [one.public.hex() for one in roots],
            "threshold": threshold,
        }
        self.add(roots[0], "ledger-opened", genesis, party=ROOT_PARTY)

    @property
    def size(self) -> int:
        """Number of entries, and the index the next one gets."""
        return len(self.entries)

    def add(
        self,
        signer: Signer,
        kind: str,
        body: dict[str, Any],
        *,
        party: str = "HTX-A",
        time: str = "2026-08-01",
        links: Sequence[str] = (),
        anchor: tuple[int, str] | str | None = "newest",
    ) -> str:
        """Sign, append and seal one statement; answers its id. `time` may be a day."""
        seq, prev = self._heads.get(signer.keyid, (0, None))
        moment = time if "T" in time else f"{time}T08:00:00+07:00"
        newest = (self.size, self.roots[self.size].hex()) if self.size else None
        named = newest if isinstance(anchor, str) else anchor
        statement = Statement(kind, party, seq + 1, prev, moment, tuple(links), named, body)
        entry = signer.sign(statement)
        self._heads[signer.keyid] = seq + 1, entry.id.hex()
        self.entries.append(entry.raw)
        self._tree.append(entry.id)
        self.roots[self.size] = self._tree.root()
        return entry.id.hex()

    def replay(self, at: int) -> None:
        """Seal an entry's very bytes once more."""
        self.entries.append(self.entries[at])
        self._tree.append(parse_entry(self.entries[-1]).id)
        self.roots[self.size] = self._tree.root()

    def enrol(self, party: str, kind: str = "cooperative", *, tag: str = "A1") -> None:
        """Register a party (one root), enrol its admin and station keys of the story's seeds."""
        root = ROOT
        body = {"code": party, "kind": kind, "name": f"Cơ sở {party}"}
        self.add(root, "party-registered", body, party=ROOT_PARTY)
        self.enrol_key(root, signer_of(f"{party} admin"), party, "admin", by=ROOT_PARTY)
        admin, station = signer_of(f"{party} admin"), signer_of(f"{party} station")
        self.enrol_key(admin, station, party, "station", by=party, tag=tag)

    def enrol_key(
        self, signer: Signer, new: Signer, party: str, role: str, *, by: str, tag: str | None = None
    ) -> None:
        """Enrol one key with its proof of possession."""
        time = "2026-08-01T08:00:00+07:00"
        draft = enrolment(ORIGIN, new, party, role, time, by=by, tag=tag)
        self.add(signer, draft.type, draft.body, party=by)

    def audit(self, *, known: Checkpoint | None = None) -> AuditResult:
        """Audit it with every checkpoint."""
        return audit_entries(self.entries, self.roots, self.trust.roots, known=known)

    def check(self, lot: Lot, **more: Any) -> Report:
        """Bundle every entry and check it for a lot."""
        raw = bundled(self.entries, range(self.size), lot)
        return verify_bundle(raw, self.trust, **{"now": NOW, **more})
