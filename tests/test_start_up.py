"""Opening a ledger reads what steers it, not all of it, and knows the same as a reading of all."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.stores import make_store, open_store
from ledger.application import TraceLedger
from ledger.closing_fields import closing_fields
from ledger.founding import log_verifier_key
from ledger.memory import LedgerMemory
from ledger.sealing import SealedLog
from ledger.signing import Signer
from ledger.store import guard
from ledger.store import sqlite as sqlite_store
from ledger.store.seam import LedgerStore
from ledger.store.sqlite import SqliteStore
from ledger.store.steering import STEERING_TYPES, TAIL_BYTES, TAIL_FROM_END, tails
from ledger.verify.entry import make_entry, parse_entry
from ledger.verify.history import History
from ledger.verify.keys import ALLOWED, ROOT_PARTY
from ledger.verify.shapes import TYPES
from ledger.verify.statement import Statement, read_statement
from ledger.verify.wording import Refusal
from tests.store import places, small_ledger
from tests.store.small_ledger import ORIGIN, SETUP, signed_harvests
from tests.verify.statement_strategies import ALL_SHAPES, statement_of, text_of

STATEMENTS = 110


@pytest.fixture
def store(both_stores: str, tmp_path: Path) -> Iterator[LedgerStore]:
    """An empty store of each kind."""
    settings = places.settings_for(tmp_path, ORIGIN)
    make_store(tmp_path, settings)
    made = open_store(tmp_path, settings)
    yield made
    made.close()


def known_to(history: History) -> dict[str, Any]:
    """All that a history decides by, as plain values."""
    keys = history.keys
    return {
        "keys": {
            keyid.hex(): (
                record.public.raw,
                *(record.party, record.role, record.held, record.tag, record.enrolled),
                *(record.ended, record.end_reason, record.compromised, record.last_good),
            )
            for keyid, record in keys.records.items()
        },
        "genesis": keys.genesis,
        "parties": keys.parties,
        "votes": keys._votes,
        "reattested": [
            (index, by.public.keyid, entries) for index, by, entries in keys._reattestations
        ],
        "registry": asdict(history.registry),
        "journals": {keyid: (head.seq, head.id) for keyid, head in history.journals.items()},
    }


class Teller:
    """Records random statements: keys enrolled, ended and compromised, registry changes, harvests."""

    def __init__(self, store: LedgerStore, seed: int) -> None:
        self.rng = Random(seed)
        self.ledger = TraceLedger(store)
        log_key = self.new_key()
        self.log = SealedLog(store, ORIGIN, log_key.private)
        self.told: dict[str, tuple[str, str]] = {}
        self.whole = History(self.told.get)  # the reading of all
        self.signers: list[tuple[Signer, str, str]] = []
        self.kinds: set[str] = set()
        roots = [self.new_key(), self.new_key()]
        genesis = {
            "format": 1,
            "origin": ORIGIN,
            "log_key": log_verifier_key(ORIGIN, log_key.public).format(),
            "roots": [root.public.hex() for root in roots],
            "threshold": 1 + seed % 2,
        }
        self.signers += [(root, ROOT_PARTY, "root") for root in roots]
        self.say(roots[0], ROOT_PARTY, "ledger-opened", genesis)

    def new_key(self) -> Signer:
        return Signer.of(Ed25519PrivateKey.from_private_bytes(self.rng.randbytes(32)))

    def say(self, signer: Signer, party: str, kind: str, body: dict[str, Any]) -> None:
        head = self.ledger.history.journals.get(signer.keyid)
        seq, prev = (1, None) if head is None else (head.seq + 1, head.id)
        raw = signer.sign(Statement(kind, party, seq, prev, SETUP, (), None, body)).raw
        try:
            self.ledger.submit([raw])
        except Refusal:
            return
        located = self.whole.admit(len(self.told), parse_entry(raw))
        self.told[located.id] = kind, party
        self.kinds.add(kind)

    def more(self) -> None:
        """One random statement; some are refused, as they should be."""
        rng = self.rng
        signer, party, role = rng.choice(self.signers)
        usual = sorted(ALLOWED[role] & (STEERING_TYPES | {"harvested"}) - {"ledger-opened"})
        kind = rng.choice(usual if role != "station" else ["harvested"])
        body: dict[str, Any] = statement_of(kind, rng)["body"]
        if kind == "key-enrolled":
            self.enrol(signer, party, role)
            return
        if kind in {"key-retired", "key-compromised"}:
            # The roots stay, else everything would end with them.
            enrolled = self.signers[2:]
            if rng.random() < 0.6 or not enrolled:
                return
            body["keyid"] = rng.choice(enrolled)[0].keyid.hex()
        if kind == "harvested":
            body["lot"]["item"] = f"{party}/qua"
        if kind == "reattested":
            body["entries"] = rng.sample(list(self.told), 1)
        self.say(signer, party, kind, body)
        if role == "root" and rng.random() < 0.7:
            # The other root says the same, as a threshold of two asks.
            other = next(s for s, _, r in self.signers if r == "root" and s is not signer)
            self.say(other, party, kind, body)

    def enrol(self, signer: Signer, party: str, role: str) -> None:
        new = self.new_key()
        parties = sorted(self.ledger.history.keys.parties - {ROOT_PARTY})
        if role == "root" and not parties:
            return
        whose = self.rng.choice(parties) if role == "root" else party
        body: dict[str, Any] = {
            "key": new.public.hex(),
            "party": whose,
            "role": "admin" if role == "root" else "station",
            "held": "station",
        }
        if role != "root":
            body["tag"] = self.rng.choice("ABCDEFGH") + self.rng.choice("123456789")
        body["proof"] = new.agree(ORIGIN, body)
        for by in (
            [one for one, _, r in self.signers if r == "root"] if role == "root" else [signer]
        ):
            self.say(by, party, "key-enrolled", body)
        if new.keyid in self.ledger.history.keys.records:
            self.signers.append((new, whose, str(body["role"])))


@pytest.mark.parametrize("seed", range(4))
def test_a_start_from_what_steers_knows_the_same_as_a_reading_of_all(
    store: LedgerStore, seed: int
) -> None:
    teller = Teller(store, seed)
    followed = LedgerMemory(store, None)
    for number in range(STATEMENTS):
        teller.more()
        if teller.rng.random() < 0.06:
            teller.log.seal()  # so some starts find an unsealed tail, and some do not
        if number % 10 == 0:
            started = LedgerMemory(store, None)
            started.follow()
            followed.follow()
            expected = known_to(teller.whole)
            for memory in (started, followed, teller.ledger._memory):
                assert known_to(memory.history) == expected
                assert (memory.size, memory.position) == (len(teller.told), store.newest())
    assert {"harvested", "key-enrolled", "party-registered"} <= teller.kinds
    assert len(teller.told) > STATEMENTS // 4


def test_the_random_ledgers_hold_every_kind_of_change(tmp_path: Path) -> None:
    """What the comparison above is worth: endings, compromises and withdrawals all occur."""
    kinds: set[str] = set()
    for seed in range(4):
        store = SqliteStore.create(tmp_path / f"{seed}.db")
        teller = Teller(store, seed)
        for _ in range(STATEMENTS):
            teller.more()
        kinds |= teller.kinds
        store.close()
    assert kinds >= STEERING_TYPES


def test_a_start_while_others_append_misses_nothing(store: LedgerStore) -> None:
    teller = Teller(store, 7)
    stop = threading.Event()
    faults: list[BaseException] = []

    def start_again_and_again() -> None:
        try:
            while not stop.is_set():
                memory = LedgerMemory(store, None)
                memory.follow()
                assert memory.size == store.counted(memory.position)
                memory.follow()
                heads = {journal: seq for journal, seq, _ in store.heads()}
                mine = {k.hex(): head.seq for k, head in memory.history.journals.items()}
                assert all(heads[journal] >= seq for journal, seq in mine.items())
        except BaseException as wrong:  # told below, in the test's own thread
            faults.append(wrong)

    threads = [threading.Thread(target=start_again_and_again) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(60):
            teller.more()
            teller.log.seal()
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert faults == []
    last = LedgerMemory(store, None)
    last.follow()
    assert known_to(last.history) == known_to(teller.whole)


def test_a_store_tells_its_steering_entries_heads_and_counts_as_a_walk_does(
    store: LedgerStore,
) -> None:
    teller = Teller(store, 3)
    for number in range(60):
        teller.more()
        if number == 40:
            teller.log.seal()
    rows = store.after(0, 1_000)
    sealed = store.size()
    for up_to in (0, rows[0][0], rows[len(rows) // 2][0], rows[-1][0], rows[-1][0] + 9):
        below = [(position, raw) for position, raw in rows if position <= up_to]
        assert store.counted(up_to) == len(below)
        assert store.steering(up_to) == [
            (index if index < sealed else None, position, raw)
            for index, (position, raw) in enumerate(below)
            if closing_fields(raw).type in STEERING_TYPES
        ]
    heads = {}
    for _, raw in rows:
        entry = parse_entry(raw)
        heads[entry.keyid.hex()] = (read_statement(entry.payload).seq, entry.id)
    assert {journal: (seq, entry_id) for journal, seq, entry_id in store.heads()} == heads
    assert 0 < sealed < len(rows)


def test_twelve_bytes_tell_the_steering_types_from_all_others() -> None:
    found = {name for name in TYPES if f'"type":"{name}'.encode()[-TAIL_BYTES:] in set(tails())}
    assert found == STEERING_TYPES


@pytest.mark.parametrize("name", sorted(ALL_SHAPES))
def test_the_last_bytes_of_an_entry_say_what_its_payload_says(name: str) -> None:
    rng = Random(name)
    for _ in range(30):
        value = statement_of(name, rng)
        raw = make_entry(text_of(value), rng.randbytes(32), rng.randbytes(64)).raw
        said = (value["type"], value["party"], value["seq"])
        assert closing_fields(raw) == said
        kept = raw[-TAIL_FROM_END:][:TAIL_BYTES] in tails()
        assert kept == (value["type"] in STEERING_TYPES)


def test_a_text_that_looks_like_the_end_of_a_payload_deceives_nobody() -> None:
    value = statement_of("harvested", Random(1))
    value["body"]["lot"]["code"] = "A"
    shown = '"party":"XX","prev":null,"seq":9,"time":"T","type":"key-enrolled"}'
    escaped = shown.replace('"', '\\"')
    payload = text_of(value).replace(b'"code":"A"', f'"code":"{escaped}"'.encode())
    raw = make_entry(payload, bytes(32), bytes(64)).raw
    assert closing_fields(raw).type == "harvested"
    assert closing_fields(raw).party == value["party"]


def _as_of_version_1(path: Path) -> None:
    """Make a ledger file what the first release made: no index over what steers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        plain.execute("DROP INDEX stored_events_steering")
        plain.execute("PRAGMA user_version = 1")


def test_a_file_of_the_first_release_is_brought_up_to_date_when_it_is_opened(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "so"
    with places.ledgers_on("sqlite"):
        services = small_ledger.told(folder)
    services.ledger.submit([entry.raw for entry in signed_harvests(services, 5)])
    before = services.store.after(0, 1_000)
    services.close()
    _as_of_version_1(folder / "ledger.db")
    assert guard.schema_version(folder / "ledger.db") == 1
    threads = [
        threading.Thread(target=lambda: SqliteStore(folder / "ledger.db").close()) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert guard.schema_version(folder / "ledger.db") == guard.SCHEMA_VERSION == 2
    with small_ledger.opened(folder) as again:
        assert again.store.faults() == []
        assert again.store.after(0, 1_000) == before
    assert small_ledger.check_ledger(folder, bundles=3) == len(before)


def test_a_file_of_the_first_release_that_cannot_be_changed_is_read_all_the_same(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    store = SqliteStore.create(path)
    teller = Teller(store, 5)
    for _ in range(30):
        teller.more()
    store.close()
    _as_of_version_1(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        # Somebody else writes for as long as the upgrade would wait, and longer.
        other.execute("BEGIN IMMEDIATE")
        guard.PATIENCE, kept = 1, guard.PATIENCE
        try:
            again = SqliteStore(path)
        finally:
            guard.PATIENCE = kept
    assert guard.schema_version(path) == 1
    memory = LedgerMemory(again, None)
    memory.follow()
    assert known_to(memory.history) == known_to(teller.whole)
    assert again.faults() == []
    again.close()


def test_what_steers_and_the_heads_are_found_by_index_however_long_the_ledger_is(
    tmp_path: Path,
) -> None:
    store = SqliteStore.create(tmp_path / "ledger.db")
    plans = {
        sql: [str(row[3]) for row in store._rows(f"EXPLAIN QUERY PLAN {sql}", given)]
        for sql, given in (
            (sqlite_store.STEERING, (5,)),
            (sqlite_store.HEADS, ()),
            (sqlite_store.COUNTED, {"position": 5}),
        )
    }
    store.close()
    for sql, plan in plans.items():
        assert not [step for step in plan if step.startswith("SCAN stored_events")], (sql, plan)
    assert any("stored_events_steering" in step for step in plans[sqlite_store.STEERING])
