"""The whole-ledger audit: no false alarm on ten thousand statements, and what it must name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import pytest

from ledger.verify.audit import audit_entries
from ledger.verify.checklist import verify_bundle
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.graph import Lot
from tests.ledger_story import NOW, ORIGIN, TRUST, amount, kg, lot, signer_of, told
from tests.tampering.forgery import Desk, Sealed

STATEMENTS = 4_000
PARTIES = ("HTX-1", "HTX-2", "CTY-3", "CTY-4")


class RandomTrade:
    """Random but right: every chain balances, every date follows, every link is made."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.desk = Desk()
        self.chains: dict[Lot, set[int]] = {}
        self.stock: list[tuple[str, Lot, list[str], set[int]]] = []
        self.counters: dict[str, int] = {}
        self.labelled: set[Lot] = set()
        for at, party in enumerate(PARTIES):
            self.desk.enrol(party, tag=f"A{at + 1}")
            admin = signer_of(f"{party} admin")
            for kind, body in (
                ("site-registered", {"code": "XUONG", "kind": "other", "name": "Xưởng"}),
                ("item-registered", {"code": "qua", "name": "Quả"}),
                ("item-registered", {"code": "bot", "name": "Bột"}),
                ("product-registered", {"gtin": self._gtin(party), "name": "Hộp bột"}),
            ):
                self.desk.add(admin, kind, body, party=party)
        self.registry = set(range(self.desk.size))

    def _gtin(self, party: str) -> str:
        digits = "0893850" + f"{PARTIES.index(party) + 1:06d}"
        total = sum((3 if at % 2 == 0 else 1) * int(d) for at, d in enumerate(reversed(digits)))
        return digits + str(-total % 10)

    def say(self, party: str, kind: str, body: dict[str, Any], links: list[str]) -> str:
        """One goods statement, a minute after the one before; anchors are newest, old or none."""
        minute = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=self.desk.size)
        size = self.desk.size
        newest = (size, self.desk.roots[size].hex())
        return self.desk.add(
            signer_of(f"{party} station"),
            kind,
            body,
            party=party,
            time=minute.isoformat(timespec="seconds"),
            links=links,
            anchor=newest if self.rng.random() < 0.8 else None,
        )

    def step(self) -> None:
        """Harvest something new, or work on what is in stock."""
        rng = self.rng
        if not self.stock or rng.random() < 0.25:
            party = rng.choice(PARTIES)
            made: Lot = (f"{party}/qua", f"Q{self.desk.size}")
            body = {"lot": lot(*made), "quantity": kg("100"), "site": "XUONG"}
            head = self.say(party, "harvested", body, [])
            self._keep(party, made, [head], {self.desk.size - 1})
            return
        at = rng.randrange(len(self.stock))
        party, of, links, chain = self.stock[at]
        if of[0].endswith("/qua"):
            self._raw(at, party, of, links, chain)
        elif of[0].endswith("/bot"):
            self._pack(at, party, of, links, chain)
        else:
            self._product(at, party, of, links, chain)

    def _keep(self, party: str, of: Lot, links: list[str], chain: set[int]) -> None:
        self.stock.append((party, of, links, chain))
        self.chains[of] = chain

    def _about(self, at: int, kind: str, body: dict[str, Any]) -> str:
        party, of, links, chain = self.stock[at]
        head = self.say(party, kind, body, links)
        chain.add(self.desk.size - 1)
        self.stock[at] = party, of, [head], chain
        return head

    def _raw(self, at: int, party: str, of: Lot, links: list[str], chain: set[int]) -> None:
        if self.rng.random() < 0.4:
            self._about(at, "tested", {"lot": lot(*of), "result": "pass"})
            return
        made: Lot = (f"{party}/bot", f"B{self.desk.size}")
        out = f"{self.rng.randint(1, 99)}.{self.rng.randrange(1000):03d}"
        body = {"site": "XUONG", "inputs": [amount(*of, "100")], "outputs": [amount(*made, out)]}
        head = self.say(party, "processed", body, links)
        del self.stock[at]
        self._keep(party, made, [head], {*chain, self.desk.size - 1})

    def _pack(self, at: int, party: str, of: Lot, links: list[str], chain: set[int]) -> None:
        made: Lot = (self._gtin(party), f"P{self.desk.size}")
        inputs = [amount(*of, "1")]
        body = {"lot": lot(*made), "site": "XUONG", "inputs": inputs, "packs": 50}
        head = self.say(party, "packed", {**body, "expiry": "2028-01-01"}, links)
        del self.stock[at]
        self._keep(party, made, [head], {*chain, self.desk.size - 1})

    def _product(self, at: int, party: str, of: Lot, _links: list[str], _chain: set[int]) -> None:
        roll = self.rng.random()
        if roll < 0.4:
            first = self.counters.get(party, 1)
            if of in self.labelled:
                return
            self.labelled.add(of)
            self.counters[party] = first + 50
            tag = f"A{PARTIES.index(party) + 1}"
            self._about(
                at, "labels-issued", {"lot": lot(*of), "tag": tag, "first": first, "count": 50}
            )
        elif roll < 0.6:
            held = self._about(at, "held", {"lots": [lot(*of)], "reason": "in-doubt"})
            body = {"lots": [lot(*of)], "reason": "other", "ends": held}
            self._about(at, "released", body)
        else:
            quantity = {"value": "50", "unit": "pack"}
            kind = self.rng.choice(("shipped", "sold"))
            site = {"site": "XUONG"} if kind == "shipped" else {}
            self._about(at, kind, {"lot": lot(*of), "quantity": quantity, **site})
            del self.stock[at]


@cache
def trade() -> RandomTrade:
    """Four thousand random valid statements, once."""
    made = RandomTrade(20261121)
    while made.desk.size < STATEMENTS:
        made.step()
    return made


def test_four_thousand_random_valid_statements_raise_no_alarm() -> None:
    desk = trade().desk
    size = STATEMENTS // 2
    result = desk.audit(known=Checkpoint(ORIGIN, size, desk.roots[size]))
    assert result.clean, (result.failed_index, str(result.failure))
    assert result.entries == desk.size >= STATEMENTS
    assert result.root == desk.roots[desk.size] and result.disputed == 0
    assert sum(result.types.values()) == desk.size and len(result.types) >= 14


def test_bundles_of_random_lots_verify_without_a_finding() -> None:
    made = trade()
    sealed = Sealed(made.desk.entries)
    rng = Random(7)
    lots = rng.sample(sorted(made.chains), 50)
    entries = 0
    for of in lots:
        report = verify_bundle(sealed.bundle(made.registry | made.chains[of], of), TRUST, now=NOW)
        assert report.verdict == "verified", report.as_text("en")
        assert report.findings == [] and report.status == "active", report.as_text("en")
        entries += report.entries
    assert entries > 50 * 30


def test_a_single_changed_entry_among_four_thousand_is_located() -> None:
    desk = trade().desk
    for at in (0, 17, 1_999, STATEMENTS - 1):
        raw = list(desk.entries)
        raw[at] = raw[at][:-1] + bytes([raw[at][-1] ^ 1])
        before = {size: root for size, root in desk.roots.items() if size <= at}
        result = audit_entries(raw[: at + 1], before, TRUST.roots)
        assert result.failed_index == at and result.entries == at


@pytest.mark.parametrize("wrong", ["signature", "payload", "bytes"])
def test_the_first_of_several_faults_is_told_wherever_they_stand_in_a_turn(wrong: str) -> None:
    """Entries are read and their signatures checked some ahead of what is decided."""
    faulty: dict[str, Callable[[bytes], bytes]] = {
        "signature": lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]),
        "payload": lambda raw: raw.replace(b'"anchor"', b'"zzchor"', 1),
        "bytes": lambda raw: raw[1:],
    }
    codes = {"signature": "wrong", "payload": "not_canonical", "bytes": "not_an_entry"}
    desk = trade().desk
    for at in (1, 15, 16, 17, 40):
        for other in faulty.values():
            raw = desk.entries[:64]
            raw[at], raw[at + 3] = faulty[wrong](raw[at]), other(raw[at + 3])
            before = {size: root for size, root in desk.roots.items() if size <= at}
            result = audit_entries(iter(raw), before, TRUST.roots)
            assert (result.failed_index, result.entries) == (at, at)
            assert result.failure is not None and result.failure.code == codes[wrong]


def test_an_empty_ledger_is_short_of_its_checkpoints_and_clean_without_any() -> None:
    assert audit_entries([], {}, TRUST.roots).clean
    result = audit_entries([], told().checkpoints, TRUST.roots)
    assert result.failure is not None and result.failure.code == "tree-short"


def test_a_trust_file_with_other_roots_refuses_the_ledger_at_its_first_entry() -> None:
    result = audit_entries(told().entries, told().checkpoints, frozenset({"ab" * 32}))
    assert result.failure is not None
    assert (result.failure.code, result.failed_index) == ("roots-differ", 0)


@pytest.mark.parametrize("size", [1, 17, 35])
def test_a_kept_checkpoint_of_any_size_is_extended_by_the_honest_ledger(size: int) -> None:
    known = Checkpoint(ORIGIN, size, told().checkpoints[size])
    assert audit_entries(told().entries, told().checkpoints, TRUST.roots, known=known).clean
    only_kept = audit_entries(told().entries, {}, TRUST.roots, known=known)
    # Anchors name checkpoints; when the ledger hides which it issued, the first anchor says so.
    assert only_kept.failure is not None and only_kept.failure.code == "anchor-never-issued"
