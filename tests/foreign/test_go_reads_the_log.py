"""The log as Go's checksum-database code sees it: signature, tiles, inclusion, consistency."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.bootstrap import Services, create, enrol_party
from ledger.verify.note import NoteKey
from ledger.verify.signature import PublicKey
from tests.foreign.building import read
from tests.foreign.serving import Wire, served
from tests.store import places, small_ledger

pytestmark = [pytest.mark.usefixtures("both_stores"), pytest.mark.xdist_group("foreign")]

# One leaf, two, and around the edge of the first full tile; then several tiles.
SIZES = (1, 2, 255, 256, 257, 1000)
# More than 256 full tiles: a third level of tiles.
WIDE = 66_000


@pytest.fixture(scope="module")
def services(both_stores: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A ledger that holds its opening statement alone; it grows from test to test."""
    folder = tmp_path_factory.mktemp(f"go-{both_stores}") / "so"
    settings = places.settings_for(folder, small_ledger.ORIGIN)
    made = create(folder, settings, small_ledger.clock)
    yield made
    made.close()


@pytest.fixture(scope="module")
def wire(services: Services) -> Wire:
    return Wire(services)


@pytest.fixture(scope="module")
def url(wire: Wire) -> Iterator[str]:
    with served(wire) as address:
        yield address


def log_key(services: Services) -> str:
    return services.trust_file().log_key.format()


def grow(services: Services, size: int) -> None:
    """Seal statements until the log has exactly `size` leaves."""
    if services.log.size < 2 <= size:
        services.station.record(small_ledger.party(small_ledger.FARM, "cooperative"))
    if services.log.size == 2 < size:
        enrol_party(services, small_ledger.FARM)
        for draft in small_ledger.registry_drafts():
            if draft.party == small_ledger.FARM:
                services.station.record(draft)
    missing = size - services.log.size
    entries = (
        [one.raw for one in small_ledger.signed_harvests(services, missing)] if missing else []
    )
    for at in range(0, len(entries), 400):
        services.ledger.submit(entries[at : at + 400])
        services.station.log.seal()
    assert services.log.size == size


def root_of(services: Services) -> str:
    head = services.log.head()
    assert head is not None
    return head.root.hex()


def follow(services: Services, url: str, sizes: tuple[int, ...], kept: Path) -> None:
    """Read the whole log at each size, each time against the checkpoint kept before."""
    for size in sizes:
        grow(services, size)
        proofs = []
        for index in {0, size // 2, size - 1}:
            text = services.log.proof(index)
            assert text is not None
            proofs.append(kept.with_name(f"{size}-{index}.proof"))
            proofs[-1].write_text(text, encoding="utf-8")
        old = ("-old", str(kept)) if kept.exists() else ()
        words = (*old, "-keep", str(kept), *map(str, proofs))
        done = read(url, log_key(services), *words, timeout=240)
        assert done.returncode == 0, (size, done.stderr)
        expected = f"size {size} root {root_of(services)} tiles "
        assert done.stdout.startswith(expected), done.stdout
        print(f"{services.store.location}: {done.stdout.strip()}")


def test_go_verifies_every_entry_and_that_each_checkpoint_extends_the_one_before(
    services: Services, url: str, tmp_path: Path
) -> None:
    follow(services, url, SIZES, tmp_path / "checkpoint")


@pytest.mark.parametrize(
    ("path", "at", "said"),
    [
        ("tile/0/000", 0, "entry 0 "),
        ("tile/0/003.p/232", 231 * 32 + 31, "tiles"),
        ("tile/1/000.p/3", 40, "tiles"),
        ("tile/entries/001", 700, "entry"),
    ],
)
def test_go_refuses_a_log_with_one_flipped_bit(
    services: Services, wire: Wire, url: str, path: str, at: int, said: str
) -> None:
    grow(services, max(services.log.size, 1000))
    changed: list[str] = []

    def flip(found: str, body: bytes) -> bytes:
        if found != path or not body:
            return body
        changed.append(found)
        return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]

    wire.change = flip
    try:
        done = read(url, log_key(services))
    finally:
        wire.change = None
    assert changed, "the reader never asked for it"
    assert done.returncode == 1
    assert done.stderr.startswith("REFUSED: " + said), done.stderr
    assert read(url, log_key(services)).returncode == 0


def test_go_refuses_a_checkpoint_changed_after_signing_or_signed_by_another_key(
    services: Services, wire: Wire, url: str
) -> None:
    def another_size(path: str, body: bytes) -> bytes:
        size = services.log.size
        return (
            body.replace(b"\n%d\n" % size, b"\n%d\n" % (size ^ 1)) if path == "checkpoint" else body
        )

    wire.change = another_size
    try:
        done = read(url, log_key(services))
    finally:
        wire.change = None
    assert done.returncode == 1
    assert "invalid signature" in done.stderr
    right = services.trust_file().log_key
    root = services.station.signers["LEDGER", "root"]
    stranger = NoteKey(right.name, PublicKey(root.public))
    done = read(url, stranger.format())
    assert done.returncode == 1
    assert "no verifiable signatures" in done.stderr


def test_go_refuses_a_log_that_forgot_or_rewrote_what_a_checkpoint_said(
    services: Services, wire: Wire, url: str, tmp_path: Path
) -> None:
    """The older checkpoint is the genuine newest one; the served one is older, or of a twin."""
    kept = tmp_path / "kept"
    early = services.log.checkpoint()
    assert early is not None
    grow(services, services.log.size + 3)
    newest = services.log.checkpoint()
    assert newest is not None
    kept.write_text(newest, encoding="utf-8")
    wire.change = lambda path, body: early.encode() if path == "checkpoint" else body
    try:
        done = read(url, log_key(services), "-old", str(kept))
    finally:
        wire.change = None
    assert done.returncode == 1
    assert "went back" in done.stderr
    wrong = tmp_path / "wrong.proof"
    text = services.log.proof(5)
    assert text is not None
    wrong.write_text(text.replace("index 5\n", "index 4\n"), encoding="utf-8")
    done = read(url, log_key(services), str(wrong))
    assert done.returncode == 1
    assert "invalid transparency proof" in done.stderr


def test_go_accepts_the_key_as_the_trust_file_spells_it(services: Services) -> None:
    """C2SP signed-note: name, four bytes of hash, and the key after its type byte."""
    name, key_hash, key = log_key(services).split("+", 2)
    assert name == small_ledger.ORIGIN
    assert len(key_hash) == 8
    assert base64.b64decode(key)[0] == 1


@pytest.mark.long
def test_go_follows_a_log_with_a_third_level_of_tiles(
    services: Services, url: str, tmp_path: Path
) -> None:
    follow(services, url, (65_535, 65_536, WIDE), tmp_path / "checkpoint")
