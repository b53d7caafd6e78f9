"""A station: turns drafts into signed statements, seals them and brings the views up to date."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from ledger.application import Submitted, TraceLedger
from ledger.domain.drafts import Draft
from ledger.errors import LedgerError
from ledger.form import refuse_contradictions
from ledger.projections.projector import Projector
from ledger.projections.views import Views
from ledger.replica import Anchor, NewestAnchor
from ledger.root_votes import roots_to_sign
from ledger.sealing import SealedLog
from ledger.signing import Signer
from ledger.unanswered import LOST, TRIES, LostInAct, NotAnswered, NoteKeeper, Resending
from ledger.verify.graph import Lot, lots_about, lots_named
from ledger.verify.history import Located
from ledger.verify.keys import ROOT_PARTY, KeyRecord
from ledger.verify.registry import REGISTRY_TYPES
from ledger.verify.statement import Statement, StatementRefused

T = TypeVar("T")
_MOST_LINKS = 200
_ADMIN_TYPES = (
    REGISTRY_TYPES | {"key-enrolled", "key-retired", "key-compromised", "reattested"}
) - {"party-registered"}
_PROVISIONAL = "f" * 64
RECORDED = frozenset({"recorded-unsealed", "recorded-ahead"})
_LOOKS = 100  # at a standby that lags, each a moment after the other


@dataclass(frozen=True, slots=True)
class Answer:
    """A recorded statement: entry id (hex) and log index."""

    id: str
    index: int


class Station:
    """The signing writer of one machine. `signers` maps (party, role) to a private key."""

    def __init__(
        self,
        ledger: TraceLedger,
        log: SealedLog,
        projector: Projector,
        views: Views,
        signers: Mapping[tuple[str, str], Signer],
        notes: NoteKeeper,
        now: Callable[[], dt.datetime],
        *,
        newest: NewestAnchor | None = None,
        stopped: Callable[[], LedgerError | None] | None = None,
    ) -> None:
        """`newest` gives what statements are anchored to, where that is not the log sealed here.

        `stopped` gives why nothing may be recorded now, None when all is well.
        """
        self.ledger = ledger
        self.log = log
        self.projector = projector
        self.views = views
        self.signers = signers
        self._notes = notes
        self._now = now
        self._newest_anchor = self._own_head if newest is None else newest
        self._stopped = stopped
        self._resending = Resending(ledger, notes)
        self._acting = threading.local()

    def now_text(self) -> str:
        """The station's clock as statement time, in Vietnam's offset."""
        local = self._now().astimezone(dt.timezone(dt.timedelta(hours=7)))
        return local.isoformat(timespec="seconds")

    def own_parties(self) -> list[str]:
        """Parties this machine can record for."""
        return sorted({party for party, role in self.signers if role == "station"})

    def tag_of(self, party: str) -> str:
        """Serial tag of this machine's station key for a party."""
        record = self._record_of(self._signer(party, "station"))
        assert record.tag is not None  # key rules: a station key always has one
        return record.tag

    def record(self, draft: Draft, by: Signer | None = None) -> Answer:
        """Check, sign, append, seal and project one draft; `by` a key other than the party's usual.

        What root keys must say is signed by as many of those here as it takes to come into effect.

        Raises:
            RootsNeeded: too few root keys are on this machine; nothing was recorded.
            LedgerError: it contradicts the record, or this machine may not say it. Codes in
                `RECORDED` alone mean that it was recorded and only the rest failed.
                `record-unknown`, `record-unkept`: whether it was is not known. Nothing was in any
                other case.
            Refusal: the verifier's checks refuse it.
        """
        if draft.party == ROOT_PARTY and by is None:
            return self._by_roots(draft)
        acting = self._in_act()
        if not acting:
            self._resending.settle()
        with self.ledger.store.writing():
            # Whoever stops this station takes the right to append after that, and has its last word.
            if self._stopped is not None and (why := self._stopped()) is not None:
                raise why
            self._catch_up()
            signer = by or self._signer_for(draft)
            kept: list[str] = []

            def keep(text: str) -> str:
                kept.append(self._notes.keep(text))
                return kept[-1]

            raw = b""
            try:
                statement = self._statement(draft, draft.sealed_body(keep), signer)
                self._check(statement, signer)
                raw = signer.sign(statement).raw
                submitted = self._resending.submit(raw)
            except BaseException as wrong:
                # A program that is ended while it records cannot know.
                if not raw or isinstance(wrong, Exception):
                    self._forget(kept)
                if isinstance(wrong, (sqlite3.Error, OSError)):
                    raise LedgerError("store-unwritable", why=str(wrong)) from wrong
                raise
            if submitted is not None:
                return self._finish(submitted)
        if acting:
            # The lock is the whole act's, and what it has looked at may be old by now.
            raise LostInAct(raw, kept)
        return self._finish(self._resending.insist(raw, kept))

    def acting(self, act: Callable[[], T]) -> T:
        """Run an act that looks and then records, under the one right to append. May be nested.

        When the database is lost meanwhile, what became of a statement on its way is found out, and
        the act is begun anew: it must look at what is on record each time.

        Raises: as `act` and `record`.
        """
        if self._in_act():
            return act()
        self._resending.settle()
        store, begun, tries = self.ledger.store, False, TRIES
        while True:
            try:
                with store.writing():
                    self._acting.now = begun = True
                    try:
                        return act()
                    finally:
                        self._acting.now = False
            except LostInAct as lost:
                raw, kept = lost.raw, lost.digests
            except LedgerError as wrong:
                if not (begun and tries and _was_lost(wrong)):
                    raise
                tries -= 1
                store.wait(1)
                continue
            self._finish(self._resending.insist(raw, kept))

    def _in_act(self) -> bool:
        return bool(getattr(self._acting, "now", False))

    def count_appends(
        self, clock: Callable[[], float], noted: Callable[[int, float], None]
    ) -> None:
        """From now on `noted` is told of each durable append: entries, and seconds by `clock`."""
        self._resending.clock, self._resending.noted = clock, noted

    def held(self) -> NotAnswered | None:
        """What to say of statements whose fate a lost database left open; None without any."""
        return self._resending.held()

    def settle_held(self) -> None:
        """Find out what became of statements held, and record them if they are not.

        What is refused stays held, so that who records next is told of it.

        Raises:
            LedgerError: the database is away.
        """
        self._resending.settle(quietly=True)

    def _forget(self, kept: Sequence[str]) -> None:
        for digest in kept:
            self._notes.forget(digest)

    def _finish(self, submitted: Submitted) -> Answer:
        try:
            self._catch_up()
        except LedgerError as wrong:
            # The append is durable: "nothing was recorded" would make people record it twice.
            if wrong.code == "standby-behind":
                raise LedgerError("recorded-ahead") from wrong
            why = wrong.params.get("why", wrong.code)
            raise LedgerError("recorded-unsealed", why=why) from wrong
        return Answer(submitted.id, submitted.index)

    def repeats_of(self, draft: Draft, before: int) -> int:
        """How many statements below log index `before` say the same as this draft.

        Same type, party and time, and the same body but for private digests (their salts are
        random) and what a station fills in itself.
        """
        said = _essence(draft.body)
        return sum(
            _essence(self.projector.located(index).statement.body) == said
            for index in self.views.entries_at(draft.type, draft.party, draft.time)
            if index < before
        )

    def catch_up(self) -> None:
        """Seal and project whatever is recorded, by this process or another, and what is held.

        Raises:
            LedgerError: `store-unwritable`, `standby-behind`; what is recorded stays so, sealed or not.
        """
        with suppress(LedgerError):  # stays held
            self.settle_held()
        self._catch_up()

    def _catch_up(self) -> None:
        try:
            self.ledger.catch_up()
            self._project(self.log.seal())
        except (sqlite3.Error, OSError) as wrong:
            raise LedgerError("store-unwritable", why=str(wrong)) from wrong

    def _project(self, size: int) -> None:
        """Project to `size`; views that are read from a standby wait until it has followed."""
        for _ in range(_LOOKS):
            if self.projector.catch_up() >= size:
                return
            self.ledger.store.wait(1 / 20)
        raise LedgerError("standby-behind")

    def _by_roots(self, draft: Draft) -> Answer:
        """The same said by one root key after the other; cut off, it goes on where it was."""
        if not self._in_act():
            self._resending.settle()  # a vote that is held counts
        self._catch_up()
        keys, signers = self.ledger.history.keys, self.signers.values()
        answers = [
            self.record(draft, one) for one in roots_to_sign(keys, signers, draft.type, draft.body)
        ]
        return answers[-1]

    def _signer_for(self, draft: Draft) -> Signer:
        return self._signer(draft.party, "admin" if draft.type in _ADMIN_TYPES else "station")

    def _signer(self, party: str, role: str) -> Signer:
        signer = self.signers.get((party, role))
        if signer is None:
            raise LedgerError("no-signer", party=party, role=role)
        return signer

    def _record_of(self, signer: Signer) -> KeyRecord:
        record = self.ledger.history.keys.records.get(signer.keyid)
        if record is None:
            raise LedgerError("no-signer", party="?", role=signer.keyid.hex())
        return record

    def _statement(self, draft: Draft, body: dict[str, Any], signer: Signer) -> Statement:
        if draft.type == "labels-issued":
            self._number_labels(draft.party, body)
        if draft.type == "corrected" and "corrects" not in body:
            body["corrects"] = self._newest(draft.party, body)
        if draft.type in {"released", "recall-closed"} and "ends" not in body:
            body["ends"] = self._stop_to_end(body)
        filled = Draft(draft.type, draft.party, draft.time, body)
        for path, found, kind in filled.faults():
            english, vietnamese = kind.expected
            raise StatementRefused(
                "field-wrong", path=path, found=found, expected=english, expected_vi=vietnamese
            )
        head = self.ledger.history.journals.get(signer.keyid)
        return Statement(
            draft.type,
            draft.party,
            1 if head is None else head.seq + 1,
            None if head is None else head.id,
            draft.time,
            tuple(self._links(draft.type, draft.party, body)),
            self._newest_anchor(),
            body,
        )

    def _own_head(self) -> Anchor | None:
        sealed = self.log.head()
        return None if sealed is None else (sealed.size, sealed.root.hex())

    def _check(self, statement: Statement, signer: Signer) -> None:
        if lots_named(statement.type, statement.body):
            provisional = Located(
                self.ledger.size, _PROVISIONAL, statement, self._record_of(signer)
            )
            refuse_contradictions(self.projector, provisional, self._now())

    def _number_labels(self, party: str, body: dict[str, Any]) -> None:
        lot = (body["lot"]["item"], body["lot"]["code"])
        found = self.views.lot(*lot)
        if found is None or not found.facts["packs"]:
            raise LedgerError("not-packed", lot=lot[1], item=lot[0])
        stopped = found.facts["stopped"]
        if stopped is not None:
            words = {"recalled": "đang bị thu hồi", "held": "đang bị tạm giữ"}
            raise LedgerError(
                "lot-stopped", lot=lot[1], status=stopped["type"], status_vi=words[stopped["type"]]
            )
        labels = found.facts["labels"]
        in_force = labels["issued"] - labels["voided"]
        left = found.facts["packs"] - in_force
        if body["count"] > left:
            raise LedgerError(
                "labels-exceed",
                lot=lot[1],
                packs=found.facts["packs"],
                issued=in_force,
                asked=body["count"],
                left=max(left, 0),
            )
        body["tag"] = self.tag_of(party)
        body["first"] = self.views.next_counter(lot[0], body["tag"])

    def _newest(self, party: str, body: dict[str, Any]) -> str:
        """Id of the newest statement that a correction of this type, lot and site can mean."""
        of, right = body["of"], body["body"]
        if of == "field-work-recorded":  # is about no lot, but a site
            work = self.views.newest_work(party, right["site"])
            if work is None:
                raise LedgerError("no-work-to-correct", site=right["site"])
            return self.projector.located(work).id
        lots = lots_about(of, right)
        for lot in lots:
            for index in reversed(self.views.heads(lot)):
                one = self.projector.located(index)
                same_site = one.statement.body.get("site") == right.get("site")
                if (one.statement.type, one.statement.party) == (of, party) and same_site:
                    return one.id
        raise LedgerError("nothing-to-correct", type=of, lot=lots[0][1] if lots else "?")

    def _stop_to_end(self, body: dict[str, Any]) -> str:
        for one in body["lots"]:
            found = self.views.lot(one["item"], one["code"])
            if found is not None and found.facts["stopped"] is not None:
                return str(found.facts["stopped"]["entry"])
        raise LedgerError("nothing-to-correct", type="recalled", lot=body["lots"][0]["code"])

    def _links(self, kind: str, party: str, body: dict[str, Any]) -> list[str]:
        """Ids this statement builds on: the heads of its lots, waiting field work, what it corrects."""
        ids = [
            self.projector.located(i).id for lot in lots_named(kind, body) for i in self._heads(lot)
        ]
        if kind == "harvested":
            work = self.views.waiting_work(party, body["site"])
            ids += [self.projector.located(index).id for index in work]
        ids += [body[name] for name in ("corrects", "ends", "entry") if name in body]
        return list(dict.fromkeys(ids))[:_MOST_LINKS]

    def _heads(self, lot: Lot) -> list[int]:
        """Statements about a lot on which no other statement about it builds yet."""
        about = [self.projector.located(index) for index in self.views.heads(lot)]
        built_on = {link for one in about for link in one.statement.inputs}
        return [one.index for one in about if one.id not in built_on]


_FILLED_IN = frozenset({"note", "digest", "tag", "first", "corrects", "ends", "proof"})


def _essence(value: Any) -> Any:
    """A body without what differs between two recordings of the same fact."""
    if isinstance(value, dict):
        return {name: _essence(part) for name, part in value.items() if name not in _FILLED_IN}
    return [_essence(part) for part in value] if isinstance(value, list) else value


def _was_lost(wrong: LedgerError) -> bool:
    """Whether it was the database that went away, so that all may be well when it is back."""
    why = wrong.__cause__ if wrong.code in RECORDED else wrong
    return isinstance(why, LedgerError) and why.code in LOST
