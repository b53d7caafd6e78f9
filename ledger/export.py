"""Making the evidence: lot bundles and the trust file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ledger.completeness.keeper import IndexKeeper
from ledger.errors import LedgerError
from ledger.export_errors import ExportRefused
from ledger.node_blocks import NodeBlocks
from ledger.projections.projector import Projector
from ledger.projections.stories import Stories
from ledger.projections.views import Views
from ledger.registrations import Registrations
from ledger.sealing import SealedLog
from ledger.verify.bundle import BundleEntry, Disclosure, LotBundle
from ledger.verify.bundle_index import rows_wanted
from ledger.verify.bundle_rows import BundleIndex, BundleRow
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.entry import parse_entry
from ledger.verify.graph import Lot
from ledger.verify.history import Located
from ledger.verify.log_proof import make_proof
from ledger.verify.lots import LotGraph
from ledger.verify.map_proof import hashes_beside
from ledger.verify.note import NoteKey
from ledger.verify.policy import Policy
from ledger.verify.trust import Trust

_PAGE = 500


def trust_of(log_key: NoteKey, roots: Iterable[str]) -> Trust:
    """What a ledger itself knows: its log key and its root keys (hex). It asks for nothing more."""
    return Trust(log_key, frozenset(roots))


def trust_for_others(own: Trust, policy: Policy | None) -> Trust:
    """The trust file to hand out: completeness is required, and the policy's quorum of witnesses.

    Raises:
        PolicyRefused: the policy is not one group of k of n, which is all that a trust file can say.
    """
    witnesses, quorum = ((), 0) if policy is None else policy.k_of_n()
    return replace(own, witnesses=witnesses, quorum=quorum, index_required=True)


class Exporter:
    """Builds bundles from a sealed log that the views have caught up with.

    The work is that of the lot and of the bundle's own statements: nothing looks through the whole
    log, nor through all that is registered in it.
    """

    def __init__(
        self,
        log: SealedLog,
        projector: Projector | Stories,
        views: Views,
        index: IndexKeeper | None = None,
    ) -> None:
        """Without `index`, or before anything was committed to, completeness is not shown.

        Set `best` to what answers the newest checkpoint note that its witnesses co-signed, `lines`
        to what adds to another note the cosignatures that it has.
        """
        self.log = log
        self.projector = projector
        self.views = views
        self.index = index
        self.best: Callable[[], str | None] = lambda: None
        self.lines: Callable[[str], str] = lambda note: note
        self._registrations = Registrations(views, projector.located_all)

    def bundle(
        self, lot: Lot, *, opened: Callable[[str], tuple[bytes, str] | None] | None = None
    ) -> LotBundle:
        """The lot's whole ancestry, one proof of it all, and index rows that show it to be whole.

        `opened` answers (salt, text) for a private digest; given, the bundle discloses
        the private texts of its statements.

        Raises:
            LedgerError: the lot is not in the ledger; `views-behind`: try again.
        """
        seen = self.views.size
        found = self.views.lot(*lot)
        if found is None:
            raise LedgerError("lot-unknown", lot=lot[1], item=lot[0])
        lineage = [lot, *((a[0], a[1]) for a in found.facts["ancestors"])]
        goods = self._closure(self._about(lineage))
        support = self._support(goods)
        chosen = {one.index: one for one in [*goods, *support]}
        index = self._rows(lot, chosen, seen)
        note, size = self._checkpoint(max(chosen))
        raw = dict(self._sealed(sorted(chosen)))
        sizes = [one.statement.anchor[0] for one in chosen.values() if one.statement.anchor]
        node = NodeBlocks(self.log.store).node
        return LotBundle(
            *lot,
            note,
            tuple(BundleEntry(at, parse_entry(raw[at])) for at in sorted(raw)),
            disclosures=() if opened is None else tuple(_opened(goods, opened)),
            nodes=tuple(make_proof(size, raw, sizes, node)),
            index=index,
        )

    def _rows(self, lot: Lot, chosen: dict[int, Located], seen: int) -> BundleIndex | None:
        """The rows, and the entry that commits to them among the chosen ones."""
        committed = None if self.index is None else self.index.committed()
        if self.index is None or committed is None:
            return None
        signers = [one.signer for one in chosen.values()]
        signers.append(self.projector.located(committed.index).signer)
        found = self.index.rows(
            rows_wanted(lot, signers, chosen.values(), LotGraph(chosen.values()))
        )
        if found is None:
            return None
        committed, rows = found
        if committed.size > seen:
            # Between the look at the tables and now more was sealed and committed to.
            raise ExportRefused("views-behind", found=seen, expected=committed.size)
        chosen[committed.index] = self.projector.located(committed.index)
        made = [BundleRow(one.key, one.value, len(one.path), one.other) for one in rows]
        beside = hashes_beside(
            [(one.placed(), row.path) for one, row in zip(made, rows, strict=True)]
        )
        return BundleIndex(committed.index, tuple(made), tuple(beside))

    def _checkpoint(self, last: int) -> tuple[str, int]:
        """The newest co-signed checkpoint when it covers the last entry, else the newest."""
        best = self.best()
        if best is not None and (size := _size_of(best)) > last:
            return best, size
        # Read last, and once: whatever was projected until now is sealed under this checkpoint.
        note = self.log.checkpoint()
        if note is None:
            raise LedgerError("store-missing", path="ledger")
        return self.lines(note), _size_of(note)

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


def _size_of(note: str) -> int:
    return Checkpoint.parse(note.partition("\n\n")[0] + "\n").size


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
