"""Two writers on one ledger, driven at random, and a model that says what must come of it."""

from __future__ import annotations

from itertools import accumulate, pairwise
from pathlib import Path
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from api.bootstrap import Services, open_folder
from ledger.application import Submitted
from ledger.errors import ForkFound
from ledger.projections import schema
from ledger.signing import Signer
from ledger.verify.entry import parse_entry
from ledger.verify.wording import Refusal
from tests.reliability.model import LedgerModel, Offer, Told, leaf, root
from tests.reliability.places import Place
from tests.store import small_ledger
from tests.store.small_ledger import FARM, SHOP

KINDS = ("new", "repeat", "fork", "bad signature", "gap", "other before", "unenrolled")
_STRANGER = Signer.of(Ed25519PrivateKey.from_private_bytes(b"\7" * 32))

writers = st.sampled_from(("first", "second"))
parties = st.sampled_from((FARM, SHOP))
chances = st.integers(0, 10**6)
mixtures = st.lists(
    st.tuples(st.sampled_from(("new", "new", "new", *KINDS)), parties, chances),
    min_size=1,
    max_size=6,
)


class LedgerMachine(RuleBasedStateMachine):
    """Every rule does the same to the ledger and to the model and compares the answers."""

    place: ClassVar[Place]
    counts: ClassVar[dict[str, int]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path()
        self.open: dict[str, Services] = {}
        self.model = LedgerModel()
        self.base = 0
        self.offered: dict[bytes, Offer] = {}
        self.made = 0
        self.acted = "first"

    @initialize()
    def begin(self) -> None:
        """A new ledger, opened by both writers; the model begins with what is in it."""
        self.folder = self.place.fresh()
        self.open = {
            who: open_folder(self.folder, small_ledger.clock, settle=False) for who in self.names()
        }
        for _, raw in self.open["first"].store.after(0, 1_000):
            self.model.start(parse_entry(raw).keyid.hex(), raw)
        self.base = len(self.model.entries)
        self.model.seal()
        # Checkpoints before this one are of no interest here: each statement had its own.
        self.model.roots = dict(self.open["first"].store.checkpoints())
        self.count("runs")

    @staticmethod
    def names() -> tuple[str, str]:
        """The two writers."""
        return "first", "second"

    def count(self, what: str, more: int = 1) -> None:
        """For the campaign's figures."""
        self.counts[what] = self.counts.get(what, 0) + more

    # --- entries --------------------------------------------------------------------------------

    def sign(self, party: str, seq: int, before: bytes | None, *, stranger: bool = False) -> bytes:
        """A harvest that nobody has signed before."""
        self.made += 1
        signer = self.open["first"].station.signers[party, "station"]
        named = None if before is None else before.hex()
        code = f"M{self.made:05d}"
        return small_ledger.signed(_STRANGER if stranger else signer, party, seq, named, code).raw

    def offer(self, kind: str, party: str, chance: int, model: LedgerModel) -> Offer:
        """One entry of a kind, for a ledger that is as `model` says."""
        keyid = self.open["first"].station.signers[party, "station"].keyid.hex()
        journal = model.journals.get(keyid, [])
        last = journal[-1] if journal else None
        seq = len(journal) + 1
        if kind == "repeat":
            raw = model.entries[chance % len(model.entries)]
            return self.offered.get(raw, Offer(raw, "", 0, None))
        if kind == "fork" and journal:
            at = chance % len(journal)
            before = journal[at - 1] if at else None
            return Offer(self.sign(party, at + 1, before), keyid, at + 1, before)
        if kind == "bad signature":
            spoilt = bytearray(self.sign(party, seq, last))
            spoilt[-64 + chance % 31] ^= 1 << chance % 8  # in R, but not in its last byte
            return Offer(bytes(spoilt), keyid, seq, last, signed=False)
        if kind == "gap":
            far = seq + 1 + chance % 3
            named = last or leaf(b"")
            return Offer(self.sign(party, far, named), keyid, far, named)
        if kind == "other before" and len(journal) > 1:
            other = journal[chance % (len(journal) - 1)]
            return Offer(self.sign(party, seq, other), keyid, seq, other)
        if kind == "unenrolled":
            raw = self.sign(party, seq, last, stranger=True)
            return Offer(raw, _STRANGER.keyid.hex(), seq, last, enrolled=False)
        return Offer(self.sign(party, seq, last), keyid, seq, last)

    def offers(self, wanted: list[tuple[str, str, int]]) -> list[Offer]:
        """A batch whose entries follow each other, as if each one before had been recorded."""
        ahead = LedgerModel(
            list(self.model.entries), {k: list(v) for k, v in self.model.journals.items()}
        )
        made = []
        for kind, party, chance in wanted:
            one = self.offer(kind, party, chance, ahead)
            self.offered[one.raw] = one  # if it is refused with those before, it may be repeated
            ahead.offer(one)
            made.append(one)
        return made

    # --- rules ----------------------------------------------------------------------------------

    def submit(self, who: str, *submissions: list[Offer]) -> None:
        """Offer one or more submissions to the ledger, in one append, and to the model."""
        self.acted = who
        raws = [[one.raw for one in offers] for offers in submissions]
        if len(raws) == 1:
            try:
                outcomes: list[list[Submitted] | Refusal] = [self.open[who].ledger.submit(raws[0])]
            except Refusal as refused:
                outcomes = [refused]
        else:
            outcomes = self.open[who].ledger.submit_all(raws)
        for offers, outcome in zip(submissions, outcomes, strict=True):
            self.compare(offers, self.model.submit(offers), outcome)

    def compare(
        self, offers: list[Offer], expected: list[Told], outcome: list[Submitted] | Refusal
    ) -> None:
        """One submission's outcome is the one expected, entry by entry."""
        refusal = outcome if isinstance(outcome, Refusal) else None
        # What stood before the refused entry is told on the refusal, see TraceLedger.submit.
        done: list[Submitted]
        done = getattr(outcome, "done", []) if isinstance(outcome, Refusal) else outcome
        told = [Told("known" if one.known else "recorded", one.index) for one in done]
        assert [one.id for one in done] == [leaf(o.raw).hex() for o in offers[: len(done)]]
        if refusal is not None:
            told.append(Told(refusal.code))
            assert getattr(refusal, "position", None) == len(done)
        assert told == expected
        if isinstance(refusal, ForkFound):
            one = offers[len(done)]
            assert refusal.offered == one.raw
            assert leaf(refusal.stored) == self.model.journals[one.journal][one.seq - 1]
        for one_told in told:
            self.count(one_told.word)

    @rule(who=writers, party=parties)
    def new_entry(self, who: str, party: str) -> None:
        """The next statement of a station."""
        self.submit(who, self.offers([("new", party, 0)]))

    @rule(who=writers, wanted=mixtures)
    def batch(self, who: str, wanted: list[tuple[str, str, int]]) -> None:
        """Several in one submission, good and bad ones mixed."""
        self.submit(who, self.offers(wanted))
        self.count("batches")

    @rule(who=writers, several=st.lists(mixtures, min_size=2, max_size=4))
    def several(self, who: str, several: list[list[tuple[str, str, int]]]) -> None:
        """Submissions of several clients in one append: each has an outcome of its own."""
        offers = self.offers([one for wanted in several for one in wanted])
        ends = list(accumulate(map(len, several), initial=0))
        self.submit(who, *(offers[a:b] for a, b in pairwise(ends)))
        self.count("batches of several clients")

    @rule(who=writers, kind=st.sampled_from(KINDS[1:]), party=parties, chance=chances)
    def odd_entry(self, who: str, kind: str, party: str, chance: int) -> None:
        """A repeated, forked, badly signed, early or foreign statement on its own."""
        self.submit(who, self.offers([(kind, party, chance)]))

    @rule(who=writers)
    def seal(self, who: str) -> None:
        """Either process may seal."""
        self.acted = who
        size = self.open[who].station.log.seal()
        self.model.seal()
        assert size == self.model.sealed
        self.count("sealings")

    @rule(who=writers)
    def reopen(self, who: str) -> None:
        """A process ends and comes back; opening seals and projects."""
        self.acted = who
        self.open[who].close()
        self.open[who] = open_folder(self.folder, small_ledger.clock)
        self.model.seal()
        self.count("reopened")

    @rule(who=writers)
    def catch_up(self, who: str) -> None:
        """The views come into step with what is sealed, and not beyond."""
        self.acted = who
        assert self.open[who].projector.catch_up() == self.model.sealed
        assert self.open[who].tables.size == self.model.sealed

    @rule(who=writers)
    def rebuild(self, who: str) -> None:
        """The views thrown away and made again."""
        self.acted = who
        assert self.open[who].projector.rebuild() == self.model.sealed
        self.count("rebuilt")

    # --- what always holds ----------------------------------------------------------------------

    @invariant()
    def the_store_is_the_model(self) -> None:
        """The writer that did not act sees the model's entries, journals, tree and checkpoints."""
        services, model = self.open["first" if self.acted == "second" else "second"], self.model
        store = services.store
        rows = store.after(0, 10_000)
        assert [raw for _, raw in rows] == model.entries
        assert store.newest() == rows[-1][0]
        assert {key: (seq, last) for key, seq, last in store.heads()} == {
            key: (len(ids), ids[-1]) for key, ids in model.journals.items()
        }
        assert store.size() == model.sealed
        assert store.sealed(0, 10_000) == list(enumerate(model.entries[: model.sealed]))
        assert dict(store.checkpoints()) == model.roots
        head = services.log.head()
        assert head is not None
        assert (head.size, head.root) == (model.sealed, model.roots[model.sealed])

    def teardown(self) -> None:
        """The run ends as every scenario does."""
        if not self.open:
            return
        try:
            self._look_up_each()
        finally:
            for services in self.open.values():
                services.close()
        if (
            self.counts["runs"] % 10 == 1
        ):  # the look from outside, too; the rest was looked at above
            assert small_ledger.check_ledger(self.folder, bundles=1) == len(self.model.entries)
        self.count("entries", len(self.model.entries))
        self.place.discard(self.folder)

    def _look_up_each(self) -> None:
        """Every entry of the run is found by its id, by its place and by its log index."""
        self.open["first"].station.log.seal()
        self.model.seal()
        services, ids = self.open["first"], self.model.leaves
        store = services.store
        for index in range(self.base, len(ids)):
            assert store.entry(ids[index]) == self.model.entries[index]
            assert store.index_of(ids[index]) == index
        for journal, places in self.model.journals.items():
            assert store.entry_at(journal, len(places) + 1) is None
            for seq, entry_id in enumerate(places, start=1):
                if entry_id in ids[self.base :]:
                    found = store.entry_at(journal, seq)
                    assert found is not None
                    assert leaf(found) == entry_id
        result = small_ledger.audit(services)
        assert result.clean, (result.failed_index, str(result.failure))
        assert (result.entries, result.root) == (len(ids), root(ids))
        services.projector.catch_up()
        assert schema.dump(services.projector.connection) == small_ledger.rebuilt_dump(services)
