"""Making the evidence: lot bundles and the trust file."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ledger.errors import LedgerError
from ledger.projections.projector import Projector
from ledger.projections.views import Views
from ledger.sealing import SealedLog
from ledger.verify.bundle import AnchorPath, BundleEntry, Disclosure, LotBundle
from ledger.verify.entry import keyid_of, parse_entry
from ledger.verify.graph import Lot
from ledger.verify.history import Located
from ledger.verify.note import NoteKey
from ledger.verify.registry import REGISTRY_TYPES
from ledger.verify.trust import Trust

_KEY_TYPES = ("key-enrolled", "key-retired", "key-compromised", "reattested")


def trust_of(log_key: NoteKey, roots: Iterable[str]) -> Trust:
    """The trust file's content for one log and its root keys (hex)."""
    return Trust(log_key, frozenset(roots))


class Exporter:
    """Builds bundles from a sealed log that the views have caught up with."""

    def __init__(self, log: SealedLog, projector: Projector, views: Views) -> None:
        self.log = log
        self.projector = projector
        self.views = views

    def bundle(
        self, lot: Lot, *, opened: Callable[[str], tuple[bytes, str] | None] | None = None
    ) -> LotBundle:
        """The lot's whole ancestry with proofs against the newest checkpoint.

        `opened` answers (salt, text) for a private digest; given, the bundle discloses
        the private texts of its statements.

        Raises:
            LedgerError: the lot is not in the ledger.
        """
        found = self.views.lot(*lot)
        note, head = self.log.checkpoint(), self.log.head()
        if found is None or note is None or head is None:
            raise LedgerError("lot-unknown", lot=lot[1], item=lot[0])
        lineage = [lot, *((a[0], a[1]) for a in found.facts["ancestors"])]
        indexes = self.views.entries_of_lots(lineage)
        harvested = [
            (one.statement.party, one.statement.body["site"])
            for one in map(self.projector.located, indexes)
            if one.statement.type == "harvested"
        ]
        for site in dict.fromkeys(harvested):
            indexes += self.views.waiting_work(*site)
        goods = self._closure(indexes)
        support = self._support(goods)
        chosen = sorted(
            {one.index: one for one in [*goods, *support]}.values(), key=lambda o: o.index
        )
        entries = []
        for one in chosen:
            ((_, raw),) = self.log.store.sealed(one.index, 1)
            path = tuple(self.log.inclusion(one.index, head.size))
            entries.append(BundleEntry(one.index, parse_entry(raw), path))
        sizes = sorted({one.statement.anchor[0] for one in chosen if one.statement.anchor})
        anchors = [AnchorPath(size, tuple(self.log.consistency(size, head.size))) for size in sizes]
        disclosures = [] if opened is None else _opened(goods, opened)
        return LotBundle(*lot, note, tuple(entries), tuple(anchors), tuple(disclosures))

    def _closure(self, indexes: list[int]) -> list[Located]:
        """These statements and everything they build on."""
        found: dict[int, Located] = {}
        queue = list(indexes)
        while queue:
            index = queue.pop()
            if index in found:
                continue
            found[index] = self.projector.located(index)
            for link in found[index].statement.inputs:
                at = self.log.store.index_of(bytes.fromhex(link))
                if at is not None:
                    queue.append(at)
        return list(found.values())

    def _support(self, goods: list[Located]) -> list[Located]:
        """Genesis, the keys that signed and their enrolments, and the registrations referred to."""
        wanted = _References(goods)
        registry = [self.projector.located(i) for i in self.views.entries_of_type(*REGISTRY_TYPES)]
        owners = {self.projector.history.registry.owner_of(item) for item in wanted.items}
        wanted.parties |= {owner for owner in owners if owner}
        chosen = [one for one in registry if wanted.needs(one)]
        wanted.parties |= {one.statement.party for one in chosen}
        chosen += [
            one
            for one in registry
            if one.statement.type == "party-registered" and wanted.needs(one)
        ]
        keys = [self.projector.located(i) for i in self.views.entries_of_type(*_KEY_TYPES)]
        keyids = {one.signer.keyid_hex for one in [*goods, *chosen]}
        evidence = {one.id for one in goods}
        enrolled: list[Located] = []
        grew = True
        while grew:  # a station's enrolment needs its admin's, an admin's needs the root's
            more = [one for one in keys if one not in enrolled and _concerns(one, keyids, evidence)]
            grew = bool(more)
            enrolled += more
            keyids |= {one.signer.keyid_hex for one in more}
        return [self.projector.located(0), *chosen, *enrolled]


def _concerns(one: Located, keyids: set[str], evidence: set[str]) -> bool:
    body = one.statement.body
    if one.statement.type == "key-enrolled":
        return keyid_of(bytes.fromhex(body["key"])).hex() in keyids
    if one.statement.type == "reattested":
        # By what it vouches for: the party may have re-attested with a key enrolled since.
        return not evidence.isdisjoint(body["entries"])
    return body["keyid"] in keyids


class _References:
    """Codes that a set of statements refers to."""

    def __init__(self, goods: list[Located]) -> None:
        self.parties: set[str] = {one.statement.party for one in goods}
        self.sites: set[tuple[str, str]] = set()
        self.instruments: set[tuple[str, str]] = set()
        self.items: set[str] = set()
        for one in goods:
            body = one.statement.body
            body = body.get("body", body) if one.statement.type == "corrected" else body
            for name, codes in (("site", self.sites), ("instrument", self.instruments)):
                if name in body:
                    codes.add((one.statement.party, body[name]))
            for part in ("from", "to", "by"):
                if "party" in body.get(part, {}):
                    self.parties.add(body[part]["party"])
            lots = [body.get("lot"), *body.get("lots", [])]
            lots += [
                i["lot"] for name in ("inputs", "outputs", "contents") for i in body.get(name, [])
            ]
            self.items |= {lot["item"] for lot in lots if lot}

    def needs(self, one: Located) -> bool:
        """True when the registry statement is about something referred to."""
        body, party = one.statement.body, one.statement.party
        match one.statement.type:
            case "party-registered":
                return body["code"] in self.parties
            case "site-registered":
                return (party, body["code"]) in self.sites
            case "item-registered":
                return f"{party}/{body['code']}" in self.items
            case "product-registered":
                return body["gtin"] in self.items
            case "instrument-registered" | "instrument-verified":
                return (party, body["code"]) in self.instruments
        kind, _, rest = body["subject"].partition(":")
        if kind == "product":
            return rest in self.items
        if kind == "site":
            owner, _, code = rest.partition("/")
            return (owner, code) in self.sites
        return rest in self.parties


def _opened(
    goods: list[Located], opened: Callable[[str], tuple[bytes, str] | None]
) -> list[Disclosure]:
    digests: dict[str, None] = {}
    for one in goods:
        body = one.statement.body
        for place in (body, body.get("body", {}), *(body.get(n, {}) for n in ("from", "to", "by"))):
            for name in ("note", "digest"):
                if name in place:
                    digests[place[name]] = None
    found = [(digest, opened(digest)) for digest in sorted(digests)]
    return [Disclosure(digest, one[0], one[1]) for digest, one in found if one is not None]
