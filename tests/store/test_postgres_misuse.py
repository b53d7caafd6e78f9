"""What the application role could do with the two functions that it may call: nothing wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import errors as pg

from api.bootstrap import Services, open_folder
from ledger.sealing import SealingRefused
from ledger.store.postgres.connecting import Connection
from ledger.store.postgres.errors import REFUSED
from ledger.store.postgres.faults import find_faults
from ledger.store.postgres.schema import TABLES
from ledger.store.postgres.store import PostgresStore
from ledger.store.seam import SealedBatch
from ledger.verify.canonical import MAX_PAYLOAD
from ledger.verify.checkpoint import Checkpoint
from ledger.verify.entry import PAYLOAD_TYPE, pae
from ledger.verify.note import sign_note
from tests.postgres.cluster import shared_cluster
from tests.store import emptied, places, small_ledger
from tests.store.bare_store import JOURNALS, batch_of, event

Role = psycopg.Connection[tuple[Any, ...]]
Nodes = list[tuple[int, int, bytes]]


@pytest.fixture
def owner() -> str:
    """The owner's address of an empty ledger database."""
    return emptied.owner_dsn()


@pytest.fixture
def role(owner: str) -> Iterator[Role]:
    """A session of the application role, past the program."""
    with psycopg.connect(places.application_dsn(owner), autocommit=True) as connection:
        yield connection


@pytest.fixture
def store(owner: str) -> Iterator[PostgresStore]:
    made = PostgresStore((places.application_dsn(owner),))
    yield made
    made.close()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """A small ledger, everything sealed."""
    with places.ledgers_on("postgres"):
        made = small_ledger.found(tmp_path / "so")
        made.station.log.seal()
        yield made
        made.close()


def append(role: Role, *rows: tuple[bytes, int, bytes]) -> None:
    """Call `ocop.append` with (journal, seq, bytes)."""
    lists = [one[0].hex() for one in rows], [one[1] for one in rows], [one[2] for one in rows]
    role.execute("SELECT ocop.append(%s::text[], %s::bigint[], %s::bytea[])", lists)


def seal(role: Role, batch: SealedBatch) -> None:
    """Call `ocop.seal`."""
    levels, indexes, hashes = zip(*batch.nodes, strict=True)
    role.execute(
        "SELECT ocop.seal(%s::bigint, %s::bigint[], %s::integer[], %s::bigint[], %s::bytea[],"
        " %s::bigint, %s::bytea, %s::text)",
        (
            batch.leaves[0].index,
            [leaf.position for leaf in batch.leaves],
            *(list(levels), list(indexes), list(hashes)),
            *(batch.size, batch.root, batch.note),
        ),
    )


# --- appending ------------------------------------------------------------------------------------

_TAIL = JOURNALS[0] + bytes(64)
_GOOD = pae(PAYLOAD_TYPE, b"{}" * 50)
GARBAGE = {
    "not DSSE": b"not an entry" * 20,
    "another payload type": pae("text/plain", b"{}" * 50),
    "one byte less than it says": _GOOD[:-1],
    "one byte more than it says": _GOOD + b"x",
    "a nought before the length": _GOOD.replace(b" 100 ", b" 0100 "),
    "no length": _GOOD.replace(b" 100 ", b"  "),
    "a signed length": _GOOD.replace(b" 100 ", b" +100 "),
    "bytes for a length": _GOOD.replace(b" 100 ", b" \xff\x00\\ "),
    "the head alone": _GOOD.partition(b"{")[0],
    "more than a payload may have": pae(PAYLOAD_TYPE, bytes(MAX_PAYLOAD + 1)),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_what_can_never_be_an_entry_is_not_taken(
    role: Role, store: PostgresStore, garbage: bytes
) -> None:
    with pytest.raises(psycopg.Error) as refused:
        append(role, (JOURNALS[0], 1, garbage + _TAIL))
    assert refused.value.sqlstate == REFUSED
    assert store.newest() == 0


def test_the_shortest_and_the_longest_entry_are_taken(role: Role, store: PostgresStore) -> None:
    append(role, (JOURNALS[0], 1, pae(PAYLOAD_TYPE, b"") + _TAIL))
    append(role, (JOURNALS[0], 2, pae(PAYLOAD_TYPE, bytes(MAX_PAYLOAD)) + _TAIL))
    assert store.newest() == 2


def rows(*places_: tuple[int, int]) -> list[tuple[bytes, int, bytes]]:
    """New entries at (number of journal, seq)."""
    return [(JOURNALS[one], seq, event(JOURNALS[one], seq).state) for one, seq in places_]


@pytest.mark.parametrize(
    "gap",
    [
        [(0, 4)],
        [(0, 3), (0, 5)],
        [(0, 4), (0, 3)],
        [(1, 2)],
        [(0, 3), (1, 1), (0, 4), (1, 3)],
        [(0, 2**63 - 1)],
        [(0, 3), (0, 2**63 - 1)],
    ],
    ids=str,
)
def test_a_journal_gets_no_gap(
    role: Role, store: PostgresStore, gap: list[tuple[int, int]]
) -> None:
    append(role, *rows((0, 1), (0, 2)))
    with pytest.raises(psycopg.Error) as refused:
        append(role, *rows(*gap))
    assert refused.value.sqlstate == REFUSED
    append(role, *rows((1, 1), (0, 3), (1, 2), (0, 4)))
    assert store.newest() == 6


@pytest.mark.parametrize("repeat", [[(0, 2)], [(0, 3), (0, 3)], [(0, 1), (0, 2), (0, 3)]], ids=str)
def test_a_place_that_is_taken_is_told_from_a_gap(
    role: Role, repeat: list[tuple[int, int]]
) -> None:
    append(role, *rows((0, 1), (0, 2)))
    with pytest.raises(pg.UniqueViolation):
        append(role, *rows(*repeat))


# --- sealing --------------------------------------------------------------------------------------


def _without(nodes: Nodes, level: int) -> Nodes:
    at = next(at for at, node in enumerate(nodes) if node[0] == level)
    return nodes[:at] + nodes[at + 1 :]


def _wrong(nodes: Nodes, level: int) -> Nodes:
    return [(one, at, bytes(32) if one == level else made) for one, at, made in nodes]


NODES = {
    "a wrong inner node": lambda nodes: _wrong(nodes, 1),
    "a wrong node over an older one": lambda nodes: _wrong(nodes, 2),
    "a missing inner node": lambda nodes: _without(nodes, 1),
    "a missing leaf": lambda nodes: _without(nodes, 0),
    "a node of the future": lambda nodes: [*nodes, (0, 9, bytes(32))],
    "a node of the future instead": lambda nodes: [*_without(nodes, 3), (3, 1, bytes(32))],
    "a node of the past": lambda nodes: [*nodes, (1, 0, bytes(32))],
    "a level too high": lambda nodes: [*_without(nodes, 3), (63, 0, bytes(32))],
    "a level of 64": lambda nodes: [*_without(nodes, 3), (64, 0, bytes(32))],
    "a level below": lambda nodes: [*_without(nodes, 3), (-1, 10, bytes(32))],
    "an index below": lambda nodes: [*_without(nodes, 3), (3, -1, bytes(32))],
    "an index without end": lambda nodes: [*_without(nodes, 3), (62, 2**63 - 1, bytes(32))],
    "no index": lambda nodes: [*_without(nodes, 3), (3, None, bytes(32))],
}


@pytest.mark.parametrize("change", NODES.values(), ids=NODES.keys())
def test_only_the_nodes_that_the_leaves_complete_are_taken(
    role: Role, store: PostgresStore, change: Any
) -> None:
    append(role, *rows(*((0, seq) for seq in range(1, 10))))
    seal(role, batch_of(store, store.after(0, 3)))
    good = batch_of(store, store.after(3, 6))
    with pytest.raises(psycopg.Error) as refused:
        seal(role, replace(good, nodes=change(list(good.nodes))))
    assert refused.value.sqlstate == REFUSED
    assert store.size() == 3
    seal(role, good)
    assert store.size() == 9


def seal_past_the_program(services: Services, note_of: Any) -> None:
    """Seal one entry as the role itself: true leaf and nodes, and the root and note given."""
    entries = [one.raw for one in small_ledger.signed_harvests(services, 2)]
    services.ledger.submit(entries[:1])
    store = services.store
    assert isinstance(store, PostgresStore)
    batch = batch_of(store, store.after(store.sealed_position(), 1))
    root, note = note_of(services, batch)
    store.seal(replace(batch, root=root, note=note))
    services.ledger.submit(entries[1:])


def _signed(services: Services, size: int, root: bytes, key: Ed25519PrivateKey) -> str:
    return sign_note(Checkpoint(services.log.origin, size, root).format(), services.log.origin, key)


NOTES = {
    "no note at all": lambda _, batch: (batch.root, "no note at all"),
    "a junk root": lambda _, __: (bytes(32), "no note at all"),
    "another key": lambda services, batch: (
        batch.root,
        _signed(services, batch.size, batch.root, Ed25519PrivateKey.generate()),
    ),
    "an older note": lambda services, batch: (batch.root, services.store.checkpoint()),
}


@pytest.mark.parametrize("note_of", NOTES.values(), ids=NOTES.keys())
def test_a_head_that_the_role_made_itself_is_noticed_and_never_extended(
    services: Services, note_of: Any
) -> None:
    seal_past_the_program(services, note_of)
    size, note = services.store.size(), services.store.checkpoint()
    for _ in range(2):
        with pytest.raises(SealingRefused) as refused:
            services.station.log.seal()
        assert refused.value.code == "log-altered"
        assert "ocop audit" in refused.value.say("vi")
    again = open_folder(services.folder, small_ledger.clock, settle=False)
    with closing(again), pytest.raises(SealingRefused):
        again.station.catch_up()
    assert (services.store.size(), services.store.checkpoint()) == (size, note)


def as_superuser(services: Services, *statements: str) -> None:
    name = services.store.location.rpartition("/")[2]
    with psycopg.connect(shared_cluster().superuser_dsn(name), autocommit=True) as connection:
        for one in statements:
            connection.execute(one.encode())


@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET hash = sha256(hash)"])
def test_a_stored_node_that_was_changed_or_is_gone_is_never_sealed_on(
    services: Services, change: str
) -> None:
    services.ledger.submit([small_ledger.signed_harvests(services, 1)[0].raw])
    size, nodes = services.store.size(), "ocop.log_nodes"
    as_superuser(
        services,
        f"ALTER TABLE {nodes} DISABLE TRIGGER no_change",
        f"{change.format(nodes)} WHERE level = {size.bit_length() - 1} AND idx = 0",
    )
    with pytest.raises(SealingRefused) as refused:
        services.station.log.seal()
    assert refused.value.code == "log-altered"
    assert services.store.size() == size


# --- what would let the role do more --------------------------------------------------------------


@pytest.mark.parametrize("table", ["stored_events_04", "log_leaves", "log_checkpoints"])
def test_a_table_that_a_crash_would_empty_is_found(owner: str, table: str) -> None:
    with Connection.connect(owner) as connection:
        connection.execute(f"ALTER TABLE ocop.{table} SET UNLOGGED".encode())
        found = [one for one in find_faults(connection, "here") if one.code != "role-too-strong"]
        connection.rollback()
    assert [(one.code, one.params["name"]) for one in found] == [("table-unlogged", table)]
    assert found[0].say("en") != found[0].say("vi")


@pytest.mark.parametrize("right", ["INSERT", "UPDATE", "REFERENCES"])
def test_a_right_to_one_column_is_found(
    owner: str, store: PostgresStore, role: Role, right: str
) -> None:
    assert store.faults() == []
    columns = dict.fromkeys(TABLES, "version") | {
        "stored_events": "state",
        "log_leaves": "leaf",
        "log_nodes": "hash",
        "log_checkpoints": "note",
    }
    name = role.info.user
    for table, column in columns.items():
        grant = f'GRANT {right} ({column}) ON ocop.{table} TO "{name}"'
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(grant.encode())
            try:
                assert [(one.code, one.params["right"]) for one in store.faults()] == [
                    ("role-too-strong", f"{right.lower()} {table}")
                ]
            finally:
                revoke = grant.replace("GRANT", "REVOKE").replace(" TO ", " FROM ")
                connection.execute(revoke.encode())
