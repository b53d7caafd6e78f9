"""What a lying operator hands out: a bundle from which a statement was left out.

He has the real log and the real log key, so every proof in the bundle holds. He leaves out just the
statement, or with it all that builds on it. Then he may show the true index, an older true one, or
commit to a false one that counts what he shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from functools import cache, cached_property, lru_cache

from ledger.verify.bundle import LotBundle
from ledger.verify.bundle_index import is_goods
from ledger.verify.bundle_rows import RowName
from ledger.verify.completeness import Value, key_row, key_value, rows_touched
from ledger.verify.entry import Entry, parse_entry
from ledger.verify.graph import Lot, lots_about
from ledger.verify.history import History, Located
from ledger.verify.keys import COMMITTED, ROOT_PARTY
from ledger.verify.lots import LotGraph
from ledger.verify.statement import Statement, read_statement
from ledger.verify.wording import Refusal
from tests.tampering.indexed import Whole, commitment, cosigned
from tests.tampering.layers.noticing import LAYERS

AUDITOR = "kiem-toan"
_ENDS = frozenset({"key-retired", "key-compromised"})
KINDS: dict[str, frozenset[str]] = {
    "what made the lot": frozenset({"harvested", "processed"}),
    "what moved it": frozenset({"shipped", "received"}),
    "a test, a correction or a dispute": frozenset({"tested", "corrected", "disputed"}),
    "a hold or its release": frozenset({"held", "released"}),
    "a recall": frozenset({"recalled"}),
    "the end of a key that signed": _ENDS,
    "a paper or its withdrawal": frozenset({"certificate-recorded", "certificate-withdrawn"}),
}
"""What is left out, by types of statement."""
FORMS = ("alone", "with all that builds on it")


class Operator:
    """An operator of an honest ledger, and the bundles that he might hand out of it."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        """`entries` are all of the ledger's; he commits to a true index over them."""
        self.entries = entries
        self.read = [_read(raw) for raw in entries]
        self.true = Whole([*entries, commitment(entries)])
        self._place = {one.id.hex(): at for at, (one, _) in enumerate(self.read)}
        self._graph = LotGraph(self.true.located)

    @cached_property
    def _built_on(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for at, (_, said) in enumerate(self.read):
            for link in said.inputs:
                found.setdefault(self._place[link], []).append(at)
        return found

    def hidden(self, at: int, form: str) -> frozenset[int]:
        """Log indexes that are left out."""
        found, waiting = {at}, [at] if form != FORMS[0] else []
        while waiting:
            new = [one for one in self._built_on.get(waiting.pop(), ()) if one not in found]
            found.update(new)
            waiting += new
        return frozenset(found)

    def tries(self, at: int) -> list[Lot]:
        """The lots from whose bundles a statement may be missed: its own and those made of them.

        For a key and a paper: the lot that has most to do with it, the last that the key signed for
        or that was handled at the site.
        """
        _, said = self.read[at]
        if said.type in _ENDS:
            return self._last_lot(bytes.fromhex(said.body["keyid"]), said.party)
        if not is_goods(said.type):
            return self._last_lot(None, said.party) if rows_touched(said) else []
        own = lots_about(said.type, said.body)
        return list(dict.fromkeys([*own, *(lot for one in own for lot in self._made_of(one))]))

    @cache  # noqa: B019
    def _made_of(self, lot: Lot) -> list[Lot]:
        """Lots that a lot is an ancestor of."""
        made = {one for _, said in self.read for one in lots_about(said.type, said.body)}
        return sorted(one for one in made if lot in self._graph.ancestors(one))

    def _last_lot(self, keyid: bytes | None, party: str) -> list[Lot]:
        for entry, said in reversed(self.read):
            of_it = said.party == party if keyid is None else entry.keyid == keyid
            if of_it and said.type in {"harvested", "processed"}:
                return lots_about(said.type, said.body)
        return []

    @cache  # noqa: B019  # operators live as long as the process
    def chosen(self, lot: Lot) -> frozenset[int]:
        """What an honest bundle of the lot holds."""
        lots = {lot, *self._graph.ancestors(lot)}
        goods: set[int] = set()
        waiting = [
            at
            for at, (_, said) in enumerate(self.read)
            if is_goods(said.type) and lots.intersection(lots_about(said.type, said.body))
        ]
        while waiting:
            at = waiting.pop()
            if at not in goods:
                goods.add(at)
                waiting += [self._place[link] for link in self.read[at][1].inputs]
        parties = {ROOT_PARTY, *(self.read[at][1].party for at in goods)}
        return frozenset(goods).union(
            at
            for at, (_, said) in enumerate(self.read)
            if said.party in parties and not is_goods(said.type) and said.type != COMMITTED
        )

    def without_index(self, lot: Lot, hidden: frozenset[int]) -> LotBundle:
        """No index at all: what he shows to who does not ask for one."""
        return _unindexed(self.true).bundle(self.chosen(lot) - hidden, lot)

    def with_true_index(self, lot: Lot, hidden: frozenset[int]) -> LotBundle:
        """The true rows of the newest index."""
        return self.true.bundle(self.chosen(lot) - hidden, lot)

    def with_older_index(self, lot: Lot, hidden: frozenset[int]) -> LotBundle:
        """The true rows of the newest index from before the first statement that he hides."""
        return self._older(min(hidden)).bundle(self.chosen(lot) - hidden, lot)

    def with_false_index(
        self, lot: Lot, hidden: frozenset[int], *, audited: bool = False
    ) -> LotBundle:
        """Rows that count only what he shows, committed to by the log key.

        `audited`: an auditor is asked to co-sign that, and does unless it notices something.
        """
        lie = self._lie(hidden)
        note = lie.note
        if audited and not any(looks(lie.entries, self.entries) for looks in LAYERS.values()):
            note = cosigned(note, AUDITOR)
        return lie.bundle(self.chosen(lot) - hidden, lot, note=note)

    @lru_cache(maxsize=1)  # noqa: B019
    def _lie(self, hidden: frozenset[int]) -> Whole:
        rows = self._rows_without(hidden)
        shown = [*self.entries, commitment(self.entries, rows)]
        return Whole(shown, rows, index=len(self.entries), located=self._with_last(shown))

    def _with_last(self, shown: Sequence[bytes]) -> list[Located]:
        """All entries, a false commitment in the place of the true one."""
        last = self.true.located[-1]
        entry, said = _read(shown[-1])
        return [*self.true.located[:-1], replace(last, id=entry.id.hex(), statement=said)]

    def _older(self, before: int) -> Whole:
        places = [at for at in range(before) if self.read[at][1].type == COMMITTED]
        return self._as_of(places[-1]) if places else _unindexed(self.true)

    @cache  # noqa: B019
    def _as_of(self, place: int) -> Whole:
        return Whole(self.true.entries, index=place, located=self.true.located)

    def _rows_without(self, hidden: frozenset[int]) -> dict[RowName, Value]:
        """The rows as they would be had the hidden statements never been made."""
        known: dict[str, tuple[str, str]] = {}
        history = History(known.get, partial=True)
        rows: dict[RowName, Value] = {}
        for at, (entry, said) in enumerate(self.read):
            if at in hidden:
                continue
            try:
                history.admit_read(at, entry, said, signed=True)
            except Refusal:
                continue  # it builds on what is hidden, or its key was let in by it
            known[entry.id.hex()] = said.type, said.party
            for name in rows_touched(said):
                before = int(rows.get(name, {"count": 0})["count"])
                rows[name] = {"count": before + 1, "head": entry.id.hex()}
        for keyid, record in history.keys.records.items():
            rows[key_row(record)] = key_value(history.keys, keyid)
        return rows


def places(operator: Operator, kind: str) -> Iterator[tuple[int, Lot]]:
    """(log index, lot) of everything of a kind that may be left out of a lot's bundle."""
    for at, (_, said) in enumerate(operator.read):
        if said.type in KINDS[kind]:
            for lot in operator.tries(at):
                yield at, lot


def _unindexed(ledger: Whole) -> Whole:
    without = copy(ledger)
    without.index = None
    return without


def _read(raw: bytes) -> tuple[Entry, Statement]:
    entry = parse_entry(raw)
    return entry, read_statement(entry.payload)
