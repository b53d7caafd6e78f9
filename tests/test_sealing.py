"""The seal: dense indexes, a signed head after each batch, and a tree that anybody can recompute."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.persistence import StoredEvent

from api.bootstrap import Services
from ledger.errors import LedgerError
from ledger.recorded import TOPIC
from ledger.sealing import SealedLog, SealingRefused
from ledger.signing import load_key
from ledger.store.seam import Leaf, SealedBatch
from ledger.verify.checkpoint import Checkpoint, open_checkpoint
from ledger.verify.entry import parse_entry
from ledger.verify.merkle import CompactRange, new_complete_nodes, verify_consistency
from ledger.verify.note import sign_note
from ledger.verify.tlog_proof import verify_tlog_proof
from ledger.verify.wording import Refusal
from tests.postgres.cluster import shared_cluster
from tests.store import small_ledger
from tests.store.small_ledger import check_ledger

pytestmark = pytest.mark.usefixtures("both_stores")

FULL = 256
# Appended between sealings: a batch of one, some across tile edges, one large enough for two tiles.
BATCHES = (1, 2, 5, 100, 130, 20, 300)


@pytest.fixture(scope="module")
def services(both_stores: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A ledger of more than two tiles, sealed in uneven batches."""
    made = small_ledger.found(tmp_path_factory.mktemp("sealing") / "so")
    entries = [entry.raw for entry in small_ledger.signed_harvests(made, sum(BATCHES))]
    for count in BATCHES:
        made.ledger.submit(entries[:count])
        del entries[:count]
        made.log.seal()
    made.station.catch_up()
    yield made
    made.close()


# --- an independent reader: nothing but hashlib and the tiles ------------------------------------


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def tree_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1: MTH over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\x01", tree_root(leaves[:split]), tree_root(leaves[split:]))


def tiles(services: Services, level: str, size: int) -> Iterator[bytes]:
    """Every tile of a level for a tree with `size` hashes there, the last one partial."""
    for number in range(-(-size // FULL)):
        width = min(FULL, size - number * FULL)
        name = f"{level}/{number:03d}" + ("" if width == FULL else f".p/{width}")
        tile = services.log.tile(name)
        assert tile is not None, name
        yield tile


def hashes(tile: bytes) -> list[bytes]:
    return [tile[at : at + 32] for at in range(0, len(tile), 32)]


def entries_of(bundle: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        yield bundle[at + 2 : at + 2 + length]
        at += 2 + length
    assert at == len(bundle)


def head_of(services: Services) -> tuple[int, bytes]:
    head = services.log.head()
    assert head is not None
    return head.size, head.root


# --- tests ---------------------------------------------------------------------------------------


def test_indexes_are_dense_and_in_the_order_of_the_store(services: Services) -> None:
    sealed = services.store.sealed(0, 10_000)
    assert [index for index, _ in sealed] == list(range(len(sealed)))
    assert [raw for _, raw in sealed] == [raw for _, raw in services.store.after(0, 10_000)]
    assert len(sealed) > 2 * FULL


def test_every_batch_ends_with_a_signed_checkpoint_and_sizes_only_grow(services: Services) -> None:
    sizes = [size for size, _ in services.store.checkpoints()]
    assert sizes[-1] == services.log.size
    assert [b - a for a, b in pairwise(sizes)][-len(BATCHES) :] == list(BATCHES)
    for size, root in services.store.checkpoints():
        note = services.store.checkpoint(size)
        assert note is not None
        opened = open_checkpoint(note, services.trust_file().log_key)
        assert (opened.size, opened.root) == (size, root)


def test_sealing_when_nothing_is_new_issues_nothing(services: Services) -> None:
    before = services.log.checkpoint()
    assert services.log.seal() == services.log.size
    assert services.log.checkpoint() == before


def test_a_reader_of_tiles_alone_finds_the_root_of_the_checkpoint(services: Services) -> None:
    size, root = head_of(services)
    bottom = [hashes(tile) for tile in tiles(services, "0", size)]
    leaves = [one for tile in bottom for one in tile]
    assert len(leaves) == size
    assert tree_root(leaves) == root
    # A hash of level 1 stands for a full tile of level 0.
    above = [one for tile in tiles(services, "1", size // FULL) for one in hashes(tile)]
    assert above == [tree_root(tile) for tile in bottom if len(tile) == FULL]
    assert len(above) == 2


def test_the_entries_in_the_bundles_are_the_leaves_of_the_tiles(services: Services) -> None:
    size, _ = head_of(services)
    leaves = [one for tile in tiles(services, "0", size) for one in hashes(tile)]
    entries = [raw for tile in tiles(services, "entries", size) for raw in entries_of(tile)]
    assert [sha(b"\x00", raw) for raw in entries] == leaves
    assert entries == [raw for _, raw in services.store.sealed(0, 10_000)]


@pytest.mark.parametrize(
    "path",
    [
        "0/003",  # not there
        "0/002",  # not full yet
        "1/000",
        "2/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/257",
        "0/000.p/01",
        "0/0",
        "0/x000/000",
        "00/000",
        "8/000",
        "-1/000",
        "entries/002",
        "entries/0",
        "entries/../000",
        "0/000\n",
        "0/٠٠٠",
        "",
    ],
)
def test_a_tile_that_is_not_there_or_not_so_named_is_none(services: Services, path: str) -> None:
    assert services.log.tile(path) is None


def test_a_partial_tile_is_a_prefix_of_the_full_one(services: Services) -> None:
    full = services.log.tile("0/000")
    assert full is not None
    assert len(full) == FULL * 32
    for width in (1, 7, 255):
        assert services.log.tile(f"0/000.p/{width}") == full[: 32 * width]


def test_every_entry_has_a_proof_that_the_inspectors_room_accepts(services: Services) -> None:
    key, checked = services.trust_file().log_key, 0
    for index, raw in services.store.sealed(0, 10_000):
        proof = services.log.proof(index)
        assert proof is not None
        assert verify_tlog_proof(proof, parse_entry(raw).id, key).size == services.log.size
        checked += 1
    assert checked == services.log.size
    assert services.log.proof(services.log.size) is None
    assert services.log.proof(-1) is None


def test_a_proof_of_one_entry_is_refused_for_its_neighbour(services: Services) -> None:
    key = services.trust_file().log_key
    for index in (0, 100, 255, 256, services.log.size - 2):
        proof = services.log.proof(index)
        ((_, neighbour),) = services.store.sealed(index + 1, 1)
        assert proof is not None
        with pytest.raises(Refusal):
            verify_tlog_proof(proof, parse_entry(neighbour).id, key)


def test_all_pairs_of_issued_checkpoints_are_consistent(services: Services) -> None:
    issued = list(services.store.checkpoints())
    pairs = [(a, b) for at, a in enumerate(issued) for b in issued[at:]]
    for (size1, root1), (size2, root2) in pairs:
        proof = services.log.consistency(size1, size2)
        verify_consistency(size1, size2, proof, root1, root2)
    assert len(pairs) == len(issued) * (len(issued) + 1) // 2
    assert len(issued) > len(BATCHES)


def test_a_checkpoint_of_another_history_is_not_consistent(services: Services) -> None:
    (size1, _), *_, (size2, root2) = services.store.checkpoints()
    with pytest.raises(Refusal):
        verify_consistency(size1, size2, services.log.consistency(size1, size2), sha(b"x"), root2)


def test_the_same_entries_give_the_same_tree_however_they_are_batched(
    services: Services, tmp_path: Path
) -> None:
    raws = [raw for _, raw in services.store.sealed(0, 10_000)]
    for sizes in ([len(raws)], [1] * 40 + [len(raws) - 40]):
        folder = tmp_path / str(len(sizes))
        again = small_ledger.create_empty(folder, services)
        rest = list(raws)
        for count in sizes:
            again.ledger.submit(rest[:count])
            del rest[:count]
            again.log.seal()
        assert head_of(again) == head_of(services)
        again.close()


def test_a_batch_of_a_moved_tree_is_refused_whole(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    size = services.log.size
    before = head_of(services)
    for leaf in (size - 1, size + 1):
        batch = SealedBatch(
            [Leaf(leaf, 9_999, sha(b"a"))], [(0, leaf, sha(b"a"))], leaf + 1, sha(b"r"), "n"
        )
        with pytest.raises(LedgerError):
            services.store.seal(batch)
        assert head_of(services) == before
    services.close()
    assert check_ledger(tmp_path / "so") == size


def test_a_log_without_its_key_reads_but_does_not_seal(tmp_path: Path) -> None:
    services = small_ledger.found(tmp_path / "so")
    reader = SealedLog(services.store, small_ledger.ORIGIN, None)
    size = reader.size
    services.ledger.submit([small_ledger.signed_harvests(services, 1)[0].raw])
    assert reader.seal() == size
    assert reader.checkpoint() == services.log.checkpoint()
    assert services.log.seal() == size + 1
    services.close()


@pytest.mark.parametrize("change", ["junk root", "junk note", "another log's note"])
def test_a_head_that_this_key_did_not_sign_is_never_extended(tmp_path: Path, change: str) -> None:
    services = small_ledger.found(tmp_path / "so")
    entries = [one.raw for one in small_ledger.signed_harvests(services, 2)]
    services.ledger.submit(entries[:1])
    store = services.store
    ((position, raw),) = store.after(store.sealed_position(), 1)
    tree = CompactRange.at(store.size(), store.node)
    leaf = Leaf(tree.size, position, sha(b"\x00", raw))
    made = zip(new_complete_nodes(leaf.index), tree.append(leaf.entry_id), strict=True)
    nodes = [(level, leaf.index >> level, one) for level, one in made]
    root = sha(b"junk") if change == "junk root" else tree.root()
    note = "junk"
    if change != "junk note":
        key = load_key(services.folder / "keys" / "log.pem").private
        if change == "another log's note":
            key = Ed25519PrivateKey.generate()
        head = Checkpoint(small_ledger.ORIGIN, tree.size, root)
        note = sign_note(head.format(), small_ledger.ORIGIN, key)
    store.seal(SealedBatch([leaf], nodes, tree.size, root, note))
    services.ledger.submit(entries[1:])
    for _ in range(2):
        with pytest.raises(SealingRefused) as refused:
            services.log.seal()
        assert refused.value.code == "log-altered"
    assert (store.size(), store.checkpoint()) == (tree.size, note)
    services.close()


def test_what_is_no_entry_is_never_sealed(tmp_path: Path, both_stores: str) -> None:
    services = small_ledger.found(tmp_path / "so")
    size, position = services.log.size, services.store.newest() + 1
    journal = sha(b"journal")
    garbage = b"not an entry" * 20 + journal + bytes(64)
    columns = "originator_id, originator_version, topic, state"
    if both_stores == "postgres":
        database = services.store.location.rpartition("/")[2]
        with psycopg.connect(shared_cluster().superuser_dsn(database)) as connection:
            connection.execute(
                f"INSERT INTO ocop.stored_events (position, {columns}, entry_id) "
                "VALUES (%s, %s, 1, %s, %s, %s)".encode(),
                (position, journal.hex(), TOPIC, garbage, sha(b"\x00", garbage)),
            )
    else:
        services.store.recorder.insert_events([StoredEvent(journal.hex(), 1, TOPIC, garbage)])
    with pytest.raises(SealingRefused) as refused:
        services.log.seal()
    assert refused.value.code == "entry-unreadable"
    assert str(position) in refused.value.say("en")
    assert str(position) in refused.value.say("vi")
    assert services.log.size == size
    services.close()


def test_a_ledger_without_one_of_its_nodes_says_so(tmp_path: Path, both_stores: str) -> None:
    services = small_ledger.found(tmp_path / "so")
    services.ledger.submit([small_ledger.signed_harvests(services, 1)[0].raw])
    size = services.log.size
    gone = f"WHERE idx = 0 AND level = {size.bit_length() - 1}"
    if both_stores == "postgres":
        database = services.store.location.rpartition("/")[2]
        with psycopg.connect(shared_cluster().superuser_dsn(database)) as connection:
            connection.execute("ALTER TABLE ocop.log_nodes DISABLE TRIGGER no_change")
            connection.execute(f"DELETE FROM ocop.log_nodes {gone}".encode())
    else:
        with closing(sqlite3.connect(tmp_path / "so" / "ledger.db")) as db, db:
            db.execute("DROP TRIGGER log_nodes_no_delete")
            db.execute(f"DELETE FROM log_nodes {gone}")
    with pytest.raises(SealingRefused) as refused:
        services.log.seal()
    assert refused.value.code == "log-altered"
    assert services.log.size == size
    services.close()
