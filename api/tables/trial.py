"""The ledger as it would be: rows of a diary taken in one after the other, none of them recorded.

It answers what a station asks while it records, from what is on record and what the rows before
have said, by the very rules of recording (`ledger.form`, the registry's). Nothing is signed: the
statements here have made-up ids and are thrown away with the trial.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from api.tables.needs import Desk
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.form import contradictions
from ledger.verify.findings import Finding
from ledger.verify.graph import Lot, lot_of, lots_about, lots_named
from ledger.verify.history import History, Located
from ledger.verify.keys import KeyRecord
from ledger.verify.lots import LotGraph
from ledger.verify.rules.standing import lot_status
from ledger.verify.statement import Statement

_DIGEST: Final = "0" * 64
_NAMED: Final = "SELECT 1 FROM entry_lot WHERE item = ? AND lot = ? LIMIT 1"
_WORDS: Final = {"recalled": "đang bị thu hồi", "held": "đang bị tạm giữ"}


class Contradicted(Exception):
    """A row that contradicts what is on record by then."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings[0].code)
        self.findings = findings


class Trial:
    """One file's rows on top of one ledger; for one thread."""

    def __init__(self, desk: Desk, party: str) -> None:
        self._stories = desk.views.stories
        # As of the beginning: whoever records looks again.
        self._history = self._stories.history
        self._tables = desk.tables
        self._party = party
        self._now = desk.now()
        self._size = desk.tables.size
        self._signer = _signer_of(desk, party)
        self._planned: list[Located] = []
        self._touching: dict[Lot, list[Located]] = {}
        self._about: dict[Lot, list[Located]] = {}
        self._parents: dict[Lot, dict[Lot, None]] = {}
        self._works: dict[str, list[Located]] = {}
        self._waiting: dict[str, list[Located]] = {}
        self._issued: dict[str, int] = {}
        self._recorded: dict[Lot, bool] = {}
        self._by_code: dict[str, dict[str, None]] = {}

    @property
    def history(self) -> History:
        """Keys and registry as on record."""
        return self._history

    def items_of(self, lot_code: str) -> list[str]:
        """Items of the lots with this code that the rows so far have spoken of, newest first."""
        return list(reversed(self._by_code.get(lot_code, {})))

    def take(self, draft: Draft) -> None:
        """Judge one draft on top of those before, and keep it when nothing speaks against it.

        Raises:
            Contradicted: with every finding it would bring.
            LedgerError, OwnershipRefused: what recording would refuse it with.
        """
        body = draft.sealed_body(lambda _: _DIGEST)
        if draft.type == "labels-issued":
            self._number_labels(body)
        if draft.type == "corrected":
            body["corrects"] = self._newest(body)
        located = self._located(draft, body)
        self.history.registry.check(located.statement)
        if lots_named(draft.type, body):
            fresh = contradictions(self, located, self._now)
            if fresh:
                raise Contradicted(fresh)
        self._keep(located)

    def graph_of(self, lots: Iterable[Lot], extra: Iterable[Located] = ()) -> LotGraph:
        """As `Stories.graph_of`, with the rows taken so far."""
        wanted = dict.fromkeys(lots)
        ring = list(wanted)
        while ring:
            known = [lot for lot in ring if self._on_record(lot)]
            real = self._stories.walk(known, back=True) if known else []
            near = [up for lot in (*ring, *real) for up in (lot, *self._parents.get(lot, ()))]
            ring = [one for one in dict.fromkeys(near) if one not in wanted]
            wanted.update(dict.fromkeys(ring))
        planned = {one.index: one for lot in wanted for one in self._touching.get(lot, ())}
        for one in list(planned.values()):
            if one.statement.type == "harvested":
                site = one.statement.body["site"]
                planned.update((work.index, work) for work in self._works_at(site))
        known = [lot for lot in wanted if self._on_record(lot)]
        if known:
            return self._stories.graph_of(known, (*planned.values(), *extra))
        # Most rows speak of lots that nobody has heard of yet: no table need be asked.
        dated = self._stories.store.replica is None
        return LotGraph((*planned.values(), *extra), dated=dated)

    def _on_record(self, lot: Lot) -> bool:
        """Whether any statement on record names the lot; asked once a lot."""
        found = self._recorded.get(lot)
        if found is None:
            found = self._recorded[lot] = bool(self._stories.rows(_NAMED, lot))
        return found

    def _works_at(self, site: str) -> list[Located]:
        """Field work at a site: on record with a wait before harvest, and of the rows so far."""
        on_record = self._waiting.get(site)
        if on_record is None:
            indexes = self._tables.waiting_work(self._party, site)
            on_record = self._waiting[site] = self._stories.located_all(indexes)
        return [*on_record, *self._works.get(site, ())]

    def _located(self, draft: Draft, body: dict[str, Any]) -> Located:
        index = self._size + len(self._planned)
        # What an inspector calls "not linked" is no error here; a made-up link says it is.
        links = tuple(self._heads(lots_about(draft.type, body)))
        made_up = hashlib.sha256(f"trial {index}".encode()).hexdigest()
        statement = Statement(draft.type, draft.party, 1, None, draft.time, links, None, body)
        return Located(index, made_up, statement, self._signer)

    def _heads(self, lots: Iterable[Lot]) -> list[str]:
        return list(dict.fromkeys(one.id for lot in lots for one in self._about.get(lot, ())[-1:]))

    def _keep(self, located: Located) -> None:
        said = located.statement
        self._planned.append(located)
        about = lots_about(said.type, said.body)
        for lot in dict.fromkeys(lots_named(said.type, said.body)):
            self._touching.setdefault(lot, []).append(located)
        for lot in dict.fromkeys(about):
            self._about.setdefault(lot, []).append(located)
            items = self._by_code.setdefault(lot[1], {})
            items.pop(lot[0], None)
            items[lot[0]] = None
            taken = [one for one in lots_named(said.type, said.body) if one not in about]
            self._parents.setdefault(lot, {}).update(dict.fromkeys(taken))
        if said.type == "field-work-recorded":
            self._works.setdefault(said.body["site"], []).append(located)
        if said.type == "labels-issued":
            item = said.body["lot"]["item"]
            self._issued[item] = self._issued.get(item, 0) + said.body["count"]

    def _number_labels(self, body: dict[str, Any]) -> None:
        """As a station numbers labels: for packs that are there, of a lot that nothing stops."""
        lot = lot_of(body["lot"])
        graph = self.graph_of([lot])
        packs = graph.packs(lot)
        if not packs:
            raise LedgerError("not-packed", lot=lot[1], item=lot[0])
        status = lot_status(graph, lot, None)
        if status in _WORDS:
            raise LedgerError("lot-stopped", lot=lot[1], status=status, status_vi=_WORDS[status])
        in_force = graph.labels_issued(lot) - graph.labels_voided(lot)
        left = packs - in_force
        if body["count"] > left:
            raise LedgerError(
                "labels-exceed",
                lot=lot[1],
                packs=packs,
                issued=in_force,
                asked=body["count"],
                left=max(left, 0),
            )
        body["tag"] = self._signer.tag or "00"
        body["first"] = self._tables.next_counter(lot[0], body["tag"]) + self._issued.get(lot[0], 0)

    def _newest(self, body: dict[str, Any]) -> str:
        """As a station finds what a correction corrects: the newest of its type, lot and site."""
        of, right = body["of"], body["body"]
        if of == "field-work-recorded":
            works = self._works.get(right["site"], ())
            if works:
                return works[-1].id
            found = self._tables.newest_work(self._party, right["site"])
            if found is None:
                raise LedgerError("no-work-to-correct", site=right["site"])
            return str(self._stories.located(found).id)
        lots = lots_about(of, right)
        for lot in lots:
            on_record = self._stories.located_all(self._tables.heads(lot))
            for one in reversed([*on_record, *self._about.get(lot, ())]):
                said = one.statement
                same_site = said.body.get("site") == right.get("site")
                if (said.type, said.party) == (of, self._party) and same_site:
                    return str(one.id)
        raise LedgerError("nothing-to-correct", type=of, lot=lots[0][1] if lots else "?")


def _signer_of(desk: Desk, party: str) -> KeyRecord:
    """The party's station key as on record; without one here, its newest, as none signs."""
    records = desk.views.stories.history.keys.records
    signer = desk.station.signers.get((party, "station"))
    if signer is not None and signer.keyid in records:
        return records[signer.keyid]
    found = [one for one in records.values() if one.party == party] or list(records.values())
    return replace(found[-1])
