"""Making the evidence: lot bundles and the trust file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ledger.errors import LedgerError
from ledger.node_blocks import NodeBlocks
from ledger.projections.projector import Projector
from ledger.projections.stories import Stories
from ledger.projections.views import Views
from ledger.registrations import Registrations
from ledger.sealing import SealedLog
from ledger.verify.bundle import AnchorPath, BundleEntry, Disclosure, LotBundle
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.entry import parse_entry
from ledger.verify.graph import Lot
from ledger.verify.history import Located
from ledger.verify.merkle import consistency_proof, inclusion_proof
from ledger.verify.note import NoteKey
from ledger.verify.trust import Trust

_PAGE = 500


def trust_of(log_key: NoteKey, roots: Iterable[str]) -> Trust:
    """The trust file's content for one log and its root keys (hex)."""
    return Trust(log_key, frozenset(roots))


class Exporter:
    """Builds bundles from a sealed log that the views have caught up with.

    The work is that of the lot and of the bundle's own statements: nothing looks through the whole
    log, nor through all that is registered in it.
    """

    def __init__(self, log: SealedLog, projector: Projector | Stories, views: Views) -> None:
        self.log = log
        self.projector = projector
        self.views = views
        self._registrations = Registrations(views, projector.located_all)

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
        if found is None:
            raise LedgerError("lot-unknown", lot=lot[1], item=lot[0])
        lineage = [lot, *((a[0], a[1]) for a in found.facts["ancestors"])]
        goods = self._closure(self._about(lineage))
        support = self._support(goods)
        chosen = sorted(
            {one.index: one for one in [*goods, *support]}.values(), key=lambda o: o.index
        )
        # Read last, and once: whatever was projected until now is sealed under this checkpoint.
        note = self.log.checkpoint()
        if note is None:
            raise LedgerError("lot-unknown", lot=lot[1], item=lot[0])
        size = Checkpoint.parse(note.split("\n\n")[0] + "\n").size
        node = NodeBlocks(self.log.store).node
        entries = tuple(
            BundleEntry(index, parse_entry(raw), tuple(inclusion_proof(index, size, node)))
            for index, raw in self._sealed([one.index for one in chosen])
        )
        sizes = sorted({one.statement.anchor[0] for one in chosen if one.statement.anchor})
        anchors = tuple(AnchorPath(old, tuple(consistency_proof(old, size, node))) for old in sizes)
        disclosures = () if opened is None else tuple(_opened(goods, opened))
        return LotBundle(*lot, note, entries, anchors, disclosures)

    def _about(self, lineage: list[Lot]) -> list[int]:
        """Log indexes of what is said about these lots, and of work that concerns their harvests."""
        indexes = self.views.entries_of_lots(lineage)
        harvested = [
            (one.statement.party, one.statement.body["site"])
            for one in self.projector.located_all(indexes)
            if one.statement.type == "harvested"
        ]
        for site in dict.fromkeys(harvested):
            indexes += self.views.waiting_work(*site)
        return indexes

    def _sealed(self, indexes: list[int]) -> Iterator[tuple[int, bytes]]:
        for first in range(0, len(indexes), _PAGE):
            yield from self.log.store.sealed_at(indexes[first : first + _PAGE])

    def _closure(self, indexes: list[int]) -> list[Located]:
        """These statements and everything they build on."""
        found: dict[int, Located] = {}
        ids: set[str] = set()
        ring = set(indexes)
        while ring:
            new = self.projector.located_all(ring)
            found.update((one.index, one) for one in new)
            ids.update(one.id for one in new)
            links = {link for one in new for link in one.statement.inputs} - ids
            places = (self.log.store.index_of(bytes.fromhex(link)) for link in links)
            ring = {place for place in places if place is not None and place not in found}
        return [found[index] for index in sorted(found)]

    def _support(self, goods: list[Located]) -> list[Located]:
        """Genesis, the keys that signed and their enrolments, and the registrations referred to."""
        wanted = _References(goods)
        owners = {self.projector.history.registry.owner_of(item) for item in wanted.items}
        wanted.parties |= {owner for owner in owners if owner}
        registered = self._registrations
        chosen = registered.about(wanted.subjects())
        more = {one.statement.party for one in chosen} - wanted.parties
        chosen += [
            one
            for one in registered.about({f"party:{party}" for party in more})
            if one.statement.type == "party-registered"
        ]
        # By what it vouches for: the party may have re-attested with a key enrolled since.
        enrolled = registered.about({f"entry:{one.id}" for one in goods})
        asked: set[str] = set()
        keyids = {one.signer.keyid_hex for one in [*goods, *chosen, *enrolled]}
        while keyids:  # a station's enrolment needs its admin's, an admin's needs the root's
            new = registered.about({f"key:{keyid}" for keyid in keyids})
            enrolled += new
            asked |= keyids
            keyids = {one.signer.keyid_hex for one in new} - asked
        return [self.projector.located(0), *chosen, *enrolled]


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

    def subjects(self) -> set[str]:
        """The same as `Registrations` names them."""
        return {
            *(f"party:{code}" for code in self.parties),
            *(f"site:{party}/{code}" for party, code in self.sites),
            *(f"instrument:{party}/{code}" for party, code in self.instruments),
            *(f"{'item' if '/' in item else 'product'}:{item}" for item in self.items),
        }


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
